"""Logins of the review desk: those that last, and every try."""

from __future__ import annotations

import sqlite3

from db.desk_models import FailedLogin, LoginSession

_QUERY = (
    "select s.token_hash, u.name, s.created_at, s.seen_at, s.expires_at, s.address"
    " from sessions s join users u on u.id = s.user_id where u.active = 1 and s.expires_at > ?"
)


def add_session(
    connection: sqlite3.Connection, token_hash: str, user_id: int, now: str, expires_at: str, address: str
) -> None:
    """Store a login, and delete those that have expired."""
    connection.execute("delete from sessions where expires_at <= ?", [now])
    connection.execute(
        "insert into sessions (token_hash, user_id, created_at, seen_at, expires_at, address) values (?,?,?,?,?,?)",
        [token_hash, user_id, now, now, expires_at, address],
    )


def find_session(connection: sqlite3.Connection, token_hash: str, now: str, idle_since: str) -> LoginSession | None:
    """Return the login with that token hash unless it has expired or was last used before `idle_since`."""
    row = connection.execute(f"{_QUERY} and s.token_hash = ? and s.seen_at > ?", [now, token_hash, idle_since])
    found = row.fetchone()
    return LoginSession(*found) if found else None


def list_sessions(connection: sqlite3.Connection, user_id: int, now: str) -> list[LoginSession]:
    """Return the user's logins, oldest first."""
    rows = connection.execute(f"{_QUERY} and s.user_id = ? order by s.created_at", [now, user_id])
    return [LoginSession(*row) for row in rows]


def touch_session(connection: sqlite3.Connection, token_hash: str, at: str) -> None:
    """Store that the login was used."""
    connection.execute("update sessions set seen_at = ? where token_hash = ?", [at, token_hash])


def delete_session(connection: sqlite3.Connection, token_hash: str) -> None:
    """End one login."""
    connection.execute("delete from sessions where token_hash = ?", [token_hash])


def delete_sessions(connection: sqlite3.Connection, user_id: int) -> None:
    """End every login of the user."""
    connection.execute("delete from sessions where user_id = ?", [user_id])


def add_login_attempt(connection: sqlite3.Connection, at: str, name: str, address: str, outcome: str) -> int:
    """Store a try to log in, and return its id: `outcome` is "good", "wrong" or "slowed"."""
    row = connection.execute(
        "insert into login_attempts (tried_at, name, address, outcome) values (?,?,?,?) returning id",
        [at, name, address, outcome],
    ).fetchone()
    return int(row[0])


def mark_login_good(connection: sqlite3.Connection, attempt: int) -> None:
    """Store that a try, taken for wrong until then, was good."""
    connection.execute("update login_attempts set outcome = 'good' where id = ?", [attempt])


def delete_login_attempts(connection: sqlite3.Connection, before: str) -> None:
    """Delete the tries made before a time."""
    connection.execute("delete from login_attempts where tried_at < ?", [before])


def count_wrong_logins(
    connection: sqlite3.Connection, name: str, address: str, since: str
) -> tuple[int, int, int, str | None]:
    """Count wrong tries since `since`: of the name from the address, from the address, of the name; and the newest.

    What came before the last good login of this name from this address no longer counts.
    """
    row = connection.execute(
        "select sum(name = ?1 and address = ?2), sum(address = ?2), sum(name = ?1), max(tried_at) from login_attempts"
        " where tried_at > ?3 and outcome = 'wrong' and (name = ?1 or address = ?2)"
        " and id > ifnull((select max(id) from login_attempts where outcome = 'good' and name = ?1"
        " and address = ?2), 0)",
        [name, address, since],
    ).fetchone()
    return int(row[0] or 0), int(row[1] or 0), int(row[2] or 0), row[3]


def list_failed_logins(connection: sqlite3.Connection, limit: int) -> list[FailedLogin]:
    """Return the newest tries that failed, newest first."""
    rows = connection.execute(
        "select tried_at, name, address, outcome from login_attempts where outcome != 'good' order by id desc limit ?",
        [limit],
    )
    return [FailedLogin(*row) for row in rows]
