"""The stand-in: what is posted, what is linked, what goes wrong, and who asked for what."""

from __future__ import annotations

import hashlib
import itertools
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import quote, unquote

from tests.standin import forms
from tests.standin.faults import FAULTS
from tests.standin.server import Answer, Logged, Server

PAGE = "/identify-and-arrest/287g"
DOCLIB = "/doclib/about/offices/ero/287g/"
MOAS = "/doclib/287gMOA/"
DOWNLOAD = "/file-download/download/public/"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TEXTS = {"participating": "Participating Agencies", "pending": "Pending Agencies"}
IN_PLACE = {"participating": "participatingAgencies.xlsx", "pending": "pendingAgencies.xlsx"}

Family = Literal["doclib", "download", "inplace"]


@dataclass(slots=True)
class Posted:
    """A file on the server. It stays there when the page links another."""

    path: str
    name: str
    data: bytes
    family: Family
    modified: datetime
    text: str = ""
    relative: bool = False

    @property
    def headers(self) -> dict[str, str]:
        headers = {"Content-Type": XLSX, "Last-Modified": format_datetime(self.modified, usegmt=True)}
        if self.family == "download":
            headers["Content-Disposition"] = f'attachment; filename="{self.name}"'
        else:
            headers["ETag"] = f'"{hashlib.sha256(self.data).hexdigest()[:16]}"'
        return headers


@dataclass
class StandIn:
    """A site on 127.0.0.1 with ICE's addresses. Use it as a context manager; script it while it runs."""

    port: int = 0
    robots: str = "User-agent: *\nDisallow: /admin/\n"
    form: Literal["links", "table"] = "links"
    table_rows: list[tuple[str, ...]] = field(default_factory=list)
    totals: str = ""
    only_posted_moas: bool = False  # else every document's address answers with a small PDF
    page_validators: bool = False  # ICE's page carries a nonce and answers none
    retry_after: str | int = 1
    clock: datetime = datetime(2026, 1, 5, 15, 0, tzinfo=UTC)  # Last-Modified of what is posted next
    links: dict[str, Posted] = field(default_factory=dict)
    files: dict[str, Posted] = field(default_factory=dict)
    requests: list[Logged] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)
    _faults: dict[str, list[tuple[str, int | None]]] = field(default_factory=dict)
    _numbers: Any = field(default_factory=lambda: itertools.count(402_117))
    _nonces: Any = field(default_factory=itertools.count)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _server: Server | None = None

    # -- its life --------------------------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        self.up()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self.down()

    def up(self) -> None:
        """The server listens; on the port it had before, if it had one."""
        server = Server(self, self.port)
        self.port = server.server_port
        self._server = server
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def down(self) -> None:
        """Nothing listens any more: connections are refused until `up`."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """The landing page's address."""
        return self.root + PAGE

    # -- what ICE does ---------------------------------------------------------------------------------------------

    def post(
        self,
        list: str,
        data: bytes,
        *,
        name: str = "",
        family: Family = "doclib",
        text: str | None = None,
        relative: bool = False,
        link: bool = True,
    ) -> Posted:
        """A file is on the server and, with `link`, behind the page's link of that list."""
        if family == "inplace":
            name = name or IN_PLACE[list]
        name = name or f"{list}Agencies{self.clock:%m%d%Y}{'am' if self.clock.hour < 17 else 'pm'}.xlsx"
        path = f"{DOWNLOAD}{next(self._numbers)}" if family == "download" else DOCLIB + quote(name)
        posted = Posted(path, name, data, family, self.clock, TEXTS.get(list, list) if text is None else text, relative)
        with self._lock:
            self.files[path] = posted
            if link:
                self.links[list] = posted
        return posted

    def post_moa(self, name: str, data: bytes) -> str:
        """Put a document, or other bytes, at its address below ICE's folder for them; return the address."""
        path = MOAS + quote(name)
        with self._lock:
            self.files[path] = Posted(path, name, data, "doclib", self.clock)
        return self.root + path

    def unlink(self, list: str) -> None:
        """The page no longer links the list; its file stays where it is."""
        with self._lock:
            del self.links[list]

    def swap(self) -> None:
        """Each link leads to the other list's file, as on 22 September 2025."""
        with self._lock:
            one, other = self.links["participating"], self.links["pending"]
            one.data, other.data = other.data, one.data

    def remove(self, list: str) -> None:
        """The file behind the link is gone; the link stays."""
        with self._lock:
            del self.files[self.links[list].path]

    def fail(self, where: str, fault: str, times: int | None = 1) -> None:
        """The next `times` requests for `where` (page, robots, a list, a path) meet the fault; None: all of them."""
        if fault not in FAULTS:
            raise ValueError(f"no fault {fault!r}; there are {', '.join(FAULTS)}")
        self._faults.setdefault(self._path(where), []).append((fault, times))

    def heal(self) -> None:
        """Nothing fails any more."""
        self._faults.clear()

    def asked(self, where: str) -> list[Logged]:
        """The requests for `where` so far are returned, oldest first."""
        path = self._path(where)
        return [logged for logged in self.requests if logged.path.partition("?")[0] == path]

    def _path(self, where: str) -> str:
        if where in self.links:
            return self.links[where].path
        return {"page": PAGE, "robots": "/robots.txt"}.get(where, where)

    # -- what it answers -------------------------------------------------------------------------------------------

    def take_fault(self, path: str) -> str | None:
        with self._lock:
            queue = self._faults.get(path)
            if not queue:
                return None
            fault, times = queue[0]
            if times is not None:
                queue[0] = (fault, times - 1)
                if times <= 1:
                    queue.pop(0)
            return fault

    def page_html(self) -> str:
        """The landing page as it is now."""
        if self.form == "table":
            body = self.totals + forms.list_table(self.table_rows)
        else:
            items = "".join(
                f'<li><a href="{escape(posted.path if posted.relative else self.root + posted.path)}" '
                f'class="file-link">{escape(posted.text)}</a></li>'
                for posted in self.links.values()
            )
            body = self.totals + f"<h2>Agencies</h2><ul>{items}</ul>"
        return forms.landing_page(body, nonce=f"n{next(self._nonces):06d}")

    def answer_to(self, path: str) -> Answer | None:
        with self._lock:
            if path == "/robots.txt":
                return Answer({"Content-Type": "text/plain"}, self.robots.encode())
            if path in (PAGE, "/287g"):
                headers = {"Content-Type": "text/html; charset=UTF-8"}
                body = self.page_html()
                if self.page_validators:
                    seen = self.totals + repr(sorted((k, v.path, v.text) for k, v in self.links.items()))
                    headers["ETag"] = f'W/"{hashlib.sha256(seen.encode()).hexdigest()[:12]}"'
                return Answer(headers, body.encode())
            if path.startswith(MOAS) and path.endswith(".pdf") and path not in self.files and not self.only_posted_moas:
                stamp = format_datetime(datetime(2026, 1, 2, 12, tzinfo=UTC), usegmt=True)
                headers = {"Content-Type": "application/pdf", "Last-Modified": stamp, "ETag": '"moa"'}
                return Answer(headers, b"%PDF-1.7\n")
            posted = self.files.get(path) or self.files.get(quote(unquote(path)))
            return Answer(posted.headers, posted.data) if posted else None
