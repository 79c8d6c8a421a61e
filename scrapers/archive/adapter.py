"""How requests reach the Internet Archive: one at a time, seconds apart, with waits of minutes when it refuses.

Every request of `wayback`'s session passes the adapter, so this is where requests are led to `archive_url`, spaced,
counted, tried again and recorded, and where answers of the index are kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from requests.utils import get_encoding_from_headers, get_environ_proxies

from db.database import Store, parse_time, to_text
from db.models import Fetch
from db.queries import archive as stored
from db.queries import fetches
from db.settings import Settings
from scrapers.archive.packing import unpacked
from scrapers.document_errors import ScraperError

#: The root of all addresses that `wayback` asks for.
WAYBACK_ROOT = "https://web.archive.org"
#: What addresses of the archive begin with; no others are asked.
ARCHIVE_ROOTS = (f"{WAYBACK_ROOT}/", "http://web.archive.org/")
#: The archive may ask for a longer wait; then the tries go on after this one.
LONGEST_WAIT_SECONDS = 3600.0
_INDEX_FIELDS = ("urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length")
_INDEX_LINE = re.compile(r"\S+ (\d{14}) \S+ \S+ (?:\d+|-) \S+ (?:\d+|-)(?: .*)?")
_REDIRECTS = (301, 302, 303, 307, 308)
_REPLAY = re.compile(r"(?:https?://[^/]+)?(/web/\d{14}\w*/.+)", re.DOTALL)


class ArchiveUnavailableError(ScraperError):
    """The archive did not answer in spite of all waiting, or the day's requests are used up."""

    code = "archive_unavailable"
    advice = "run the command again later; it goes on where it stopped"

    def __init__(self, outcome: str, what: str, url: str) -> None:
        super().__init__(what, file=url)
        self.outcome = outcome


class BudgetSpentError(ArchiveUnavailableError):
    """The day's requests are used up."""


class SettledCaptureError(ScraperError):
    """A redirect leads to a capture that was asked for before."""

    code = "archive_settled"
    advice = "it need not be asked for again"


class ArchiveAdapter(HTTPAdapter):
    """Leads the session's requests to `archive_url`, politely: spaced, within the day's budget, tried again later.

    `is_evident` says of the last answer whether the archive called it a capture; else only its address does.
    `index_days` says how old a kept answer of the index may be.
    """

    is_evident = False
    index_days: float

    def __init__(
        self, store: Store, settings: Settings, now: Callable[[], datetime], sleep: Callable[[float], object],
        tries: int,
    ) -> None:  # fmt: skip
        super().__init__(max_retries=0)
        self._store, self._settings, self._now, self._sleep, self._tries = store, settings, now, sleep, tries
        self.index_days = settings.archive_index_days
        last = stored.load_last_request(store.connection)
        self._last = parse_time(last) + timedelta(seconds=1) if last else None  # its time is known to the second

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Return the archive's answer, with the body read; the index's from the store when it is known there."""
        asked = str(request.url)
        is_index = asked.startswith(f"{WAYBACK_ROOT}/cdx/")
        if is_index and (known := self._known_answer(asked)) is not None:
            return _answer(request, known)
        if not is_index and (kept := stored.load_answer(self._store.connection, asked)) is not None:
            return self._revive(request, kept)
        if not is_index and stored.is_settled(self._store.connection, self._lead(asked)):
            raise SettledCaptureError("the capture was asked for before", file=asked)
        kwargs["stream"] = True
        for number in range(self._tries):
            self._wait_for_turn(asked)
            outcome, detail, response = self._ask(request, asked, kwargs)
            if response is not None and not outcome:
                return self._settle(request, asked, response, is_index)
            self._record(asked, outcome, detail, response)
            if number + 1 < self._tries:
                self._sleep(max(self._settings.archive_backoff_seconds * 2**number, self._told_wait(response)))
        raise ArchiveUnavailableError(outcome, f"the archive did not answer in {self._tries} tries: {detail}", asked)

    def _told_wait(self, response: requests.Response | None) -> float:
        """Return the seconds that an answer's Retry-After asks for, within reason."""
        from scrapers.crawl.retry import read_retry_after  # takes Scrapy along, half a second

        told = None if response is None else read_retry_after(response.headers.get("Retry-After"), self._now())
        return min(told or 0.0, LONGEST_WAIT_SECONDS)

    def _lead(self, asked: str) -> str:
        return self._settings.archive_url + asked[asked.index("/", len("https://")) :]

    def _known_answer(self, url: str) -> bytes | None:
        not_before = to_text(self._now() - timedelta(days=self.index_days))
        return stored.load_answer(self._store.connection, url, not_before)

    def _wait_for_turn(self, url: str) -> None:
        day_ago = to_text(self._now() - timedelta(days=1))
        if stored.count_requests(self._store.connection, day_ago) >= self._settings.archive_day_budget:
            raise BudgetSpentError("throttled", "the day's requests (archive_day_budget) are used up", url)
        if self._last is not None:
            wait = 60 / self._settings.archive_requests_per_minute - (self._now() - self._last).total_seconds()
            if wait > 0:
                self._sleep(wait)

    def _ask(
        self, request: requests.PreparedRequest, asked: str, kwargs: dict[str, Any]
    ) -> tuple[str, str, requests.Response | None]:
        """Return (outcome when it is to be tried again, detail, answer)."""
        led = request.copy()
        led.url = self._lead(asked)
        kwargs["proxies"] = get_environ_proxies(led.url)
        response: requests.Response | None = None
        try:
            response = super().send(led, **kwargs)
            self._read_body(response)
        except requests.exceptions.Timeout as error:
            return "timed_out", str(error), None
        except requests.exceptions.RequestException as error:
            return "truncated" if response is not None else "unreachable", str(error), response
        finally:
            self._last = self._now()
        return _trouble(response, led.url.startswith(f"{self._settings.archive_url}/cdx/"))

    def _read_body(self, response: requests.Response) -> None:
        """Read the body as it was sent, at most as much as `max_list_bytes` allows: more is cut, and so no list.

        Nothing is unpacked by its header: that may be the captured answer's, and need not be true of this body.
        """
        response.raw.headers.discard("Content-Encoding")
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
        self.is_evident = "Memento-Datetime" in response.headers
        location = response.headers.pop("Location", "")
        if name := response.headers.get("Content-Disposition"):
            response.headers.setdefault("X-Archive-Orig-Content-Disposition", name)
        if is_index and response.status_code == 200:
            body = _clean_index(unpacked(response.content, self._settings.max_list_bytes))
            with self._store.writing():
                self._record(asked, "indexed", "", response)
                stored.save_answer(self._store, asked, to_text(self._now()), body)
            return _answer(request, body)
        if response.status_code in _REDIRECTS and not self.is_evident:
            if is_index:
                self._record(asked, "redirected", location[:300], response)
                raise ArchiveUnavailableError("redirected", "the archive's index leads to another site", asked)
            # The nearest capture is asked for at the archive, whatever host is named; no other place is asked.
            if elsewhere := _REPLAY.fullmatch(location):
                response.headers["Location"] = WAYBACK_ROOT + elsewhere[1]
        elif response.status_code == 200 and not self.is_evident:
            response.headers["Memento-Datetime"] = response.headers.get("Date", "-")  # by its address it is a capture
        with self._store.writing():
            if response.status_code in _REDIRECTS and not self.is_evident:
                self._record(asked, "redirected", location[:300], response)
            if asked.startswith(f"{WAYBACK_ROOT}/web/"):
                stored.save_answer(self._store, asked, to_text(self._now()), self._kept(response))
        return response

    def _kept(self, response: requests.Response) -> bytes:
        """Return an answer as it is stored until it is judged: who is killed meanwhile need not ask again."""
        head = {"status": response.status_code, "headers": dict(response.headers), "is_evident": self.is_evident}
        return json.dumps(head).encode() + b"\n" + response.content

    def _revive(self, request: requests.PreparedRequest, kept: bytes) -> requests.Response:
        head, _, body = kept.partition(b"\n")
        said = json.loads(head)
        self.is_evident = said["is_evident"]
        response = _answer(request, body)
        response.status_code, response.headers = said["status"], CaseInsensitiveDict(said["headers"])
        response.encoding = get_encoding_from_headers(response.headers)
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
    response._content_consumed = True  # type: ignore[attr-defined]
    response.encoding = "utf-8"
    return response


