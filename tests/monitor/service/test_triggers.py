"""When a job is due: over the changes of the clock in March and November, after a stop, after a clock set back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from db.database import Store
from db.queries.job_runs import read_job_runs, record_job_end, record_job_start
from db.service_models import JobRun
from db.settings import Settings
from monitor.service.triggers import Job, is_overdue, make_trigger

ZONE = "America/New_York"


async def nothing() -> str:
    return ""


def job(schedule: str, jitter: int = 0, *, at_first_start: bool = False) -> Job:
    return Job("poll", schedule, nothing, 60.0, jitter, at_first_start)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def instants(schedule: str, start: str, hours: float) -> list[str]:
    """Every instant (UTC) at which the schedule fires in so many hours, reckoned as APScheduler reckons."""
    trigger = make_trigger(job(schedule), ZONE)
    assert trigger is not None
    found: list[str] = []
    previous, now = None, utc(start)
    while True:
        previous = trigger.get_next_fire_time(previous, now)
        if previous is None or previous >= utc(start) + timedelta(hours=hours):
            return found
        now = previous
        found.append(f"{previous.astimezone(UTC):%H:%M}")


def test_the_hours_are_those_of_the_eastern_us() -> None:
    """In winter seven in the morning there is 12:00 UTC, in summer 11:00."""
    assert instants("0 7 * * *", "2026-01-12 00:00", 24) == ["12:00"]
    assert instants("0 7 * * *", "2026-07-13 00:00", 24) == ["11:00"]


def test_a_poll_every_ten_minutes_misses_none_and_doubles_none_when_clocks_change() -> None:
    """2026: clocks go forward on 8 March at 07:00 UTC and back on 1 November at 06:00 UTC; 36 polls in six hours."""
    for start in ("2026-03-08 04:00", "2026-11-01 03:00"):
        every = [f"{(utc(start) + timedelta(minutes=10 * n)):%H:%M}" for n in range(36)]
        assert instants("*/10 * * * *", start, 6) == every


def test_two_lines_are_one_schedule_by_instants_not_by_the_clock_on_the_wall() -> None:
    """On 1 November 1:50 EDT (05:50 UTC) comes before 1:05 EST (06:05 UTC), though the wall says otherwise."""
    assert instants("50 1 * * *; 5 * * * *", "2026-11-01 05:10", 2) == ["05:50", "06:05", "07:05"]


def test_an_instant_that_both_lines_name_fires_once() -> None:
    assert instants("*/30 * * * *; 0 * * * *", "2026-01-12 00:00", 1.4) == ["00:00", "00:30", "01:00"]


def test_the_nightly_jobs_run_once_on_every_night_of_the_year() -> None:
    """The default hours, 3:40 and 4:10, exist once on every day, also when clocks change."""
    for field in ("backup_schedule", "housekeeping_schedule"):
        schedule = Settings.model_fields[field].default
        assert len(instants(schedule, "2026-03-07 05:00", 48)) == 2
        assert len(instants(schedule, "2026-10-31 04:00", 48)) == 2


def test_ice_is_asked_more_often_in_business_hours() -> None:
    """A winter Monday: 5 past every hour, and every ten minutes from 7 to 19:50 Eastern (78 times); Sunday hourly."""
    schedule = Settings.model_fields["poll_schedule"].default
    assert len(instants(schedule, "2026-01-12 05:00", 24)) == 24 + 13 * 6
    assert len(instants(schedule, "2026-01-11 05:00", 24)) == 24


def test_jitter_delays_and_never_hastens() -> None:
    trigger = make_trigger(job("0 * * * *", jitter=60), ZONE)
    assert trigger is not None
    times = [at for _ in range(50) if (at := trigger.get_next_fire_time(None, utc("2026-01-12 00:30")))]
    assert len(times) == 50
    assert all(utc("2026-01-12 01:00") <= time <= utc("2026-01-12 01:01") for time in times)
    assert len(set(times)) > 40


@pytest.mark.parametrize(
    ("last", "overdue"),
    [
        (("2026-01-12T10:00:30Z", "2026-01-12T10:00:40Z"), False),  # the next is at 11:00
        (("2026-01-12T09:00:00Z", "2026-01-12T09:00:40Z"), True),  # 10:00 was missed
        (("2026-01-11T10:00:30Z", "2026-01-11T10:00:40Z"), True),
        (("2026-01-12T10:00:30Z", None), True),  # killed in the middle
        (("2026-02-12T10:00:30Z", "2026-02-12T10:00:40Z"), True),  # the clock was set back since
        (None, False),
    ],
)
def test_a_job_missed_while_nothing_ran_is_made_up_for(last: tuple[str, str | None] | None, overdue: bool) -> None:
    ran = JobRun(*last, "good", "", None, 0) if last else None
    assert is_overdue(job("0 * * * *"), ZONE, ran, utc("2026-01-12 10:30")) is overdue


def test_the_first_start_polls_at_once() -> None:
    assert is_overdue(job("0 * * * *", at_first_start=True), ZONE, None, utc("2026-01-12 10:30"))


def test_no_schedule_means_never() -> None:
    assert make_trigger(job(""), ZONE) is None


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("poll_schedule", "*/10 7-19 * *", "five fields"),
        ("poll_schedule", "99 * * * *", "'99 * * * *' is not a cron line: bad minute"),
        ("poll_schedule", "0 7 * * *; 0 7 31 2 *", "'0 7 31 2 *' is not a cron line: bad day-of-month"),
        ("poll_schedule", "0 0 7 * * *", "five fields"),
        ("time_zone", "Eastern", "not a time zone"),
        ("health_port", 70000, "65535"),
        ("backup_keep", 0, "greater than or equal to 1"),
        ("ping_url", "ftp://x", "must begin with https"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named(name: str, value: object, word: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings.model_validate({name: value})
    (problem,) = refused.value.errors()
    assert problem["loc"] == (name,)
    assert word in problem["msg"]


def test_days_of_the_week_are_numbered_as_cron_does() -> None:
    """0 and 7 are Sunday, 1 is Monday: 11 January 2026 is a Sunday, 16 January a Friday."""
    week = ("2026-01-11 05:00", 7 * 24.0)
    assert len(instants("0 12 * * 1-5", *week)) == 5
    assert instants("0 12 * * 0", "2026-01-11 05:00", 24) == ["17:00"]
    assert instants("0 12 * * 7", "2026-01-11 05:00", 24) == ["17:00"]
    assert instants("0 12 * * 1", "2026-01-11 05:00", 24) == []
    assert instants("0 12 * * sun", *week) == instants("0 12 * * 0", *week)


def test_no_midnight_is_lost_when_clocks_change() -> None:
    """Saturday to Tuesday around 8 March and 1 November 2026: four midnights each, one a day."""
    assert instants("0 0 * * *", "2026-03-07 00:00", 96) == ["05:00", "05:00", "04:00", "04:00"]
    assert instants("0 0 * * *", "2026-10-31 00:00", 96) == ["04:00", "04:00", "05:00", "05:00"]


def test_a_time_that_the_change_skips_comes_right_after_it_and_one_that_comes_twice_fires_once() -> None:
    assert instants("30 2 * * *", "2026-03-08 05:00", 23) == ["07:00"]  # 3:00 EDT
    assert instants("30 1 * * *", "2026-11-01 04:00", 25) == ["05:30"]


def test_failures_are_counted_in_a_row(tmp_path: Path) -> None:
    at = "2026-01-12T10:30:00Z"
    with Store.open(tmp_path) as store:
        for outcome in ("good", "failed", "put off", "failed"):
            record_job_start(store, "poll", at)
            record_job_end(store, "poll", at, outcome, "why")
        assert read_job_runs(store.connection) == {"poll": JobRun(at, at, "failed", "why", at, 2)}
        record_job_start(store, "poll", at)
        assert read_job_runs(store.connection)["poll"].finished_at is None
        record_job_end(store, "poll", at, "good", "")
        assert read_job_runs(store.connection)["poll"].failures == 0
