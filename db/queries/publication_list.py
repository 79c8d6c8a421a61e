"""The lists ICE published, each with its status and the reasons for it."""

from __future__ import annotations

import json
import sqlite3

from db.records import PublicationRecord

_COLUMNS = (
    "file", "list", "linked_as", "sha256", "url", "rows", "published_on", "published_at", "workbook_modified_at",
    "first_seen_at", "status", "reasons",
)  # fmt: skip


def read_publications(connection: sqlite3.Connection, beginning: str = "") -> list[PublicationRecord]:
    """Return every list ever found whose sha256 begins so (all by default), oldest first."""
    rows = connection.execute(
        f"select {', '.join(_COLUMNS)} from publications where substr(sha256, 1, ?) = ?"
        " order by published_at, ifnull(list, ''), file, sha256, linked_as",
        [len(beginning), beginning],
    )
    found: list[PublicationRecord] = []
    for row in rows:
        entry: PublicationRecord = dict(zip(_COLUMNS, row, strict=True))  # type: ignore[assignment] # its own keys
        entry["reasons"] = json.loads(row[-1])
        found.append(entry)
    return found
