"""Costly questions take turns: one runs, few wait, the rest are told to come back; who leaves gives its place up."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from monitor.web.http.turns import BusyError, Clients, FewAtOnce, OwnThread, TakingTurns, Turns, refuse_busy


class Reader:
    """One request to an application whose every answer waits for `go`; it may leave."""

    def __init__(self, path: str = "/costly") -> None:
        self.scope: dict[str, Any] = {"type": "http", "path": path, "query_string": b"", "method": "GET"}
        self.leaves = asyncio.Event()
        self.status: int | None = None
        self.headers: dict[bytes, bytes] = {}

    async def receive(self) -> Message:
        await self.leaves.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], dict(message["headers"])


class Costly:
    """The application: it counts how many run at a time, and each waits to be let go."""

    def __init__(self, most_waiting: int) -> None:
        self.running = self.most_running = self.done = 0
        self.go = asyncio.Event()
        self.turns = Turns(most_waiting)
        self.app = TakingTurns(self._answer, self.turns, lambda path, _: path == "/costly", refuse_busy)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/costly":
            self.running += 1
            self.most_running = max(self.most_running, self.running)
            await self.go.wait()
            self.running -= 1
            self.done += 1
        await PlainTextResponse("answer")(scope, receive, send)

    def ask(self, reader: Reader) -> asyncio.Task[None]:
        return asyncio.ensure_future(self.app(reader.scope, reader.receive, reader.send))


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def test_one_runs_three_wait_and_the_rest_are_refused_while_cheap_ones_pass() -> None:
    async def play() -> None:
        costly = Costly(most_waiting=3)
        readers = [Reader() for _ in range(10)]
        tasks = [costly.ask(reader) for reader in readers]
        await settle()
        assert [reader.status for reader in readers] == [None] * 4 + [503] * 6
        assert readers[-1].headers[b"retry-after"] == b"5"
        cheap = Reader("/cheap")
        await costly.ask(cheap)
        assert cheap.status == 200
        costly.go.set()
        await asyncio.gather(*tasks)
        assert [reader.status for reader in readers] == [200] * 4 + [503] * 6
        assert (costly.most_running, costly.done) == (1, 4)

    asyncio.run(play())


def test_whoever_leaves_while_waiting_gives_the_place_up() -> None:
    async def play() -> None:
        costly = Costly(most_waiting=2)
        first, second, third = readers = [Reader() for _ in range(3)]
        tasks = [costly.ask(reader) for reader in readers]
        await settle()
        second.leaves.set()
        await settle()
        assert costly.turns.waiting == 1
        fourth = Reader()
        tasks.append(costly.ask(fourth))
        costly.go.set()
        await asyncio.gather(*tasks)
        assert [r.status for r in (first, second, third, fourth)] == [200, None, 200, 200]
        assert costly.done == 3, "what was asked by the one who left is never worked on"

    asyncio.run(play())


def test_a_cancelled_request_keeps_no_turn() -> None:
    async def play() -> None:
        costly = Costly(most_waiting=2)
        tasks = [costly.ask(Reader()) for _ in range(2)]
        await settle()
        for task in reversed(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        costly.go.set()
        last = Reader()
        await costly.ask(last)
        assert last.status == 200

    asyncio.run(play())


def test_work_in_a_thread_of_its_own_is_one_at_a_time_and_bounded() -> None:
    async def play() -> None:
        go, thread = threading.Event(), OwnThread(most_waiting=1)
        running = [asyncio.ensure_future(thread.run(go.wait)) for _ in range(2)]
        await settle()
        with pytest.raises(BusyError):
            await thread.run(go.wait)
        go.set()
        assert await asyncio.gather(*running) == [True, True]
        assert await thread.run(lambda: 7) == 7

    asyncio.run(play())


def test_a_flood_of_one_client_waits_for_itself_only() -> None:
    """Three of its requests are worked on, six wait, the rest are refused; one that is done gives its place back."""

    async def play() -> None:
        costly = Costly(most_waiting=0)
        few = FewAtOnce(costly._answer, Clients(at_once=3, most=9), refuse_busy)
        flood, honest = [Reader() for _ in range(12)], [Reader(), Reader("/cheap")]
        for number, reader in enumerate(flood):
            reader.scope |= {"client": (f"2001:db8::{number}", 1), "headers": []}  # of one household
        for reader in honest:
            reader.scope |= {"client": ("192.0.2.2", 1), "headers": []}
        tasks = [asyncio.ensure_future(few(r.scope, r.receive, r.send)) for r in flood]
        await settle()
        assert [reader.status for reader in flood] == [None] * 9 + [503] * 3
        assert costly.running == 3
        tasks += [asyncio.ensure_future(few(r.scope, r.receive, r.send)) for r in honest]
        await settle()
        assert (costly.running, honest[1].status) == (4, 200)
        costly.go.set()
        await asyncio.gather(*tasks)
        assert [r.status for r in (*flood, *honest)] == [200] * 9 + [503] * 3 + [200] * 2
        await few(flood[-1].scope, flood[-1].receive, flood[-1].send)
        assert flood[-1].status == 200

    asyncio.run(play())
