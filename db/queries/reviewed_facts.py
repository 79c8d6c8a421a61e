"""Facts that people researched, append-only, and the agencies and agreements they are about."""

from __future__ import annotations

import json
import sqlite3

from db.desk_models import AgencyCard, AgreementCard, ReviewedFact

_COLUMNS = "id, stated_at, reviewer, subject, fact, value, detail, source, note, imported_by"
_CARD = (
    "select g.id, g.state, g.name, g.county, g.county_fips, (select json_group_array(name) from (select name from"
    " agency_names n where n.agency_id = g.id order by first_position)) from agencies g"
)


def add_fact(connection: sqlite3.Connection, fact: ReviewedFact) -> bool:
    """Store a fact (its id is assigned here); return False when just that row was there already."""
    cursor = connection.execute(
        "insert into reviewed_facts (stated_at, reviewer, subject, fact, value, detail, source, note, imported_by)"
        " values (?,?,?,?,?,?,?,?,?) on conflict do nothing",
        [fact.stated_at, fact.reviewer, fact.subject, fact.fact, fact.value, fact.detail, fact.source, fact.note,
         fact.imported_by],
    )  # fmt: skip
    return cursor.rowcount > 0


def list_facts(connection: sqlite3.Connection) -> list[ReviewedFact]:
    """Return every fact, oldest first, withdrawn ones included."""
    rows = connection.execute(f"select {_COLUMNS} from reviewed_facts order by stated_at, id")
    return [ReviewedFact(*row) for row in rows]


def find_card(connection: sqlite3.Connection, agency_id: str) -> AgencyCard | None:
    """Return the agency that has the id, or had it once; None when there is none."""
    row = connection.execute(
        f"{_CARD} where g.id = ?1 or exists (select 1 from json_each(g.former_ids) where value = ?1)"
        " order by g.id = ?1 desc limit 1",
        [agency_id],
    ).fetchone()
    return _card(row) if row else None


def list_cards(connection: sqlite3.Connection) -> list[AgencyCard]:
    """Return every agency, by state and name."""
    return [_card(row) for row in connection.execute(f"{_CARD} order by g.state, g.name")]


def list_agreements(connection: sqlite3.Connection, agency_id: str) -> list[AgreementCard]:
    """Return the agreements of an agency, oldest first."""
    rows = connection.execute(
        "select id, list, support_type, signed_on, status from agreements where agency_id = ? order by first_position",
        [agency_id],
    )
    return [AgreementCard(*row) for row in rows]


def find_agreement_agency(connection: sqlite3.Connection, agreement_id: str) -> str | None:
    """Return the id of the agency of an agreement; None when there is no such agreement."""
    row = connection.execute("select agency_id from agreements where id = ?", [agreement_id]).fetchone()
    return str(row[0]) if row else None


def _card(row: tuple[str, str | None, str, str | None, str | None, str]) -> AgencyCard:
    return AgencyCard(*row[:5], names=json.loads(row[5]))
