"""What the public pages read at once and keep: agencies, agreements, the lists that show them, and where."""

from __future__ import annotations

import hashlib
import sqlite3
from typing import NamedTuple


class ListPosition(NamedTuple):
    """An accepted list at its position in the order of publication."""

    position: int
    list: str
    published_on: str
    file: str
    sha256: str


class AgencyRow(NamedTuple):
    """An agency with its place."""

    id: str
    state: str | None
    name: str
    county: str | None
    county_fips: str | None
    body: str


class PrintedName(NamedTuple):
    """A name under which lists showed an agency, from one position to another."""

    agency_id: str
    name: str
    first_position: int
    last_position: int


class AgreementRow(NamedTuple):
    """An agreement as derived."""

    id: str
    list: str
    agency_id: str
    support_type: str | None
    signed_on: str | None
    status: str


class SpanRow(NamedTuple):
    """A row of the lists from one position to another (None: to the newest), with its cells as printed."""

    agreement_id: str
    row: int
    first_position: int
    last_position: int | None
    list: str
    state: str | None
    agency: str | None
    type: str | None
    county: str | None
    support_type: str | None
    signed: str | None
    moa: str | None
    moa_url: str | None
    addendum_url: str | None


def read_data_version(connection: sqlite3.Connection) -> str:
    """Return a short text that differs whenever what the pages show may differ."""
    row = connection.execute(
        "select (select max(derived_at || rules || last_sighting || '/' || last_ruling) from derivation),"
        " (select max(id) from statements), (select count(*) from publications), (select max(id) from page_checks),"
        " (select max(id) from moa_sightings), (select number from moa_derivation),"
        " (select max(id) from reviewed_facts),"
        " (select max(id) from runs where outcome = 'good')"
    ).fetchone()
    return hashlib.sha256(repr(tuple(row)).encode()).hexdigest()[:16]


def read_positions(connection: sqlite3.Connection) -> list[ListPosition]:
    """Return the accepted lists in order."""
    rows = connection.execute(
        "select position, list, published_on, file, sha256 from publications where position is not null"
        " order by position"
    )
    return [ListPosition(*row) for row in rows]


def read_agencies(connection: sqlite3.Connection) -> list[AgencyRow]:
    """Return every agency, by id."""
    rows = connection.execute("select id, state, name, county, county_fips, body from agencies order by id")
    return [AgencyRow(*row) for row in rows]


def read_printed_names(connection: sqlite3.Connection) -> list[PrintedName]:
    """Return every name of every agency, under whatever state, in the order in which they were first printed."""
    rows = connection.execute(
        "select agency_id, name, min(first_position), max(last_position) from agency_names"
        " group by agency_id, name order by min(first_position), name"
    )
    return [PrintedName(*row) for row in rows]


def read_agreements(connection: sqlite3.Connection) -> list[AgreementRow]:
    """Return every agreement, in the order in which they were first listed."""
    rows = connection.execute(
        "select id, list, agency_id, support_type, signed_on, status from agreements order by first_position, id"
    )
    return [AgreementRow(*row) for row in rows]


def read_spans(connection: sqlite3.Connection) -> list[SpanRow]:
    """Return every row of every list as spans of positions, in order of appearance."""
    rows = connection.execute(
        "select s.agreement_id, s.row, s.first_position, s.last_position, s.list, l.state, l.agency, l.type, l.county,"
        " l.support_type, l.signed, l.moa, l.moa_url, l.addendum_url from spans s join listings l on l.id ="
        " s.listing_id order by s.first_position, s.row"
    )
    return [SpanRow(*row) for row in rows]


def find_last_known_at(connection: sqlite3.Connection, by: str) -> tuple[str | None, bool]:
    """Return the last time by `by` (ISO) at which a fact became known, and whether it is the last of all."""
    last, newest = connection.execute(
        "select max(at) filter (where at <= ?), max(at)"
        " from (select known_at at from sightings union select made_at from rulings)",
        [by],
    ).fetchone()
    return last, last == newest
