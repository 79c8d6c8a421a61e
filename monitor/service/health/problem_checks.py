"""Which problems there are just now: read from what is stored, so that a restart neither forgets nor repeats one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from db.database import Store, parse_time
from db.queries import health
from db.queries.held_lists import read_waiting_lists
from db.queries.job_runs import read_job_runs
from db.queries.list_freshness import read_list_freshness
from db.queries.runs import read_first_start, read_last_run, read_latest_end, read_verified_at
from db.queries.switches import SENDING_PAUSED, get_switch
from db.settings import Settings
from monitor import policy
from monitor.service.health.operator_notices import NOTICES, Problem
from monitor.service.health.read_status import hours_since

#: A clock this much behind what is already written was set back; less is the drift that a time server corrects.
CLOCK_DRIFT = timedelta(minutes=2)
#: A scheduled backup this much overdue is missing.
BACKUP_HOURS = 48.0
_REFUSALS = ("blocked", "refused", "robots_disallowed")


def find_problems(store: Store, settings: Settings, now: str) -> list[Problem]:
    """Return every problem there is now; each text ends with what to do."""
    return [
        Problem(code, subject, f"{text}; {NOTICES[code]}")
        for find in (_check_source, _check_lists, _check_new_lists, _check_outbox, _check_machine, _check_jobs)
        for code, subject, text in find(store, settings, now)
    ]


_Found = Iterator[tuple[str, str, str]]


def _check_source(store: Store, settings: Settings, now: str) -> _Found:
    connection = store.connection
    first, verified_at = read_first_start(connection), read_verified_at(connection)
    silent = hours_since(verified_at or first, now)
    if silent is not None and silent > settings.silent_hours:
        last = read_last_run(connection, finished=True)
        since = f"last at {verified_at}" if verified_at else f"not once since {first}"
        text = f"ICE's lists were verified {since}; last run: {last.detail if last else 'none'}"
        yield "source_unreachable", "", text
    page = health.read_page_outcome(connection)
    if page and page[0] in _REFUSALS:
        yield "blocked", "", f"{settings.source_url} answers {page[0]} ({page[1]})"
    if health.is_page_without_lists(connection):
        yield "layout_changed", "", f"no list is linked on {settings.source_url}"


def _check_lists(store: Store, settings: Settings, now: str) -> _Found:
    linked = health.read_linked_lists(store.connection)
    for name in sorted(frozenset().union(*(state.names for state in linked)) - linked[-1].names) if linked else ():
        last = max(i for i, state in enumerate(linked) if name in state.names)
        text = f"the {name} list is no longer linked, first seen so at {linked[last + 1].seen_at}"
        yield "list_vanished", name, text
    for held in read_waiting_lists(store.connection):
        yield "held_list", held.file, f"{held.file} is held: {'; '.join(held.reasons)}"
    for fresh in read_list_freshness(store.connection, now[:10]):
        if fresh.in_a_row >= policy.HELD_IN_A_ROW:
            text = (
                f"ICE's form seems to have changed: {fresh.in_a_row} {fresh.list} lists in a row are held"
                f" ({fresh.reason}), going stale since {fresh.held_since}, {fresh.held_days} days;"
                f" the newest is {fresh.newest_held[:12]}"
            )
            yield "form_changed", fresh.list, text
    for file, columns in health.read_unknown_columns(store.connection):
        names = ", ".join(columns)
        yield "unknown_column", names, f"{file} has a column we do not know: {names}"
    for file, reasons in health.read_unreadable_lists(store.connection):
        yield "unreadable_list", file, f"{file}: {'; '.join(reasons)}"


def _check_new_lists(store: Store, settings: Settings, now: str) -> _Found:
    seen_at = health.read_last_new_list(store.connection)
    if seen_at is None:
        return
    zone = ZoneInfo(settings.time_zone)
    days = weekdays_between(parse_time(seen_at).astimezone(zone).date(), parse_time(now).astimezone(zone).date())
    if days > settings.quiet_business_days:
        yield "nothing_new", "", f"ICE's last new list was first seen at {seen_at}, {days} weekdays ago"


def weekdays_between(first: date, last: date) -> int:
    """Return how many days from Monday to Friday begin after `first`, up to and including `last`."""
    return sum((first + timedelta(n)).weekday() < 5 for n in range(1, (last - first).days + 1))


def _check_outbox(store: Store, settings: Settings, now: str) -> _Found:
    paused = get_switch(store, SENDING_PAUSED)
    if paused:
        yield "sending_paused", "", f"nothing is sent since {paused.set_at}: {paused.why}"
    waiting, due = health.read_outbox_depth(store.connection)
    late = hours_since(due, now)
    if late is not None and late > settings.outbox_stuck_hours and not paused:
        yield "outbox_stuck", "", f"{waiting} messages wait, the oldest since {due}"


def _check_machine(store: Store, settings: Settings, now: str) -> _Found:
    if shutil.disk_usage(store.home).free < settings.disk_low_bytes:
        yield "disk_low", "", f"less than {settings.disk_low_bytes:,} bytes are free under {store.home}"
    latest = read_latest_end(store.connection)
    if latest and parse_time(latest) - parse_time(now) > CLOCK_DRIFT:
        yield "clock_back", "", f"the clock says {now}, yet a run ended at {latest}"


def _check_jobs(store: Store, settings: Settings, now: str) -> _Found:
    jobs = read_job_runs(store.connection)
    for name, job in jobs.items():
        if job.failures >= settings.failures_before_notice:
            text = f"{name} failed {settings.failures_before_notice} times in a row: {job.detail}"
            yield "job_failing", name, text
    mail = jobs.get("mail")
    if settings.smtp_host and mail and mail.outcome == "failed":
        yield "mail_unusable", "", mail.detail
    check = jobs.get("check")
    if check and check.outcome == "failed":
        yield "damage_found", "", check.detail
    for name, place in (("backup", settings.backup_directory), ("bucket", settings.backup_bucket)):
        backup = jobs.get(name)
        if not place or not backup:
            continue
        age = hours_since(backup.good_at or backup.started_at, now)
        if age is not None and age > BACKUP_HOURS:
            subject = "bucket" if name == "bucket" else ""
            yield "backup_missing", subject, f"no backup in {place} since {backup.good_at or 'ever'}"
