"""Answers kept in memory for as long as the data stay the same."""

from __future__ import annotations

import gzip
import re
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass
from typing import Generic, TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monitor.web.http.conditional import is_not_modified, make_etag
from monitor.web.http.headers import SECURITY_HEADERS
from monitor.web.http.turns import RETRY_AFTER, refuse_busy

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
RawHeaders = list[tuple[bytes, bytes]]

_COMPRESSED = (b"text/", b"application/json", b"application/atom+xml", b"application/feed+json", b"image/svg+xml")
#: A shorter body gains nothing by compression.
_LEAST_COMPRESSED = 800
#: Addresses with longer queries are answered and not kept.
_LONGEST_QUERY = 500
#: A longer body is compressed in a thread: what it takes would make every other answer wait.
_LONG = 32_000
#: Bytes handed over at a time: a client that reads slowly holds no copy of the whole.
_PIECE = 65_536
#: Bytes of all bodies on their way to clients, each counted once; beyond, large ones are refused.
MOST_ON_THEIR_WAY, _LARGE = 64_000_000, 1_000_000
#: Characters of a path, bytes of a query, beyond which an address is refused: no link of ours is as long.
LONGEST_PATH, LONGEST_QUERY = 1_000, 4_000
_TOO_LONG = PlainTextResponse("this address is too long\n", 414)


class ByteCache(Generic[Key, Value]):
    """Values of one version of the data: at most `most_bytes` of them, the least recently used dropped first.

    A value asked for or kept under another version drops all that are kept. Threads may share one.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._kept: OrderedDict[Key, tuple[Value, int]] = OrderedDict()
        self._bytes = 0
        self._version: Hashable = None
        self._lock = threading.Lock()

    def get(self, key: Key, version: Hashable) -> Value | None:
        """Return the value kept under the key for this version; None when there is none."""
        with self._lock:
            self._use(version)
            if key not in self._kept:
                return None
            self._kept.move_to_end(key)
            return self._kept[key][0]

    def put(self, key: Key, version: Hashable, value: Value, size: Callable[[Value], int]) -> Value:
        """Keep the value unless it is too large, and return it; `size` gives its bytes."""
        taken = size(value)
        with self._lock:
            self._use(version)
            self._bytes -= self._kept.pop(key, (value, 0))[1]
            if taken <= self._most_bytes // 2:
                self._kept[key] = (value, taken)
                self._bytes += taken
            while self._bytes > self._most_bytes:
                self._bytes -= self._kept.popitem(last=False)[1][1]
        return value

    def _use(self, version: Hashable) -> None:
        if version != self._version:
            self._version, self._bytes = version, 0
            self._kept.clear()


@dataclass(slots=True)
class Answer:
    """An answer as sent: its status, its headers but for the length, its body."""

    status: int
    headers: RawHeaders
    etag: str
    body: bytes
    compressible: bool
    _compressed: bytes | None = None

    def compressed(self) -> bytes | None:
        """Return the body compressed, None when that is not worth it; made when a client first asks for it."""
        if self._compressed is None and self.compressible:
            self._compressed = gzip.compress(self.body, 6, mtime=0)
        return self._compressed

    def may_be_kept(self) -> bool:
        """Return whether the next client may have it too."""
        return self.status == 200 and (b"cache-control", b"no-store") not in self.headers

    def size(self) -> int:
        """Return about how many bytes the body takes, compressed too where it may be."""
        return len(self.body) * 4 // 3 if self.compressible else len(self.body)


class OnTheirWay:
    """The bodies being sent, at most so many bytes of them; one sent to many clients counts once."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes, self._bytes = most_bytes, 0
        self._clients: Counter[int] = Counter()

    def begin(self, answer: Answer) -> bool:
        """Count an answer in; return False when it is large and too much is on its way already."""
        new = id(answer) not in self._clients
        if new and answer.size() > _LARGE and self._bytes + answer.size() > self._most_bytes:
            return False
        self._clients[id(answer)] += 1
        self._bytes += answer.size() if new else 0
        return True

    def end(self, answer: Answer) -> None:
        """Count an answer out."""
        self._clients[id(answer)] -= 1
        if not self._clients[id(answer)]:
            del self._clients[id(answer)]
            self._bytes -= answer.size()


