"""Read a SIGNED cell: its one plausible date."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache
from itertools import product

from scrapers.readers import signals

#: Section 287(g) was enacted on this day (Pub. L. 104-208): nothing can have been signed under it before.
ENACTED_ON = date(1996, 9, 30)
#: Where a document does not say when it was made, no date is refused for being late within the Act's first century.
LATEST_ON = date(2096, 9, 30)

_ISO = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})"
    r"(?:[T ]\s*(\d{1,2}(?::\d{1,2}){1,2})(?:[.,]\d+)?\s*(?:Z|UTC|GMT|[+-]\d{1,2}:?(?:\d\d)?)?)?",
    re.IGNORECASE,
)
_US = re.compile(r"(\d{1,2})\s*([/.-])\s*(\d{1,2})\s*\2\s*(\d{4})(?:\s+[\d:.]+(?:\s*[AP]M)?)?", re.IGNORECASE)
_US_SHORT = re.compile(r"(\d{1,2})\s*([/.-])\s*(\d{1,2})\s*\2\s*(\d{2})")
_RUN_TOGETHER = re.compile(r"\d{1,8}(?:[/. -]+\d{1,8}){0,2}")
_SERIAL = re.compile(r"\d{5}")
_MONTHS = {m: i for i, m in enumerate("JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split(), 1)}
_MONTH_FIRST = re.compile(r"([A-Z]{3,9})\.?\s*(\d{1,2})(?:ST|ND|RD|TH)?\s*,?\s*(\d{4})")
_DAY_FIRST = re.compile(r"(\d{1,2})(?:ST|ND|RD|TH)?\s*-?\s*([A-Z]{3,9})\.?\s*-?,?\s*(\d{4}|(?<=[- ])\d{2})")
_MONTH_NAMES = "JANUARY FEBRUARY MARCH APRIL MAY JUNE JULY AUGUST SEPTEMBER OCTOBER NOVEMBER DECEMBER SEPT".split()
_EXCEL_DAY_0 = date(1899, 12, 30)


@lru_cache(maxsize=8_192)
def read_date(cell: str, latest: date) -> tuple[str | None, str | None]:
    """Return the ISO date a SIGNED cell means, and the signal it raises, if any.

    A date must lie between the Act and `latest`. A cell with no such reading, or with two, gives
    ``(None, "date_impossible")``; a blank one ``(None, "date_blank")``.
    """
    text = " ".join(cell.split()).rstrip("*†‡ ")  # footnote marks
    if not text:
        return None, signals.DATE_BLANK
    usual = True
    signal = signals.DATE_AS_TEXT
    if found := _ISO.fullmatch(text):
        readings = {_day_after(_day(found[1], found[2], found[3]), found[4])}
    elif found := _US.fullmatch(text):
        readings = {_day(found[4], found[1], found[3])}
    else:
        usual = False
        readings, signal = _unusual(text)
    days = {day for day in readings if day and ENACTED_ON <= day <= latest}
    if len(days) != 1:
        return None, signals.DATE_IMPOSSIBLE
    return days.pop().isoformat(), None if usual else signal


def _unusual(text: str) -> tuple[set[date | None], str]:
    upper = text.upper()
    if _SERIAL.fullmatch(text):
        return {_EXCEL_DAY_0 + timedelta(days=int(text))}, signals.DATE_AS_NUMBER
    if found := _MONTH_FIRST.fullmatch(upper):
        return {_named(found[3], found[1], found[2])}, signals.DATE_AS_TEXT
    if found := _DAY_FIRST.fullmatch(upper):
        year = found[3] if len(found[3]) == 4 else f"20{found[3]}"  # "30-Sep-25"
        return {_named(year, found[2], found[1])}, signals.DATE_AS_TEXT
    if found := _US_SHORT.fullmatch(text):
        return {_day("20" + found[4], found[1], found[3])}, signals.DATE_AS_TEXT
    if _RUN_TOGETHER.fullmatch(text):
        return _cuts(re.findall(r"\d+", text)), signals.DATE_AS_TEXT
    return set(), signals.DATE_AS_TEXT


def _cuts(groups: list[str]) -> set[date | None]:
    """Return every month, day, four-digit year that the digits give when cut further, never joined over a separator."""
    digits = "".join(groups)
    edges = {len("".join(groups[: i + 1])) for i in range(len(groups) - 1)}
    days: set[date | None] = set()
    for month, day in product((1, 2), (1, 2)):
        cuts = {month, month + day}
        if len(digits) == month + day + 4 and edges <= cuts:
            days.add(_day(digits[month + day :], digits[:month], digits[month : month + day]))
    return days


def _named(year: str, month: str, day: str) -> date | None:
    known = month in _MONTHS or month in _MONTH_NAMES
    return _day(year, str(_MONTHS[month[:3]]), day) if known else None


def _day_after(day: date | None, time: str | None) -> date | None:
    """Return the day itself, or the next when the time is its last minute: programs round midnight down by seconds."""
    return day + timedelta(days=1) if day and time and time.startswith("23:59") else day


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
