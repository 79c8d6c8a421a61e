"""A stand-in of the Internet Archive on loopback: its index, captures and refusals, with a clock that can be turned."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

FIELDS = ("urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length")
#: The archive drops connections after so many requests in quick succession, until it has had a minute of quiet.
QUICK, QUICK_GAP, QUIET = 20, timedelta(seconds=2), timedelta(seconds=60)
_REPLAY = re.compile(r"/web/(\d{14})(\w\w_)?/(.+)", re.DOTALL)


@dataclass(slots=True)
class Kept:
    """One capture of the archive."""

    timestamp: str  # fourteen digits
    original: str
    body: bytes
    mimetype: str = "text/html"
    status: int = 200
    location: str = ""  # of a capture that is a redirect
    disposition: str = ""
    packed: bool = False  # the stored body is gzip, and no header says so
    gone: bool = False  # indexed, yet not to be played: the nearest one answers in its place
    digest: str = ""
    headers: dict[str, str] = field(default_factory=dict)  # of the answer, besides those of every capture

    def __post_init__(self) -> None:
        if self.packed:
            self.body = gzip.compress(self.body, mtime=0)
        self.digest = self.digest or base64.b32encode(hashlib.sha1(self.body).digest()).decode()  # noqa: S324

    @property
    def fields(self) -> list[str]:
        status = "-" if self.mimetype == "warc/revisit" else str(self.status)
        key = surt(self.original)
        return [key, self.timestamp, self.original, self.mimetype, status, self.digest, str(len(self.body))]


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came in, by the archive's clock, and how it was answered."""

    path: str
    at: datetime
    answer: str


def surt(url: str) -> str:
    """The key an address is indexed under: scheme, `www.`, port and case make no difference."""
    parts = urlsplit(url if "://" in url else f"http://{url}")
    host = (parts.hostname or "").removeprefix("www.")
    path = parts.path.lower() + (f"?{parts.query}" if parts.query else "")
    return f"{','.join(reversed(host.split('.')))}){path or '/'}"


