"""How the service is, as numbers and times: what `status`, /healthz, /metrics and the notices all go by."""

from __future__ import annotations

import shutil
import sqlite3
from datetime import datetime
from typing import Any

from db.database import DATABASE_NAME, Store
from db.locks import SERVICE, is_held
from db.queries.switches import NOT_BEFORE, SENDING_PAUSED, get_switch
from db.settings import Settings
from monitor.service.health.notices import open_notices
from monitor.service.health.status import describe_standing

_GOOD = "('new', 'same', 'not_modified')"


def hours_since(at: str | None, now: str) -> float | None:
    """Hours from one stored time to another, None when it never was; a time in the future is 0 hours old."""
    if at is None:
        return None
    return max(0.0, (moment(now) - moment(at)).total_seconds() / 3600)


def moment(at: str) -> datetime:
    """A stored time as an aware one."""
    return datetime.fromisoformat(at.replace("Z", "+00:00"))


def read_vitals(store: Store, settings: Settings, now: str) -> dict[str, Any]:
    """Standing, freshness, failures, jobs, open notices and switches as one object, ready for JSON.

    `fresh` is true when the lists were *verified* within `silent_hours`: a check that failed never counts.
    """
    standing = describe_standing(store)
    verified = verified_at(store)
    age = hours_since(verified, now)
    paused, waiting = get_switch(store, SENDING_PAUSED), get_switch(store, NOT_BEFORE)
    return {
        **standing,
        "service_running": is_held(store.home, SERVICE),
        "verified_at": verified,
        "verified_hours_ago": None if age is None else round(age, 2),
        "fresh": age is not None and age <= settings.silent_hours,
        "failed_runs_in_a_row": failed_runs_in_a_row(store),
        "open_reviews": standing["needs_review"],
        "outbox_waiting": outbox(store)[0],
        "sending_paused": paused.why if paused else None,
        "source_asked_to_wait_until": waiting.value if waiting and waiting.value > now else None,
        "database_bytes": _size(store),
        "disk_free_bytes": shutil.disk_usage(store.home).free,
        "jobs": read_jobs(store),
        "notices": [
            {"code": n.code, "subject": n.subject, "raised_at": n.raised_at, "text": n.text}
            for n in open_notices(store)
        ],
    }


def verified_at(store: Store) -> str | None:
    """When the page and every list were last known to be as we hold them; None when never."""
    row = store.connection.execute(
        "select r.finished_at from runs r where r.outcome = 'good' and (exists (select 1 from fetches f where"  # noqa: S608 - fixed words
        f" f.run_id = r.id and f.role = 'list' and f.outcome in {_GOOD}) or exists (select 1 from fetches f"
        " join publications p on p.sha256 = f.sha256 where f.run_id = r.id and f.role = 'page'))"
        " order by r.id desc limit 1"
    ).fetchone()
    return str(row[0]) if row and row[0] else None


def failed_runs_in_a_row(store: Store) -> int:
    """How many of the newest finished runs were not good, one after another."""
    row = store.connection.execute(
        "select count(*) from runs where finished_at is not null and outcome != 'good' and id >"
        " (select ifnull(max(id), 0) from runs where outcome = 'good')"
    ).fetchone()
    return int(row[0])


def outbox(store: Store) -> tuple[int, str | None]:
    """(messages that wait to be sent, since when the oldest of them is due); (0, None) where nothing sends."""
    try:
        row = store.connection.execute("select waiting, oldest_due_at from outbox_depth").fetchone()
    except sqlite3.OperationalError:  # the view comes with the part that sends
        return 0, None
    return (int(row[0]), row[1]) if row else (0, None)


def read_jobs(store: Store) -> dict[str, dict[str, Any]]:
    """Of each job of the service: when it last began, ended and succeeded, how, and failures in a row."""
    names = ("started_at", "finished_at", "outcome", "detail", "good_at", "failures")
    rows = store.connection.execute(f"select name, {', '.join(names)} from service_jobs order by name")  # noqa: S608 - fixed names
    return {str(row[0]): dict(zip(names, row[1:], strict=True)) for row in rows}


def _size(store: Store) -> int:
    return sum(
        path.stat().st_size
        for ending in ("", "-wal")
        if (path := store.home / (DATABASE_NAME + ending)).exists()
    )  # fmt: skip
