"""When a delivery is due: at once, or with the next digest by the subscriber's clock."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

from db.alert_models import Due
from db.database import to_text
from monitor import policy

RHYTHMS = ("instant", "daily", "weekly")
#: What a form offers first; any other zone of the tz database may be typed.
COMMON_ZONES = (
    "America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles",
    "America/Anchorage", "Pacific/Honolulu", "America/Puerto_Rico", "Pacific/Guam", "UTC",
)  # fmt: skip


@cache
def zones() -> frozenset[str]:
    """Return the name of every time zone of the tz database."""
    return frozenset(available_timezones())


def to_moment(text: str) -> datetime:
    """Return a stored time as an aware datetime."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def later(text: str, **amount: float) -> str:
    """Return the stored time plus `amount` (keywords of timedelta)."""
    return to_text(to_moment(text) + timedelta(**amount))


@lru_cache(maxsize=4096)
def due_at(rhythm: str, zone: str, now: str) -> str:
    """Return when a delivery queued at `now` is sent: at once, or at the first digest hour after `now` in the zone.

    The hour is a wall-clock hour: in a week in which clocks change, a digest comes 23 or 25 hours after the last.
    """
    if rhythm == "instant":
        return now
    here = to_moment(now).astimezone(ZoneInfo(zone))
    day = here.date()
    while True:
        leaves = datetime.combine(day, time(policy.DIGEST_HOUR), ZoneInfo(zone)).astimezone(UTC)
        if to_text(leaves) > now and (rhythm == "daily" or day.weekday() == 0):
            return to_text(leaves)
        day += timedelta(days=1)


def plan_delivery(rhythm: str, zone: str, now: str, gather_days: int) -> Due:
    """Return when a delivery queued at `now` leaves: with `daily`, small news waits for company up to `gather_days`."""
    due = due_at(rhythm, zone, now)
    return Due(due, later(due, days=gather_days) if rhythm == "daily" and gather_days else due)
