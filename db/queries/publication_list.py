"""The lists ICE published, each with its status and the reasons for it."""

from __future__ import annotations

import json
import sqlite3

from db.records import PublicationRecord

_COLUMNS = (
    "file", "list", "linked_as", "sha256", "url", "rows", "published_on", "published_at", "workbook_modified_at",
    "first_seen_at", "status", "reasons",
)  # fmt: skip


def read_publications(connection: sqlite3.Connection) -> list[PublicationRecord]:
    """Return every list ever found, oldest first."""
    found: list[PublicationRecord] = []
    for row in connection.execute(f"select {', '.join(_COLUMNS)} from publications order by id"):  # noqa: S608 - fixed names
        entry: PublicationRecord = dict(zip(_COLUMNS, row, strict=True))  # type: ignore[assignment] # its own keys
        entry["reasons"] = json.loads(row[-1])
        found.append(entry)
    return sorted(found, key=lambda p: (p["published_at"], p["list"] or "", p["file"], p["sha256"], p["linked_as"]))
