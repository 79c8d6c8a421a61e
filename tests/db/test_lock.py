"""One at a time, whoever dies meanwhile."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from db.locks import SERVICE, WORK, HomeLock, LockedError, is_held
from tests.paths import ROOT

AT = "2026-01-05T16:00:00Z"


def holder(home: Path) -> subprocess.Popen[str]:
    """Another process that holds the lock until it is ended."""
    code = (
        "import sys, time; from pathlib import Path; from db.locks import *\n"
        f"HomeLock(Path(sys.argv[1]), SERVICE, 'the service', at='{AT}').take(); print('held', flush=True)\n"
        "time.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", code, home], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_one_is_told_who_holds_it(tmp_path: Path) -> None:
    process = holder(tmp_path)
    try:
        assert is_held(tmp_path, SERVICE)
        with pytest.raises(LockedError) as refused:
            HomeLock(tmp_path, SERVICE, "the service", at=AT).take()
        host = os.uname().nodename
        assert f"the service is already running: process {process.pid} on {host} since {AT}" in str(refused.value)
    finally:
        process.kill()
        process.wait()


def test_the_lock_of_a_killed_process_is_free_at_once(tmp_path: Path) -> None:
    process = holder(tmp_path)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert not is_held(tmp_path, SERVICE)
    with HomeLock(tmp_path, SERVICE, "the next", at=AT):
        text = (tmp_path / SERVICE).read_text()
        assert f'"pid": {os.getpid()}' in text
        assert '"doing": "the next"' in text
        assert str(process.pid) not in re.findall(r'"pid": (\d+)', text)


def test_the_two_locks_are_apart(tmp_path: Path) -> None:
    with HomeLock(tmp_path, SERVICE, "a", at=AT), HomeLock(tmp_path, WORK, "b", at=AT):
        assert is_held(tmp_path, SERVICE)
        assert is_held(tmp_path, WORK)
    assert not is_held(tmp_path, WORK)


def test_one_who_waits_gets_it_when_it_is_free(tmp_path: Path) -> None:
    async def both() -> float:
        begun = time.monotonic()
        first = HomeLock(tmp_path, WORK, "a", at=AT)
        first.take()
        asyncio.get_running_loop().call_later(0.3, first.release)
        async with HomeLock(tmp_path, WORK, "b", at=AT, wait_seconds=5):
            return time.monotonic() - begun

    assert 0.29 < asyncio.run(both()) < 2


def test_a_wait_that_is_cancelled_leaves_the_lock_to_others(tmp_path: Path) -> None:
    async def cancelled() -> None:
        first = HomeLock(tmp_path, WORK, "a", at=AT)
        first.take()

        async def wait() -> None:
            async with HomeLock(tmp_path, WORK, "b", at=AT, wait_seconds=5):
                raise AssertionError("never ours")

        task = asyncio.create_task(wait())
        await asyncio.sleep(0.1)
        task.cancel()
        await asyncio.wait({task})
        first.release()
        await asyncio.sleep(0.3)

    asyncio.run(cancelled())
    assert not is_held(tmp_path, WORK)


def test_a_lock_file_nobody_can_read_says_at_least_where_it_is(tmp_path: Path) -> None:
    with HomeLock(tmp_path, WORK, "a", at=AT):
        (tmp_path / WORK).write_text("no json")
        with pytest.raises(LockedError, match=r"work\.lock"):
            HomeLock(tmp_path, WORK, "b", at=AT).take()
