"""Ask the Internet Archive: one request at a time, seconds apart, with waits of minutes when it refuses.

EDGI's `wayback` knows the archive's ways: resume keys, odd records of its index, redirects between captures, wrong
headers. Its addresses are fixed, so the adapter here, mounted on its session, leads every request to `archive_url`; and
since every request passes it, this is also where requests are spaced, counted, tried again and recorded.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies
from wayback import WaybackClient, WaybackSession
from wayback.exceptions import (
    BlockedByRobotsError,
    BlockedSiteError,
    MementoPlaybackError,
    NoMementoError,
    WaybackException,
)

from db.archive_models import Capture
from db.database import Store, parse_time, to_text
from db.models import Fetch
from db.queries import archive as stored
from db.queries import fetches
from db.settings import Settings
from scrapers.document_errors import ScraperError

#: The root of all addresses that `wayback` asks for.
WAYBACK_ROOT = "https://web.archive.org"
#: Records that one answer of the index may hold; the page of 2021 to 2025 has 2,394 captures.
INDEX_PAGE = 5_000
#: A capture that is missing may be replaced by the nearest one of its address, but not by one of another season.
NEAREST_WITHIN = timedelta(days=92)
_INDEX_FIELDS = ("urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length")
_INDEX_LINE = re.compile(r"\S+ \d{14} \S+ \S+ (?:\d+|-) \S+ (?:\d+|-)(?: .*)?")


class ArchiveUnavailableError(ScraperError):
    """The archive did not answer in spite of all waiting, or the day's requests are used up."""

    code = "archive_unavailable"
    advice = "run the command again later; it goes on where it stopped"

    def __init__(self, outcome: str, what: str, url: str) -> None:
        super().__init__(what, file=url)
        self.outcome = outcome


@dataclass(frozen=True, slots=True)
class CapturedBody:
    """What the archive gave for a capture: the bytes, or the outcome that says why there are none."""

    url: str  # the archive's address that was asked
    final_url: str  # the archive's address that answered
    original: str
    captured_at: str  # by the final address: the nearest capture may have answered in place of the asked one
    outcome: str = ""
    data: bytes = b""
    digest: str = ""  # of the bytes as the archive sent them, as its index writes digests
    disposition: str = ""
    detail: str = ""


class ArchiveClient:
    """The archive's index and captures. Use it as a context manager."""

    def __init__(
        self, store: Store, settings: Settings, now: Callable[[], datetime], sleep: Callable[[float], object],
        *, user_agent: str, tries: int | None = None,
    ) -> None:  # fmt: skip
        self._root = settings.archive_url
        session = WaybackSession(
            retries=0, timeout=settings.request_timeout_seconds, user_agent=user_agent, search_calls_per_second=0,
            memento_calls_per_second=0,
        )  # fmt: skip
        self._adapter = ArchiveAdapter(store, settings, now, sleep, tries or settings.archive_tries)
        session.mount(WAYBACK_ROOT, self._adapter)
        session.mount("http://web.archive.org", self._adapter)
        self._client = WaybackClient(session)

    def __enter__(self) -> ArchiveClient:
        return self

    def __exit__(self, *error: object) -> None:
        self._client.close()

    def search(self, address: str, *, prefix: bool = False) -> Iterator[Capture]:
        """Yield every capture with status 200 that the index names for the address, or for all that begin with it.

        Raises `ArchiveUnavailableError` when the index does not answer.
        """
        try:
            for record in self._client.search(
                address, match_type="prefix" if prefix else "exact", limit=INDEX_PAGE, filter_field="statuscode:200",
                collapse="digest",
            ):  # fmt: skip
                yield Capture(
                    to_text(record.timestamp), record.original, record.digest, record.mimetype,
                    record.mimetype == "warc/revisit",
                )  # fmt: skip
        except WaybackException as error:
            raise ArchiveUnavailableError(
                "refused", f"the archive's index does not answer: {error}", address
            ) from error

    def address_of(self, original: str, captured_at: str) -> str:
        """Return the archive's address of a capture's bytes as they were captured."""
        return f"{self._root}/web/{''.join(filter(str.isdigit, captured_at))}id_/{original}"

    def get(self, capture: Capture) -> CapturedBody:
        """Return what the archive kept of a capture, unpacked; raise `ArchiveUnavailableError` without an answer."""
        url = self.address_of(capture.original, capture.captured_at)
        failed: tuple[str, str]
        try:
            memento = self._client.get_memento(
                capture.original, parse_time(capture.captured_at), exact=False, exact_redirects=True,
                target_window=NEAREST_WITHIN, follow_redirects=False,
            )  # fmt: skip
        except NoMementoError as error:
            failed = ("missing", str(error))
        except (BlockedSiteError, BlockedByRobotsError) as error:
            failed = ("refused", str(error))
        except MementoPlaybackError as error:
            failed = ("missing", str(error))
        else:
            at = to_text(memento.timestamp)
            original = str(memento.url)
            outcome = {200: "", 404: "missing", 410: "missing"}.get(memento.status_code, "not_list")
            if 300 <= memento.status_code < 400:
                outcome = "redirected"
            return CapturedBody(
                url, self.address_of(original, at), original, at, outcome, unpacked(memento.content),
                digest_of(memento.content), memento.headers.get("content-disposition", ""),
                f"the capture is an answer with status {memento.status_code}" if outcome else "",
            )  # fmt: skip
        return CapturedBody(url, url, capture.original, capture.captured_at, failed[0], detail=failed[1][:300])


