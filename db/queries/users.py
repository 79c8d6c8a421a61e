"""Accounts of the review desk, as rows."""

from __future__ import annotations

import sqlite3

from db.desk_models import User

_COLUMNS = "id, name, role, active, keys, looked_at, created_at"


def add_user(connection: sqlite3.Connection, name: str, role: str, password_hash: str, at: str) -> None:
    """Store an account that may log in."""
    connection.execute(
        "insert into users (name, role, password_hash, created_at, changed_at) values (?,?,?,?,?)",
        [name, role, password_hash, at, at],
    )


def list_users(connection: sqlite3.Connection) -> list[User]:
    """Return every account by name."""
    return [_user(row) for row in connection.execute(f"select {_COLUMNS} from users order by name")]


def find_user(connection: sqlite3.Connection, name: str) -> User | None:
    """Return the account of that name in any capitalization, active or not; None when there is none."""
    row = connection.execute(f"select {_COLUMNS} from users where name = ?", [name]).fetchone()
    return _user(row) if row else None


def find_password_hash(connection: sqlite3.Connection, name: str) -> str | None:
    """Return the password hash of the active account of that name; None when there is none."""
    row = connection.execute("select password_hash from users where name = ? and active = 1", [name]).fetchone()
    return str(row[0]) if row else None


def has_administrator(connection: sqlite3.Connection) -> bool:
    """Return whether an active administrator is left."""
    query = "select 1 from users where role = 'administrator' and active = 1"
    return connection.execute(query).fetchone() is not None


def change_user(
    connection: sqlite3.Connection, user_id: int, at: str, *,
    password_hash: str | None = None, role: str | None = None, active: bool | None = None,
) -> None:  # fmt: skip
    """Store what is given of a new password hash, role and right to log in."""
    connection.execute(
        "update users set password_hash = ifnull(?, password_hash), role = ifnull(?, role),"
        " active = ifnull(?, active), changed_at = ? where id = ?",
        [password_hash, role, active, at, user_id],
    )


def set_keys(connection: sqlite3.Connection, user_id: int, keys: bool) -> None:
    """Store whether single keys rule for the user."""
    connection.execute("update users set keys = ? where id = ?", [keys, user_id])


def set_looked_at(connection: sqlite3.Connection, user_id: int, at: str) -> None:
    """Store when the user last marked the queue as read."""
    connection.execute("update users set looked_at = ? where id = ?", [at, user_id])


def _user(row: tuple[int, str, str, int, int, str | None, str]) -> User:
    return User(row[0], row[1], row[2], bool(row[3]), bool(row[4]), row[5], row[6])
