"""What only the JSON API reads: marks of change, agencies by id, documents with their names."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from db.queries.sightings import list_public_documents
from db.records import DocumentRecord

#: Everything an answer depends on leaves a mark here; a mark whose table does not exist yet is left out. Only the list
#: of documents depends on sightings that are not yet compared: each file of an import is one.
_OF_DOCUMENTS = "sightings"
_MARKS = {
    "derivation": "select derived_at || rules || last_sighting || '/' || last_ruling from derivation",
    "statement_log": "select max(sequence) from statement_log",
    _OF_DOCUMENTS: "select max(id) from sightings",
    "page_checks": "select max(id) from page_checks",
    "reviewed_facts": "select max(id) from reviewed_facts",
    "told": "select count(*) from told",
    "moa_sightings": "select max(id) from moa_sightings",
    "moa_derivation": "select number from moa_derivation",
}


class AgencyRow(NamedTuple):
    """An agency and the date of the list that first showed it."""

    agency_id: str
    state: str | None
    name: str
    county: str | None
    county_fips: str | None
    first_listed_on: str


def version_query(connection: sqlite3.Connection, *, of_log: bool = False) -> str:
    """Return the statement that `read_version` runs, for the tables this database has; `of_log`: not for documents."""
    there = {str(row[0]) for row in connection.execute("select name from sqlite_master where type = 'table'")}
    there -= {_OF_DOCUMENTS} if of_log else set()
    return "select " + ", ".join(f"({query})" for name, query in _MARKS.items() if name in there)


def read_version(connection: sqlite3.Connection, query: str) -> tuple[object, ...]:
    """Return a tuple that differs whenever an answer may differ. Takes about ten microseconds."""
    return tuple(connection.execute(query).fetchone())


def read_derived_at(connection: sqlite3.Connection) -> str | None:
    """Return when the derived tables were last brought up to date, None before the first time."""
    row = connection.execute("select derived_at from derivation").fetchone()
    return str(row[0]) if row else None


def count_facts(connection: sqlite3.Connection, known_at: str) -> tuple[int, ...]:
    """Return how many facts were known at a time: two times with the same facts have the same answers."""
    row = connection.execute(
        "select (select count(*) from sightings where known_at <= ?1), (select count(*) from rulings where"
        " made_at <= ?1), (select ifnull(max(id), 0) from fetches where requested_at <= ?1),"
        " (select count(*) from statements where known_at <= ?1)",
        [known_at],
    )
    return tuple(row.fetchone())


def list_agencies(connection: sqlite3.Connection) -> list[AgencyRow]:
    """Return every agency ever listed, by id."""
    rows = connection.execute(
        "select g.id, g.state, g.name, g.county, g.county_fips, p.published_on from agencies g join publications p"
        " on p.position = g.first_position order by g.id"
    )
    return [AgencyRow(*row) for row in rows]


def list_documents(connection: sqlite3.Connection) -> list[DocumentRecord]:
    """Return every public document, oldest first, with the names under which ICE published it."""
    names: dict[str, list[str]] = {}
    for sha256, file in connection.execute("select sha256, file from sightings order by id"):
        if file not in names.setdefault(sha256, []):
            names[sha256].append(file)
    return [
        {"sha256": d.sha256, "bytes": d.bytes, "stored_at": d.stored_at, "files": names.get(d.sha256, [])}
        for d in list_public_documents(connection)
    ]
