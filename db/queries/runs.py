"""Runs: one pass over the source each, with how it ended."""

from __future__ import annotations

import sqlite3

from db.database import Store
from db.service_models import Run


def start_run(store: Store, at: str) -> int:
    """Record that a run began; return its id."""
    with store.writing() as connection:
        return int(connection.execute("insert into runs (started_at) values (?)", [at]).lastrowid or 0)


def finish_run(store: Store, run_id: int, at: str, outcome: str, detail: str = "") -> None:
    """Record how the run ended: `outcome` is "good", "partial" or "failed", `detail` a line that says more."""
    with store.writing() as connection:
        connection.execute(
            "update runs set finished_at = ?, outcome = ?, detail = ? where id = ?", [at, outcome, detail, run_id]
        )


def end_broken_runs(store: Store, at: str) -> int:
    """Mark runs as failed that never ended because the program did; return how many. Hold the work lock."""
    with store.writing() as connection:
        return connection.execute(
            "update runs set finished_at = ?, outcome = 'failed', detail = 'the program ended before this run did'"
            " where finished_at is null",
            [at],
        ).rowcount


def read_last_run(connection: sqlite3.Connection, *, finished: bool = False) -> Run | None:
    """Return the newest run, or the newest that has ended."""
    row = connection.execute(
        "select started_at, finished_at, outcome, detail from runs where ?1 = 0 or finished_at is not null"
        " order by id desc limit 1",
        [finished],
    ).fetchone()
    return Run(*row) if row else None


def read_last_good_end(connection: sqlite3.Connection) -> str | None:
    """Return when the newest run without a failure ended; None if there was none."""
    row = connection.execute("select finished_at from runs where outcome = 'good' order by id desc limit 1").fetchone()
    return str(row[0]) if row else None


def read_first_start(connection: sqlite3.Connection) -> str | None:
    """Return when the first run began."""
    row = connection.execute("select started_at from runs order by id limit 1").fetchone()
    return str(row[0]) if row else None


def read_latest_end(connection: sqlite3.Connection) -> str | None:
    """Return the latest time that one of the newest 200 runs carries: later than now, the clock was set back."""
    newest: str | None = connection.execute(
        "select max(ended) from (select ifnull(finished_at, started_at) as ended from runs order by id desc limit 200)"
    ).fetchone()[0]
    return newest


def count_failed_runs(connection: sqlite3.Connection) -> int:
    """Return how many of the newest finished runs were not good, one after another."""
    row = connection.execute(
        "select count(*) from runs where finished_at is not null and outcome != 'good' and id >"
        " (select ifnull(max(id), 0) from runs where outcome = 'good')"
    ).fetchone()
    return int(row[0])


def read_verified_at(connection: sqlite3.Connection) -> str | None:
    """Return when the page and every list were last known to be as we hold them."""
    row = connection.execute(
        "select r.finished_at from runs r where r.outcome = 'good' and (exists (select 1 from fetches f where"
        " f.run_id = r.id and f.role = 'list' and f.outcome in ('new', 'same', 'not_modified')) or exists"
        " (select 1 from fetches f join publications p on p.sha256 = f.sha256 where f.run_id = r.id"
        " and f.role = 'page')) order by r.id desc limit 1"
    ).fetchone()
    return str(row[0]) if row and row[0] else None
