"""What people ruled and what they rule on: the audit of rulings, and the lists that wait for one."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from db.desk_models import AcceptedList, HeldList, RulingEffect, Verdict
from db.models import RuledRows
from db.queries.rulings import find_ruled_rows


def add_ruling(
    connection: sqlite3.Connection, verdict: Verdict, *,
    made_at: str, reviewer: str, reason: str, on_change: str = "", imported_by: str = "",
    about: RuledRows | None = None,
) -> bool:  # fmt: skip
    """Store a ruling; return False when just that row was there already. None: `about` is read off the change."""
    about = about or find_ruled_rows(connection, on_change or verdict.subject)
    cursor = connection.execute(
        "insert into rulings (made_at, reviewer, ruling, subject, other, reason, on_change, imported_by, on_kind,"
        " on_agreement, on_before, on_after) values (?,?,?,?,?,?,?,?,?,?,?,?) on conflict do nothing",
        [made_at, reviewer, *verdict, reason, on_change, imported_by, *about],
    )
    return cursor.rowcount > 0


def has_ruling(connection: sqlite3.Connection, verdict: Verdict, *, made_at: str, reviewer: str) -> bool:
    """Return whether the reviewer made just this ruling at just this time."""
    query = "select 1 from rulings where made_at = ? and reviewer = ? and ruling = ? and subject = ? and other = ?"
    return connection.execute(query, [made_at, reviewer, *verdict]).fetchone() is not None


def newest_ruling_id(connection: sqlite3.Connection) -> int:
    """Return the id of the ruling stored last; 0 when there is none."""
    return int(connection.execute("select ifnull(max(id), 0) from rulings").fetchone()[0])


def last_ruling_derived(connection: sqlite3.Connection) -> int:
    """Return the id of the newest ruling that the change log takes into account; -1 when nothing was derived yet."""
    row = connection.execute("select last_ruling from derivation").fetchone()
    return -1 if row is None else int(row[0])


def find_row_after(connection: sqlite3.Connection, change_id: str) -> int | None:
    """Return the id of the listing after the change; None when the change has none or is no longer derived."""
    row = connection.execute("select after_listing from changes where id = ?", [change_id]).fetchone()
    return None if row is None or row[0] is None else int(row[0])


def find_agreement_of(connection: sqlite3.Connection, change_id: str) -> str | None:
    """Return the id of the agreement that a change is about, also of a change that no longer stands."""
    row = connection.execute(
        "select agreement_id from changes where id = ?1 union all select json_extract(body, '$.agreement_id')"
        " from statements where change_id = ?1 and body is not null limit 1",
        [change_id],
    ).fetchone()
    return None if row is None or row[0] is None else str(row[0])


def is_agreement(connection: sqlite3.Connection, agreement_id: str, subject: str) -> bool:
    """Return whether the id is an agreement's, or was one before it was ruled the same as `subject`."""
    row = connection.execute(
        "select 1 from agreements where id = ?1 union all select 1 from rulings where subject = ?2 and other = ?1",
        [agreement_id, subject],
    ).fetchone()
    return row is not None


def list_held(connection: sqlite3.Connection, also: Iterable[str] = ()) -> list[HeldList]:
    """Return every held list, and the lists with the sha256 `also` whatever their status; oldest first."""
    rows = connection.execute(
        "select sha256, file, list, rows, published_on, first_seen_at, reasons, status = 'held', exists"
        " (select 1 from publications p where p.status = 'accepted'"
        " and p.list = iif(h.linked_as = '', h.list, h.linked_as)"
        " and p.published_at > h.published_at) from publications h"
        " where status = 'held' or sha256 in (select value from json_each(?)) order by published_at",
        [json.dumps(list(also))],
    )
    return [
        HeldList(sha256, file, name, count, day, seen, json.loads(reasons), bool(waits), bool(superseded))
        for sha256, file, name, count, day, seen, reasons, waits, superseded in rows
    ]


def load_statuses(connection: sqlite3.Connection) -> dict[str, str]:
    """Return the status of every change in the log, with "in doubt" added to those that need review."""
    rows = connection.execute("select id, status, needs_review from changes")
    return {row[0]: f"{row[1]}, in doubt" if row[2] else row[1] for row in rows}


def add_effects(connection: sqlite3.Connection, effects: Iterable[RulingEffect]) -> None:
    """Store what rulings did to the log."""
    connection.executemany("insert or ignore into ruling_effects values (?,?,?,?)", effects)


def list_effects(connection: sqlite3.Connection, first: int = 0, last: int = 2**62) -> list[RulingEffect]:
    """Return what the rulings with those ids did to the log."""
    query = "select ruling_id, change_id, before, after from ruling_effects where ruling_id between ? and ?"
    return [RulingEffect(*row) for row in connection.execute(query, [first, last])]


def find_counties(connection: sqlite3.Connection, agreement_id: str) -> set[str]:
    """Return the counties, as "name, state", of the agency of an agreement."""
    rows = connection.execute(
        "select g.county || ', ' || ifnull(g.state, '') from agreements a join agencies g on g.id = a.agency_id"
        " where a.id = ? and g.county is not null",
        [agreement_id],
    )
    return {str(row[0]) for row in rows}


def find_accepted_before(
    connection: sqlite3.Connection, list_name: str | None, published_at: str
) -> AcceptedList | None:
    """Return the newest accepted list of that name published before a time; None when there is none."""
    row = connection.execute(
        "select file, published_on, rows, sha256 from publications where status = 'accepted' and list = ? and"
        " published_at < ? order by position desc limit 1",
        [list_name, published_at],
    ).fetchone()
    return AcceptedList(*row) if row else None


def find_document_name(connection: sqlite3.Connection, sha256: str) -> str | None:
    """Return the name under which a kept document was first seen, or its sha256; None when it is not kept."""
    row = connection.execute(
        "select ifnull((select file from sightings where sha256 = ?1 order by id limit 1), ?1)"
        " where exists (select 1 from documents where sha256 = ?1) or exists"
        " (select 1 from sightings where sha256 = ?1)",
        [sha256],
    ).fetchone()
    return str(row[0]) if row else None
