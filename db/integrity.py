"""Is what is stored sound? Each check says what is wrong and what to do, in one line a finding."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from db.database import Store
from db.disk_errors import describe_database_error
from db.errors import DatabaseError, StoreError
from db.queries.derived_rows import DERIVED_TABLES


def find_damage(store: Store) -> list[str]:
    """Findings about the database file, its references, and the archive against its hashes; empty when all is well."""
    damage = _database(store)
    try:
        return [*damage, *_archive(store), *_unread(store), *_log(store)]
    except sqlite3.Error as error:
        return [*damage, f"database: {error}; restore a backup"]


def find_strays(*parts: Path) -> list[str]:
    """The program's parts come from one place, or a finding says so: their names are common, others may shadow them."""
    homes = {part.resolve().parent for part in parts}
    if len(homes) == 1:
        return []
    places = ", ".join(sorted(str(home) for home in homes))
    return [f"program: db, monitor, scrapers and scheduler come from {places}; install it into its own environment"]


def check_at_start(store: Store) -> None:
    """The database is sound enough to work on, or `DatabaseError` says what is wrong; quick also for a large one."""
    try:
        found = [str(row[0]) for row in store.connection.execute("pragma quick_check(3)")]
        broken = store.connection.execute("pragma foreign_key_check").fetchone()
    except sqlite3.Error as error:
        raise DatabaseError(describe_database_error(error, store.home)) from error
    if found != ["ok"] or broken:
        what = "; ".join(found) if found != ["ok"] else f"{broken[0]} refers to a missing {broken[2]}"
        raise DatabaseError(f"the database in {store.home} is damaged: {what}; restore a backup")


def _database(store: Store) -> list[str]:
    try:
        found = [f"database: {row[0]}; restore a backup" for row in store.connection.execute("pragma integrity_check")]
        if found == ["database: ok; restore a backup"]:
            found = []
        broken = store.connection.execute("pragma foreign_key_check").fetchall()
    except sqlite3.Error as error:
        return [f"database: {error}; restore a backup"]
    for child, parent in sorted({(str(row[0]), str(row[2])) for row in broken}):
        # what is derived can be made anew, a fact cannot
        do = "run `doctor --repair`" if child in DERIVED_TABLES else "restore a backup"
        found.append(f"database: {child} refers to a missing {parent}; {do}")
    return found


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
    return [f"lists: {row[0]} not read yet; run `ice-agreements run` or `doctor --repair`"] if row[0] else []


def _log(store: Store) -> list[str]:
    """The log must hold every change that was stated and not overturned since."""
    lost = store.connection.execute(
        "select count(*) from statements s where s.id in (select max(id) from statements group by change_id)"
        " and s.body is null and not exists (select 1 from changes c where c.id = s.change_id)"
    ).fetchone()[0]
    return [f"log: {lost} changes stated are neither derived nor overturned; run `doctor --repair`"] if lost else []
