"""When a job is due: over the changes of the clock in March and November, after a stop, after a clock set back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from db.database import Store
from db.settings import Settings
from monitor.service.jobs import Job, JobLog, ScheduleError, is_overdue, make_trigger

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
    assert instants("50 1 * * *; 5 * * * *", "2026-11-01 05:10", 2) == ["05:50", "06:05", "06:50", "07:05"]


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
    times = [trigger.get_next_fire_time(None, utc("2026-01-12 00:30")) for _ in range(50)]
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
    assert is_overdue(job("0 * * * *"), ZONE, last, utc("2026-01-12 10:30")) is overdue


def test_the_first_start_polls_at_once() -> None:
    assert is_overdue(job("0 * * * *", at_first_start=True), ZONE, None, utc("2026-01-12 10:30"))


def test_no_schedule_means_never() -> None:
    assert make_trigger(job(""), ZONE) is None


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("poll_schedule", "*/10 7-19 * *", "five fields"),
        ("poll_schedule", "*/10 7-19 * * 1-5", "name its days of the week"),
        ("time_zone", "Eastern", "no time zone"),
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


def test_a_line_that_is_no_cron_line_is_named_with_its_job() -> None:
    with pytest.raises(ScheduleError, match=r"ICE_AGREEMENTS_POLL_SCHEDULE: '99 \* \* \* \*'"):
        make_trigger(job("0 7 * * *; 99 * * * *"), ZONE)


def test_failures_are_counted_in_a_row(tmp_path: Path) -> None:
    log = JobLog(tmp_path, lambda: utc("2026-01-12 10:30"))
    for outcome in ("good", "failed", "put off", "failed"):
        log.begin("poll")
        log.end("poll", outcome, "why")
    with Store.open(tmp_path) as store:
        query = "select failures, outcome, good_at from service_jobs"
        assert store.connection.execute(query).fetchone() == (2, "failed", "2026-01-12T10:30:00Z")
        log.begin("poll")
        assert log.last("poll") == ("2026-01-12T10:30:00Z", None)
        log.end("poll", "good", "")
        assert store.connection.execute("select failures from service_jobs").fetchone() == (0,)
