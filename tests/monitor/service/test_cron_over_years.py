"""Schedules over every time zone and many years, compared with a clock read minute by minute."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from monitor.service.triggers import CronTrigger

DAYS = 4
ZONES = sorted(available_timezones() - {"Factory", "localtime"})
STARTS = st.integers(0, 50 * 365 * 24 * 60).map(lambda n: datetime(1985, 1, 1, tzinfo=UTC) + timedelta(minutes=n))


def fired(line: str, zone: str, start: datetime) -> list[datetime]:
    """Every instant at which the line fires in the days after `start`, asked as the scheduler asks."""
    trigger = CronTrigger([line], zone)
    found: list[datetime] = []
    previous, now = None, start
    while (previous := trigger.get_next_fire_time(previous, now)) is not None and previous < start + timedelta(DAYS):
        found.append(previous)
        now = previous
    return found


def a_change_of_the_clock_near(zone: str, start: datetime) -> datetime:
    """The day before the next change of the zone's clock within a year, else `start`: most days have none."""
    there = ZoneInfo(zone)
    for day in range(366):
        at = start + timedelta(days=day)
        if (at + timedelta(days=1)).astimezone(there).utcoffset() != at.astimezone(there).utcoffset():
            return at - timedelta(days=1)
    return start


@given(st.sampled_from(ZONES), STARTS, st.integers(0, 23), st.integers(0, 59))
@example("America/New_York", datetime(2026, 3, 1, tzinfo=UTC), 0, 0)
@example("America/New_York", datetime(2026, 10, 25, tzinfo=UTC), 1, 30)
@example("Australia/Lord_Howe", datetime(2026, 10, 1, tzinfo=UTC), 2, 15)
@example("America/Sao_Paulo", datetime(2017, 10, 1, tzinfo=UTC), 0, 0)  # a day without a midnight
@example("Pacific/Apia", datetime(2011, 12, 20, tzinfo=UTC), 12, 0)  # a day that never was
@settings(max_examples=150, deadline=None)
def test_a_time_of_day_comes_once_on_every_day(zone: str, near: datetime, hour: int, minute: int) -> None:
    start = a_change_of_the_clock_near(zone, near)
    there = ZoneInfo(zone)
    expected = set()
    for day in range(-2, DAYS + 2):
        wall = (start.astimezone(there) + timedelta(days=day)).replace(tzinfo=None, hour=hour, minute=minute)
        while True:  # a time that the clock skips comes at the first that exists after it
            instant = wall.replace(tzinfo=there).astimezone(UTC)
            if instant.astimezone(there).replace(tzinfo=None) == wall:
                break
            wall += timedelta(minutes=1)
        if start <= instant < start + timedelta(DAYS):
            expected.add(instant)
    assert fired(f"{minute} {hour} * * *", zone, start) == sorted(expected)


@given(st.sampled_from(ZONES), STARTS, st.sampled_from([5, 10, 15, 20, 30]))
@example("America/New_York", datetime(2026, 3, 1, tzinfo=UTC), 10)
@example("Australia/Lord_Howe", datetime(2026, 3, 30, tzinfo=UTC), 20)
@settings(max_examples=60, deadline=None)
def test_every_few_minutes_misses_none_and_doubles_none(zone: str, near: datetime, step: int) -> None:
    start = a_change_of_the_clock_near(zone, near)
    there = ZoneInfo(zone)
    minutes = (start + timedelta(minutes=n) for n in range(DAYS * 24 * 60))
    expected = [at for at in minutes if (here := at.astimezone(there)).minute % step == 0 and here.second == 0]
    assert fired(f"*/{step} * * * *", zone, start) == expected


@given(st.sampled_from(ZONES), STARTS, st.integers(0, 59))
@example("America/New_York", datetime(2026, 3, 1, tzinfo=UTC), 5)
@example("America/New_York", datetime(2026, 10, 25, tzinfo=UTC), 5)
@settings(max_examples=60, deadline=None)
def test_once_an_hour_follows_the_time_that_passes(zone: str, near: datetime, minute: int) -> None:
    """Changes by part of an hour (Lord Howe Island; Caracas in 2007) are left out: CronSim looks on by whole hours."""
    start = a_change_of_the_clock_near(zone, near)
    there = ZoneInfo(zone)
    offsets = [
        (start + timedelta(days=day)).astimezone(there).utcoffset() or timedelta() for day in range(-1, DAYS + 1)
    ]
    assume(not any((offset - offsets[0]) % timedelta(hours=1) for offset in offsets))
    minutes = (start + timedelta(minutes=n) for n in range(DAYS * 24 * 60))
    expected = [at for at in minutes if (here := at.astimezone(there)).minute == minute and here.second == 0]
    assert fired(f"{minute} * * * *", zone, start) == expected


@given(st.integers(0, 7), STARTS)
@settings(max_examples=60, deadline=None)
def test_days_of_the_week_are_those_of_the_calendar(day: int, near: datetime) -> None:
    """0 and 7 are Sunday; Python's `isoweekday` counts Monday as 1 and Sunday as 7."""
    found = fired(f"0 12 * * {day}", "America/New_York", near)
    assert all(at.astimezone(ZoneInfo("America/New_York")).isoweekday() % 7 == day % 7 for at in found)
    assert len(found) <= 1
