"""The stand-in's HTTP: one answer to each request, as a well-behaved server gives it, or as a fault spoils it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from tests.standin import forms
from tests.standin.faults import FAULTS

if TYPE_CHECKING:
    from tests.standin.site import StandIn


@dataclass(slots=True)
class Answer:
    """What a well-behaved server would say."""

    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Logged:
    """One request as it came in, and the status or fault it was answered with."""

    path: str
    headers: dict[str, str]  # names in lower case
    at: datetime
    answer: str


class Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, site: StandIn, port: int) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.site = site

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up in the middle is part of the play."""


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server: Server
    disable_nagle_algorithm = True

    @property
    def site(self) -> StandIn:
        return self.server.site

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        fault = self.site.take_fault(path)
        answer = self.site.answer_to(path)
        said = fault or ("404" if answer is None else "304" if self._unchanged(path, answer) else "200")
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.site.requests.append(Logged(self.path, headers, datetime.now(UTC), said))
        if fault:
            FAULTS[fault](self, answer or Answer({}, b"<html></html>"))
        elif answer is None:
            self.send(404, {"Content-Type": "text/html"}, forms.NOT_FOUND.encode())
        elif said == "304":
            self.send(304, {k: v for k, v in answer.headers.items() if k in ("ETag", "Last-Modified")}, b"")
        else:
            self.send(200, answer.headers, answer.body)

    def _unchanged(self, path: str, answer: Answer) -> bool:
        """ICE's ways: an ETag decides where there is one, save for MOA documents, where only the date does."""
        etag, modified = answer.headers.get("ETag"), answer.headers.get("Last-Modified")
        asked_etag, asked_since = self.headers.get("If-None-Match"), self.headers.get("If-Modified-Since")
        if asked_etag and etag and not path.startswith("/doclib/287gMOA/"):
            return asked_etag == etag
        if asked_since and modified:
            return parsedate_to_datetime(asked_since) >= parsedate_to_datetime(modified)
        return False

    def begin(self, status: int, headers: dict[str, str]) -> None:
        """Status line and headers are out; the body is the caller's."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def send(self, status: int, headers: dict[str, str], body: bytes) -> None:
        """A whole, well-framed answer is out."""
        self.begin(status, {**headers, "Content-Length": str(len(body))} if status != 304 else headers)
        if body:
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Requests are logged in `StandIn.requests`, not on stderr."""
