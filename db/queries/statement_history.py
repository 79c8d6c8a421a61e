"""What was stated of each change, and when."""

from __future__ import annotations

import sqlite3


def list_statuses(connection: sqlite3.Connection, change_id: str) -> list[str]:
    """Return the statuses stated of the change, newest first."""
    rows = connection.execute("select status from statements where change_id = ? order by id desc", [change_id])
    return [str(row[0]) for row in rows]


def list_statement_times(connection: sqlite3.Connection) -> list[tuple[str, str, str]]:
    """Return (change id, when, status) of every statement, in the order in which they were made."""
    return connection.execute("select change_id, known_at, status from statements order by id").fetchall()


def get_log_version(connection: sqlite3.Connection) -> str:
    """Return a text that differs whenever the log, or who was told of it, may say something else."""
    row = connection.execute(
        "select (select max(id) from statements), (select derived_at from derivation), (select count(*) from told)"
    ).fetchone()
    return repr(tuple(row))
