"""Costly questions take turns: one is worked on, a few wait, the rest are told to ask again.

Cheap pages never wait for them. A client that leaves while it waits gives its place up; the work that already runs is
finished, and its answer kept by the caller that keeps answers.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from typing import TypeVar
from urllib.parse import parse_qsl

import anyio
import anyio.to_thread
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monitor.web.http.client_ip import client_network

#: Seconds after which a client that was refused may ask again.
RETRY_AFTER = 5
Value = TypeVar("Value")
#: Whether a request is costly: (path, query string) -> bool.
IsCostly = Callable[[str, bytes], bool]


class BusyError(Exception):
    """As many wait already as may."""


class Turns:
    """One at a time has its turn, in the order of asking; `most_waiting` may wait. All of one event loop."""

    def __init__(self, most_waiting: int = 8) -> None:
        self._most_waiting = most_waiting
        self._taken = False
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def waiting(self) -> int:
        """Return how many wait."""
        return len(self._waiting)

    @asynccontextmanager
    async def take(self) -> AsyncIterator[None]:
        """Wait for a turn and hold it; raise `BusyError` at once when too many wait already."""
        await self.begin()
        try:
            yield
        finally:
            self.end()

    async def begin(self) -> None:
        """Wait for a turn, which `end` must give back; a task that is cancelled meanwhile has none."""
        if not self._taken:
            self._taken = True
            return
        if len(self._waiting) >= self._most_waiting:
            raise BusyError
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        try:
            await place
        except asyncio.CancelledError:
            if place in self._waiting:
                self._waiting.remove(place)
            elif not place.cancelled():  # its turn came at the moment it left
                self.end()
            raise

    def end(self) -> None:
        """Give the turn to the request that has waited longest."""
        while self._waiting:
            place = self._waiting.popleft()
            if not place.done():
                place.set_result(None)
                return
        self._taken = False


class OwnThread:
    """Work in a thread of its own, one piece at a time, so that it never takes one of those that answer pages."""

    def __init__(self, most_waiting: int) -> None:
        self._turns = Turns(most_waiting)

    async def run(self, work: Callable[[], Value]) -> Value:
        """Return what `work()` returns; raise `BusyError` at once when too many wait already."""
        async with self._turns.take():
            return await anyio.to_thread.run_sync(work, limiter=anyio.CapacityLimiter(1))


class OwnThreads:
    """Work that may wait until another program lets go of the database, in threads of its own: pages wait for none."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._limiter: anyio.CapacityLimiter | None = None

    async def run(self, work: Callable[[], Value]) -> Value:
        """Return what `work()` returns, in the order of asking."""
        if self._limiter is None:  # it belongs to the event loop
            self._limiter = anyio.CapacityLimiter(self._count)
        return await anyio.to_thread.run_sync(work, limiter=self._limiter)


class TakingTurns:
    """Middleware: requests that `is_costly` take turns; one that finds too many waiting is refused with 503.

    `elsewhere` answers them where it is given; one that it raises `BusyError` for is refused too.
    """

    def __init__(
        self, app: ASGIApp, turns: Turns, is_costly: IsCostly, refuse: Callable[[int], ASGIApp], *,
        elsewhere: ASGIApp | None = None,
    ) -> None:  # fmt: skip
        self._app, self._turns, self._is_costly, self._refuse = app, turns, is_costly, refuse
        self._elsewhere = elsewhere or app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, refuse, or drop the request when its client leaves before its turn."""
        if scope["type"] != "http" or not self._is_costly(scope["path"], scope["query_string"]):
            await self._app(scope, receive, send)
            return
        gone = asyncio.ensure_future(_wait_until_gone(receive))
        turn = asyncio.ensure_future(self._turns.begin())
        try:
            await asyncio.wait({turn, gone}, return_when=asyncio.FIRST_COMPLETED)
            if turn.done() and turn.exception() is not None:
                await self._refuse(RETRY_AFTER)(scope, receive, send)
            elif not gone.done():
                await self._elsewhere(scope, _without_body(gone), send)
        except BusyError:
            await self._refuse(RETRY_AFTER)(scope, receive, send)
        finally:
            gone.cancel()
            if not turn.cancel() and turn.exception() is None:
                self._turns.end()


class Clients:
    """Who has requests in work: `at_once` of each client's are worked on, more wait, up to `most` in all."""

    def __init__(self, at_once: int, most: int, proxies: Collection[str] = ()) -> None:
        self._at_once, self._most, self._proxies = at_once, most, proxies
        self._asked: Counter[str] = Counter()
        self._places: dict[str, asyncio.Semaphore] = {}

    @asynccontextmanager
    async def take(self, scope: Scope) -> AsyncIterator[None]:
        """Wait for a place among the client's own requests and hold it; raise `BusyError` when it asks for too many."""
        client = client_network(scope, self._proxies)
        if self._asked[client] >= self._most:
            raise BusyError
        self._asked[client] += 1
        try:
            async with self._places.setdefault(client, asyncio.Semaphore(self._at_once)):
                yield
        finally:
            self._asked[client] -= 1
            if not self._asked[client]:
                del self._asked[client], self._places[client]


class FewAtOnce:
    """Middleware: a flood of one client waits for itself only."""

    def __init__(self, app: ASGIApp, clients: Clients, refuse: Callable[[int], ASGIApp]) -> None:
        self._app, self._clients, self._refuse = app, clients, refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse; a client that left counts until the work for it is done."""
        try:
            async with self._clients.take(scope):
                await self._app(scope, receive, send)
        except BusyError:
            await self._refuse(1)(scope, receive, send)


def asks(query: bytes, *names: str) -> bool:
    """Return whether a query gives one of the parameters a value, in whatever way the name is written."""
    return any(name in names for name, _ in parse_qsl(query.decode("latin-1")))


def refuse_busy(wait: int) -> ASGIApp:
    """Return a plain 503 answer."""
    text = f"Too many questions are being asked; ask again in {wait} seconds.\n"
    return PlainTextResponse(text, 503, {"Retry-After": str(wait), "Cache-Control": "no-store"})


async def _wait_until_gone(receive: Receive) -> Message:
    """Wait until the client has left; what it sends of a body is dropped, as a GET has none."""
    while (message := await receive())["type"] != "http.disconnect":
        pass
    return message


def _without_body(gone: asyncio.Future[Message]) -> Receive:
    """Return a `receive` for the application: an empty body, then the client's leaving."""
    first: list[Message] = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Message:
        if first:
            return first.pop()
        await asyncio.wait({gone})
        return {"type": "http.disconnect"}

    return receive
