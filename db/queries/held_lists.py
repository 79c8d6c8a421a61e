"""Lists that wait for a person, and why."""

from __future__ import annotations

import json
import sqlite3


def list_held(connection: sqlite3.Connection) -> list[str]:
    """Return the checksums of lists that wait for a person; lists made up for by a later one are left out."""
    rows = connection.execute(
        "select sha256 from publications h where status = 'held' and not exists (select 1 from publications p"
        " where p.status = 'accepted' and p.list = h.list and p.published_at > h.published_at) order by published_at"
    )
    return [str(row[0]) for row in rows]


def describe_held(connection: sqlite3.Connection, sha256: str) -> list[str]:
    """Return what is held and why, in lines for the operator."""
    lines = []
    for file, name, rows, reasons in connection.execute(
        "select file, list, rows, reasons from publications where sha256 = ?", [sha256]
    ):
        lines.append(f"{file} ({name}, {rows} rows)")
        lines += [f"  - {reason}" for reason in json.loads(reasons)]
    return lines
