"""Run jobs for months in one asyncio loop: on time, one of a kind at once, cut off when stuck, stopped cleanly.

APScheduler waits for the instants of our triggers, which are made at every start; jobs are kept in memory and their
last runs in the store. Two processes that share an APScheduler job store run jobs twice, so there is none, and the
service holds a lock of its own (`db.locks`).
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sqlite3
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from db.database import Store
from db.disk_errors import describe_database_error, describe_os_error
from db.errors import StoreError
from db.queries.job_runs import read_job_runs, record_job_end, record_job_start
from db.settings import Settings
from db.version import VERSION
from monitor.service.systemd import tell_systemd
from monitor.service.triggers import Job, JobFailed, NothingToDo, PutOff, is_overdue, make_trigger

_LOG = logging.getLogger(__name__)
#: After SIGTERM a running job has this long, then it is cancelled, then left: 10 s in all are allowed.
FINISH_SECONDS = 6.0
CANCEL_SECONDS = 2.5
WATCH_SECONDS = 15.0
#: Clocks that drift apart by more than this were set, or the machine slept.
JUMP_SECONDS = 30.0


class Service:
    """The jobs, running. `run` returns after SIGTERM or SIGINT, when the running job is done."""

    def __init__(
        self,
        jobs: Sequence[Job],
        settings: Settings,
        *,
        now: Callable[[], datetime],
        after_job: Callable[[], Awaitable[None]],
        leave: Callable[[int], object] = os._exit,
    ) -> None:
        self._settings = settings
        self._now = now
        self._after_job = after_job
        self._leave = leave
        self._running: set[asyncio.Task[object]] = set()
        self._stop = asyncio.Event()
        self._triggers = {job: trigger for job in jobs if (trigger := make_trigger(job, settings.time_zone))}
        self.scheduler = AsyncIOScheduler(
            timezone=UTC,  # triggers know the zone; instants are compared in a time that never goes back
            # never skip a job for being late (the default is after one second), make up for many with one
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )

    async def run(self) -> None:
        """Run the jobs until the service is asked to stop."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        now = self._now()
        with self._open() as store:
            last = read_job_runs(store.connection)
        plan = []
        for job, trigger in self._triggers.items():
            overdue = is_overdue(job, self._settings.time_zone, last.get(job.name), now)
            due = now if overdue else trigger.get_next_fire_time(None, now)
            self.scheduler.add_job(self._run_job, trigger, [job], id=job.name, next_run_time=due)
            plan.append(f"{job.name} {due.isoformat(timespec='seconds') if due and not overdue else 'now'}")
        self.scheduler.start()
        _LOG.info("ice-agreements %s started on %s; next: %s", VERSION, self._settings.home, ", ".join(plan))
        watch = asyncio.create_task(self._watch_clock())
        tell_systemd("READY=1")
        await self._stop.wait()
        tell_systemd("STOPPING=1")
        watch.cancel()
        await self._wind_down()
        _LOG.info("ice-agreements %s stopped", VERSION)

    def stop(self) -> None:
        """Stop the service as soon as the running job is done."""
        self._stop.set()

    async def _wind_down(self) -> None:
        self.scheduler.pause()  # `shutdown` would cancel the running job
        for wait, word in ((FINISH_SECONDS, "cancelled"), (CANCEL_SECONDS, "left")):
            if not self._running:
                break
            _, late = await asyncio.wait(self._running, timeout=wait)
            for task in late:
                _LOG.warning("a job is still running; it is %s, and the next start repeats it", word)
                task.cancel()
        self.scheduler.shutdown(wait=False)
        if self._running:  # a thread cannot be cancelled; each step is a transaction, so leaving it loses nothing
            self._leave(0)

    async def _run_job(self, job: Job) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        try:
            outcome, detail = await self._attempt(job)
            quiet = logging.DEBUG if isinstance(detail, NothingToDo) else logging.INFO
            level = logging.ERROR if outcome == "failed" else quiet
            _LOG.log(level, "%s: %s%s", job.name, "" if outcome == "good" else f"{outcome}: ", detail)
            await asyncio.to_thread(self._record_end, job, outcome, detail)
            if not self._stop.is_set():
                await self._after_job()
        except Exception as error:
            _LOG.error("after %s: %s", job.name, describe(error), exc_info=None if expected(error) else error)
        finally:
            self._running.discard(task)

    async def _attempt(self, job: Job) -> tuple[str, str]:
        try:
            with suppress(StoreError):  # a full disk must not keep a job from trying
                await asyncio.to_thread(self._record_start, job)
            async with asyncio.timeout(job.limit_seconds):
                return "good", await job.work()
        except PutOff as reason:
            return "put off", str(reason)
        except TimeoutError:
            return "failed", f"cut off after {job.limit_seconds:g} s"
        except Exception as error:
            if not expected(error):
                _LOG.error("%s failed", job.name, exc_info=error)
            return "failed", describe(error)

    def _open(self) -> Store:
        return Store.open(self._settings.home, now=self._now)  # each time, so that a restored database is used

    def _record_start(self, job: Job) -> None:
        with self._open() as store:
            record_job_start(store, job.name, store.now_text())

    def _record_end(self, job: Job, outcome: str, detail: str) -> None:
        try:
            with self._open() as store:
                record_job_end(store, job.name, store.now_text(), outcome, detail)
        except StoreError as error:
            _LOG.error("the end of %s cannot be recorded: %s", job.name, error)

    async def _watch_clock(self) -> None:
        """Notice sleep and changed clocks: the scheduler's timer counts running time, its instants are the clock's."""
        wall, ran = self._now().timestamp(), time.monotonic()
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            tell_systemd("WATCHDOG=1")
            jump = (self._now().timestamp() - wall) - (time.monotonic() - ran)
            wall, ran = self._now().timestamp(), time.monotonic()
            if abs(jump) > JUMP_SECONDS:
                _LOG.warning("the clock went %+.0f s against running time; the schedule is computed again", jump)
                self.reschedule(backwards=jump < 0)

    def reschedule(self, *, backwards: bool) -> None:
        """Compute again when each job is due: what was missed is due now, nothing waits for a future that is gone."""
        if backwards:
            now = self._now()
            for job, trigger in self._triggers.items():
                self.scheduler.modify_job(job.name, next_run_time=trigger.get_next_fire_time(None, now))
        self.scheduler.wakeup()


def expected(error: BaseException) -> bool:
    """Return whether one line describes the error (disk, network, source); a bug needs a traceback."""
    return isinstance(error, StoreError | JobFailed | OSError | sqlite3.OperationalError) or hasattr(error, "advice")


def describe(error: BaseException) -> str:
    """Return the error in one line."""
    if isinstance(error, sqlite3.Error):
        return describe_database_error(error, "database")
    if isinstance(error, OSError) and not isinstance(error, TimeoutError):
        return describe_os_error(error)
    return " ".join(str(error).split()) or type(error).__name__
