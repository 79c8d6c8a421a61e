"""The command that says how things are: `status`."""

from __future__ import annotations

from dataclasses import asdict, is_dataclass
from typing import Any

from db.service_models import JobRun, ListFreshness
from monitor.cli.options import DbOption, FormatOption, open_store, settings_with
from monitor.cli.output import Format, say, show
from monitor.service.health.read_status import read_status, status_json


def status(format: FormatOption = Format.TABLE, db: DbOption = None) -> None:
    """Show how things are: last run, last verified list, jobs, open notices, what waits."""
    settings = settings_with(db)
    with open_store(db) as store:
        found = read_status(store, settings, store.now_text())
    shown = status_json(found)
    if format is not Format.TABLE:
        show([shown], format, {key: key for key in shown})
        return
    for key in [key for key in shown if key not in ("jobs", "notices", "lists")]:
        value = getattr(found, key)
        say(f"{key.replace('_', ' ')}: {'never' if value is None and key.endswith('_at') else _in_words(value)}")
    for fresh in found.lists:
        say(f"{fresh.list} list: {_describe_freshness(fresh)}")
    for name, job in found.jobs.items():
        say(f"job {name}: {_describe_job(job)}")
    for notice in found.notices:
        say(f"NOTICE {notice.code} since {notice.raised_at}: {notice.text}")


def _describe_freshness(fresh: ListFreshness) -> str:
    known = f"of {fresh.known_until}" if fresh.known_until else "none accepted"
    if fresh.held_since is None:
        return known
    return f"{known}; not known since {fresh.held_since} ({fresh.held_days} days): {fresh.held} later lists held"


def _describe_job(job: JobRun) -> str:
    if job.finished_at is None:
        return f"began at {job.started_at} and has not ended"
    return f"{job.outcome} at {job.finished_at}, {job.failures} failures in a row: {job.detail}"


def _in_words(value: Any) -> str:
    if is_dataclass(value) and not isinstance(value, type):
        return ", ".join(f"{name} {part}" for name, part in asdict(value).items() if part not in (None, ""))
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
