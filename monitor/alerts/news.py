"""What is news, and what is history taken in late: decided once, when a change is first stated.

News is what a list shows that was put out, or first fetched, at most `policy.TOLD_DAYS` before. It is no news when
only an older list, taken in later, makes a list that we had long compared show it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from monitor import policy
from monitor.publications.dating import eastern_day


def note_old_news(connection: sqlite3.Connection, entry: Mapping[str, Any], since: str | None) -> None:
    """When the change is stated for the first time and is no news, that is written down; `since` as in `queue`."""
    stated = connection.execute("select count(*) from statements where change_id = ?", [entry["id"]]).fetchone()[0]
    if stated == 1 and not (_is_recent(connection, entry) and not _is_late(connection, entry, since)):
        connection.execute(
            "insert or ignore into old_news (change_id, stated_at) values (?, ?)", [entry["id"], entry["known_at"]]
        )


def is_old_news(connection: sqlite3.Connection, change_id: str) -> bool:
    """Whether the change was no news when it was first stated."""
    return bool(connection.execute("select 1 from old_news where change_id = ?", [change_id]).fetchone())


def _is_recent(connection: sqlite3.Connection, entry: Mapping[str, Any]) -> bool:
    """Whether the list that shows the change was put out, or first fetched, shortly before we first said it."""
    known_on = eastern_day(entry["known_at"])
    oldest = (date.fromisoformat(known_on) - timedelta(days=policy.TOLD_DAYS)).isoformat()
    if entry["listed_on"] >= oldest:
        return True
    row = connection.execute(
        "select p.fetched_at from changes c join publications p on p.position = c.position where c.id = ?",
        [entry["id"]],
    ).fetchone()
    return bool(row and row[0] and eastern_day(row[0]) >= oldest)


def _is_late(connection: sqlite3.Connection, entry: Mapping[str, Any], since: str | None) -> bool:
    """Whether the list that shows the change was known when the log was last derived, and the list before it not."""
    if since is None or entry["kind"] == "list_event":
        return False
    row = connection.execute(
        "select (select min(known_at) from sightings s where s.sha256 = p.sha256),"
        " (select min(s.known_at) from sightings s where s.sha256 = (select b.sha256 from publications b where"
        " b.list = p.list and b.position < p.position order by b.position desc limit 1))"
        " from changes c join publications p on p.position = c.position where c.id = ?",
        [entry["id"]],
    ).fetchone()
    return bool(row and row[1] and row[0] <= since < row[1])
