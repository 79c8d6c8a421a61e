"""What is news, and what is history that was imported late: decided once, when a change is first stated.

News is what a list shows that was published, or first fetched, at most `policy.TOLD_DAYS` before. A change is not news
when a list that we compared long ago shows it only because an older list was imported since.
"""

from __future__ import annotations

import sqlite3
from datetime import date, timedelta

from db.queries import old_news
from db.queries.statement_history import list_statuses
from db.records import ChangeRecord
from monitor import policy
from monitor.publications.dating import eastern_day


def note_news(connection: sqlite3.Connection, change: ChangeRecord, since: str | None) -> None:
    """Store that the change is no news, when it is stated for the first time and is none; `since` as in `queue`."""
    if len(list_statuses(connection, change["id"])) != 1:
        return
    if not _is_recent(connection, change) or _is_late(connection, change, since):
        old_news.note_old_news(connection, change["id"], change["known_at"] or "")


def _is_recent(connection: sqlite3.Connection, change: ChangeRecord) -> bool:
    """Return whether the list that shows the change was published, or first fetched, shortly before we said it."""
    known_on = eastern_day(change["known_at"] or "")
    oldest = (date.fromisoformat(known_on) - timedelta(days=policy.TOLD_DAYS)).isoformat()
    if change["listed_on"] >= oldest:
        return True
    fetched_at = old_news.get_fetch_time(connection, change["id"])
    return fetched_at is not None and eastern_day(fetched_at) >= oldest


def _is_late(connection: sqlite3.Connection, change: ChangeRecord, since: str | None) -> bool:
    """Return whether the list that shows the change was known when the log was last derived, and the one before not."""
    if since is None or change["kind"] == "list_event":
        return False
    shown, before = old_news.get_known_times(connection, change["id"])
    return bool(shown and before and shown <= since < before)