def digest_of(body: bytes) -> str:
    """Return the body's digest as the archive's index writes it: SHA-1 in base32."""
    return base64.b32encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode()


def unpacked(body: bytes) -> bytes:
    """Return the body without the gzip it may still be in, although no header says so; as it is when that is broken."""
    if not body.startswith(b"\x1f\x8b"):
        return body
    try:
        return gzip.decompress(body)
    except (OSError, EOFError, zlib.error):
        return body


class ArchiveAdapter(HTTPAdapter):
    """Leads the session's requests to `archive_url`, politely: spaced, within the day's budget, tried again later."""

    def __init__(
        self, store: Store, settings: Settings, now: Callable[[], datetime], sleep: Callable[[float], object],
        tries: int,
    ) -> None:  # fmt: skip
        super().__init__(max_retries=0)
        self._store, self._settings, self._now, self._sleep, self._tries = store, settings, now, sleep, tries
        last = stored.load_last_request(store.connection)
        self._last = parse_time(last) + timedelta(seconds=1) if last else None  # its time is known to the second

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Return the archive's answer, with the body read; the index's from the store when it is known there."""
        asked = str(request.url)
        is_index = asked.startswith(f"{WAYBACK_ROOT}/cdx/")
        if is_index and (known := self._known_answer(asked)) is not None:
            return _answer(request, known)
        kwargs["stream"] = True
        for number in range(self._tries):
            self._wait_for_turn(asked)
            outcome, detail, response = self._ask(request, asked, kwargs)
            if response is not None and not outcome:
                return self._settle(request, asked, response, is_index)
            self._record(asked, outcome, detail, response)
            if number + 1 < self._tries:
                self._sleep(max(self._settings.archive_backoff_seconds * 2**number, _retry_after(response)))
        raise ArchiveUnavailableError(outcome, f"the archive did not answer in {self._tries} tries: {detail}", asked)

    def _known_answer(self, url: str) -> bytes | None:
        not_before = to_text(self._now() - timedelta(days=self._settings.archive_index_days))
        return stored.load_answer(self._store.connection, url, not_before)

    def _wait_for_turn(self, url: str) -> None:
        day_ago = to_text(self._now() - timedelta(days=1))
        if stored.count_requests(self._store.connection, day_ago) >= self._settings.archive_day_budget:
            raise ArchiveUnavailableError("throttled", "the day's requests (archive_day_budget) are used up", url)
        if self._last is not None:
            wait = 60 / self._settings.archive_requests_per_minute - (self._now() - self._last).total_seconds()
            if wait > 0:
                self._sleep(wait)

    def _ask(
        self, request: requests.PreparedRequest, asked: str, kwargs: dict[str, Any]
    ) -> tuple[str, str, requests.Response | None]:
        """Return (outcome when it is to be tried again, detail, answer)."""
        led = request.copy()
        led.url = self._settings.archive_url + asked[len(WAYBACK_ROOT) :] if asked.startswith(WAYBACK_ROOT) else asked
        kwargs["proxies"] = get_environ_proxies(led.url)
        response: requests.Response | None = None
        try:
            response = super().send(led, **kwargs)
            self._read_body(response)
        except requests.exceptions.Timeout as error:
            return "timed_out", str(error), None
        except (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError) as error:
            return "truncated", str(error), response
        except requests.exceptions.ConnectionError as error:
            return "truncated" if response is not None else "unreachable", str(error), response
        finally:
            self._last = self._now()
        if "Memento-Datetime" in response.headers:
            return "", "", response
        if response.status_code == 429:
            return "throttled", "status 429", response
        if response.status_code >= 500:
            return "server_error", f"status {response.status_code}", response
        return "", "", response

    def _read_body(self, response: requests.Response) -> None:
        """Read the body, at most as much of it as `max_list_bytes` allows: more is cut, and so no list."""
        pieces, size = [], 0
        for piece in response.iter_content(65_536):
            pieces.append(piece)
            size += len(piece)
            if size > self._settings.max_list_bytes:
                break
        response.close()
        response._content = b"".join(pieces)  # what `requests` sets when it reads a body itself
        response._content_consumed = True  # type: ignore[attr-defined]

    def _settle(
        self, request: requests.PreparedRequest, asked: str, response: requests.Response, is_index: bool
    ) -> requests.Response:
        response.request, response.url = request, asked
        location = response.headers.get("Location", "")
        if location.startswith(self._settings.archive_url):
            response.headers["Location"] = WAYBACK_ROOT + location[len(self._settings.archive_url) :]
        if is_index and response.status_code == 200:
            body = _clean_index(response.content)
            with self._store.writing():
                self._record(asked, "indexed", "", response)
                stored.save_answer(self._store, asked, to_text(self._now()), body)
            return _answer(request, body)
        if response.is_redirect and "Memento-Datetime" not in response.headers:
            self._record(asked, "redirected", location[:300], response)
        elif response.status_code == 200 and "Memento-Datetime" not in response.headers:
            response.headers["Memento-Datetime"] = response.headers.get("Date", "")  # by its address it is a capture
        return response

    def _record(self, asked: str, outcome: str, detail: str, response: requests.Response | None) -> None:
        url = self._settings.archive_url + asked.removeprefix(WAYBACK_ROOT)
        status = None if response is None else response.status_code
        fetch = Fetch(url, to_text(self._now()), outcome, status, role="archive", detail=" ".join(detail.split())[:300])
        fetches.record_fetch(self._store, None, fetch)


def _answer(request: requests.PreparedRequest, body: bytes) -> requests.Response:
    response = requests.Response()
    response.status_code, response.url, response.request = 200, str(request.url), request
    response._content = body
    response.encoding = "utf-8"
    return response


def _retry_after(response: requests.Response | None) -> float:
    value = "" if response is None else response.headers.get("Retry-After", "")
    return min(float(value), 3600.0) if value.isdigit() else 0.0


def _clean_index(body: bytes) -> bytes:
    """Return an answer of the index as lines of seven fields, odd records left out; the resume key stays at its end.

    The index answers in lines, or as JSON with a header row. A record with fewer fields or without a time of fourteen
    digits names no capture that could be asked for.
    """
    text = body.decode("utf-8", "replace")
    if text.lstrip().startswith("["):
        rows = json.loads(text)
        header = rows[0] if rows else []
        lines = [
            " ".join(str(dict(zip(header, row, strict=False)).get(name) or "-").replace(" ", "%20")
                     for name in _INDEX_FIELDS) if len(row) > 1 else "".join(row)
            for row in rows[1:]
        ]  # fmt: skip
    else:
        lines = text.splitlines()
    key: list[str] = []
    if "" in lines:
        at = lines.index("")
        key, lines = ["", *lines[at + 1 : at + 2]], lines[:at]
    return "\n".join([line for line in lines if _INDEX_LINE.fullmatch(line)] + key).encode()
