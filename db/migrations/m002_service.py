"""What the unattended service remembers: its jobs, its notices to the operator, its switches, what it folded.

State of work, neither facts nor derived: a rebuild leaves these tables alone. `docs/database.md` describes them.
"""

from __future__ import annotations

from sqlite_utils import Database

from db.migrations.registry import migrations

_TABLES = (
    # Last-run times, for catching up after a stop. The schedule itself is made from the settings at every start.
    """create table service_jobs (
        name text primary key, started_at text not null, finished_at text, outcome text,
        detail text not null default '', good_at text, failures integer not null default 0
    ) strict, without rowid""",
    # One row a trouble: raised once, cleared once. A trouble that comes back is a new row.
    """create table notices (
        id integer primary key, code text not null, subject text not null default '', raised_at text not null,
        text text not null, cleared_at text, raised_told_at text, cleared_told_at text
    ) strict""",
    "create unique index notices_open on notices(code, subject) where cleared_at is null",
    # What is on or off, or waited for, with the reason: `sending_paused`, `not_before`.
    """create table switches (
        name text primary key, value text not null, set_at text not null, why text not null default ''
    ) strict, without rowid""",
    # Old checks that found nothing new, counted: their first and last of each day stay in `fetches`.
    """create table folded_fetches (
        url text not null, role text not null, day text not null, outcome text not null, sha256 text not null,
        fetches integer not null, primary key (url, role, day, outcome, sha256)
    ) strict, without rowid""",
    # A run is folded when none of its fetches is left; without this every one would search all fetches.
    "create index fetches_by_run on fetches(run_id)",
    """create table folded_runs (
        day text not null, outcome text not null, runs integer not null, primary key (day, outcome)
    ) strict, without rowid""",
)


@migrations()
def m003_service(db: Database) -> None:
    for statement in _TABLES:
        db.execute(statement)
