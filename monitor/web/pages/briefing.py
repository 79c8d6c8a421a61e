"""What the home page tells first: how many changes lately, and the few that matter most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from monitor.web.pages.book import Book, PageChange

#: Endings and returns before what moves, and that before what is added.
_RANKS = {"termination": 0, "reinstatement": 0, "switch": 1, "renewal": 2, "signing": 3}
ADDED = frozenset({"signing", "switch"})
WINDOW = timedelta(days=31)
MOST = 5


@dataclass(frozen=True, slots=True)
class Period:
    """The changes of the participating list in a stretch of days, by the date of the list that shows them."""

    name: str  # week, month, year
    since: str
    until: str
    added: int
    returned: int
    ended: int  # confirmed
    provisional: int  # endings that the next list may take back


@dataclass(frozen=True, slots=True)
class Told:
    """A change with the others of its kind in the same place."""

    change: PageChange
    others: Sequence[PageChange]


def count_periods(book: Book, today: str) -> list[Period]:
    """Return the counts of the seven days, the month and the year that end today."""
    day = date.fromisoformat(today)
    starts = {"week": day - timedelta(days=6), "month": day.replace(day=1), "year": day.replace(month=1, day=1)}
    telling = [c for c in book.changes if _tells(c)]
    return [
        _count(name, start.isoformat(), today, (c for c in telling if start.isoformat() <= c["listed_on"] <= today))
        for name, start in starts.items()
    ]


def _count(name: str, since: str, until: str, changes: Iterable[PageChange]) -> Period:
    kinds = Counter((c["kind"], c["status"] == "provisional") for c in changes)
    return Period(
        name, since, until,
        sum(n for (kind, _), n in kinds.items() if kind in ADDED),
        kinds["reinstatement", False] + kinds["reinstatement", True],
        kinds["termination", False], kinds["termination", True],
    )  # fmt: skip


def choose_changes(book: Book) -> list[Told]:
    """Return the changes of the last month that matter most, those of one kind in one place together."""
    if not book.last_day:
        return []
    since = (date.fromisoformat(book.last_day) - WINDOW).isoformat()
    recent = [c for c in book.changes if _tells(c) and c["listed_on"] >= since]
    folded: dict[tuple[str, str], list[PageChange]] = {}
    for change in recent:
        place = change["county_fips"] or change["agency_id"] or change["id"]
        folded.setdefault((change["kind"], place), []).append(change)
    groups = sorted(folded.values(), key=lambda g: g[0]["listed_on"], reverse=True)
    groups.sort(key=lambda g: _RANKS[g[0]["kind"]])
    return [Told(group[0], group[1:]) for group in groups[:MOST]]


def _tells(change: PageChange) -> bool:
    return change["list"] == "participating" and change["status"] != "retracted" and change["kind"] in _RANKS
