"""Addresses that are never written to, and why; and sign-ups counted for their limits."""

from __future__ import annotations

import sqlite3

from db.alert_models import SuppressionRow


def insert_suppression(connection: sqlite3.Connection, key: str, reason: str, now: str, detail: str) -> None:
    """Store that the address is never written to; an earlier reason stands."""
    connection.execute(
        "insert or ignore into suppressions (address_key, reason, at, detail) values (?,?,?,?)",
        [key, reason, now, detail[:300]],
    )


def delete_suppression(connection: sqlite3.Connection, key: str) -> bool:
    """Let the address subscribe again; return whether it was suppressed."""
    done = connection.execute("delete from suppressions where address_key = ?", [key])
    connection.execute("update subscribers set status = 'ended' where address_key = ? and status = 'suppressed'", [key])
    return done.rowcount > 0


def find_suppression(connection: sqlite3.Connection, key: str) -> str | None:
    """Return why the address is never written to; None when it may be."""
    row = connection.execute("select reason from suppressions where address_key = ?", [key]).fetchone()
    return str(row[0]) if row else None


def list_suppressions(connection: sqlite3.Connection) -> list[SuppressionRow]:
    """Return every suppressed address, oldest first."""
    rows = connection.execute("select address_key, reason, at, detail from suppressions order by at")
    return [SuppressionRow(address_key=r[0], reason=r[1], at=r[2], detail=r[3]) for r in rows]


def count_signups(connection: sqlite3.Connection, who: str, since: str) -> int:
    """Return how often `who` (a keyed hash, never an address) signed up after `since`."""
    row = connection.execute("select count(*) from signups where who = ? and at > ?", [who, since]).fetchone()
    return int(row[0])


def note_signup(connection: sqlite3.Connection, who: str, now: str) -> None:
    """Count a sign-up of `who` (a keyed hash)."""
    connection.execute("insert into signups (at, who) values (?, ?)", [now, who])


def forget_signups(connection: sqlite3.Connection, before: str) -> None:
    """Delete the counts older than `before`."""
    connection.execute("delete from signups where at < ?", [before])