def _trouble(response: requests.Response, is_index: bool) -> tuple[str, str, requests.Response]:
    """Return why the answer is to be asked for again, "" when it is not: what a capture says is never the archive's."""
    status = response.status_code
    if "Memento-Datetime" in response.headers:
        return "", "", response
    if status == 429:
        return "throttled", f"status {status}", response
    if status >= 500:
        return "server_error", f"status {status}", response
    if status in (401, 403) and "X-Archive-Wayback-Runtime-Error" not in response.headers:
        return "refused", f"status {status}", response
    if is_index and status == 200 and unpacked(response.content[:4096], 4096).lstrip()[:1] == b"<":
        return "refused", "a page in place of the index's records", response
    return "", "", response


def _clean_index(body: bytes) -> bytes:
    """Return an answer of the index as lines of seven fields, odd records left out; the resume key stays at its end.

    The index answers in lines, or as JSON with a header row. A record with fewer fields or without a time names no
    capture that could be asked for.
    """
    text = body.decode("utf-8", "replace")
    lines = list(_json_lines(text)) if text.lstrip().startswith("[") else [line.strip() for line in text.splitlines()]
    key: list[str] = []
    if "" in lines:
        at = lines.index("")
        key, lines = [line for line in lines[at + 1 :] if line][:1], lines[:at]
    return "\n".join([*_whole_records(lines), *(["", *key] if key else [])]).encode()


def _json_lines(text: str) -> Iterator[str]:
    rows = [row for row in json.loads(text) if isinstance(row, list)]
    header = rows[0] if rows else []
    for row in rows[1:]:
        if len(row) <= 1:  # nothing, and then the resume key
            yield "".join(map(str, row))
        else:
            named = dict(zip(header, row, strict=False))
            yield " ".join(str(named.get(name) or "-").replace(" ", "%20") for name in _INDEX_FIELDS)


def _whole_records(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        found = _INDEX_LINE.fullmatch(line)
        if found is not None and _is_time(found[1]):
            yield line


def _is_time(stamp: str) -> bool:
    try:
        datetime.strptime(f"{stamp}Z", "%Y%m%d%H%M%S%z")
    except ValueError:
        return False
    return True
