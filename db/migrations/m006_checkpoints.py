"""What lets the change log go back to an earlier list: the steps of the fold, and what each replaced."""

from __future__ import annotations

import array
import sys
import zlib
from itertools import accumulate

from sqlite_utils import Database

from db.migrations.registry import migrations


@migrations()
def m008_checkpoints(db: Database) -> None:
    for statement in _TABLES:
        db.execute(statement)
    signed = dict(db.execute("select id, signed_on from listings").fetchall())
    for sha256, ids in db.execute("select sha256, listing_ids from snapshots where listing_ids is not null").fetchall():
        newest = max((signed[i] or "" for i in _unpack(ids)), default="") or None
        db.execute("update snapshots set newest_signed_on = ? where sha256 = ?", [newest, sha256])
    db.execute("update derivation set rules = ''")  # the next command derives once more, with steps


_TABLES = (
    "alter table snapshots add column newest_signed_on text",
    "alter table agreements add column signing text",
    "alter table agreements add column ending text",
    "alter table derivation add column last_page integer not null default 0",
    "drop table apart",
    """create table fold_steps (
        step integer primary key, sha256 text not null, file text not null, linked_as text not null,
        chain text not null, checkpoint integer not null, believed integer not null
    ) strict""",
    """create table undo_journal (
        step integer not null, tbl text not null, key text not null, row text, primary key (step, tbl, key)
    ) strict, without rowid""",
    """create table side_by_side (
        list text not null, support_type text not null, state_a text not null, name_a text not null,
        state_b text not null, name_b text not null, together integer not null, step integer not null,
        primary key (list, support_type, state_a, name_a, state_b, name_b)
    ) strict, without rowid""",
    "create index side_by_side_by_step on side_by_side(step)",
    "create index side_by_side_by_a on side_by_side(state_a, name_a)",
    "create index side_by_side_by_b on side_by_side(state_b, name_b)",
    """create table held_lists (
        list text primary key, sha256 text not null, file text not null, linked_as text not null,
        lacking text not null
    ) strict, without rowid""",
    "create index changes_that_wait on changes(list, position) where status = 'provisional'",
)


def _unpack(blob: bytes) -> list[int]:
    """Return the numbers of a packed blob, as `db.queries.snapshots` packs them."""
    steps = array.array("i")
    steps.frombytes(zlib.decompress(blob))
    if sys.byteorder == "big":
        steps.byteswap()
    return list(accumulate(steps))
