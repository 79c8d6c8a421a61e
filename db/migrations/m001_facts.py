"""The tables, as migrations. Appended to, never edited: a database in the field has run the earlier ones.

Facts (append-only): runs, fetches, documents, sightings, snapshots, listings, page_checks, rulings, statements.
State of work: wanted. Derived (made anew by `rebuild`): publications, agencies, agency_names, agreements, spans,
changes. `docs/database.md` describes every table and column.
"""

from __future__ import annotations

from sqlite_utils import Database

from db.migrations.registry import migrations


@migrations()
def m001_facts(db: Database) -> None:
    for statement in _FACTS:
        db.execute(statement)


@migrations()
def m002_derived(db: Database) -> None:
    for statement in _DERIVED:
        db.execute(statement)


@migrations()
def m003_sightings_append_only(db: Database) -> None:
    """A better proof of a document's date is a sighting more, so that what was known before it stays known."""
    db.execute(_SIGHTINGS)
    columns = "id, sha256, file, url, linked_as, seen_at, known_at, how"
    db.execute(f"insert into sightings_anew ({columns}) select {columns} from sightings")
    db.execute("drop table sightings")
    db.execute("alter table sightings_anew rename to sightings")


_SIGHTINGS = """create table sightings_anew (
    id integer primary key, sha256 text not null references documents(sha256), file text not null,
    url text not null default '', linked_as text not null default '', seen_at text, known_at text not null,
    how text not null check (how in ('fetch', 'import')),
    unique (sha256, file, linked_as, how, seen_at)
) strict"""

_FACTS = (
    """create table runs (
        id integer primary key, started_at text not null, finished_at text, outcome text,
        detail text not null default ''
    ) strict""",
    """create table documents (
        sha256 text primary key, bytes integer not null, stored_at text not null
    ) strict, without rowid""",
    """create table fetches (
        id integer primary key, run_id integer references runs(id), url text not null, requested_at text not null,
        outcome text not null, status integer, sha256 text, final_url text, role text not null, linked_as text,
        file_name text, headers text not null default '{}', detail text not null default ''
    ) strict""",
    "create index fetches_by_url on fetches(url, id)",
    "create index fetches_by_document on fetches(sha256, requested_at) where sha256 is not null",
    """create table sightings (
        id integer primary key, sha256 text not null references documents(sha256), file text not null,
        url text not null default '', linked_as text not null default '', seen_at text, known_at text not null,
        how text not null check (how in ('fetch', 'import')),
        unique (sha256, file, linked_as, how)
    ) strict""",
    """create table listings (
        id integer primary key, content blob not null unique, list text not null,
        state text, agency text, type text, county text, support_type text, signed text, moa text, addendum text,
        moa_link text, addendum_link text, extra text,
        state_code text, support_code text, signed_on text, moa_url text, addendum_url text
    ) strict""",
    """create table snapshots (
        sha256 text primary key references documents(sha256), reader text not null, list text,
        sheet text, workbook_modified_at text, row_count integer, listing_ids blob, row_numbers blob,
        signals text not null default '[]', error_code text, error text
    ) strict""",
    """create table page_checks (
        id integer primary key, run_id integer references runs(id), sha256 text not null, text_sha256 text not null,
        seen_at text not null, links text not null, totals text
    ) strict""",
    """create table wanted (
        url text primary key, linked_as text, file_name text, since text not null, tries integer not null default 1,
        reason text not null
    ) strict, without rowid""",
    """create table rulings (
        id integer primary key, made_at text not null, reviewer text not null, ruling text not null,
        subject text not null, other text not null default '', reason text not null default '',
        unique (made_at, reviewer, ruling, subject, other)
    ) strict""",
    """create table statements (
        id integer primary key, change_id text not null, known_at text not null, status text not null,
        needs_review integer not null, why text not null default '', body text
    ) strict""",
    "create index statements_by_change on statements(change_id, id)",
)

_DERIVED = (
    """create table publications (
        id integer primary key, position integer, list text, sha256 text not null, file text not null,
        linked_as text not null, url text not null, published_on text not null, published_at text not null,
        workbook_modified_at text, first_seen_at text not null, fetched_at text, rows integer not null,
        status text not null, reasons text not null, unique (sha256, file, linked_as)
    ) strict""",
    "create index publications_by_position on publications(position) where position is not null",
    """create table agencies (
        id text primary key, state text, name text not null, county text, county_fips text, body text not null,
        former_ids text not null, first_position integer not null
    ) strict, without rowid""",
    """create table agency_names (
        state text not null, name_key text not null, agency_id text not null references agencies(id),
        name text not null, first_position integer not null, last_position integer not null,
        primary key (state, name_key)
    ) strict, without rowid""",
    """create table agreements (
        id text primary key, list text not null, agency_id text not null references agencies(id),
        support_type text, signed_on text, status text not null, first_position integer not null,
        last_listing integer not null, last_row integer not null, last_seen integer not null,
        missing_position integer, documents text not null, document text, endings integer not null,
        baseline integer not null
    ) strict, without rowid""",
    "create index agreements_by_agency on agreements(agency_id)",
    """create table spans (
        agreement_id text not null, listing_id integer not null references listings(id), row integer not null,
        first_position integer not null, last_position integer, list text not null,
        primary key (listing_id, agreement_id, first_position)
    ) strict, without rowid""",
    """create table apart (
        list text not null, support_type text not null, state_a text not null, name_a text not null,
        state_b text not null, name_b text not null,
        primary key (list, support_type, state_a, name_a, state_b, name_b)
    ) strict, without rowid""",
    """create table changes (
        id text primary key, kind text not null, status text not null, needs_review integer not null,
        list text not null, agreement_id text, agency_id text, position integer not null, listed_on text not null,
        before_listing integer, after_listing integer, fields text not null, rule text not null,
        evidence text not null, candidates text not null, reason text not null,
        last_listed text, first_missing integer, first_listed text
    ) strict, without rowid""",
    "create index changes_by_date on changes(listed_on, id)",
    "create index changes_by_agreement on changes(agreement_id)",
    "create index changes_by_agency on changes(agency_id)",
    """create table derivation (
        id integer primary key check (id = 1), rules text not null, last_sighting integer not null,
        last_ruling integer not null, derived_at text not null
    ) strict""",
)
