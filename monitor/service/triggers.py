"""When a job is due: cron lines in a time zone, right through both changes of the clock."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from apscheduler.triggers.base import BaseTrigger
from cronsim import CronSim

from db.database import parse_time
from db.service_models import JobRun


class PutOff(Exception):
    """The job had a reason not to do its work this time; the text says which. That is no failure."""


class JobFailed(Exception):
    """The job could not do its work, for a reason that its text gives in one line."""


class NothingToDo(str):
    """A line of a job that found nothing to do: it is recorded, and logged at debug level only."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Job:
    """Something the service does again and again. `work` returns a line on what it did, and raises when it failed."""

    name: str
    schedule: str  # cron lines separated by `;`; empty: never
    work: Callable[[], Awaitable[str]]
    limit_seconds: float  # cut off after so long
    jitter_seconds: int = 0
    at_first_start: bool = False  # due at once where it never ran


class CronTrigger(BaseTrigger):  # type: ignore[misc]  # APScheduler carries no types
    """Fires whenever one of the cron lines does, up to `jitter` seconds later.

    Days of the week and changes of the clock are read as Debian's cron reads them: a time that a change skips comes
    right after it, a time that comes twice fires once, and lines for every hour or minute follow the time that passes.
    APScheduler's own trigger numbers the days from Monday and loses a midnight after the clock went forward.
    """

    def __init__(self, lines: Sequence[str], zone: str, jitter: int = 0) -> None:
        self.lines = lines
        self.zone = ZoneInfo(zone)
        self.jitter = jitter

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        """Return the first instant, in UTC, from `now` on and later than the previous one."""
        if previous_fire_time is not None:
            now = max(now, previous_fire_time + timedelta(microseconds=1))
        instants = [instant for line in self.lines if (instant := self._next_instant(line, now)) is not None]
        return min(instants) + timedelta(seconds=random.uniform(0, self.jitter)) if instants else None

    def _next_instant(self, line: str, now: datetime) -> datetime | None:
        start = (now - timedelta(microseconds=1)).astimezone(self.zone)  # CronSim gives times later than its start
        # in the hour that comes twice a fixed time is that of the first, which may lie before the start
        return next((at for found in CronSim(line, start) if (at := found.astimezone(UTC)) >= now), None)


def make_trigger(job: Job, zone: str) -> CronTrigger | None:
    """Return the trigger of the job's schedule, None when it is empty."""
    lines = [line.strip() for line in job.schedule.split(";") if line.strip()]
    return CronTrigger(lines, zone, job.jitter_seconds) if lines else None


def is_overdue(job: Job, zone: str, last: JobRun | None, now: datetime) -> bool:
    """Return whether the job should have run before now: it came due since its last start, or that one never ended.

    A last start in the future means that the clock was set back: then nothing is known of it, and it is due.
    """
    if last is None:
        return job.at_first_start
    started = parse_time(last.started_at)
    if last.finished_at is None or started > now:
        return True
    punctual = make_trigger(replace(job, jitter_seconds=0), zone)
    due = punctual.get_next_fire_time(None, started + timedelta(seconds=1)) if punctual else None
    return due is not None and due <= now
