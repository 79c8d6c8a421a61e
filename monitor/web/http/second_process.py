"""Costly questions are answered by a second process: what they compute takes nothing from those who ask for little.

Threads of one Python interpreter share one processor and one heap. So a question of the earlier log, a PDF, a picture
or a whole table goes to a process of its own, which is started when the first one is asked and runs at a lower
priority. It answers one request at a time. It is ended when it computes too long, holds too much memory, or has had
nothing to do for a while; the next question starts another.

A request is one frame of JSON (which application, and the ASGI scope), the answer one frame of JSON (status, headers,
memory) and one of bytes. `answer_requests` of `monitor.web.http.second_process_loop` is the other end.
"""

from __future__ import annotations

import asyncio
import json
import logging
import struct
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from monitor.web.http.turns import BusyError

_LOG = logging.getLogger(__name__)
LENGTH = struct.Struct("<Q")
#: Longest time for one answer, by the clock: at its low priority a busy machine makes it wait.
ANSWER_SECONDS = 60.0
#: Its start, with all that an answer needs, takes some seconds: it is kept for as long as a reader may think.
IDLE_SECONDS = 600.0
#: Bytes in memory after an answer, beyond which the next question gets a fresh process.
MOST_BYTES = 300_000_000
_ROOT = str(Path(__file__).resolve().parents[3])
_START = "import sys; sys.path[:] = {path!r}; from {module} import main; main()"


class SecondProcess:
    """A process that runs `main()` of a module, with arguments in `sys.argv[1:]`; all of one event loop."""

    def __init__(
        self, module: str, arguments: Sequence[str], *, answer_seconds: float = ANSWER_SECONDS,
        idle_seconds: float = IDLE_SECONDS, most_bytes: int = MOST_BYTES,
    ) -> None:  # fmt: skip
        code = _START.format(path=[_ROOT, *filter(None, sys.path)], module=module)
        self._command = [sys.executable, "-P", "-c", code, *arguments]
        self._answer_seconds, self._idle_seconds, self._most_bytes = answer_seconds, idle_seconds, most_bytes
        self._process: Process | None = None
        self._one_at_a_time = asyncio.Lock()
        self._ending: asyncio.TimerHandle | None = None

    @property
    def pid(self) -> int | None:
        """Return the number of the process that runs; None when none does."""
        return self._process.pid if self._process is not None and self._process.returncode is None else None

    def application(self, name: str) -> ASGIApp:
        """Return the application of that name in the second process; it raises `BusyError` where there is no answer."""

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            async with self._one_at_a_time:
                response = await self._ask(name, scope)
            await response(scope, receive, send)

        return answer

    async def close(self) -> None:
        """End the process, whatever it does."""
        if self._ending is not None:
            self._ending.cancel()
        process, self._process = self._process, None
        if process is not None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def _ask(self, name: str, scope: Scope) -> Response:
        if self._ending is not None:
            self._ending.cancel()
        try:
            async with asyncio.timeout(self._answer_seconds):
                answer, body = await self._exchange(pack_request(name, scope))
        except (TimeoutError, OSError, EOFError) as error:
            process = self._process
            await self.close()
            ended = "" if process is None else f" (exit code {process.returncode})"
            _LOG.warning("no answer to %s from the second process%s: %r", scope["path"], ended, error)
            raise BusyError from error
        except BaseException:
            await self.close()  # half an answer would be taken for the next one's
            raise
        if answer["memory"] > self._most_bytes:
            await self.close()
        else:
            self._ending = asyncio.get_running_loop().call_later(self._idle_seconds, self._end_idle)
        response = Response(body, answer["status"])
        response.raw_headers = [(k.encode("latin-1"), v.encode("latin-1")) for k, v in answer["headers"]]
        return response

    async def _exchange(self, request: bytes) -> tuple[Mapping[str, Any], bytes]:
        if self.pid is None:
            self._process = await asyncio.create_subprocess_exec(*self._command, stdin=PIPE, stdout=PIPE, limit=1 << 20)
        process = self._process
        assert process is not None
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(LENGTH.pack(len(request)) + request)
        await process.stdin.drain()
        answer = json.loads(await _receive(process.stdout))
        return answer, await _receive(process.stdout)

    def _end_idle(self) -> None:
        if not self._one_at_a_time.locked() and self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()  # it ends when its input ends
            self._process = None


def pack_request(name: str, scope: Scope) -> bytes:
    """Return the frame that asks the application of that name for what the scope asks; a body it has none."""
    return json.dumps({
        "application": name, "method": scope["method"], "path": scope["path"], "root_path": scope.get("root_path", ""),
        "query": scope["query_string"].decode("latin-1"),
        "headers": [(k.decode("latin-1"), v.decode("latin-1")) for k, v in scope["headers"]],
    }).encode()  # fmt: skip


async def _receive(stream: asyncio.StreamReader) -> bytes:
    return await stream.readexactly(LENGTH.unpack(await stream.readexactly(LENGTH.size))[0])
