"""The state of store and service as one record: what `status`, /healthz, /metrics and the notices all go by."""

from __future__ import annotations

import shutil
from dataclasses import asdict

from db.database import DATABASE_NAME, Store, parse_time
from db.locks import SERVICE, is_held
from db.queries.health import read_counts, read_last_verification, read_newest_list, read_outbox_depth
from db.queries.held_lists import read_waiting_lists
from db.queries.job_runs import read_job_runs
from db.queries.list_freshness import read_list_freshness
from db.queries.moas import count_kept
from db.queries.notices import read_open_notices
from db.queries.runs import count_failed_runs, read_last_run, read_verified_at
from db.queries.switches import NOT_BEFORE, SENDING_PAUSED, get_switch
from db.service_models import Status
from db.settings import Settings
from db.version import VERSION


def hours_since(at: str | None, now: str) -> float | None:
    """Return the hours from one stored time to another, None when it never was; a future time is 0 hours old."""
    if at is None:
        return None
    return max(0.0, (parse_time(now) - parse_time(at)).total_seconds() / 3600)


def read_status(store: Store, settings: Settings, now: str) -> Status:
    """Return the state of the store and of the service at `now`."""
    connection = store.connection
    counts = read_counts(connection)
    verified_at = read_verified_at(connection)
    age = hours_since(verified_at, now)
    moa_documents, moa_bytes = count_kept(connection)
    paused, waiting = get_switch(store, SENDING_PAUSED), get_switch(store, NOT_BEFORE)
    return Status(
        home=str(store.home),
        version=VERSION,
        last_run=read_last_run(connection),
        last_verified_at=read_last_verification(connection),
        newest_list=read_newest_list(connection),
        **counts,
        lists=read_list_freshness(connection, now[:10]),
        held_lists=len(read_waiting_lists(connection)),
        service_running=is_held(store.home, SERVICE),
        verified_at=verified_at,
        verified_hours_ago=None if age is None else round(age, 2),
        fresh=age is not None and age <= settings.silent_hours,
        failed_runs_in_a_row=count_failed_runs(connection),
        open_reviews=counts["needs_review"],
        outbox_waiting=read_outbox_depth(connection)[0],
        sending_paused=paused.why if paused else None,
        source_asked_to_wait_until=waiting.value if waiting and waiting.value > now else None,
        moa_documents=moa_documents,
        moa_bytes=moa_bytes,
        database_bytes=_database_bytes(store),
        disk_free_bytes=shutil.disk_usage(store.home).free,
        jobs=read_job_runs(connection),
        notices=read_open_notices(connection),
    )


def status_json(status: Status) -> dict[str, object]:
    """Return the status as its JSON object; of a notice, what it says and since when."""
    notices = [{"code": n.code, "subject": n.subject, "raised_at": n.raised_at, "text": n.text} for n in status.notices]
    return {**asdict(status), "notices": notices}


def _database_bytes(store: Store) -> int:
    files = (store.home / (DATABASE_NAME + ending) for ending in ("", "-wal"))
    return sum(file.stat().st_size for file in files if file.exists())
