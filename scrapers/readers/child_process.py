"""What runs in the child of `scrapers.readers.child`: wait for a document, read it within limits, answer."""

from __future__ import annotations

import gc
import importlib
import json
import os
import resource
import select
import signal
import struct
import sys
from typing import IO, Any

from db.process_memory import allow_more, end_limit
from scrapers.document_errors import DocumentError, ReaderCrashedError, TooMuchMemoryError

_IDLE_SECONDS = 60.0
_LENGTH = struct.Struct("<Q")


def serve() -> None:
    """Answer requests from standard input until it ends, or until none has come for a minute."""
    answers = os.fdopen(os.dup(1), "wb")
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)  # whatever a library prints is no answer
    requests = os.fdopen(0, "rb", buffering=0)
    for limit in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE):
        resource.setrlimit(limit, (0, 0))  # it has nothing to write but answers
    gc.set_threshold(100_000, 20, 100)  # a document makes many objects and hardly a cycle
    _send(answers, {"ready": True})
    while select.select([requests], [], [], _IDLE_SECONDS)[0]:
        header = _receive(requests)
        if header is None:
            return
        data = _receive(requests)
        if data is None:
            return
        _send(answers, _work(json.loads(header), data))


def _work(request: dict[str, Any], data: bytes) -> dict[str, Any]:
    module, _, name = request["function"].partition(":")
    function = getattr(importlib.import_module(module), name)
    allow_more(request["memory_bytes"])
    signal.setitimer(signal.ITIMER_PROF, request["seconds"])  # SIGPROF ends a process that does not expect it
    try:
        answer: dict[str, Any] = {"value": function(data, **request["arguments"])}
    except DocumentError as error:
        answer = {
            "error": error.code, "what": error.what, "file": error.file, "sheet": error.sheet, "row": error.row,
            "shown": error.value, "do": error.do,
        }  # fmt: skip
    except MemoryError:
        answer = {"error": TooMuchMemoryError.code, "used_up": True}
    except Exception as error:  # a bug of ours, or of a library: told by name, and the document stays for another try
        answer = {
            "error": ReaderCrashedError.code, "what": "the reader failed on the document", "sheet": "", "row": None,
            "file": str(request["arguments"].get("name", "")), "shown": f"{type(error).__name__}: {error}"[:200],
            "do": "", "used_up": True,
        }  # fmt: skip
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        end_limit()
    return answer


def _receive(stream: IO[bytes]) -> bytes | None:
    length = _read_exactly(stream, _LENGTH.size)
    return _read_exactly(stream, _LENGTH.unpack(length)[0]) if length is not None else None


def _read_exactly(stream: IO[bytes], size: int) -> bytes | None:
    data = bytearray()
    while len(data) < size:
        piece = stream.read(min(size - len(data), 1 << 20))
        if not piece:
            return None
        data += piece
    return bytes(data)


def _send(stream: IO[bytes], answer: dict[str, Any]) -> None:
    try:
        frame = json.dumps(answer).encode()
        stream.write(_LENGTH.pack(len(frame)) + frame)
        stream.flush()
    except BrokenPipeError:
        sys.exit(0)
