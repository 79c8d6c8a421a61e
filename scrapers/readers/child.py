"""Run a function over untrusted bytes in a child process with limits of processor time, waiting time and memory.

A file that makes a library loop, crash or fill the memory costs that child, never the service. A child is kept and used
again, so that many documents share the cost of its start (a third of a second); it ends by itself when it has been idle
for a minute, or when this process ends.

The request is one frame of JSON (function, limits, arguments) and one of bytes; the answer is one frame of JSON. JSON
and not pickle: a child that a file has taken over could not make this process run anything.
"""

from __future__ import annotations

import atexit
import json
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from scrapers.document_errors import (
    DocumentError,
    ReaderCrashedError,
    ReaderUnavailableError,
    TooMuchMemoryError,
    TooSlowError,
    document_error_named,
)

#: On a busy machine processor time takes longer by the clock; who waits for the service to stop waits for this, too.
_WAITING_FACTOR = 2
_START_SECONDS = 30.0
#: Memory that libraries do not give back adds up: a fresh child now and then costs little.
_JOBS_A_CHILD = 500
_MOST_IDLE = 2
_LENGTH = struct.Struct("<Q")
_ROOT = str(Path(__file__).resolve().parents[2])  # where this package is, installed or not
_START = "import sys; sys.path[:] = {path!r}; from scrapers.readers.child_process import serve; serve()"


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one document may cost."""

    seconds: float  # of processor time
    memory_bytes: int  # beyond what the child has when it starts


class _ChildGoneError(Exception):
    pass


class _Child:
    """One child process, for one caller at a time."""

    def __init__(self) -> None:
        self.jobs = 0
        self._process = subprocess.Popen(  # noqa: S603 - this Python, with our own module
            [sys.executable, "-P", "-B", "-c", _START.format(path=[_ROOT, *filter(None, sys.path)])],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={"LC_ALL": "C.UTF-8"},
        )  # fmt: skip
        try:
            self._receive(_START_SECONDS)
        except _ChildGoneError as error:
            raise ReaderUnavailableError("the reading process does not start", value=self.end()) from error

    def ask(self, header: bytes, data: bytes, seconds: float) -> Any:
        """Return the answer to a request; raise `_ChildGoneError` if none comes within `seconds`."""
        self.jobs += 1
        stop = threading.Timer(seconds, self._process.kill)
        stop.start()
        try:
            assert self._process.stdin is not None
            for frame in (header, data):
                self._process.stdin.write(_LENGTH.pack(len(frame)) + frame)
            self._process.stdin.flush()
            return self._read_answer()
        except (BrokenPipeError, ConnectionResetError) as error:
            raise _ChildGoneError from error
        finally:
            stop.cancel()

    def _receive(self, seconds: float) -> Any:
        stop = threading.Timer(seconds, self._process.kill)
        stop.start()
        try:
            return self._read_answer()
        finally:
            stop.cancel()

    def _read_answer(self) -> Any:
        assert self._process.stdout is not None
        length = _read_exactly(self._process.stdout, _LENGTH.size)
        return json.loads(_read_exactly(self._process.stdout, _LENGTH.unpack(length)[0]))

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def end(self) -> int:
        """End the process, and return its exit code (negative: the signal that ended it)."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        try:
            return self._process.wait(timeout=1.0)  # it ends when its input ends
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()


def _read_exactly(stream: IO[bytes], size: int) -> bytes:
    data = stream.read(size)
    if len(data) != size:
        raise _ChildGoneError
    return data


class _Pool:
    """Children that wait for the next document."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[_Child] = []

    def take(self) -> _Child:
        with self._lock:
            while self._idle:
                child = self._idle.pop()
                if child.alive:
                    return child
                child.end()
        return _Child()

    def give_back(self, child: _Child) -> None:
        with self._lock:
            if child.jobs < _JOBS_A_CHILD and len(self._idle) < _MOST_IDLE:
                self._idle.append(child)
                return
        child.end()

    def close(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for child in idle:
            child.end()


_POOL = _Pool()
atexit.register(_POOL.close)


def run_limited(
    function: Callable[..., Any], data: bytes, limits: Limits, *, name: str = "", **arguments: str | int | float | None
) -> Any:
    """Return ``function(data, name=name, **arguments)`` as the child worked it out; it must be a value of JSON.

    `function` is one of a module's top level, found there by its name. A `DocumentError` that it raises is raised here.
    Raises `TooSlowError`, `TooMuchMemoryError` or `ReaderCrashedError` when the child oversteps its limits or dies, and
    `ReaderUnavailableError` (no fault of the document) when no child can be started.
    """
    header = json.dumps(
        {
            "function": f"{function.__module__}:{function.__qualname__}", "seconds": limits.seconds,
            "memory_bytes": limits.memory_bytes, "arguments": {"name": name, **arguments},
        }
    ).encode()  # fmt: skip
    answer = _exchange(_POOL.take(), header, data, limits, name)
    if "value" in answer:
        return answer["value"]
    if answer["error"] == TooMuchMemoryError.code:
        allowed = f"{limits.memory_bytes // (1 << 20)} MB"
        raise TooMuchMemoryError("reading needed more memory than allowed", file=name, value=allowed)
    raise document_error_named(answer["error"])(
        answer["what"], file=answer["file"], sheet=answer["sheet"], row=answer["row"], value=answer["shown"],
        do=answer["do"],
    )  # fmt: skip


def _exchange(child: _Child, header: bytes, data: bytes, limits: Limits, name: str) -> dict[str, Any]:
    used = child.jobs > 0
    try:
        answer: dict[str, Any] = child.ask(header, data, limits.seconds * _WAITING_FACTOR)
    except _ChildGoneError:
        code = child.end()
        if used and code == 0:  # it ended for being idle just as it was taken: the document is not to blame
            return _exchange(_Child(), header, data, limits, name)
        raise _describe_end(code, limits, name) from None
    except BaseException:
        child.end()  # half an exchange would be taken for the next one's answer
        raise
    if answer.get("used_up"):
        child.end()
    else:
        _POOL.give_back(child)
    return answer


def _describe_end(code: int, limits: Limits, name: str) -> DocumentError:
    if -code in (9, 24, 27):  # killed for its waiting time or by the kernel, SIGXCPU, SIGPROF
        spent = f"{limits.seconds:g} s of processor time"
        return TooSlowError("reading took longer than allowed", file=name, value=spent)
    return ReaderCrashedError("the document ended the process that read it", file=name, value=f"exit code {code}")
