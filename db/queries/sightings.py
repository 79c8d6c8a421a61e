"""Documents by the names they were met under."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple


class SightedDocument(NamedTuple):
    """A stored document and the first of its names in alphabetical order."""

    sha256: str
    file: str


def list_sighted_documents(connection: sqlite3.Connection) -> list[SightedDocument]:
    """Return every document that was met as a list, in the order in which they were first met."""
    rows = connection.execute("select sha256, min(file) from sightings group by sha256 order by min(id)")
    return [SightedDocument(*row) for row in rows]


def list_unread_documents(connection: sqlite3.Connection) -> list[SightedDocument]:
    """Return the documents met as lists that have neither a snapshot nor a recorded reading error."""
    rows = connection.execute(
        "select s.sha256, min(s.file) from sightings s left join snapshots p on p.sha256 = s.sha256"
        " where p.sha256 is null group by s.sha256 order by min(s.id)"
    )
    return [SightedDocument(*row) for row in rows]
