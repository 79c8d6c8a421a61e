"""Whether a change was news when it was first stated."""

from __future__ import annotations

import sqlite3


def note_old_news(connection: sqlite3.Connection, change_id: str, stated_at: str) -> None:
    """Store that the change was no news when it was first stated."""
    connection.execute("insert or ignore into old_news (change_id, stated_at) values (?, ?)", [change_id, stated_at])


def is_old_news(connection: sqlite3.Connection, change_id: str) -> bool:
    """Return whether the change was no news when it was first stated."""
    return bool(connection.execute("select 1 from old_news where change_id = ?", [change_id]).fetchone())


def get_fetch_time(connection: sqlite3.Connection, change_id: str) -> str | None:
    """Return when the list that shows the change was first fetched; None when it was imported."""
    row = connection.execute(
        "select p.fetched_at from changes c join publications p on p.position = c.position where c.id = ?",
        [change_id],
    ).fetchone()
    return str(row[0]) if row and row[0] else None


def get_known_times(connection: sqlite3.Connection, change_id: str) -> tuple[str | None, str | None]:
    """Return when the list that shows the change became known here, and when the list before it did."""
    row = connection.execute(
        "select (select min(known_at) from sightings s where s.sha256 = p.sha256),"
        " (select min(s.known_at) from sightings s where s.sha256 = (select b.sha256 from publications b where"
        " b.list = p.list and b.position < p.position order by b.position desc limit 1))"
        " from changes c join publications p on p.position = c.position where c.id = ?",
        [change_id],
    ).fetchone()
    return (row[0], row[1]) if row else (None, None)
