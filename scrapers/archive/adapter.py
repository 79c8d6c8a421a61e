"""How requests reach the Internet Archive: one at a time, seconds apart, with waits of minutes when it refuses.

Every request of `wayback`'s session passes the adapter, so this is where requests are led to `archive_url`, spaced,
counted, tried again and recorded, and where answers of the index are kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urljoin

import requests
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies

from db.database import Store, parse_time, to_text
from db.models import Fetch
from db.queries import archive as stored
from db.queries import fetches
from db.settings import Settings
from scrapers.document_errors import ScraperError

#: The root of all addresses that `wayback` asks for.
WAYBACK_ROOT = "https://web.archive.org"
#: What addresses of the archive begin with; no others are asked.
ARCHIVE_ROOTS = (f"{WAYBACK_ROOT}/", "http://web.archive.org/")
_INDEX_FIELDS = ("urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length")
_INDEX_LINE = re.compile(r"\S+ \d{14} \S+ \S+ (?:\d+|-) \S+ (?:\d+|-)(?: .*)?")


class ArchiveUnavailableError(ScraperError):
    """The archive did not answer in spite of all waiting, or the day's requests are used up."""

    code = "archive_unavailable"
    advice = "run the command again later; it goes on where it stopped"

    def __init__(self, outcome: str, what: str, url: str) -> None:
        super().__init__(what, file=url)
        self.outcome = outcome


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
        led.url = self._settings.archive_url + asked[asked.index("/", len("https://")) :]
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
            location = response.headers["Location"] = WAYBACK_ROOT + location[len(self._settings.archive_url) :]
        if response.is_redirect and not urljoin(asked, location).startswith(ARCHIVE_ROOTS):
            self._record(asked, "redirected", location[:300], response)
            if is_index:
                raise ArchiveUnavailableError("redirected", "the archive's index leads to another site", asked)
            del response.headers["Location"]
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
