"""Snapshots and listings: each distinct row is kept once, each list as the order of its rows.

A list of 1,000 rows that differs from the last in three costs three listings and two short blobs: the listing ids in
order and their sheet rows, each as differences from the one before, packed by zlib (unchanged stretches are runs of
ones). Every list can be read back exactly, in order, without a copy of its rows.
"""

from __future__ import annotations

import array
import hashlib
import json
import sqlite3
import sys
import zlib
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Any, NamedTuple, cast

from db.database import Store
from db.models import Listing, ListName, Signal, Snapshot

_LISTING_COLUMNS = (
    "list", "state", "agency", "type", "county", "support_type", "signed", "moa", "addendum", "moa_link",
    "addendum_link", "extra", "state_code", "support_code", "signed_on", "moa_url", "addendum_url",
)  # fmt: skip
_SELECT = f"select id, {', '.join(_LISTING_COLUMNS)} from listings"
_SAME = "="
_CELLS = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


class StoredSnapshot(NamedTuple):
    """What the store holds of a document that was read: its rows by listing id, or why it could not be read."""

    sha256: str
    list: ListName | None
    reader: str
    sheet: str | None
    workbook_modified_at: str | None
    listing_ids: tuple[int, ...]
    rows: tuple[int, ...]
    signals: tuple[Signal, ...]
    error_code: str | None
    error: str | None


class SnapshotHead(NamedTuple):
    """What the store holds of a document that was read, without its rows."""

    list: ListName | None
    reader: str
    workbook_modified_at: str | None
    rows: int
    newest_signed_on: str | None
    error_code: str | None
    error: str | None
    caption_on: str | None  # the day that the page's caption gives the list (signal `caption_dated`)


def load_heads(connection: sqlite3.Connection, only: Iterable[str] | None = None) -> dict[str, SnapshotHead]:
    """Return the head of every snapshot by its document's sha256 (or just of those named)."""
    rows = connection.execute(
        "select sha256, list, reader, workbook_modified_at, ifnull(row_count, 0), newest_signed_on, error_code, error,"
        " iif(instr(signals, '\"caption_dated\"'), (select json_extract(value, '$[3]') from json_each(signals)"
        " where json_extract(value, '$[0]') = 'caption_dated'), null)"
        " from snapshots" + ("" if only is None else " where sha256 in (select value from json_each(?))"),
        [] if only is None else [json.dumps(sorted(only))],
    )
    return {row[0]: SnapshotHead(*row[1:]) for row in rows}


