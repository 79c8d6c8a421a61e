"""Rendered pages kept in memory for as long as the data stay as they are; answered without asking anything else.

Plain ASGI, in front of the application: from here a page costs a look into a dictionary. The version of the data is
asked at most every `fresh_seconds`; when it differs, all that is kept is forgotten.
"""

from __future__ import annotations

import gzip
import hashlib
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

from monitor.web.http.headers import ALWAYS
from monitor.web.pages.site import Site

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

_PACKED = (b"text/", b"application/json", b"image/svg+xml", b"text/csv")


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer: its status, its headers, its body as it is and packed."""

    status: int
    plain_headers: Headers
    plain: bytes
    packed_headers: Headers
    packed: bytes | None
    mark: bytes


class PageCache:
    """The application with its pages kept: at most `most_bytes` of them, the least lately asked for dropped first."""

    def __init__(
        self, app: App, site: Site, *, uncached: tuple[str, ...] = (), most_bytes: int = 128_000_000,
        fresh_seconds: float = 0.5,
    ) -> None:  # fmt: skip
        self.app = app
        self.site = site
        self._uncached = uncached
        self._most_bytes = most_bytes
        self._fresh_seconds = fresh_seconds
        self._kept: OrderedDict[tuple[str, bytes], Kept] = OrderedDict()
        self._bytes = 0
        self._version = ""
        self._asked_at = float("-inf")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The kept answer is sent; else the application's, which is then kept when it may be."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD") or self._is_uncached(scope["path"]):
            await self.app(scope, receive, send)
            return
        self._forget_old()
        key = (scope["path"], scope["query_string"])
        kept = self._kept.get(key)
        if kept is None:
            kept = await self._ask(scope, receive)
            if kept.status in (200, 404) and len(scope["query_string"]) <= 500:
                self._keep(key, kept)
        else:
            self._kept.move_to_end(key)
        await self._send(kept, scope, send)

    def _is_uncached(self, path: str) -> bool:
        return any(path.startswith(prefix) for prefix in self._uncached)

    def _forget_old(self) -> None:
        now = time.monotonic()
        if now - self._asked_at < self._fresh_seconds:
            return
        self._asked_at = now
        version = self.site.version()
        if version != self._version:
            self._version, self._bytes = version, 0
            self._kept.clear()

    def _keep(self, key: tuple[str, bytes], kept: Kept) -> None:
        size = len(kept.plain) + len(kept.packed or b"")
        if size > self._most_bytes // 8:
            return
        self._kept[key] = kept
        self._bytes += size
        while self._bytes > self._most_bytes:
            _, old = self._kept.popitem(last=False)
            self._bytes -= len(old.plain) + len(old.packed or b"")

    async def _ask(self, scope: Scope, receive: Receive) -> Kept:
        """The application's answer, whole. A HEAD is asked as a GET, so that both are kept as one."""
        status, headers, parts = 500, [], []

        async def collect(message: Message) -> None:
            nonlocal status, headers
            if message["type"] == "http.response.start":
                status, headers = message["status"], list(message.get("headers", []))
            elif message["type"] == "http.response.body":
                parts.append(message.get("body", b""))

        plainly = [(k, v) for k, v in scope["headers"] if k not in (b"if-none-match", b"if-modified-since", b"range")]
        await self.app({**scope, "method": "GET", "headers": plainly}, receive, collect)
        body = b"".join(parts)
        mark = b'"' + hashlib.blake2b(body, digest_size=12).hexdigest().encode() + b'"'
        headers = [h for h in headers if h[0] not in (b"content-length", b"etag")]
        names = {name for name, _ in headers}
        headers += [(k.encode(), v.encode()) for k, v in ALWAYS.items() if k.encode() not in names]
        headers += [(b"etag", mark), (b"vary", b"accept-encoding")]
        media = dict(headers).get(b"content-type", b"")
        packed = gzip.compress(body, 6, mtime=0) if len(body) > 800 and media.startswith(_PACKED) else None
        plain_headers = [*headers, (b"content-length", str(len(body)).encode())]
        packed_headers = [
            *headers,
            (b"content-encoding", b"gzip"),
            (b"content-length", str(len(packed or b"")).encode()),
        ]
        return Kept(status, plain_headers, body, packed_headers, packed, mark)

    async def _send(self, kept: Kept, scope: Scope, send: Send) -> None:
        takes_gzip = known = False
        for name, value in scope["headers"]:
            if name == b"accept-encoding":
                takes_gzip = b"gzip" in value
            elif name == b"if-none-match":
                known = kept.mark in value
        if known and kept.status == 200:
            headers = [h for h in kept.plain_headers if h[0] not in (b"content-length", b"content-type")]
            await send({"type": "http.response.start", "status": 304, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
            return
        packed = takes_gzip and kept.packed is not None
        headers = kept.packed_headers if packed else kept.plain_headers
        body = kept.packed if packed and kept.packed is not None else kept.plain
        await send({"type": "http.response.start", "status": kept.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