@dataclass
class ArchiveStandIn:
    """The archive on 127.0.0.1. Use it as a context manager; script it while it runs."""

    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    captures: list[Kept] = field(default_factory=list)
    odd_lines: list[str] = field(default_factory=list)  # odd records that every answer of the index begins with
    index_limit: int = 10_000  # the most records in one answer
    answers_json: bool = False
    filters: bool = True  # whether the index heeds `filter`
    says_memento: bool = True  # whether captures are called so in their answers' headers
    location: str = "{root}/web/{stamp}{mode}/{original}"  # where the nearest capture is, in a redirect's header
    faults: list[str] = field(
        default_factory=list
    )  # for the next requests: a status, drop, cut, empty, page, "", or where it leads
    retry_after: str = ""  # what it asks for with status 429
    drop_every: int = 0  # each so-manieth connection is dropped; 0: none
    saving: list[str] = field(default_factory=list)  # addresses of which a copy was asked for
    requests: list[Asked] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _quick: int = 0
    _refusing: bool = False
    _server: Any = None

    def __enter__(self) -> Self:
        self._server = _Server(self)
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def keep(self, timestamp: str, original: str, body: bytes, mimetype: str = "text/html", **more: Any) -> Kept:
        """The archive has one capture more."""
        kept = Kept(timestamp, original, body, mimetype, **more)
        self.captures.append(kept)
        return kept

    def asked_for(self, part: str = "/web/") -> list[str]:
        """The paths asked for that were answered, oldest first, when they hold the part."""
        return [asked.path for asked in self.requests if part in asked.path and asked.answer == "200"]

    # -- what it answers -------------------------------------------------------------------------------------------

    def fault_for(self, path: str) -> str:
        """How this request goes wrong, "" when it does not; the request is counted."""
        with self._lock:
            now = self.clock()
            gap = now - self.requests[-1].at if self.requests else QUIET
            if self._refusing:
                self._refusing = gap < QUIET
            self._quick = self._quick + 1 if gap < QUICK_GAP else 1
            if self._quick > QUICK:
                self._refusing, self._quick = True, 0
            fault = "drop" if self._refusing else self.faults.pop(0) if self.faults else ""
            if not fault and self.drop_every and len(self.requests) % self.drop_every == self.drop_every - 1:
                fault = "drop"
            self.requests.append(Asked(path, now, fault or "200"))
            return fault

    def index(self, query: dict[str, list[str]]) -> str:
        """The index's answer: lines of seven fields, or JSON with a header row; a resume key at the end of a part."""
        found = list(self._matching(query))
        start = int(query.get("resumeKey", ["0"])[0])
        limit = min(int(query.get("limit", ["100000"])[0]), self.index_limit)
        part, more = found[start : start + limit], start + limit < len(found)
        key = [str(start + limit)] if more and query.get("showResumeKey", ["false"])[0] == "true" else []
        if self.answers_json or query.get("output") == ["json"]:
            rows: list[list[str]] = [list(FIELDS), *part, *([[], key] if key else [])]
            return json.dumps(rows)
        lines = [*self.odd_lines, *(" ".join(row) for row in part), *(["", *key] if key else [])]
        return "\n".join(lines) + "\n" if lines else ""

    def _matching(self, query: dict[str, list[str]]) -> Iterator[list[str]]:
        asked = surt(query["url"][0])
        prefix = query.get("matchType") == ["prefix"]
        before = ""
        for kept in sorted(self.captures, key=lambda k: (surt(k.original), k.timestamp)):
            key = surt(kept.original)
            if not (key.startswith(asked) if prefix else key.rstrip("/") == asked.rstrip("/")):
                continue
            if kept.timestamp < query.get("from", [""])[0] or kept.timestamp > query.get("to", ["9"])[0]:
                continue
            revisit = kept.mimetype == "warc/revisit"
            if self.filters and query.get("filter") == ["statuscode:200"] and kept.status != 200 and not revisit:
                continue
            if query.get("collapse") == ["digest"] and kept.digest == before:
                continue
            before = kept.digest
            yield kept.fields

    def find(self, timestamp: str, original: str) -> tuple[Kept | None, bool]:
        """The capture of that address nearest to that time, and whether it is the very one."""
        same = [kept for kept in self.captures if surt(kept.original) == surt(original) and not kept.gone]
        if not same:
            return None, False
        nearest = min(same, key=lambda kept: (abs(int(kept.timestamp) - int(timestamp)), kept.timestamp))
        if nearest.mimetype == "warc/revisit":  # its content is that of the capture it repeats
            nearest = next((k for k in same if k.digest == nearest.digest and k.mimetype != "warc/revisit"), nearest)
        return nearest, nearest.timestamp == timestamp


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, archive: ArchiveStandIn) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.archive = archive

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up in the middle is part of the play."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        archive = self.server.archive
        fault = archive.fault_for(self.path)
        if fault == "drop":
            self.close_connection = True
            self.connection.close()
            return
        if fault == "page" or fault.isdigit():
            status = 200 if fault == "page" else int(fault)
            headers = {"Content-Type": "text/html", **({"Retry-After": archive.retry_after} if status == 429 else {})}
            self.send(status, headers, b"<html><body><h1>Slow down</h1></body></html>")
            return
        if fault.startswith("http"):
            self.send(302, {"Location": fault}, b"")
            return
        if self.path.startswith("/cdx/search/cdx"):
            body = archive.index(parse_qs(self.path.partition("?")[2]))
            self.send(200, {"Content-Type": "text/plain"}, body.encode(), fault)
            return
        if self.path.startswith("/save/status/"):
            self.tell_state()
            return
        self.replay(archive, fault)

    def do_POST(self) -> None:
        """A wish for a copy: it is granted to who has keys, at the state's second asking."""
        archive = self.server.archive
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        fault = archive.fault_for(self.path)
        if fault:
            self.send(int(fault), {"Content-Type": "text/html"}, b"")
            return
        if self.headers["Authorization"] != "LOW key:secret":
            self.send_json({"message": "You need to be logged in to use Save Page Now."}, 401)
            return
        url = parse_qs(body)["url"][0]
        archive.saving.append(url)
        self.send_json({"url": url, "job_id": f"spn2-{len(archive.saving)}"})

    def send_json(self, said: dict[str, Any], status: int = 200) -> None:
        self.send(status, {"Content-Type": "application/json"}, json.dumps(said).encode())

    def tell_state(self) -> None:
        archive = self.server.archive
        if len(archive.asked_for(self.path)) < 2:
            self.send_json({"status": "pending"})
            return
        url = archive.saving[int(self.path.rpartition("-")[2]) - 1]
        stamp = archive.clock().strftime("%Y%m%d%H%M%S")
        self.send_json({"status": "success", "timestamp": stamp, "original_url": url})

    def replay(self, archive: ArchiveStandIn, fault: str) -> None:
        found = _REPLAY.fullmatch(self.path)
        kept, exact = archive.find(found[1], found[3]) if found else (None, False)
        if found is None or kept is None:
            self.send(404, {"Content-Type": "text/html"}, b"<html><body>The Wayback Machine has not archived it</body>")
            return
        if not exact:
            place = archive.location.format(
                root=archive.url, stamp=kept.timestamp, mode=found[2] or "", original=kept.original
            )
            self.send(302, {"Location": place}, b"")
            return
        moment = datetime.strptime(kept.timestamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        headers = {"Content-Type": kept.mimetype, **kept.headers}
        if archive.says_memento:
            headers["Memento-Datetime"] = format_datetime(moment, usegmt=True)
            headers["Link"] = f'<{kept.original}>; rel="original"'
        if kept.location:
            headers["Location"] = f"{archive.url}/web/{kept.timestamp}id_/{kept.location}"
        if kept.disposition:
            headers["X-Archive-Orig-Content-Disposition"] = kept.disposition
        self.send(kept.status, headers, b"" if fault == "empty" else kept.body, fault)

    def send(self, status: int, headers: dict[str, str], body: bytes, fault: str = "") -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if fault == "cut" else body)
        if fault == "cut":
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Requests are logged in `ArchiveStandIn.requests`, not on stderr."""
