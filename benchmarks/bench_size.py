"""Database bytes per publication, beside a table that copies every row of every list with sqlite-utils.

    python benchmarks/bench_size.py

The copy: one row per list row, its printed cells and link targets, the list's sha256 and the sheet row, put in by
sqlite-utils' `insert_all` without any index. Ours, three ways: the tables that say which row stood in which list
(spans, and the order of each list's rows); those and each distinct row (listings) with their indexes, which together
say all that the copy says; and the whole database with agencies, agreements, the change log, fetches and every index.
Both databases are vacuumed; archived documents are left out on both sides.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlite_utils import Database

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.corpus import empty_store, read_corpus, take_all
from benchmarks.figures import Figure, show
from db.database import Store
from db.models import COLUMNS
from db.queries.snapshots import load_listings, load_snapshots

SPANS = ("spans", "snapshots")
ROWS = (*SPANS, "listings", "sqlite_autoindex_listings_1", "sqlite_autoindex_snapshots_1")


def copied_rows(store: Store) -> Iterator[dict[str, Any]]:
    """Every row of every publication, copied."""
    listings, snapshots = load_listings(store), load_snapshots(store)
    cells = (*COLUMNS, "moa_link", "addendum_link")
    for (sha256,) in store.connection.execute("select sha256 from publications order by id"):
        snapshot = snapshots[sha256]
        for listing_id, row in zip(snapshot.listing_ids, snapshot.rows, strict=True):
            yield {"list": sha256, "row": row, **{name: getattr(listings[listing_id], name) for name in cells}}


def bytes_of(store: Store, names: tuple[str, ...]) -> int:
    """The pages that these tables and indexes take."""
    marks = ",".join("?" * len(names))
    query = f"select sum(pgsize) from dbstat where name in ({marks})"
    return int(store.connection.execute(query, names).fetchone()[0])


def measure() -> list[Figure]:
    """Ratios first, then bytes per publication."""
    with empty_store() as store, tempfile.TemporaryDirectory() as folder:
        take_all(store, read_corpus())
        copy = Path(folder) / "copy.sqlite"
        database = Database(copy)
        database["rows"].insert_all(copied_rows(store), batch_size=1000)  # type: ignore[union-attr]
        database.vacuum()
        database.close()
        store.connection.execute("vacuum")
        store.connection.execute("pragma wal_checkpoint(truncate)")
        lists = int(store.connection.execute("select count(*) from publications").fetchone()[0])
        sizes = [bytes_of(store, SPANS), bytes_of(store, ROWS), (store.home / "ice-agreements.sqlite").stat().st_size]
        copied = copy.stat().st_size
    names = ("spans and row order", "spans, row order and distinct rows", "the whole database")
    ratios = [copied / size for size in sizes]
    kept = [
        Figure(f"{name}, a publication", size / lists / 1024, "KiB") for name, size in zip(names, sizes, strict=True)
    ]
    return [
        Figure(f"copied rows / {names[0]}", ratios[0], "x", 20, more_is_better=True),
        Figure(f"copied rows / {names[1]}", ratios[1], "x"),
        Figure(f"copied rows / {names[2]}", ratios[2], "x"),
        *kept,
        Figure(f"copied rows, a publication of {lists}", copied / lists / 1024, "KiB"),
    ]


def main() -> None:
    show("Database bytes a publication", measure())


if __name__ == "__main__":
    main()
