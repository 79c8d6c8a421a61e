"""What runs in the second process: it waits for a request, lets an application answer it, and sends the answer."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import queue
import resource
import signal
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import IO, Any

from starlette.types import ASGIApp, Message

from db.process_memory import allow_more, used_bytes
from monitor.web.http.second_process import LENGTH

_LOG = logging.getLogger(__name__)
#: Politer than the process that answers everybody.
NICENESS = 10
#: Address space beyond what it has at its start; what needs more fails, and that question alone.
MEMORY_BYTES = 1 << 30


def answer_requests(applications: Mapping[str, ASGIApp]) -> None:
    """Answer requests from standard input on standard output, one at a time, until the input ends."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever is printed is no answer
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # sent to both processes at a terminal; the first one ends this one
    with suppress(OSError):  # a system that forbids it runs it as any other
        os.nice(NICENESS)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    allow_more(MEMORY_BYTES)
    requests: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(os.fdopen(0, "rb"), requests), daemon=True).start()
    with asyncio.Runner() as runner:
        while True:
            status, headers, body = runner.run(_answer(applications, json.loads(requests.get())))
            sent = {"status": status, "headers": headers, "memory": used_bytes()[1]}
            for frame in (json.dumps(sent).encode(), body):
                answers.write(LENGTH.pack(len(frame)) + frame)
            answers.flush()


def _read(stream: IO[bytes], requests: queue.SimpleQueue[bytes]) -> None:
    """Hand requests over; end the process with its input, whatever it computes: nobody waits for the answer."""
    while len(length := stream.read(LENGTH.size)) == LENGTH.size:
        requests.put(stream.read(LENGTH.unpack(length)[0]))
    os._exit(0)


async def _answer(
    applications: Mapping[str, ASGIApp], asked: Mapping[str, Any]
) -> tuple[int, list[tuple[str, str]], bytes]:
    """Return the status, headers and body that the application gives."""
    status, headers, parts = 500, list[tuple[str, str]](), list[bytes]()

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status, headers
        if message["type"] == "http.response.start":
            status = message["status"]
            headers = [(k.decode("latin-1"), v.decode("latin-1")) for k, v in message.get("headers", ())]
        elif message["type"] == "http.response.body":
            parts.append(message.get("body", b""))

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": asked["method"], "scheme": "http",
        "path": asked["path"], "raw_path": asked["path"].encode(), "root_path": asked["root_path"],
        "query_string": asked["query"].encode("latin-1"), "client": None, "server": None,
        "headers": [(k.encode("latin-1"), v.encode("latin-1")) for k, v in asked["headers"]],
    }  # fmt: skip
    try:
        await applications[asked["application"]](scope, receive, send)
    except MemoryError:
        os._exit(1)  # what is left of it is of no use; the next question gets a fresh process
    except Exception:  # whatever one page fails on, the process is whole and answers the next question
        _LOG.exception("%s cannot be answered", asked["path"])
        return 500, [("content-type", "text/plain")], b"Internal Server Error\n"
    return status, headers, b"".join(parts)
