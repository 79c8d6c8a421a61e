"""A job of the service: when it is due, what it does, and what is remembered of it."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger

from db.database import Store, utc_now
from db.errors import StoreError


class ScheduleError(StoreError):
    """A schedule that is set cannot be kept; the text names the setting."""


class PutOff(Exception):
    """The job had a reason not to do its work this time; the text says which. That is no failure."""


class JobFailed(Exception):
    """The job could not do its work, for a reason its text says in one line."""


@dataclass(frozen=True, slots=True)
class Job:
    """Something the service does again and again. `work` returns a line on what it did, and raises when it failed."""

    name: str
    schedule: str  # cron lines apart by `;`; none: never
    work: Callable[[], Awaitable[str]]
    limit_seconds: float  # cut off after so long
    jitter_seconds: int = 0
    at_first_start: bool = False  # due at once where it never ran


class AnyOf(BaseTrigger):  # type: ignore[misc]  # APScheduler carries no types
    """Fires whenever one of the triggers does, up to `jitter` seconds later.

    APScheduler's own OrTrigger compares times of the clock on the wall, which goes back by an hour in November.
    """

    def __init__(self, triggers: Sequence[BaseTrigger], jitter: int = 0) -> None:
        self.triggers = triggers
        self.jitter = jitter

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        """The next instant, in UTC, later than the previous one."""
        if previous_fire_time is not None:
            # CronTrigger would see by `==` that it returns the same instant again; in the hour that November repeats,
            # times of two zones are never equal (PEP 495), and it would return it for ever.
            now = max(now, previous_fire_time + timedelta(microseconds=1))
        times = [trigger.get_next_fire_time(previous_fire_time, now) for trigger in self.triggers]
        instants = [time.astimezone(UTC) for time in times if time is not None]
        return min(instants) + timedelta(seconds=random.uniform(0, self.jitter)) if instants else None


def make_trigger(job: Job, zone: str) -> BaseTrigger | None:
    """The trigger the job's schedule makes, None when it has none; `ScheduleError` names what is wrong with a line."""
    lines = [line.strip() for line in job.schedule.split(";") if line.strip()]
    triggers = []
    for line in lines:
        try:
            triggers.append(CronTrigger.from_crontab(line, timezone=ZoneInfo(zone)))
        except ValueError as error:
            setting = f"ICE_AGREEMENTS_{job.name.upper()}_SCHEDULE"
            raise ScheduleError(f"setting {setting}: {line!r} is no cron line: {error}") from error
    return AnyOf(triggers, job.jitter_seconds) if triggers else None


def is_overdue(job: Job, zone: str, last: tuple[str, str | None] | None, now: datetime) -> bool:
    """Whether the job should have run before now: it was due since its last start, or that one never ended.

    A last start in the future means that the clock was set back: then nothing is known of it, and it is due.
    """
    if last is None:
        return job.at_first_start
    started = datetime.fromisoformat(last[0].replace("Z", "+00:00"))
    if last[1] is None or started > now:
        return True
    punctual = make_trigger(replace(job, jitter_seconds=0), zone)
    due = punctual.get_next_fire_time(None, started + timedelta(seconds=1)) if punctual else None
    return due is not None and due <= now


class JobLog:
    """What is remembered of jobs in the store at `home`; each call opens it anew, so that a mended store is used."""

    def __init__(self, home: Path, now: Callable[[], datetime] = utc_now) -> None:
        self._home = home
        self._now = now

    def last(self, name: str) -> tuple[str, str | None] | None:
        """(last start, its end or None) of the job; None when it never ran."""
        with Store.open(self._home, now=self._now) as store:
            row = store.connection.execute(
                "select started_at, finished_at from service_jobs where name = ?", [name]
            ).fetchone()
        return (str(row[0]), row[1]) if row else None

    def begin(self, name: str) -> None:
        """The job has begun."""
        with Store.open(self._home, now=self._now) as store, store.writing() as connection:
            connection.execute(
                "insert into service_jobs (name, started_at) values (?, ?) on conflict (name) do update set"
                " started_at = excluded.started_at, finished_at = null, outcome = null, detail = ''",
                [name, store.now_text()],
            )

    def end(self, name: str, outcome: str, detail: str) -> None:
        """The job has ended: `good`, `failed` or `put off`."""
        with Store.open(self._home, now=self._now) as store, store.writing() as connection:
            connection.execute(
                "update service_jobs set finished_at = :at, outcome = :outcome, detail = :detail,"
                " good_at = iif(:outcome = 'good', :at, good_at), failures ="
                " case :outcome when 'failed' then failures + 1 when 'good' then 0 else failures end"
                " where name = :name",
                {"at": store.now_text(), "outcome": outcome, "detail": detail[:500], "name": name},
            )
