"""The second process answers what takes long; busy, hanging or gone, it keeps nobody else waiting."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from monitor.web.http.second_process import SecondProcess
from monitor.web.http.turns import TakingTurns, Turns, refuse_busy

#: The applications of the process under test: what it is asked decides what it does.
CODE = """
import os, time
from starlette.responses import PlainTextResponse, Response
from monitor.web.http.second_process_loop import answer_requests

async def app(scope, receive, send):
    path, text = scope["path"], f"{os.getpid()} {os.nice(0)} {scope['query_string'].decode('latin-1')}"
    if path == "/hang":
        time.sleep(60)
    if path == "/die":
        os._exit(3)
    if path == "/fail":
        raise ValueError("a mistake of ours")
    if path == "/much":
        bytes(2 << 30)
    if path == "/large":
        text = "x" * 3_000_000
    await PlainTextResponse(text, 404 if path == "/missing" else 200, {"x-mark": "caf\\xe9"})(scope, receive, send)

def main():
    answer_requests({"app": app})
"""


class Answer:
    """What a client got."""

    def __init__(self) -> None:
        self.status, self.headers, self.body = 0, dict[bytes, bytes](), b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], dict(message["headers"])
        else:
            self.body += message.get("body", b"")

    @property
    def pid(self) -> int:
        return int(self.body.split()[0])


class World:
    """An application whose heavy questions a second process answers."""

    def __init__(self, second: SecondProcess) -> None:
        async def cheap(scope: Scope, receive: Receive, send: Send) -> None:
            await PlainTextResponse("cheap")(scope, receive, send)

        self.second = second
        heavy = second.application("app")
        self._app = TakingTurns(cheap, Turns(2), lambda path, _: path != "/", refuse_busy, elsewhere=heavy)

    async def ask(self, path: str, query: bytes = b"") -> Answer:
        answer = Answer()
        scope: dict[str, Any] = {"type": "http", "method": "GET", "path": path, "query_string": query, "headers": []}
        await self._app(scope, asyncio.Event().wait, answer.send)  # type: ignore[arg-type] # it never leaves
        return answer


@pytest.fixture
def play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Runs a play with a second process of its own, which is gone afterwards."""
    (tmp_path / "side_by_side_app.py").write_text(CODE)
    monkeypatch.syspath_prepend(tmp_path)

    def run(play: Callable[[World], Awaitable[None]], **limits: Any) -> None:
        @asynccontextmanager
        async def world() -> AsyncIterator[World]:
            second = SecondProcess("side_by_side_app", [], **limits)
            try:
                yield World(second)
            finally:
                await second.close()
                assert second.pid is None

        async def whole() -> None:
            async with world() as made:
                await play(made)

        asyncio.run(whole())

    return run


def is_running(pid: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


def test_it_answers_as_the_application_does_and_lasts(play: Callable[..., None]) -> None:
    async def check(world: World) -> None:
        assert world.second.pid is None, "it is started when it is first needed"
        first = await world.ask("/a", b"q=caf%C3%A9&x=\xe9")
        assert (first.status, first.headers[b"x-mark"]) == (200, b"caf\xe9")
        assert first.body.decode().split()[1:] == [str(min(os.nice(0) + 10, 19)), "q=caf%C3%A9&x=\xe9"], (
            "it is the politer of the two"
        )
        missing = await world.ask("/missing")
        assert (missing.status, missing.pid) == (404, first.pid)
        assert first.pid == world.second.pid != os.getpid()
        assert len((await world.ask("/large")).body) == 3_000_000

    play(check)


def test_a_mistake_is_told_and_is_that_answer_s_alone(play: Callable[..., None]) -> None:
    async def check(world: World) -> None:
        first = await world.ask("/a")
        assert (await world.ask("/fail")).status == 500
        assert (await world.ask("/a")).pid == first.pid

    play(check)


@pytest.mark.parametrize("path", ["/die", "/much"])
def test_a_process_that_is_gone_is_503_and_the_next_question_starts_another(
    play: Callable[..., None], path: str
) -> None:
    async def check(world: World) -> None:
        first = await world.ask("/a")
        refused = await world.ask(path)
        assert (refused.status, refused.headers[b"retry-after"]) == (503, b"5")
        again = await world.ask("/a")
        assert (again.status, again.pid != first.pid) == (200, True)
        os.kill(again.pid, signal.SIGKILL)  # while it has nothing to do
        await asyncio.sleep(0.2)
        assert (await world.ask("/a")).status == 200

    play(check)


def test_others_are_answered_while_it_hangs_and_it_is_ended(play: Callable[..., None]) -> None:
    async def check(world: World) -> None:
        first = await world.ask("/a")
        hanging = asyncio.create_task(world.ask("/hang"))
        await asyncio.sleep(0.1)
        assert (await world.ask("/")).body == b"cheap"
        assert not hanging.done()
        assert (await hanging).status == 503
        assert not is_running(first.pid)
        assert (await world.ask("/a")).status == 200

    play(check, answer_seconds=3.0)


def test_it_is_ended_when_it_holds_much_and_when_it_has_nothing_to_do(play: Callable[..., None]) -> None:
    async def holding_much(world: World) -> None:
        first = await world.ask("/a")
        assert first.status == 200
        assert not is_running(first.pid)

    async def idle(world: World) -> None:
        first = await world.ask("/a")
        end = time.monotonic() + 10
        while is_running(first.pid):
            assert time.monotonic() < end
            await asyncio.sleep(0.05)
        assert (await world.ask("/a")).status == 200

    play(holding_much, most_bytes=1)
    play(idle, idle_seconds=0.2)


def test_it_ends_with_whoever_started_it_whatever_it_does(play: Callable[..., None]) -> None:
    async def check(world: World) -> None:
        first = await world.ask("/a")
        hanging = asyncio.create_task(world.ask("/hang"))
        await asyncio.sleep(0.1)
        assert world.second._process is not None
        assert world.second._process.stdin is not None
        world.second._process.stdin.close()  # what the end of this process would do, however it came
        end = time.monotonic() + 10
        while is_running(first.pid):
            assert time.monotonic() < end
            await asyncio.sleep(0.05)
        assert (await hanging).status == 503

    play(check)
