"""What is remembered of the service's jobs, so that a start after a stop catches up."""

from __future__ import annotations

import sqlite3

from db.database import Store
from db.service_models import JobRun

_FIELDS = "started_at, finished_at, outcome, detail, good_at, failures"


def read_job_runs(connection: sqlite3.Connection) -> dict[str, JobRun]:
    """Return the last run of each job by the job's name."""
    rows = connection.execute(f"select name, {_FIELDS} from service_jobs order by name")
    return {str(row[0]): JobRun(*row[1:]) for row in rows}


def record_job_start(store: Store, name: str, at: str) -> None:
    """Record that the job began."""
    with store.writing() as connection:
        connection.execute(
            "insert into service_jobs (name, started_at) values (?, ?) on conflict (name) do update set"
            " started_at = excluded.started_at, finished_at = null, outcome = null, detail = ''",
            [name, at],
        )


def record_job_end(store: Store, name: str, at: str, outcome: str, detail: str) -> None:
    """Record that the job ended, `good`, `failed` or `put off`; only failures in a row are counted."""
    with store.writing() as connection:
        connection.execute(
            "update service_jobs set finished_at = :at, outcome = :outcome, detail = :detail,"
            " good_at = iif(:outcome = 'good', :at, good_at), failures ="
            " case :outcome when 'failed' then failures + 1 when 'good' then 0 else failures end"
            " where name = :name",
            {"at": at, "outcome": outcome, "detail": detail[:500], "name": name},
        )
