"""What grows without saying anything is folded: old checks that found nothing new become counts.

Of each address, outcome and document the first and the last check of every day stay, and every check that brought
or refused something; what lies between is counted in `folded_fetches`. So it stays provable when a list was first
and last found unchanged on a day, and how often it was asked for.
"""

from __future__ import annotations

import sqlite3
import time
from typing import NamedTuple

from db.database import Store
from db.disk_errors import describe_database_error
from db.errors import DatabaseError

#: Checks that say "as before". All other outcomes are kept row by row for ever.
QUIET = ("same", "not_modified", "read")
#: A temporary file this old was left by a crash: no document takes an hour to write.
STALE_SECONDS = 3600.0


class Folded(NamedTuple):
    """What a fold removed."""

    fetches: int
    runs: int
    files: int


def fold_old_checks(store: Store, before: str) -> tuple[int, int]:
    """Checks before that time are folded; returns how many fetches and runs became counts. Again: nothing more."""
    marks = ", ".join(f"'{outcome}'" for outcome in QUIET)
    with store.writing() as connection:
        # robots.txt has no document; each of the others is kept apart by what it verified
        connection.execute("create temporary table if not exists fold (id integer primary key)")
        connection.execute("delete from fold")
        connection.execute(
            "insert into fold select id from (select id,"  # noqa: S608 - fixed words
            " row_number() over (partition by url, role, substr(requested_at, 1, 10), outcome, ifnull(sha256, '')"
            "   order by requested_at, id) as first,"
            " row_number() over (partition by url, role, substr(requested_at, 1, 10), outcome, ifnull(sha256, '')"
            "   order by requested_at desc, id desc) as last"
            f" from fetches where requested_at < ? and outcome in ({marks})) where first > 1 and last > 1",
            [before],
        )
        connection.execute(
            "insert into folded_fetches (url, role, day, outcome, sha256, fetches)"
            " select url, role, substr(requested_at, 1, 10), outcome, ifnull(sha256, ''), count(*) from fetches"
            " where id in (select id from fold) group by 1, 2, 3, 4, 5"
            " on conflict (url, role, day, outcome, sha256) do update set fetches = fetches + excluded.fetches"
        )
        fetches = connection.execute("delete from fetches where id in (select id from fold)").rowcount
        emptied = (
            "finished_at < ? and outcome = 'good' and id not in (select run_id from fetches where run_id is not null)"
            " and id not in (select run_id from page_checks where run_id is not null)"
        )
        connection.execute(
            "insert into folded_runs (day, outcome, runs) select substr(finished_at, 1, 10), outcome, count(*)"  # noqa: S608 - fixed words
            f" from runs where {emptied} group by 1, 2 on conflict (day, outcome) do update set"
            " runs = runs + excluded.runs",
            [before],
        )
        runs = connection.execute(f"delete from runs where {emptied}", [before]).rowcount  # noqa: S608 - fixed words
        connection.execute("delete from fold")
    return fetches, runs


def sweep(store: Store, before: str) -> Folded:
    """Old checks are folded, files that a crash left are gone, and the database is in good order."""
    fetches, runs = fold_old_checks(store, before)
    files = 0
    for left in store.archive.root.glob("[0-9a-f][0-9a-f]/.new-*"):
        if time.time() - left.stat().st_mtime > STALE_SECONDS:
            left.unlink(missing_ok=True)
            files += 1
    try:
        store.connection.execute("pragma optimize")
        store.connection.execute("pragma wal_checkpoint(truncate)")
    except sqlite3.Error as error:
        raise DatabaseError(describe_database_error(error, store.home)) from error
    return Folded(fetches, runs, files)


def end_broken_runs(store: Store, at: str) -> int:
    """A run that never ended, because the program was ended first, says so. Call it while nothing else can run."""
    with store.writing() as connection:
        return connection.execute(
            "update runs set finished_at = ?, outcome = 'failed', detail = 'the program ended before this run did'"
            " where finished_at is null",
            [at],
        ).rowcount
