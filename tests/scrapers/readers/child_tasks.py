"""What tests have a child process do: answer, loop, hang, fill the memory, crash, print."""

from __future__ import annotations

import ctypes
import os
import sys
import time
from pathlib import Path
from typing import Any

from scrapers.document_errors import TooLargeError


def describe(data: bytes, *, name: str, more: int = 0) -> dict[str, Any]:
    return {"bytes": len(data), "name": name, "more": more, "process": os.getpid()}


def loop(data: bytes, *, name: str) -> None:
    while True:
        pass


def hang(data: bytes, *, name: str) -> None:
    time.sleep(600)


def fill(data: bytes, *, name: str) -> int:
    return len(bytearray(4 << 30))


def crash(data: bytes, *, name: str) -> None:
    ctypes.string_at(0)


def leave(data: bytes, *, name: str) -> None:
    os._exit(int(data))


def refuse(data: bytes, *, name: str) -> None:
    raise TooLargeError("too many rows", file=name, sheet="Sheet1", row=7, value=b"\xe9", do="look")


def fail(data: bytes, *, name: str) -> None:
    raise ZeroDivisionError("ours")


def chatter(data: bytes, *, name: str) -> str:
    print("this is no answer")
    sys.stdout.flush()
    os.write(1, b"nor is this")
    return "answer"


def write(data: bytes, *, name: str) -> str:
    try:
        Path(name).write_bytes(data)
    except OSError as error:
        return type(error).__name__
    return "written"


def look_around(data: bytes, *, name: str) -> list[str]:
    return sorted(os.environ)
