"""The machinery with small jobs: stuck ones are cut off, one of a kind runs at once, a stop is in good order."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from db.database import Store, utc_now
from db.errors import StoreError
from db.settings import Settings
from monitor.service import runtime
from monitor.service.runtime import Service
from monitor.service.triggers import Job, JobFailed, PutOff

OFTEN = "* * * * *"


def service(home: Path, *jobs: Job, left: list[int] | None = None) -> Service:
    async def after() -> None:
        """Nobody looks after anything."""

    return Service(
        jobs, Settings(home=home), now=utc_now, after_job=after, leave=(left if left is not None else []).append
    )


def run_for(running: Service, seconds: float) -> float:
    """The service ran for so long, then was asked to stop; how long that took is returned."""

    async def both() -> float:
        task = asyncio.create_task(running.run())
        await asyncio.sleep(seconds)
        begun = time.monotonic()
        running.stop()
        await task
        return time.monotonic() - begun

    return asyncio.run(both())


def once(work: Callable[[], Awaitable[str]], limit: float = 60.0) -> Job:
    return Job("poll", OFTEN, work, limit, at_first_start=True)


def row(home: Path) -> tuple[str, str]:
    with Store.open(home) as store:
        found = store.connection.execute("select outcome, detail from service_jobs where name = 'poll'").fetchone()
        return (found[0], found[1])


async def raise_it(error: Exception) -> str:
    raise error


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (JobFailed("ICE is away"), ("failed", "ICE is away")),
        (StoreError("the disk is full"), ("failed", "the disk is full")),
        (PutOff("until noon"), ("put off", "until noon")),
        (OSError(28, "No space left", "/x"), ("failed", "/x: No space left; free some space on the disk")),
        (ValueError("a bug"), ("failed", "a bug")),
    ],
)  # fmt: skip
def test_a_job_that_fails_says_why_and_the_service_goes_on(
    tmp_path: Path, error: Exception, said: tuple[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    run_for(service(tmp_path, once(lambda: raise_it(error))), 0.4)
    assert row(tmp_path) == said
    traced = any(record.exc_info for record in caplog.records)
    assert traced == isinstance(error, ValueError), "a traceback is for bugs only"


def test_a_stuck_job_is_cut_off(tmp_path: Path) -> None:
    async def stuck() -> str:
        await asyncio.sleep(60)
        return "never"

    run_for(service(tmp_path, once(stuck, limit=0.2)), 0.7)
    assert row(tmp_path) == ("failed", "cut off after 0.2 s")


def test_a_stop_waits_for_the_step_at_hand(tmp_path: Path) -> None:
    async def step() -> str:
        await asyncio.sleep(1.0)
        return "done"

    took = run_for(service(tmp_path, once(step)), 0.3)
    assert row(tmp_path) == ("good", "done")
    assert 0.4 < took < 3


def test_a_stop_cancels_what_takes_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "FINISH_SECONDS", 0.3)
    ended: list[str] = []

    async def endless() -> str:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append("in good order")
        return "never"

    left: list[int] = []
    assert run_for(service(tmp_path, once(endless), left=left), 0.3) < 2
    assert (ended, left) == (["in good order"], [])


def test_a_stop_leaves_a_thread_that_will_not_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from db.threads import run_in_thread

    monkeypatch.setattr(runtime, "FINISH_SECONDS", 0.2)
    monkeypatch.setattr(runtime, "CANCEL_SECONDS", 0.2)
    release = threading.Event()

    async def in_a_thread() -> str:
        await run_in_thread(None, release.wait, 20)
        return "never"

    left: list[int] = []

    async def both() -> None:
        running = service(tmp_path, once(in_a_thread), left=left)
        task = asyncio.create_task(running.run())
        await asyncio.sleep(0.3)
        running.stop()
        await task
        release.set()  # os._exit would have ended it

    asyncio.run(both())
    assert left == [0]


def test_the_two_waits_of_a_stop_stay_within_ten_seconds() -> None:
    assert runtime.FINISH_SECONDS + runtime.CANCEL_SECONDS <= 9


def test_a_job_of_a_kind_never_runs_twice_at_once(tmp_path: Path) -> None:
    """Reckoned due again and again while it runs, it is run once."""
    at_once: list[int] = []
    running_now = 0

    async def slow() -> str:
        nonlocal running_now
        running_now += 1
        at_once.append(running_now)
        await asyncio.sleep(0.5)
        running_now -= 1
        return ""

    async def press() -> None:
        running = service(tmp_path, once(slow))
        task = asyncio.create_task(running.run())
        for _ in range(5):
            await asyncio.sleep(0.05)
            running.scheduler.modify_job("poll", next_run_time=utc_now())
        running.stop()
        await task

    asyncio.run(press())
    assert at_once == [1]


def test_many_missed_runs_are_made_up_for_by_one(tmp_path: Path) -> None:
    """The machine slept for a day: 1,440 runs were missed."""
    runs: list[int] = []

    async def count() -> str:
        runs.append(1)
        return ""

    async def sleep_a_day() -> None:
        running = service(tmp_path, Job("poll", OFTEN, count, 60.0))
        task = asyncio.create_task(running.run())
        await asyncio.sleep(0.1)
        running.scheduler.get_job("poll").modify(next_run_time=utc_now() - timedelta(days=1))
        running.reschedule(backwards=False)
        await asyncio.sleep(0.4)
        running.stop()
        await task

    asyncio.run(sleep_a_day())
    assert runs == [1]


def test_a_clock_set_back_does_not_silence_the_service(tmp_path: Path) -> None:
    """The next run stood in a future that is gone (the clock had been a month ahead); it comes within the minute."""

    async def set_back() -> datetime:
        async def nothing() -> str:
            return ""

        running = service(tmp_path, Job("poll", OFTEN, nothing, 60.0))
        task = asyncio.create_task(running.run())
        await asyncio.sleep(0.1)
        running.scheduler.modify_job("poll", next_run_time=utc_now() + timedelta(days=30))
        running.reschedule(backwards=True)
        due: datetime = running.scheduler.get_job("poll").next_run_time
        running.stop()
        await task
        return due

    assert asyncio.run(set_back()) <= datetime.now(UTC) + timedelta(seconds=60)


def test_a_jump_of_the_clock_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(runtime, "WATCH_SECONDS", 0.05)
    offset = timedelta()

    async def jump() -> None:
        nonlocal offset

        async def nothing() -> str:
            return ""

        running = service(tmp_path, Job("poll", OFTEN, nothing, 60.0))
        running._now = lambda: utc_now() + offset
        task = asyncio.create_task(running.run())
        await asyncio.sleep(0.2)
        assert "clock went" not in caplog.text
        offset = timedelta(hours=-1)
        await asyncio.sleep(0.2)
        running.stop()
        await task

    with caplog.at_level(logging.WARNING):
        asyncio.run(jump())
    assert "the clock went -3600 s" in caplog.text


def test_what_cannot_be_written_down_keeps_no_job_from_its_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    done: list[str] = []

    async def work() -> str:
        done.append("done")
        return ""

    running = service(tmp_path, once(work))

    def refuse(*args: object) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr(runtime, "record_job_start", refuse)
    monkeypatch.setattr(runtime, "record_job_end", refuse)
    run_for(running, 0.4)
    assert done == ["done"]
    assert "the end of poll cannot be recorded: the disk is full" in caplog.text
