"""Agencies by id, former id or name, as subscriptions and feeds name them."""

from __future__ import annotations

import sqlite3


def find_agency_ids(connection: sqlite3.Connection, text: str) -> list[str]:
    """Return the ids of the agencies that have `text` as their id or name."""
    rows = connection.execute("select id from agencies where id = ?1 or name = ?1 order by id", [text])
    return [str(row[0]) for row in rows]


def find_agency(connection: sqlite3.Connection, agency_id: str) -> tuple[str, str, str] | None:
    """Return (id, name, USPS code) of the agency that has this id, or had it before it was found to be another."""
    query = "select id, name, state from agencies where"
    former = "exists (select 1 from json_each(former_ids) where value = ?)"
    row = (
        connection.execute(f"{query} id = ?", [agency_id]).fetchone()
        or connection.execute(f"{query} {former} limit 1", [agency_id]).fetchone()
    )
    return (str(row[0]), str(row[1]), str(row[2])) if row else None


def list_former_ids(connection: sqlite3.Connection) -> dict[str, str]:
    """Return agency id -> JSON list of the ids it had before it was found to be the same as another."""
    rows = connection.execute("select id, former_ids from agencies where former_ids != '[]'")
    return {str(row[0]): str(row[1]) for row in rows}
