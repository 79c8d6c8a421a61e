"""Rate limits: a token bucket for each client, kept in memory, and the middleware that refuses with 429."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monitor.web.http.client_ip import client_network

#: Makes the answer to a client that must wait: (what it did, seconds to wait) -> an ASGI application.
Refusal = Callable[[str, int], ASGIApp]


class TokenBuckets:
    """Buckets of `size` requests by key, each refilled evenly at `per_second`; the least recently used is dropped."""

    def __init__(
        self, size: float, per_second: float, clock: Callable[[], float] = time.monotonic, most_keys: int = 10_000
    ) -> None:
        self._size, self._rate, self._clock, self._most_keys = size, per_second, clock, most_keys
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # key -> (requests left, when)

    def take(self, key: str) -> int:
        """Take one request from the key's bucket and return 0; return the whole seconds to wait when it is empty."""
        now = self._clock()
        left, since = self._buckets.pop(key, (self._size, now))
        left = min(self._size, left + (now - since) * self._rate)
        allowed = left >= 1
        self._buckets[key] = (left - 1 if allowed else left, now)
        if len(self._buckets) > self._most_keys:
            self._buckets.popitem(last=False)
        return 0 if allowed else math.ceil((1 - left) / self._rate)

    def left(self, key: str) -> tuple[int, int]:
        """Return how many requests the key's bucket held when it was last asked, and the seconds until it is full."""
        left, _ = self._buckets.get(key, (self._size, 0.0))
        return int(left), math.ceil((self._size - left) / self._rate)


def is_too_large(headers: Mapping[str, str], most_bytes: int) -> bool:
    """Return whether a request's body may be larger than that: by its length, or because it does not say one."""
    return int(headers.get("content-length") or most_bytes + 1) > most_bytes


def refuse_in_text(detail: str, wait: int) -> ASGIApp:
    """Return a plain 429 answer."""
    return PlainTextResponse(f"{detail}\n", 429, {"Retry-After": str(wait), "Cache-Control": "no-store"})


class RateLimit:
    """Middleware that lets each client ask `per_minute` requests within a minute and refuses what is beyond."""

    def __init__(
        self, app: ASGIApp, per_minute: int, clock: Callable[[], float] = time.monotonic,
        proxies: Collection[str] = (), refuse: Refusal = refuse_in_text,
    ) -> None:  # fmt: skip
        self._app, self._proxies, self._refuse, self._per_minute = app, proxies, refuse, per_minute
        self._buckets = TokenBuckets(per_minute, per_minute / 60, clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or refuse; either way say how many requests are left (IETF draft: RateLimit header fields)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        client = client_network(scope, self._proxies)
        wait = self._buckets.take(client)
        left, full_in = self._buckets.left(client)

        async def tell(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = [
                    (b"ratelimit-policy", b'"client";q=%d;w=60' % self._per_minute),
                    (b"ratelimit", b'"client";r=%d;t=%d' % (left, full_in)),
                ]
                message = {**message, "headers": [*message.get("headers", ()), *said]}
            await send(message)

        if wait:
            detail = f"more than {self._per_minute} requests a minute; ask again in {wait} s"
            await self._refuse(detail, wait)(scope, receive, tell)
            return
        await self._app(scope, receive, tell)