def load_rows(connection: sqlite3.Connection, sha256: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return (listing ids, sheet rows) of a snapshot that could be read, in the list's order."""
    row = connection.execute("select listing_ids, row_numbers from snapshots where sha256 = ?", [sha256]).fetchone()
    return unpack(row[0]), unpack(row[1])


class OtherRows(NamedTuple):
    """How many rows below the header of a document are no whole agreements, how many of them lack only a cell of one,
    and how many of those are listings still."""

    all: int
    incomplete: int
    listed: int


def count_other_rows(connection: sqlite3.Connection, sha256: str) -> OtherRows:
    """Return how many rows of a document that was read are no agreements."""
    row = connection.execute(
        "select ifnull(sum(iif(value ->> 0 = 'rows_not_agreements', cast(value ->> 3 as integer), 0)), 0),"
        " ifnull(sum(value ->> 0 = 'row_incomplete'), 0),"
        " ifnull(sum(value ->> 0 = 'row_incomplete' and value ->> 2 is not null), 0)"
        " from snapshots, json_each(snapshots.signals) where sha256 = ?",
        [sha256],
    ).fetchone()
    return OtherRows(*row)


class NamedRow(NamedTuple):
    """What a listing is named by: support type or "", USPS code or "", agency as printed, signing date and MOA."""

    support: str
    state: str
    agency: str
    signed_on: str | None
    moa_url: str | None


def load_names(connection: sqlite3.Connection, block: tuple[str, str] | None = None) -> dict[int, NamedRow]:
    """Return what listings are named by, by id: all, or those of a state and support type ("" for none)."""
    rows = connection.execute(
        "select id, ifnull(support_code, ''), ifnull(state_code, ''), ifnull(agency, ''), signed_on, moa_url"
        " from listings"
        + ("" if block is None else " where ifnull(state_code, '') = ? and ifnull(support_code, '') = ?"),
        block or (),
    )
    return {row[0]: NamedRow(*row[1:]) for row in rows}


def save_snapshot(store: Store, sha256: str, snapshot: Snapshot) -> bool:
    """What the document says is kept; returns False when just that was kept already."""
    with store.writing() as connection:
        ids = _listing_ids(connection, snapshot.listings)
        kept = (
            snapshot.reader, snapshot.list, snapshot.sheet, snapshot.workbook_modified_at, len(ids), pack(ids),
            pack(snapshot.rows), json.dumps([_signal_row(s) for s in snapshot.signals]), None, None,
            max((row.signed_on or "" for row in snapshot.listings), default="") or None,
        )  # fmt: skip
        return _save(connection, sha256, kept)


def save_unreadable(store: Store, sha256: str, reader: str, code: str, message: str) -> bool:
    """The document could not be read, and why, is kept; returns False when just that was kept already."""
    with store.writing() as connection:
        return _save(connection, sha256, (reader, None, None, None, None, None, None, "[]", code, message, None))


def load_snapshots(store: Store, only: Iterable[str] | None = None) -> dict[str, StoredSnapshot]:
    """Every snapshot by its document's sha256 (or just those named)."""
    query = (
        "select sha256, list, reader, sheet, workbook_modified_at, listing_ids, row_numbers, signals, error_code,"
        " error from snapshots"
    )
    if only is None:
        rows: Iterable[sqlite3.Row | tuple[object, ...]] = store.connection.execute(query)
    else:
        rows = (r for s in only if (r := store.connection.execute(query + " where sha256 = ?", [s]).fetchone()))
    return {cast(str, row[0]): _stored(row) for row in rows}


def has_snapshot(store: Store, sha256: str, reader: str | None = None) -> bool:
    """Whether the document was read (by `reader`, when it is given) or found unreadable."""
    row = store.connection.execute("select reader from snapshots where sha256 = ?", [sha256]).fetchone()
    return row is not None and (reader is None or row[0] == reader)


def load_listings(store: Store, ids: Iterable[int] | None = None) -> dict[int, Listing]:
    """Return listings by id: all of them, or those asked for, each on the list that its document's header names."""
    if ids is None:
        return {int(row[0]): _listing(row) for row in store.connection.execute(_SELECT)}
    found: dict[int, Listing] = {}
    wanted = list(dict.fromkeys(ids))
    for start in range(0, len(wanted), 500):  # SQLite's default limit of variables is far above this
        part = wanted[start : start + 500]
        marks = ",".join("?" * len(part))
        for row in store.connection.execute(f"{_SELECT} where id in ({marks})", part):
            found[int(row[0])] = _listing(row)
    return found


@lru_cache(maxsize=32768)  # from list to list nearly all rows are the same
def content_hash(listing: Listing) -> bytes:
    """What makes a listing the same row: every cell as printed and every link, on the same list."""
    return hashlib.sha256(_CELLS.encode(_row(listing)).encode()).digest()[:12]


def pack(numbers: Sequence[int]) -> bytes:
    """Whole numbers as a short blob: 32-bit little-endian differences, compressed."""
    steps = array.array("i", (b - a for a, b in zip((0, *numbers), numbers, strict=False)))
    if sys.byteorder == "big":  # the file is the same on every machine
        steps.byteswap()
    return zlib.compress(steps.tobytes(), 9)


def unpack(blob: bytes) -> tuple[int, ...]:
    """The numbers that `pack` packed."""
    steps = array.array("i")
    steps.frombytes(zlib.decompress(blob))
    if sys.byteorder == "big":
        steps.byteswap()
    return tuple(accumulate(steps))


def _save(connection: sqlite3.Connection, sha256: str, kept: tuple[object, ...]) -> bool:
    columns = (
        "reader, list, sheet, workbook_modified_at, row_count, listing_ids, row_numbers, signals, error_code, error,"
        " newest_signed_on"
    )
    known = connection.execute(f"select {columns} from snapshots where sha256 = ?", [sha256]).fetchone()
    if known is not None and tuple(known) == kept:
        return False
    if known is not None:
        connection.execute("update derivation set rules = ''")  # what rests on the earlier reading is derived again
    connection.execute(
        f"insert or replace into snapshots (sha256, {columns}) values (?,?,?,?,?,?,?,?,?,?,?,?)",
        [sha256, *kept],
    )
    return True


def _listing_ids(connection: sqlite3.Connection, listings: Sequence[Listing]) -> list[int]:
    """The id of each listing, in order; those never seen before are added."""
    hashes = [content_hash(listing) for listing in listings]
    known: dict[bytes, int] = {}
    distinct = list(dict.fromkeys(hashes))
    for start in range(0, len(distinct), 500):
        part = distinct[start : start + 500]
        marks = ",".join("?" * len(part))
        known.update(
            connection.execute(f"select content, id from listings where content in ({marks})", part).fetchall()
        )
    marks = ",".join("?" * (len(_LISTING_COLUMNS) + 1))
    insert = f"insert into listings (content, {', '.join(_LISTING_COLUMNS)}) values ({marks})"
    for content, listing in zip(hashes, listings, strict=True):
        if content not in known:
            known[content] = int(connection.execute(insert, (content, *_short_row(listing))).lastrowid or 0)
    return [known[content] for content in hashes]


def _row(listing: Listing) -> tuple[object, ...]:
    extra = json.dumps(listing.extra, ensure_ascii=False) if listing.extra else None
    return (
        listing.list, listing.state, listing.agency, listing.type, listing.county, listing.support_type,
        listing.signed, listing.moa, listing.addendum, listing.moa_link, listing.addendum_link, extra,
        listing.state_code, listing.support_code, listing.signed_on, listing.moa_url, listing.addendum_url,
    )  # fmt: skip


def _short_row(listing: Listing) -> tuple[object, ...]:
    """The row as stored: a link that is just its unwrapped address is kept once, as `=` beside it."""
    row = list(_row(listing))
    for link, url in ((9, 15), (10, 16)):
        if row[link] is not None and row[link] == row[url]:
            row[link] = _SAME
    return tuple(row)


def _listing(row: sqlite3.Row | tuple[Any, ...]) -> Listing:
    extra = tuple((str(k), str(v)) for k, v in json.loads(row[12])) if row[12] else ()
    moa_link = row[16] if row[10] == _SAME else row[10]
    addendum_link = row[17] if row[11] == _SAME else row[11]
    return Listing(
        row[1], row[2], row[3], row[4], row[5], row[6], row[7], row[8], row[9], moa_link, addendum_link, extra,
        row[13], row[14], row[15], row[16], row[17],
    )  # fmt: skip


def _stored(row: sqlite3.Row | tuple[object, ...]) -> StoredSnapshot:
    sha256, name, reader, sheet, modified, ids, rows, signals, code, error = row
    return StoredSnapshot(
        cast(str, sha256), cast("ListName | None", name), cast(str, reader), cast("str | None", sheet),
        cast("str | None", modified), unpack(cast(bytes, ids)) if ids else (),
        unpack(cast(bytes, rows)) if rows else (), tuple(Signal(*s) for s in json.loads(cast(str, signals))),
        cast("str | None", code), cast("str | None", error),
    )  # fmt: skip


def _signal_row(signal: Signal) -> list[object]:
    return [signal.code, signal.row, signal.column, signal.value, signal.meaning]
