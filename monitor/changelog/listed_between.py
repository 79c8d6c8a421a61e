"""Between which two lists a change lies, and whether they are so far apart that readers are told both days."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

from db.records import ListReference
from monitor import policy
from monitor.publications.dating import eastern_day


def find_lists_before(
    references: Mapping[int, ListReference], load_times: Callable[[Iterable[str]], Mapping[str, Sequence[str]]]
) -> dict[int, str]:
    """Return, by position, the last day on which the list of the same kind before each is known to have stood.

    That is the day it is of; where the next one is long after, the last day before that on which ICE was seen to serve
    it (`load_times`, by sha256). The first list has none before it.
    """
    before: dict[int, ListReference] = {}
    last: dict[str, ListReference] = {}
    for position, reference in sorted(references.items()):
        if reference["list"] in last:
            before[position] = last[reference["list"]]
        last[reference["list"]] = reference
    days = {position: reference["published_on"] for position, reference in before.items()}
    wide = [p for p, day in days.items() if wide_range([day, references[p]["published_on"]])]
    seen = load_times(before[p]["sha256"] for p in wide) if wide else {}
    for position in wide:
        until = references[position]["published_on"]
        there = (eastern_day(at) for at in seen.get(before[position]["sha256"], ()))
        days[position] = max([days[position], *(day for day in there if day < until)])
    return days


def wide_range(listed_between: list[str] | None) -> tuple[str, str] | None:
    """Return the two days when more than `policy.RANGE_DAYS` lie between them; else the later one says enough."""
    if listed_between is None:
        return None
    first, last = listed_between
    apart = (date.fromisoformat(last) - date.fromisoformat(first)).days
    return (first, last) if apart > policy.RANGE_DAYS else None
