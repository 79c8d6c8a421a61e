"""How fast one network address may ask: a bucket of requests that fills again evenly, kept in memory."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Collection

from starlette.types import ASGIApp, Receive, Scope, Send

from monitor.web.api.problems import Problem, problem_response
from monitor.web.http.client_ip import asker_of

#: Addresses remembered at once; the one that asked longest ago is forgotten first.
REMEMBERED = 10_000


class RateLimit:
    """Answers 429 with Retry-After to an address that asked more than `per_minute` requests within a minute."""

    def __init__(
        self, app: ASGIApp, per_minute: int, clock: Callable[[], float] = time.monotonic, proxies: Collection[str] = ()
    ) -> None:
        self._app = app
        self._proxies = proxies
        self._size = float(per_minute)
        self._rate = per_minute / 60.0
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # address -> (requests left, when)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (wait := self._wait(asker_of(scope, self._proxies))):
            problem = Problem(429, f"more than {self._size:.0f} requests a minute; ask again in {wait} s")
            await problem_response(problem, {"Retry-After": str(wait)})(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _wait(self, address: str) -> int:
        """Whole seconds until the address may ask again; 0 when it may now, and then it has."""
        now = self._clock()
        left, since = self._buckets.pop(address, (self._size, now))
        left = min(self._size, left + (now - since) * self._rate)
        allowed = left >= 1
        self._buckets[address] = (left - 1 if allowed else left, now)
        if len(self._buckets) > REMEMBERED:
            self._buckets.popitem(last=False)
        return 0 if allowed else int((1 - left) / self._rate) + 1
