"""What was stated of each change, and when."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple


def list_statuses(connection: sqlite3.Connection, change_id: str) -> list[str]:
    """Return the statuses stated of the change, newest first."""
    rows = connection.execute("select status from statements where change_id = ? order by id desc", [change_id])
    return [str(row[0]) for row in rows]


class StatementTime(NamedTuple):
    """One statement: its number, the change, when it was made, the status it gave and why."""

    number: int
    change_id: str
    at: str
    status: str
    reason: str


def list_statement_times(connection: sqlite3.Connection) -> list[StatementTime]:
    """Return every statement, in the order in which they were made."""
    rows = connection.execute("select id, change_id, known_at, status, why from statements order by id")
    return [StatementTime(*row) for row in rows]


def get_last_old_feed_id(connection: sqlite3.Connection) -> int:
    """Return the last statement whose feed id is the address of a page, as all were once."""
    return int(connection.execute("select max(last_statement) from old_feed_ids").fetchone()[0])


def get_log_time(connection: sqlite3.Connection) -> str | None:
    """Return when something was stated last, somebody first told of a change, or a document seen; None for nothing."""
    row = connection.execute(
        "select max(at) from (select max(known_at) as at from statements union all select max(first_told_at) from told"
        " union all select max(seen_at) from moa_sightings)"
    ).fetchone()
    return str(row[0]) if row[0] else None


def find_newest_statement(connection: sqlite3.Connection, status: str) -> str | None:
    """Return the change of which this status was stated last and still is its newest."""
    row = connection.execute(
        "select change_id from statements s where status = ? and id = (select max(id) from statements"
        " where change_id = s.change_id) order by id desc limit 1",
        [status],
    ).fetchone()
    return str(row[0]) if row else None


def get_log_version(connection: sqlite3.Connection) -> str:
    """Return a text that differs whenever the log, who was told of it, or what ICE did with documents may differ."""
    row = connection.execute(
        "select (select max(id) from statements), (select derived_at from derivation), (select count(*) from told),"
        " (select max(id) from moa_sightings)"
    ).fetchone()
    return repr(tuple(row))
