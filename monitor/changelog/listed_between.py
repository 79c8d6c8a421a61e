"""Between which two lists a change lies, and whether they are so far apart that readers are told both days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from db.records import ListReference
from monitor import policy


def find_lists_before(references: Mapping[int, ListReference]) -> dict[int, str]:
    """Return, by position, the day of the accepted list of the same kind before each; none for the first."""
    before: dict[int, str] = {}
    last: dict[str, str] = {}
    for position, reference in sorted(references.items()):
        if reference["list"] in last:
            before[position] = last[reference["list"]]
        last[reference["list"]] = reference["published_on"]
    return before


def wide_range(listed_between: list[str] | None) -> tuple[str, str] | None:
    """Return the two days when more than `policy.RANGE_DAYS` lie between them; else the later one says enough."""
    if listed_between is None:
        return None
    first, last = listed_between
    apart = (date.fromisoformat(last) - date.fromisoformat(first)).days
    return (first, last) if apart > policy.RANGE_DAYS else None
