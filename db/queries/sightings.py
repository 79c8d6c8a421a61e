"""Documents by the names they were met under."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

#: How the name of a list begins that was found in the archive after a restore, and whose own name is not known.
RECOVERED = "recovered-"


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


#: What ICE served, what reads as one of its lists, its page, and readable agreement documents. An imported file that is
#: none of these is nobody's business but the importer's.
_PUBLIC = """(exists (select 1 from fetches f where f.sha256 = d.sha256 
        and f.outcome in ('new', 'same', 'not_modified'))
    or exists (select 1 from snapshots s where s.sha256 = d.sha256 and s.error_code is null)
    or exists (select 1 from page_checks p where p.sha256 = d.sha256)
    or exists (select 1 from moa_readings m where m.sha256 = d.sha256 and m.outcome = 'kept'))"""


class PublicDocument(NamedTuple):
    """A stored document that anyone may have."""

    sha256: str
    bytes: int
    stored_at: str


def is_public_document(connection: sqlite3.Connection, sha256: str) -> bool:
    """Return whether anyone may have the document: what ICE served, its page, and what reads as a list or agreement."""
    row = connection.execute(f"select 1 from documents d where d.sha256 = ? and {_PUBLIC}", [sha256])
    return row.fetchone() is not None


def list_public_documents(connection: sqlite3.Connection) -> list[PublicDocument]:
    """Return every document that anyone may have, oldest first."""
    rows = connection.execute(
        f"select sha256, bytes, stored_at from documents d where {_PUBLIC} order by stored_at, sha256"
    )
    return [PublicDocument(*row) for row in rows]
