"""Agencies, their names, their agreements, and the rows in which lists show these."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, NamedTuple

from db.database import Store
from db.models import Agency, Agreement, Listing, ListName, NameUse, Span
from db.queries.derived_rows import AGENCIES, AGREEMENTS, NAMES, Row, read_rows
from db.queries.snapshots import load_listings


class Owner(NamedTuple):
    """Whose row a list shows."""

    agreement_id: str
    agency_id: str
    agency: str
    state: str | None
    county: str | None
    county_fips: str | None
    second: bool = False  # whether it turned out to be a second row of another agreement of the agency's


class AgencyView(NamedTuple):
    """What the log says of an agency."""

    state: str | None
    name: str
    county: str | None
    county_fips: str | None


def load_agencies(connection: sqlite3.Connection) -> list[Agency]:
    """Return every agency."""
    return [
        Agency(r[0], r[1], r[2], r[5], r[3], r[4], json.loads(r[6]) if r[6] != "[]" else [], r[7])
        for r in read_rows(connection, AGENCIES)
    ]


def load_agency_views(connection: sqlite3.Connection, ids: Iterable[str] | None = None) -> dict[str, AgencyView]:
    """Return what the log says of agencies, by id: of every one, or of those asked for."""
    query, values = "select id, state, name, county, county_fips from agencies", []
    if ids is not None:
        query, values = f"{query} where id in (select value from json_each(?))", [json.dumps(list(ids))]
    return agency_views(connection.execute(query, values))


def view_row(row: Row) -> Row:
    """Return what `agency_views` wants of a whole row of the table."""
    return row[:5]


def agency_views(rows: Iterable[Row]) -> dict[str, AgencyView]:
    """Return what the rows say of each agency, by id."""
    return {row[0]: AgencyView(*row[1:]) for row in rows}


def load_names(connection: sqlite3.Connection) -> list[NameUse]:
    """Return every name that agencies go by."""
    return [NameUse(*row) for row in read_rows(connection, NAMES)]


def load_agreements(connection: sqlite3.Connection) -> list[Agreement]:
    """Return every agreement, with the rows that the newest lists show of it in order of listing id."""
    rows = list(read_rows(connection, AGREEMENTS))
    documents = json.loads(f"[{','.join(row[11] for row in rows)}]")  # in one go: thousands of short texts
    found = {
        r[0]: Agreement(
            r[0], r[1], r[2], r[3], r[4], r[6], r[7], r[8], r[9], r[5], r[10], {}, set(linked), r[12], r[13],
            bool(r[14]), r[15], r[16],
        )
        for r, linked in zip(rows, documents, strict=True)
    }  # fmt: skip
    for listing_id, agreement_id, first, row in connection.execute(
        "select listing_id, agreement_id, first_position, row from spans where last_position is null"
        " order by listing_id"
    ):
        found[agreement_id].rows[listing_id] = (row, first)
    return list(found.values())


def agency_row(a: Agency) -> Row:
    """Return the agency as a row of its table."""
    return (a.id, a.state, a.name, a.county, a.county_fips, a.body, _json(a.former_ids), a.first_position)


def name_row(n: NameUse) -> Row:
    """Return the name as a row of its table."""
    return (n.state, n.key, n.agency_id, n.printed, n.first_position, n.last_position)


def agreement_row(a: Agreement) -> Row:
    """Return the agreement as a row of its table."""
    return (
        a.id, a.list, a.agency_id, a.support, a.signed_on, a.status, a.first_position, a.last_listing, a.last_row,
        a.last_seen, a.missing_position, _json(sorted(a.documents)), a.document, a.endings, int(a.baseline),
        a.signing, a.ending,
    )  # fmt: skip


def span_row(s: Span) -> Row:
    """Return the span as a row of its table."""
    return (s.listing_id, s.agreement_id, s.first, s.row, s.last, s.list)


def load_owners(connection: sqlite3.Connection, list_name: ListName | str, position: int) -> dict[int, Owner]:
    """Return whose row each listing is, in the accepted publication of that list and position."""
    rows = connection.execute(
        "select s.listing_id, a.id, g.id, g.name, g.state, g.county, g.county_fips, a.status = 'withdrawn' from spans s"
        " join agreements a on a.id = s.agreement_id join agencies g on g.id = a.agency_id"
        " where s.list = ? and s.first_position <= ? and (s.last_position is null or s.last_position >= ?)",
        [list_name, position, position],
    )
    return {row[0]: Owner(*row[1:]) for row in rows}


def load_participating_spans(connection: sqlite3.Connection) -> Iterable[tuple[int, int, int | None, Owner]]:
    """Yield (listing id, first, last position or None, whose row it is) of participating spans."""
    rows = connection.execute(
        "select s.listing_id, s.first_position, s.last_position, a.id, g.id, g.name, g.state, g.county, g.county_fips,"
        " a.status = 'withdrawn' from spans s join agreements a on a.id = s.agreement_id"
        " join agencies g on g.id = a.agency_id where s.list = 'participating'"
    )
    return ((*row[:3], Owner(*row[3:])) for row in rows)


def load_runs(
    connection: sqlite3.Connection, list_name: str, support: str, state: str
) -> list[tuple[str, str | None, str | None, int, int | None]]:
    """Return (agency as printed, signing date, MOA, first position, last position) of a block's spans."""
    return connection.execute(
        "select ifnull(l.agency, ''), l.signed_on, l.moa_url, s.first_position, s.last_position"
        " from listings l cross join spans s on l.id = s.listing_id"
        " where s.list = ? and ifnull(l.support_code, '') = ? and ifnull(l.state_code, '') = ?",
        [list_name, support, state],
    ).fetchall()


def load_first_position(connection: sqlite3.Connection, agreement_id: str) -> int | None:
    """Return the position of the first list that showed the agreement; None when there is none of that id."""
    row = connection.execute("select first_position from agreements where id = ?", [agreement_id]).fetchone()
    return None if row is None else int(row[0])


def load_rows_like(store: Store, agreement_id: str, state: str | None) -> list[tuple[Listing, int]]:
    """Return the rows of the state that could have given the agreement its id, which ends in its date on the list of
    participants, each as a row of the list that shows it, with the position of the first accepted one that does."""
    rows: list[tuple[int, ListName, int]] = store.connection.execute(
        "select l.id, s.list, min(s.first_position) from listings l join spans s on s.listing_id = l.id"
        " where l.state_code is ?1 and (?2 like 'pending-%' or ?2 like '%-' || ifnull(l.signed_on, 'undated'))"
        " group by l.id, s.list",
        [state, agreement_id],
    ).fetchall()
    listings = load_listings(store, [row[0] for row in rows])
    return [(replace(listings[listing_id], list=name), position) for listing_id, name, position in rows]


_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _json(value: Any) -> str:
    return _ENCODER.encode(value) if value else ("{}" if isinstance(value, dict) else "[]")
