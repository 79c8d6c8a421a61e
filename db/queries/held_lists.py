"""Lists that wait for a person: held, and not made up for by a later accepted list."""

from __future__ import annotations

import json
import sqlite3

from db.service_models import HeldList


def read_waiting_lists(connection: sqlite3.Connection) -> list[HeldList]:
    """Return the held lists that nobody has ruled on and no later accepted list has made up for, oldest first."""
    rows = connection.execute(
        "select sha256, file, list, linked_as, published_on, published_at, rows, first_seen_at, reasons"
        " from publications h where status = 'held' and not exists (select 1 from publications p"
        " where p.status = 'accepted' and p.list = h.list and p.published_at > h.published_at)"
        " order by published_at, file"
    )
    return [HeldList(*(*row[:-1], tuple(json.loads(row[-1])))) for row in rows]


def describe_held(connection: sqlite3.Connection, sha256: str) -> list[str]:
    """Return what is held and why, in lines for the operator."""
    lines = []
    for file, name, rows, reasons in connection.execute(
        "select file, list, rows, reasons from publications where sha256 = ?", [sha256]
    ):
        lines.append(f"{file} ({name}, {rows} rows)")
        lines += [f"  - {reason}" for reason in json.loads(reasons)]
    return lines
