"""Copies that the Internet Archive made because we asked it to; and every time at which it saw each content."""

from __future__ import annotations

from sqlite_utils import Database

from db.migrations.registry import migrations


@migrations()
def m017_archive_copies(db: Database) -> None:
    for statement in _STATEMENTS:
        db.execute(statement)


_STATEMENTS = (
    # facts, append-only: one row for each answer to the wish for a copy
    """create table archive_copies (
        id integer primary key, sha256 text not null references documents(sha256), original text not null,
        asked_at text not null, copy_url text not null, copied_at text not null, detail text not null default ''
    ) strict""",
    "create index archive_copies_by_document on archive_copies(sha256)",
    # what the index says: days on which ICE still served a content
    """create table archive_seen (
        digest text not null, captured_at text not null, primary key (digest, captured_at)
    ) strict, without rowid""",
)
