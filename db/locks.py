"""One at a time: locks on files in the data directory that say who holds them and that no crash leaves behind.

The lock is the kernel's (`flock`): it ends with the process that holds it, however that ends. What is written in the
file (process, host, since when, doing what) is only for people; a file without a holder means nothing. The locks hold
among processes of one machine, or of a network file system that passes `flock` on (NFS since Linux 2.6.12).
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from db.errors import StoreError

#: Held by the service as long as it lives.
SERVICE = "service.lock"
#: Held while something fetches, imports, rebuilds, repairs or restores.
WORK = "work.lock"
#: Held while ICE is asked for agreement documents, which takes minutes and must not keep lists from being fetched.
DOCUMENTS = "documents.lock"
#: Held while the Internet Archive is asked: it is asked one question at a time, by all of us together.
ARCHIVE = "archive.lock"
#: Shared by every process that serves pages; a restore needs it alone, since open connections would spoil the new file.
SERVING = "serve.lock"


class LockedError(StoreError):
    """Another process holds the lock; the text says which and since when."""


class HomeLock:
    """A lock on the data directory. Use it as a context manager, or `take` and `release`."""

    def __init__(
        self, home: Path, name: str, doing: str, *, at: str, wait_seconds: float = 0.0, shared: bool = False
    ) -> None:
        self._path = home / name
        self._doing = doing
        self._at = at
        self._wait_seconds = wait_seconds
        self._mode = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        self._descriptor: int | None = None

    def take(self) -> None:
        """Take the lock; raise `LockedError` when another process still holds it after the wait."""
        end = time.monotonic() + self._wait_seconds
        while not self.try_take():
            if time.monotonic() >= end:
                raise LockedError(f"{describe_holder(self._path)}; stop it, or wait until it is done")
            time.sleep(0.05)

    async def __aenter__(self) -> Self:
        import asyncio  # a tenth of the start of a command that only asks whether a lock is held

        end = time.monotonic() + self._wait_seconds
        while not self.try_take():  # a thread that waits could get the lock after we were cancelled, and keep it
            if time.monotonic() >= end:
                raise LockedError(describe_holder(self._path))
            await asyncio.sleep(0.2)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def try_take(self) -> bool:
        """Take the lock if it is free; return whether it is ours."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise StoreError(f"cannot lock {self._path}: {error.strerror}; make the data directory writable") from error
        try:
            fcntl.flock(descriptor, self._mode | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        holder = {"pid": os.getpid(), "host": socket.gethostname(), "since": self._at, "doing": self._doing}
        try:  # a full disk may refuse the name; the lock holds all the same
            os.ftruncate(descriptor, 0)
            os.write(descriptor, (json.dumps(holder) + "\n").encode())
        except OSError:
            pass
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Free the lock. The file stays: removing it could take another process's lock away."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> Self:
        self.take()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def describe_holder(path: Path) -> str:
    """Return who holds the lock, in words."""
    try:
        holder = json.loads(path.read_text(encoding="utf-8"))
        return (
            f"{holder['doing']} is already running: process {holder['pid']} on {holder['host']} since {holder['since']}"
        )
    except (OSError, ValueError, KeyError, TypeError):
        return f"another process holds {path}"


def is_held(home: Path, name: str) -> bool:
    """Return whether some process holds the lock now."""
    try:
        descriptor = os.open(home / name, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
