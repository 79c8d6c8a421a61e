"""Whether what is stored is sound. Each check returns one line a finding: what is wrong and what to do."""

from __future__ import annotations

import sqlite3

from db.database import Store
from db.disk_errors import describe_database_error
from db.errors import DatabaseError, StoreError
from db.keys import find_key_faults, read_keys
from db.locks import WORK, is_held
from db.queries.derived_rows import DERIVED_TABLES
from db.queries.health import count_lost_changes, count_signed_messages, count_unread_documents
from db.queries.kept_documents import read_documents


def find_damage(store: Store, *, own_keys: bool = True) -> list[str]:
    """Return findings about the database, its references, the archive, the log and the keys; empty when all is well.

    `own_keys` says that links are signed with the key in the data directory, not with keys of the settings.
    """
    damage = _check_database(store)
    try:
        found = [*damage, *_check_archive(store), *_check_reading(store), *_check_log(store)]
        return [*found, *_check_keys(store, own_keys)]
    except sqlite3.Error as error:
        return [*damage, f"database: {error}; restore a backup"]


def check_at_start(store: Store) -> None:
    """Raise `DatabaseError` unless the database is sound enough to work on; quick also for a large one."""
    try:
        found = [str(row[0]) for row in store.connection.execute("pragma quick_check(3)")]
        broken = store.connection.execute("pragma foreign_key_check").fetchone()
    except sqlite3.Error as error:
        raise DatabaseError(describe_database_error(error, store.home)) from error
    if found != ["ok"] or broken:
        what = "; ".join(found) if found != ["ok"] else f"{broken[0]} refers to a missing {broken[2]}"
        raise DatabaseError(f"the database in {store.home} is damaged: {what}; restore a backup")


def _check_database(store: Store) -> list[str]:
    try:
        found = [f"database: {row[0]}; restore a backup" for row in store.connection.execute("pragma integrity_check")]
        if found == ["database: ok; restore a backup"]:
            found = []
        broken = store.connection.execute("pragma foreign_key_check").fetchall()
    except sqlite3.Error as error:
        return [f"database: {error}; restore a backup"]
    for child, parent in sorted({(str(row[0]), str(row[2])) for row in broken}):
        # what is derived can be rebuilt, a fact cannot
        do = "run `doctor --repair`" if child in DERIVED_TABLES else "restore a backup"
        found.append(f"database: {child} refers to a missing {parent}; {do}")
    return found


def _check_archive(store: Store) -> list[str]:
    found = []
    for sha256, _ in read_documents(store.connection):
        try:
            store.archive.get(sha256)
        except StoreError as error:
            found.append(f"archive: {error}")
    return found


def find_unknown_documents(store: Store) -> list[str]:
    """Return a finding when the archive holds what the database does not know; a crash may leave one for a while."""
    # a pass stores a document before it is known
    unknown = [] if is_held(store.home, WORK) else list_unknown_documents(store)
    if not unknown:
        return []
    return [f"archive: {len(unknown)} documents that the database does not know; run `doctor --repair` to adopt them"]


def list_unknown_documents(store: Store) -> list[str]:
    """Return the sha256 of documents in the archive that the database does not know: a list among them is lost."""
    known = {sha256 for sha256, _ in read_documents(store.connection)}
    return [sha256 for sha256 in store.archive if sha256 not in known]


def _check_keys(store: Store, own_keys: bool) -> list[str]:
    found = find_key_faults(store.home)
    if own_keys and "secret.key" not in read_keys(store.home) and count_signed_messages(store.connection):
        found.append("keys: secret.key is missing, and messages with signed links were sent; restore it from a backup")
    return found


def _check_reading(store: Store) -> list[str]:
    unread = count_unread_documents(store.connection)
    return [f"lists: {unread} not read yet; run `ice-agreements run` or `doctor --repair`"] if unread else []


def _check_log(store: Store) -> list[str]:
    lost = count_lost_changes(store.connection)
    return [f"log: {lost} changes stated are neither derived nor overturned; run `doctor --repair`"] if lost else []
