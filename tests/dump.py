"""What a store says, whatever numbers SQLite gave and whenever things became known: two dumps compare two histories."""

from __future__ import annotations

import json
from collections.abc import Iterator

from db.database import Store
from db.queries.snapshots import content_hash, load_listings, load_snapshots

#: Table -> columns that are content. Ids of listings are replaced by what the listing says; times at which we came to
#: know a thing are left out, for they differ between two imports of the same.
CONTENT = {
    "documents": "sha256, bytes",
    "sightings": "sha256, file, url, linked_as, min(seen_at), how",
    "publications": "position, list, sha256, file, linked_as, url, published_on, published_at, workbook_modified_at,"
    " fetched_at, rows, status, reasons",
    "agencies": "*",
    "agency_names": "*",
    "agreements": "*",
    "spans": "*",
    "changes": "*",
    "rulings": "reviewer, ruling, subject, other, reason",
}
GROUPED = {"sightings": " group by sha256, file, linked_as, how"}  # the earliest proof is what counts
LISTING_COLUMNS = ("listing_id", "last_listing", "before_listing", "after_listing")


def dump(store: Store) -> list[str]:
    """Every row of facts and derived tables as sorted lines of text."""
    says = {number: content_hash(listing).hex() for number, listing in load_listings(store).items()}
    lines = sorted(
        json.dumps(["snapshots", sha256, s.list, s.sheet, [says[i] for i in s.listing_ids], s.rows, s.error_code])
        for sha256, s in load_snapshots(store).items()
    )
    for table in CONTENT:
        lines += sorted(_rows(store, table, says))
    return lines


def _rows(store: Store, table: str, says: dict[int, str]) -> Iterator[str]:
    cursor = store.connection.execute(f"select {CONTENT[table]} from {table}{GROUPED.get(table, '')}")
    names = [column[0] for column in cursor.description]
    for values in cursor.fetchall():
        row = dict(zip(names, values, strict=True))
        for name in LISTING_COLUMNS:
            if row.get(name) is not None:
                row[name] = says[row[name]]
        yield f"{table} {json.dumps(row, sort_keys=True)}"


def difference(a: list[str], b: list[str]) -> list[str]:
    """The lines that only one of the two dumps has, marked `-` and `+`; empty when they are equal."""
    left, right = set(a), set(b)
    return [f"- {line}" for line in sorted(left - right)] + [f"+ {line}" for line in sorted(right - left)]
