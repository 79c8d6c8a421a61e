"""Find the row of a table that is a list's header, and which column says what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice

from db.models import ListName, Signal
from scrapers.readers import signals
from scrapers.readers.lookups import HEADERS, SUPPORT_TYPE_SLIPS, SUPPORT_TYPES, fold, nearest
from scrapers.readers.table import Table, column_letters

#: Without these three no row can be an agreement; ICE's lists of 2011 and of 2026 have them.
REQUIRED = ("state", "agency", "support_type")
#: ICE's lists of 2007 and 2008 had these two and no other column.
OLD_FORM = frozenset({"state", "agency"})
#: ICE puts the header into the first row; a title and a few notes above it would still be found.
_ROWS_SEARCHED = 20
#: Short names are too near each other for a slip of one letter to be told from another name.
_SNAPPED_NAMES = {
    name: column for name, column in HEADERS.items() if len(name) > 4 and name not in ("COUNTY", "MODEL", "AGENCY")
}


@dataclass(frozen=True, slots=True)
class Header:
    """A list's header: where it is and which column holds what."""

    index: int  # of its row in the table's rows
    columns: dict[str, int]  # our column name -> column index
    unknown: dict[int, str]  # column index -> name as printed, or "column I" when it has none
    cells: tuple[str, ...]  # folded
    signals: tuple[Signal, ...] = field(default=())

    @property
    def list(self) -> ListName:
        """The list this header is of: only the participating list has signing dates; old lists had no other kind.

        An MOA column says nothing: pending lists of 2026 have one too.
        """
        return "participating" if "signed" in self.columns or self.is_old_form else "pending"

    @property
    def is_old_form(self) -> bool:
        """Whether the list names agencies only, without support types and dates."""
        return "support_type" not in self.columns


def find_header(table: Table) -> tuple[Header | None, list[str]]:
    """Return the table's header, or None and the columns that a nearly fitting header lacks (empty: none fits)."""
    lacking: list[str] = []
    filled = (i for i, row in enumerate(table.rows) if any(cell.strip() for cell in row))
    for index in islice(filled, _ROWS_SEARCHED):
        header, missing = _match(table, index)
        if header is not None:
            return header, []
        lacking = lacking or missing
    return None, lacking


def _match(table: Table, index: int) -> tuple[Header | None, list[str]]:
    row, number = table.rows[index], table.numbers[index]
    folded = [fold(cell) for cell in row]
    columns: dict[str, int] = {}
    twice: dict[str, list[int]] = {}
    notes: list[Signal] = []
    for i, text in enumerate(folded):
        column = HEADERS.get(text)
        if column is None:
            continue
        if column in columns:
            twice.setdefault(column, []).append(i)
        else:
            columns[column] = i
    if len(columns) < 2:
        return None, []
    for i, text in enumerate(folded):
        column = nearest(text, _SNAPPED_NAMES) if text and text not in HEADERS else None
        if column and column not in columns:
            columns[column] = i
            notes.append(Signal(signals.HEADER_SNAPPED, number, column_letters(i), row[i][:200], column))
    if "support_type" not in columns and "type" in columns:
        _settle_types(table, index, columns, twice, notes)
    missing = [column for column in REQUIRED if column not in columns]
    if missing and set(columns) == OLD_FORM and sum(map(bool, folded)) == len(OLD_FORM):
        notes.append(Signal(signals.OLD_FORM, number, None, " | ".join(row)[:200]))
    elif missing:
        return None, missing if len(columns) > 2 or len(missing) == 1 else []
    for column, places in twice.items():
        for i in places:
            notes.append(Signal(signals.HEADER_TWICE, number, column_letters(i), row[i][:200], column))
    known = set(columns.values())
    below = table.rows[index + 1 :]
    unknown = {}
    for i, text in enumerate(row):
        if i in known:
            continue
        if not text.strip() and not any(cells[i].strip() for cells in below):
            continue  # a phantom column: no name and nothing in it
        unknown[i] = text if text.strip() else f"column {column_letters(i)}"
        if not any(i in places for places in twice.values()):
            notes.append(Signal(signals.COLUMN_UNKNOWN, number, column_letters(i), text[:200]))
    return Header(index, columns, unknown, tuple(folded), tuple(notes)), []


def _settle_types(
    table: Table, index: int, columns: dict[str, int], twice: dict[str, list[int]], notes: list[Signal]
) -> None:
    """Choose as SUPPORT TYPE, of the columns named TYPE, the one whose cells are support types."""
    candidates = [columns["type"], *twice.get("type", [])]
    below = table.rows[index + 1 :]
    shares = {i: _share_of_support_types(below, i) for i in candidates}
    best = max(candidates, key=lambda i: (shares[i], i))
    # An empty list tells nothing; ICE prints the support type after the agency's type.
    if shares[best] <= 0.5 and (len(candidates) < 2 or any(shares.values())):
        return
    columns["support_type"] = best
    rest = [i for i in candidates if i != best]
    if rest:
        columns["type"] = rest[0]
    else:
        del columns["type"]
    twice["type"] = rest[1:]
    cell = table.rows[index][best]
    notes.append(
        Signal(signals.HEADER_BY_VALUES, table.numbers[index], column_letters(best), cell[:200], "support_type")
    )


def _share_of_support_types(rows: Sequence[Sequence[str]], column: int) -> float:
    cells = [text for row in rows if (text := fold(row[column]))]
    known = sum(text in SUPPORT_TYPES or text in SUPPORT_TYPE_SLIPS for text in cells)
    return known / len(cells) if cells else 0.0
