"""Where columns stand, and blank rows, columns and sheets, change nothing in what a list says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from db.models import Signal
from scrapers.readers.document import read_document
from scrapers.readers.workbook_package import read_targets, unpack_parts
from scrapers.readers.workbook_sheet import _search_bytes, _TreeWalk
from tests.workbooks import PARTICIPATING, PENDING, Cell, Error, Sheet, letters, make_parts, zip_parts

CELLS: dict[str, list[Cell]] = {
    "STATE": ["TEXAS", "UTAHJ", "GUAM", "", None],
    "LAW ENFORCEMENT AGENCY": ["A Office", "B\xa0Police ", "C’s Office"],
    "TYPE": ["County", "Muncipality ", None],
    "COUNTY": ["Some County", Error("#N/A"), None],
    "SUPPORT TYPE": ["Task Force Model", "Warrant Services Officer", "JEM"],
    "SIGNED": [date(2025, 3, 4), "05/082025", "5025", None],
    "MOA": ["link", "link pending ", None],
    "ADDENDUM": ["link", "", None],
}
HEADS = st.sampled_from([PARTICIPATING, PENDING])


@st.composite
def lists(draw: st.DrawFn) -> tuple[tuple[str, ...], list[dict[str, Cell]], dict[tuple[int, str], str]]:
    head = draw(HEADS)
    rows = draw(st.lists(st.fixed_dictionaries({h: st.sampled_from(CELLS[h]) for h in head}), max_size=5))
    places = st.tuples(st.integers(0, max(len(rows) - 1, 0)), st.sampled_from(["MOA", "ADDENDUM"]))
    links = {}
    if rows and "MOA" in head:
        links = draw(st.dictionaries(places, st.sampled_from(["https://www.ice.gov/a.pdf", "mailto:x"]), max_size=4))
    return head, rows, links


def build(
    made: tuple[tuple[str, ...], list[dict[str, Cell]], dict[tuple[int, str], str]],
    order: list[str | None],
    above: int,
    below: int,
    tabs: int,
) -> bytes:
    head, rows, links = made
    grid: list[list[Cell]] = [[] for _ in range(above)]
    grid.append([name if name in head else None for name in order])
    grid += [[row.get(name) if name else " " for name in order] for row in rows]
    grid += [["", None, " "] for _ in range(below)]
    placed = {f"{letters(order.index(name))}{above + 2 + i}": target for (i, name), target in links.items()}
    blank = [Sheet([], title=f"Blank {i}") for i in range(tabs)]
    return zip_parts(make_parts(*blank, Sheet(grid, placed)))


@settings(max_examples=150, deadline=None)
@given(lists(), st.data())
def test_columns_in_any_order_and_blanks_anywhere_change_nothing(
    made: tuple[tuple[str, ...], list[dict[str, Cell]], dict[tuple[int, str], str]], data: st.DataObject
) -> None:
    """The listings are the same; row numbers move by the blank rows above and nothing else is said."""
    plain = read_document(build(made, list(made[0]), 0, 0, 0))
    order = data.draw(st.permutations([*made[0], None, None]))
    above = data.draw(st.integers(0, 3))
    moved = read_document(build(made, list(order), above, data.draw(st.integers(0, 3)), data.draw(st.integers(0, 2))))
    assert moved.listings == plain.listings
    assert moved.rows == tuple(row + above for row in plain.rows)
    assert moved.list == plain.list

    def said(raised: Iterable[Signal]) -> list[str]:
        """The signals, the words of a row that is no listing in any order."""
        unordered = [replace(s, value=" | ".join(sorted(s.value.split(" | ")))) for s in raised]
        # a link on a row that is no listing is told by the letters of its column, which move
        return sorted(str(replace(s, column=None) if s.code == "link_elsewhere" else s) for s in unordered)

    assert said(moved.signals) == said(replace(s, row=s.row + above if s.row else None) for s in plain.signals)


@settings(max_examples=100, deadline=None)
@given(lists())
def test_the_search_and_the_tree_walk_tell_the_same(
    made: tuple[tuple[str, ...], list[dict[str, Cell]], dict[tuple[int, str], str]],
) -> None:
    """The fast way over a sheet finds what a full parse finds."""
    parts = unpack_parts(build(made, list(made[0]), 0, 0, 0))
    path = "xl/worksheets/sheet1.xml"
    targets = read_targets(parts, path)
    assert _search_bytes(parts[path], targets) == _TreeWalk(parts[path], path, targets, frozenset(), "").notes
