"""When ICE put a list out: the evidence, in order of trust.

The workbook's own modified time is nearly always ICE's. It is no evidence when it is later than the first time the
bytes were seen (somebody saved the file again) or earlier than the newest signing date the list holds. Then the time
the bytes were first seen serves, with the day that the page's own caption gave the list until 2017; then the date in
the file's name. Names lie: wrong months, years and digits occur.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from monitor import policy

EASTERN = ZoneInfo("America/New_York")  # ICE's working day

_DIGITS = re.compile(r"(?<!\d)(\d{6}|\d{8})(?!\d)")
_CAPTURE = re.compile(r"(?<!\d)(\d{14})(?!\d)")
_PART_OF_DAY = re.compile(r"\d(am|mid|pm)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Dated:
    """When a list was put out: the instant it is ordered by, the day it is named by, and what that rests on."""

    published_at: str  # aware UTC
    published_on: str  # date in ICE's time zone
    evidence: str  # workbook, caption, seen, name or known


@lru_cache(maxsize=16384)
def name_date(file: str) -> date | None:
    """The date in a name of ICE's (MMDDYYYY or MMDDYY), None when there is no single one."""
    found = _DIGITS.findall(file)
    if len(found) != 1:
        return None
    digits = found[0]
    form = {6: "%m%d%y", 8: "%m%d%Y"}[len(digits)]
    try:
        return datetime.strptime(digits, form).date()  # noqa: DTZ007 - a date, not a moment
    except ValueError:
        return None


def capture_time(text: str) -> str | None:
    """The time in fourteen digits (YYYYMMDDhhmmss, UTC) by which archives name what they captured, None when none."""
    found = _CAPTURE.findall(text)
    if len(found) != 1:
        return None
    try:
        return datetime.strptime(found[0], "%Y%m%d%H%M%S").strftime("%Y-%m-%dT%H:%M:%SZ")  # noqa: DTZ007 - UTC by custom
    except ValueError:
        return None


def date_list(
    *, file: str, workbook_modified_at: str | None, seen_at: str | None, known_at: str, newest_signed_on: str | None,
    caption_on: str | None = None,
) -> Dated:  # fmt: skip
    """The dating of one list. `seen_at` is when ICE is known to have served the bytes, `known_at` when we had them."""
    named = name_date(file)
    first = min(filter(None, (seen_at, known_at)))
    if workbook_modified_at is not None and workbook_modified_at <= first:
        day = eastern_day(workbook_modified_at)
        if newest_signed_on is None or newest_signed_on <= day:
            named = named and _in_right_year(named, day, _plus(day, policy.NAME_DATE_DAYS))
            # the name's day is the day of posting, when it follows closely on the last save
            if named is not None and day <= named.isoformat() <= _plus(day, policy.NAME_DATE_DAYS):
                day = min(named.isoformat(), eastern_day(first))
            return Dated(workbook_modified_at, day, "workbook")
    if caption_on is not None and caption_on <= eastern_day(first):
        return Dated(first, caption_on, "caption")
    if seen_at is not None:
        return Dated(seen_at, eastern_day(seen_at), "seen")
    latest = eastern_day(known_at)
    named = named and _in_right_year(named, newest_signed_on or "", latest)
    if named is not None and (newest_signed_on or "") <= named.isoformat() <= latest:
        return Dated(_part_of_day(file, named), named.isoformat(), "name")
    return Dated(known_at, eastern_day(known_at), "known")


def posted_on(file: str, first_seen_at: str, fetched_at: str | None) -> str | None:
    """The day a list was on the page: its name's date, else the day it was fetched; None when neither says.

    A name dated later than the first time the bytes were seen is wrong.
    """
    named = name_date(file)
    if named is not None and named.isoformat() <= eastern_day(first_seen_at):
        return named.isoformat()
    return eastern_day(fetched_at) if fetched_at else None


@lru_cache(maxsize=16384)
def eastern_day(moment: str) -> str:
    """The date in ICE's time zone of an aware UTC time."""
    return datetime.fromisoformat(moment.replace("Z", "+00:00")).astimezone(EASTERN).date().isoformat()


def _part_of_day(file: str, day: date) -> str:
    """Morning, midday or afternoon of the day in ICE's time zone, as the name says; noon when it does not."""
    part = _PART_OF_DAY.search(file)
    hour = {"am": 9, "mid": 12, "pm": 16}[part[1].lower()] if part else 12
    moment = datetime.combine(day, time(hour), EASTERN).astimezone(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _in_right_year(named: date, earliest: str, latest: str) -> date:
    """Return the day and month of the name in the year in which they lie between the two days; the name's date if none.

    The name's own year stands where it is possible, then the nearest one. Names have been a year off in January.
    """
    if earliest <= named.isoformat() <= latest:
        return named
    years = range(int(earliest[:4] or named.year - 1), int(latest[:4]) + 1)
    for year in sorted(years, key=lambda year: (abs(year - named.year), -year)):
        try:
            day = named.replace(year=year)
        except ValueError:  # 29 February
            continue
        if earliest <= day.isoformat() <= latest:
            return day
    return named


def _plus(day: str, days: int) -> str:
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()
