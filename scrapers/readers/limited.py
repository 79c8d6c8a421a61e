"""Read a list in a child process: the same snapshot or the same error as `read_document`, at a bounded cost."""

from __future__ import annotations

from dataclasses import fields
from operator import attrgetter
from typing import Any

from db.models import Listing, Signal, Snapshot
from scrapers.readers.child import Limits, run_limited
from scrapers.readers.document import read_document
from scrapers.readers.listings import build_listings

#: The largest list of 2025 takes 0.05 s and 20 MB, one of 59,000 rows 3 s and 350 MB.
LIMITS = Limits(seconds=4.5, memory_bytes=512 * 1024 * 1024)
_FIELDS = tuple(field.name for field in fields(Listing))
_EXTRA = _FIELDS.index("extra")


def read_document_limited(data: bytes, *, name: str = "") -> Snapshot:
    """Return the list these bytes hold, as `read_document` does.

    Raises its errors, and those of `run_limited` when the document costs more than LIMITS.
    """
    plain = run_limited(read_as_plain, data, LIMITS, name=name)
    columns = plain.pop("columns")
    rows = tuple(plain.pop("rows"))
    if rows:
        columns[_EXTRA] = [tuple(tuple(pair) for pair in pairs) for pairs in columns[_EXTRA]]
    signals = tuple(Signal(*signal) for signal in plain.pop("signals"))
    return Snapshot(listings=build_listings(len(rows), columns), rows=rows, signals=signals, **plain)


def read_as_plain(data: bytes, *, name: str) -> dict[str, Any]:
    """Return the snapshot as values of JSON, the listings column by column."""
    snapshot = read_document(data, name=name)
    return {
        "list": snapshot.list,
        "columns": list(zip(*map(attrgetter(*_FIELDS), snapshot.listings), strict=True)),
        "rows": snapshot.rows,
        "sheet": snapshot.sheet,
        "reader": snapshot.reader,
        "workbook_modified_at": snapshot.workbook_modified_at,
        "signals": [(s.code, s.row, s.column, s.value, s.meaning) for s in snapshot.signals],
    }
