"""The Internet Archive: what its index answered, and what became of each capture. Sightings may come from it, too."""

from __future__ import annotations

from sqlite_utils import Database

from db.migrations.registry import migrations


@migrations()
def m014_archive(db: Database) -> None:
    for statement in _STATEMENTS:
        db.execute(statement)


_COLUMNS = "id, sha256, file, url, linked_as, seen_at, known_at, how"
_STATEMENTS = (
    """create table sightings_wider (
        id integer primary key, sha256 text not null references documents(sha256), file text not null,
        url text not null default '', linked_as text not null default '', seen_at text, known_at text not null,
        how text not null check (how in ('fetch', 'import', 'archive')),
        unique (sha256, file, linked_as, how, seen_at)
    ) strict""",
    f"insert into sightings_wider ({_COLUMNS}) select {_COLUMNS} from sightings",
    "drop table sightings",
    "alter table sightings_wider rename to sightings",
    # a cache: an answer that is old enough is asked for again
    """create table archive_answers (
        url text primary key, asked_at text not null, body blob not null
    ) strict, without rowid""",
    # facts, append-only: one row for each capture that will not be asked for again
    """create table archive_captures (
        id integer primary key, url text not null unique, original text not null, captured_at text not null,
        digest text not null, asked_at text not null, outcome text not null, sha256 text references documents(sha256),
        detail text not null default ''
    ) strict""",
    "create index archive_captures_by_digest on archive_captures(digest)",
    "create table archive_links (url text primary key, first_linked_at text not null) strict, without rowid",
    "create index fetches_by_role on fetches(role, requested_at)",
)
