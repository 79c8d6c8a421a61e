"""Columns that were read on the list before and make no sense on this one: a fault of the file or of reading it.

A list is compared with the one before row by row, over the rows that go on. ICE leaves a column out or brings a new
one; then a list has no such column, and nothing is said of it. A column that is there and says nothing throughout, or
says of each row what another row said, is a fault, and no agreement was amended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from db.models import Listing
from monitor import policy
from monitor.places.bodies import is_type_word
from monitor.places.gazetteer import find_county, normal

Pair = tuple[Listing, Listing]  # a row of the list before and the row that continues it


def _county(row: Listing) -> str | None:
    found = find_county(row.state_code, row.county)
    return found.county.fips if found else None


#: What the cell of a column means; None where it is empty or impossible. An agency's name is what rows are paired by.
_MEANINGS: Mapping[str, tuple[str, Callable[[Listing], object | None]]] = {
    "state": ("state", lambda row: row.state_code),
    "type": ("type", lambda row: normal(row.type or "") if is_type_word(row.type) else None),
    "county": ("county", _county),
    "support_type": ("support type", lambda row: row.support_code),
    "signed": ("signing date", lambda row: row.signed_on),
    "moa": ("MOA link", lambda row: row.moa_url),
    "addendum": ("addendum link", lambda row: row.addendum_url),
}


def find_column_faults(
    pairs: Sequence[Pair], added: int, rows: Callable[[], Iterable[Listing]], limit: int
) -> list[str]:
    """Return the reasons to hold a list for the columns of it that make no sense.

    `pairs` are the rows rewritten since the list before, `added` counts those that continue none, `rows` gives all rows
    of this list, and so many cells as `limit` may say something else than before.
    """
    if max(len(pairs), added) < policy.LOST_CELLS:
        return []
    lost = [f"{words} in {count} rows" for words, count in _find_lost(pairs, rows, limit)]
    if added > limit and (found := _count_names(rows())):
        lost.append(f"agency, {found[0]} names in {found[1]} rows")
    moved = [f"{words} in {count} rows" for words, count in _find_shifted(pairs, limit)]
    return [
        *([f"column_lost: {', '.join(lost)}"] if lost else []),
        *([f"column_shifted: {', '.join(moved)}"] if moved else []),
    ]


def _find_lost(pairs: Sequence[Pair], rows: Callable[[], Iterable[Listing]], limit: int) -> Iterator[tuple[str, int]]:
    """Yield the columns that meant something in many rows and mean nothing there now; how many rows lost it.

    Links may be taken away in many rows, so of these hardly any must be left.
    """
    for column, (words, meaning) in _MEANINGS.items():
        here = [pair for pair in pairs if None not in (getattr(pair[0], column), getattr(pair[1], column))]
        if column == "county":  # under another state the same words name no county, or another one
            here = [
                (before, after) for before, after in here
                if before.state_code == after.state_code and before.county != after.county
            ]  # fmt: skip
        lost = sum(meaning(after) is None and meaning(before) is not None for before, after in here)
        if lost < policy.LOST_CELLS:
            continue
        kept = sum(meaning(row) is not None for row in rows())
        if kept <= policy.LOST_KEPT_SHARE * (kept + lost) or (lost > limit and column not in ("moa", "addendum")):
            yield words, lost


def _count_names(rows: Iterable[Listing]) -> tuple[int, int] | None:
    """Return how many names the rows have, and how many rows there are, when hardly any row has a name of its own."""
    names = [row.agency for row in rows]
    distinct = len(set(names))
    return (distinct, len(names)) if distinct <= policy.LOST_KEPT_SHARE * len(names) else None


def _find_shifted(pairs: Sequence[Pair], limit: int) -> Iterator[tuple[str, int]]:
    """Yield what more than `limit` rows say otherwise, though it does not change in many at once."""
    owned = {before.moa_url for before, _ in pairs if before.moa_url}
    moved = {
        column: [pair for pair in pairs if _says_otherwise(pair, column)] for column in ("state", "county", "type")
    }
    if len({(before.state_code, after.state_code) for before, after in moved["state"]}) > policy.LOST_CELLS:
        yield "another state", len(moved["state"])  # one state printed as another is judged row by row
    if len(moved["county"]) > limit:
        yield "another county", len(moved["county"])
    if len(moved["type"]) > limit * policy.RETYPED_TIMES:
        yield "another type", len(moved["type"])
    linked = [after.moa_url for before, after in pairs if before.moa_url and before.moa_url != after.moa_url]
    if (count := sum(url in owned for url in linked)) > limit:
        yield "the MOA of another row", count


def _says_otherwise(pair: Pair, column: str) -> bool:
    before, after = pair
    if getattr(before, column) == getattr(after, column):
        return False
    meaning = _MEANINGS[column][1]
    old, new = meaning(before), meaning(after)
    return old is not None and new is not None and old != new
