"""Is what is stored sound? Each check says what is wrong and what to do, in one line a finding."""

from __future__ import annotations

import sqlite3

from db.errors import StoreError
from db.store import Store


def find_damage(store: Store) -> list[str]:
    """Findings about the database file, its references, and the archive against its hashes; empty when all is well."""
    return [*_database(store), *_archive(store), *_unread(store)]


def _database(store: Store) -> list[str]:
    try:
        found = [f"database: {row[0]}; restore a backup" for row in store.connection.execute("pragma integrity_check")]
        if found == ["database: ok; restore a backup"]:
            found = []
        broken = store.connection.execute("pragma foreign_key_check").fetchall()
    except sqlite3.Error as error:
        return [f"database: {error}; restore a backup"]
    return [*found, *(f"database: {row[0]} refers to a missing {row[2]}; run `doctor --repair`" for row in broken)]


def _archive(store: Store) -> list[str]:
    found = []
    named = [str(row[0]) for row in store.connection.execute("select sha256 from documents order by sha256")]
    for sha256 in named:
        try:
            store.archive.get(sha256)
        except StoreError as error:
            found.append(f"archive: {error}")
    return found


def _unread(store: Store) -> list[str]:
    row = store.connection.execute(
        "select count(distinct s.sha256) from sightings s left join snapshots p on p.sha256 = s.sha256"
        " where p.sha256 is null"
    ).fetchone()
    return [f"lists: {row[0]} not read yet; run `ice-agreements run` or `rebuild`"] if row[0] else []
