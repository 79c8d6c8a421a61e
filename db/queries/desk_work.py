"""How reviewers share the work: filters they saved, and who looks at which change."""

from __future__ import annotations

import sqlite3


def save_filter(connection: sqlite3.Connection, user_id: int, name: str, query: str) -> None:
    """Store a filter under a name; one of the same name is replaced."""
    connection.execute("insert or replace into saved_filters values (?,?,?)", [user_id, name, query])


def delete_filter(connection: sqlite3.Connection, user_id: int, name: str) -> None:
    """Delete a saved filter."""
    connection.execute("delete from saved_filters where user_id = ? and name = ?", [user_id, name])


def list_filters(connection: sqlite3.Connection, user_id: int) -> list[tuple[str, str]]:
    """Return (name, query) of the user's saved filters by name."""
    rows = connection.execute("select name, query from saved_filters where user_id = ? order by name", [user_id])
    return [(str(row[0]), str(row[1])) for row in rows]


def assign_change(connection: sqlite3.Connection, change_id: str, user_id: int | None, by: str, at: str) -> None:
    """Store who looks at a change; None: nobody in particular."""
    connection.execute("delete from assignments where change_id = ?", [change_id])
    if user_id is not None:
        connection.execute("insert into assignments values (?,?,?,?)", [change_id, user_id, by, at])


def load_assignments(connection: sqlite3.Connection) -> dict[str, str]:
    """Return the name of who looks at each assigned change, by change id."""
    rows = connection.execute("select a.change_id, u.name from assignments a join users u on u.id = a.user_id")
    return {str(row[0]): str(row[1]) for row in rows}
