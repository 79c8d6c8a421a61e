"""The command that says how things are: `status`."""

from __future__ import annotations

from dataclasses import asdict, is_dataclass
from typing import Any

from db.service_models import JobRun, ListFreshness, NewestList
from monitor.cli.options import DbOption, FormatOption, open_store, settings_with
from monitor.cli.output import Format, say, show
from monitor.service.health.read_status import read_status, status_json

#: Told below the rest, or said twice by what JSON needs: by `verified_at`, and by `needs_review`.
_NOT_IN_WORDS = ("jobs", "notices", "lists", "verified_hours_ago", "open_reviews")


def status(format: FormatOption = Format.TABLE, db: DbOption = None) -> None:
    """Show how things are: last run, last verified list, jobs, open notices, what waits."""
    settings = settings_with(db)
    with open_store(db) as store:
        found = read_status(store, settings, store.now_text())
    shown = status_json(found)
    if format is not Format.TABLE:
        show([shown], format, {key: key for key in shown})
        return
    for key in [key for key in shown if key not in _NOT_IN_WORDS]:
        say(f"{key.replace('_', ' ').replace(' bytes', ' size')}: {_in_words(key, getattr(found, key))}")
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


def _in_words(key: str, value: Any) -> str:
    if isinstance(value, NewestList):
        second_hand = f", second-hand from {value.source}" if value.second_hand else ""
        return f"{value.file} of {value.published_on}, {value.rows:,} rows{second_hand}"
    if is_dataclass(value) and not isinstance(value, type):
        return ", ".join(f"{name} {part}" for name, part in asdict(value).items() if part not in (None, ""))
    if value is None:
        return "never" if key.endswith("_at") else "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if key.endswith("_bytes"):
        return f"{value / 1e9:,.1f} GB" if value >= 1e9 else f"{value / 1e6:,.1f} MB"
    return f"{value:,}" if isinstance(value, int) else str(value)
