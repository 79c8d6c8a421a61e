"""Agreement documents: where each was seen, what was read in it, its pages for search, and its wording."""

from __future__ import annotations

from sqlite_utils import Database

from db.migrations.registry import migrations


@migrations()
def m009_moas(db: Database) -> None:
    for statement in _STATEMENTS:
        db.execute(statement)


_STATEMENTS = (
    # facts, append-only: every time an address was asked or a saved file taken in
    """create table moa_sightings (
        id integer primary key, url text not null, file text not null, seen_at text not null,
        how text not null check (how in ('fetch', 'import', 'archive')), outcome text not null,
        sha256 text references documents(sha256), status integer, final_url text, etag text, last_modified text,
        size_bytes integer not null default 0, detail text not null default ''
    ) strict""",
    "create index moa_sightings_by_url on moa_sightings(url, id)",
    "create index moa_sightings_by_document on moa_sightings(sha256) where sha256 is not null",
    # what the newest reader read; made again from the bytes when the reader changes
    """create table moa_readings (
        sha256 text primary key references documents(sha256), reader text not null, outcome text not null,
        detail text not null, page_count integer not null, characters integer not null, support_type text,
        support_basis text, agency text, duration_page integer, duration text, ending_page integer, ending text,
        notice_page integer, notice text, dates text not null, signals text not null, sketch text not null
    ) strict, without rowid""",
    """create virtual table moa_pages using fts5(
        body, sha256 unindexed, page unindexed, tokenize = 'porter unicode61 remove_diacritics 2'
    )""",
    # derived from all readings together
    """create table moa_wordings (
        sha256 text primary key references documents(sha256), template text, reference text, differences text not null
    ) strict, without rowid""",
    "create table moa_derivation (id integer primary key check (id = 1), number integer not null) strict",
)