class CachedApp:
    """An ASGI application whose answers to GET and HEAD are kept for as long as `version()` returns the same.

    Plain ASGI, in front of everything: a kept page costs one look-up. `version` is asked at most every `fresh_seconds`.
    Addresses that begin with one of `uncached` go straight to the application. `too_long` answers addresses longer
    than any of ours, but for those of `limited_below`, where the application does.
    """

    def __init__(
        self, app: ASGIApp, version: Callable[[], str], *, uncached: tuple[str, ...] = (),
        limited_below: str | None = None,
        too_long: ASGIApp = _TOO_LONG, most_bytes: int = 16_000_000, fresh_seconds: float = 0.5,
    ) -> None:  # fmt: skip
        self.app = app
        self._ask_version = version
        self._uncached = uncached
        self._limited_below = limited_below
        self._too_long = too_long
        self._fresh_seconds = fresh_seconds
        self._cache = ByteCache[tuple[str, bytes], Answer](most_bytes)
        self._on_their_way = OnTheirWay(most_bytes=MOST_ON_THEIR_WAY)
        self._version = ""
        self._asked_at = float("-inf")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the kept answer; otherwise the application's, which is then kept if it may be."""
        if scope["type"] == "http" and (
            len(scope["path"]) > LONGEST_PATH or len(scope["query_string"]) > LONGEST_QUERY
        ):
            below = self._limited_below is not None and scope["path"].startswith(self._limited_below)
            await (self.app if below else self._too_long)(scope, receive, send)
            return
        cached = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
        if not cached or scope["path"].startswith(self._uncached):
            with suppress(ClientDisconnect):  # who leaves in the middle of a form is no fault to log
                await self.app(scope, receive, send)
            return
        version = self._current_version()
        key = (scope["path"], scope["query_string"])
        answer = self._cache.get(key, version)
        if answer is None:
            answer = await self._render(scope, receive)
            if answer.may_be_kept() and len(scope["query_string"]) <= _LONGEST_QUERY:
                self._cache.put(key, version, answer, Answer.size)
        if not self._on_their_way.begin(answer):
            await refuse_busy(RETRY_AFTER)(scope, receive, send)
            return
        try:
            await _send(answer, scope, send)
        finally:
            self._on_their_way.end(answer)

    def _current_version(self) -> str:
        now = time.monotonic()
        if now - self._asked_at >= self._fresh_seconds:
            self._asked_at, self._version = now, self._ask_version()
        return self._version

    async def _render(self, scope: Scope, receive: Receive) -> Answer:
        """The application's whole answer. HEAD is asked as GET, so that both are kept as one."""
        status, headers, parts = 500, RawHeaders(), []

        async def collect(message: Message) -> None:
            nonlocal status, headers
            if message["type"] == "http.response.start":
                status, headers = message["status"], list(message.get("headers", []))
            elif message["type"] == "http.response.body":
                parts.append(message.get("body", b""))

        whole = [(k, v) for k, v in scope["headers"] if k not in (b"if-none-match", b"if-modified-since", b"range")]
        await self.app({**scope, "method": "GET", "headers": whole}, receive, collect)
        body = b"".join(parts)
        etag = make_etag(body, *(value for name, value in headers if name == b"link"))  # a next page is news too
        headers = [h for h in headers if h[0] not in (b"content-length", b"etag")]
        names = {name for name, _ in headers}
        headers += [(k.encode(), v.encode()) for k, v in SECURITY_HEADERS.items() if k.encode() not in names]
        headers.append((b"vary", b"accept-encoding"))
        media = dict(headers).get(b"content-type", b"")
        worth_it = len(body) > _LEAST_COMPRESSED and media.startswith(_COMPRESSED)
        return Answer(status, headers, etag, body, worth_it)


def accepts_gzip(accepted: str) -> bool:
    """Return whether an Accept-Encoding header names gzip with a weight above 0."""
    for part in accepted.lower().split(","):
        coding, _, weight = part.partition(";")
        if coding.strip() == "gzip":
            return re.fullmatch(r"\s*q\s*=\s*0(\.0*)?\s*", weight) is None
    return False


async def _send(answer: Answer, scope: Scope, send: Send) -> None:
    """Send the answer in the form that the request's headers ask for."""
    sent = Headers(scope=scope)
    packed = None
    if accepts_gzip(sent.get("accept-encoding", "")):
        short = len(answer.body) <= _LONG
        packed = answer.compressed() if short else await run_in_threadpool(answer.compressed)
    # the two bodies are different bytes, so their strong ETags differ
    etag = answer.etag if packed is None else f'{answer.etag[:-1]}-gzip"'
    headers = [*answer.headers, (b"etag", etag.encode())]
    last_modified = next((value.decode() for name, value in answer.headers if name == b"last-modified"), None)
    if answer.status == 200 and is_not_modified(sent, etag, last_modified):
        headers = [h for h in headers if h[0] != b"content-type"]
        await send({"type": "http.response.start", "status": 304, "headers": headers})
        await send({"type": "http.response.body", "body": b""})
        return
    body = answer.body if packed is None else packed
    if packed is not None:
        headers.append((b"content-encoding", b"gzip"))
    headers.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    sent_body = b"" if scope["method"] == "HEAD" else body
    for start in range(0, max(len(sent_body), 1), _PIECE):
        piece, more = sent_body[start : start + _PIECE], start + _PIECE < len(sent_body)
        await send({"type": "http.response.body", "body": piece, "more_body": more})
