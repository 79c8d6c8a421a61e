"""Notices to the operator: one row a problem, opened once and cleared once. A problem that comes back is a new row."""

from __future__ import annotations

import sqlite3

from db.database import Store
from db.service_models import Notice

_FIELDS = "id, code, subject, raised_at, text, cleared_at"


def read_open_notices(connection: sqlite3.Connection) -> tuple[Notice, ...]:
    """Return the problems that are not over, oldest first."""
    rows = connection.execute(f"select {_FIELDS} from notices where cleared_at is null order by id")
    return tuple(Notice(*row) for row in rows)


def open_notice(connection: sqlite3.Connection, code: str, subject: str, text: str, at: str) -> None:
    """Open a notice. The caller holds the transaction."""
    connection.execute(
        "insert into notices (code, subject, raised_at, text) values (?,?,?,?)", [code, subject, at, text]
    )


def clear_notice(connection: sqlite3.Connection, notice_id: int, at: str) -> None:
    """Record that the problem is over. The caller holds the transaction."""
    connection.execute("update notices set cleared_at = ? where id = ?", [at, notice_id])


def read_untold_notices(connection: sqlite3.Connection) -> list[tuple[Notice, bool]]:
    """Return what the operator was not told yet, oldest first, each with whether it is the all-clear that is due.

    A problem that was over before it could be told is told as both, in order.
    """
    rows = connection.execute(
        f"select {_FIELDS}, raised_told_at from notices"
        " where raised_told_at is null or (cleared_at is not null and cleared_told_at is null) order by id"
    ).fetchall()
    due = []
    for *fields, raised_told_at in rows:
        notice = Notice(*fields)
        if raised_told_at is None:
            due.append((notice, False))
        if notice.cleared_at is not None:
            due.append((notice, True))
    return due


def mark_notice_told(store: Store, notice_id: int, at: str, *, cleared: bool) -> None:
    """Record that the operator was told of the problem, or that it is over."""
    column = "cleared_told_at" if cleared else "raised_told_at"
    with store.writing() as connection:
        connection.execute(f"update notices set {column} = ? where id = ?", [at, notice_id])
