"""What people ruled and what they rule on: the audit of rulings, and the lists that wait for one."""

from __future__ import annotations

import json
import sqlite3

from db.desk_models import AcceptedList, HeldList, RulingRecord, Verdict

_PUBLICATION = (
    "file", "list", "linked_as", "sha256", "url", "rows", "published_on", "published_at", "workbook_modified_at",
    "first_seen_at", "status", "reasons",
)  # fmt: skip


def add_ruling(connection: sqlite3.Connection, verdict: Verdict, *, made_at: str, reviewer: str, reason: str) -> bool:
    """Store a ruling; return False when just that row was there already."""
    cursor = connection.execute(
        "insert into rulings (made_at, reviewer, ruling, subject, other, reason) values (?,?,?,?,?,?)"
        " on conflict do nothing",
        [made_at, reviewer, *verdict, reason],
    )
    return cursor.rowcount > 0


def has_ruling(connection: sqlite3.Connection, verdict: Verdict, *, made_at: str, reviewer: str) -> bool:
    """Return whether the reviewer made just this ruling at just this time."""
    query = "select 1 from rulings where made_at = ? and reviewer = ? and ruling = ? and subject = ? and other = ?"
    return connection.execute(query, [made_at, reviewer, *verdict]).fetchone() is not None


def list_rulings(connection: sqlite3.Connection, until: str | None = None) -> list[RulingRecord]:
    """Return every ruling (or those made by `until`), oldest first, undone ones included."""
    rows = connection.execute(
        "select id, made_at, reviewer, ruling, subject, other, reason from rulings where ?1 is null or made_at <= ?1"
        " order by made_at, id",
        [until],
    )
    return [RulingRecord(*row) for row in rows]


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


def list_held(connection: sqlite3.Connection) -> list[HeldList]:
    """Return held lists that no later accepted list has superseded, oldest first."""
    rows = connection.execute(
        "select sha256, file, list, rows, published_on, first_seen_at, reasons from publications h"
        " where status = 'held' and not exists (select 1 from publications p where p.status = 'accepted'"
        " and p.list = h.list and p.published_at > h.published_at) order by published_at"
    )
    return [
        HeldList(sha256, file, name, count, day, seen, json.loads(reasons))
        for sha256, file, name, count, day, seen, reasons in rows
    ]


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
