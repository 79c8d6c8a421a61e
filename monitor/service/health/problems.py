"""Which troubles there are just now: read from what is stored, so that a restart neither forgets nor repeats one."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from db.database import Store
from db.queries.switches import SENDING_PAUSED, get_switch
from db.settings import Settings
from monitor.service.health.notices import NOTICES, Trouble
from monitor.service.health.vitals import hours_since, moment, outbox, read_jobs, verified_at

#: A clock this much behind what is already written was set back; less is the wobble of time servers.
CLOCK_WOBBLE = timedelta(minutes=2)
#: A scheduled backup this much overdue is missing.
BACKUP_HOURS = 48.0
_WALLS = ("blocked", "refused", "robots_disallowed")


def find_troubles(store: Store, settings: Settings, now: str) -> dict[tuple[str, str], Trouble]:
    """Every trouble there is now, by code and subject."""
    return {
        (code, subject): Trouble(code, subject, f"{text}; {NOTICES[code]}")
        for find in (_source, _lists, _quiet, _outbox, _machine, _jobs)
        for code, subject, text in find(store, settings, now)
    }


_Found = Iterator[tuple[str, str, str]]


def _source(store: Store, settings: Settings, now: str) -> _Found:
    connection = store.connection
    first = connection.execute("select started_at from runs order by id limit 1").fetchone()
    seen = verified_at(store)
    silent = hours_since(seen or (first[0] if first else None), now)
    last = connection.execute(
        "select detail from runs where finished_at is not null order by id desc limit 1"
    ).fetchone()
    if silent is not None and silent > settings.silent_hours:
        since = f"last at {seen}" if seen else f"not once since {first and first[0]}"
        yield "source_unreachable", "", f"ICE's lists were verified {since}; last run: {last[0] if last else 'none'}"
    page = connection.execute(
        "select outcome, detail from fetches where role = 'page' order by id desc limit 1"
    ).fetchone()
    if page and page[0] in _WALLS:
        yield "blocked", "", f"{settings.source_url} answers {page[0]} ({page[1]})"
    check = connection.execute("select links, sha256 from page_checks order by id desc limit 1").fetchone()
    if check and check[0] == "[]":
        read = connection.execute(
            "select 1 from snapshots where sha256 = ? and error_code is null", [check[1]]
        ).fetchone()
        if not read:
            yield "layout_changed", "", f"no list is linked on {settings.source_url}"


def _lists(store: Store, settings: Settings, now: str) -> _Found:
    connection = store.connection
    checks = connection.execute("select links, seen_at from page_checks order by id").fetchall()
    linked = [({link["linked_as"] for link in json.loads(row[0]) if link.get("linked_as")}, row[1]) for row in checks]
    for name in sorted(set().union(*(names for names, _ in linked)) - linked[-1][0] if linked else ()):
        last = max(i for i, (names, _) in enumerate(linked) if name in names)
        yield "list_vanished", name, f"the {name} list is no longer linked, first seen so at {linked[last + 1][1]}"
    held = connection.execute(
        "select file, reasons from publications h where status = 'held' and not exists (select 1 from publications p"
        " where p.status = 'accepted' and p.list = h.list and p.published_at > h.published_at) order by file"
    )
    for file, reasons in held:
        yield "held_list", file, f"{file} is held: {'; '.join(json.loads(reasons))}"
    newest = connection.execute(
        "select p.file, s.signals from publications p join snapshots s on s.sha256 = p.sha256 where p.position in"
        " (select max(position) from publications where position is not null group by list)"
    )
    for file, signals in newest:
        columns = sorted({str(s[3]) for s in json.loads(signals) if s[0] == "column_unknown"})
        if columns:
            yield "unknown_column", ", ".join(columns), f"{file} has a column we do not know: {', '.join(columns)}"
    unread = connection.execute(
        "select file, reasons from publications p where status = 'rejected' and fetched_at is not null and list is null"
        " and fetched_at > ifnull((select max(first_seen_at) from publications where status = 'accepted'), '')"
    )
    for file, reasons in unread:
        yield "unreadable_list", file, f"{file}: {'; '.join(json.loads(reasons))}"


def _quiet(store: Store, settings: Settings, now: str) -> _Found:
    row = store.connection.execute(
        "select max(first_seen_at) from publications where status = 'accepted' and fetched_at is not null"
    ).fetchone()
    if row[0] is None:
        return
    zone = ZoneInfo(settings.time_zone)
    days = weekdays_between(moment(row[0]).astimezone(zone).date(), moment(now).astimezone(zone).date())
    if days > settings.quiet_business_days:
        yield "nothing_new", "", f"ICE's last new list was first seen at {row[0]}, {days} weekdays ago"


def weekdays_between(first: date, last: date) -> int:
    """How many days from Monday to Friday begin after `first`, up to and with `last`."""
    return sum((first + timedelta(n)).weekday() < 5 for n in range(1, (last - first).days + 1))


def _outbox(store: Store, settings: Settings, now: str) -> _Found:
    paused = get_switch(store, SENDING_PAUSED)
    if paused:
        yield "sending_paused", "", f"nothing is sent since {paused.set_at}: {paused.why}"
    waiting, due = outbox(store)
    late = hours_since(due, now)
    if late is not None and late > settings.outbox_stuck_hours and not paused:
        yield "outbox_stuck", "", f"{waiting} messages wait, the oldest since {due}"


def _machine(store: Store, settings: Settings, now: str) -> _Found:
    free = shutil.disk_usage(store.home).free
    if free < settings.disk_low_bytes:
        yield "disk_low", "", f"less than {settings.disk_low_bytes:,} bytes are free under {store.home}"
    newest = store.connection.execute(
        "select max(ended) from (select ifnull(finished_at, started_at) as ended from runs order by id desc limit 200)"
    ).fetchone()[0]
    if newest and moment(newest) - moment(now) > CLOCK_WOBBLE:
        yield "clock_back", "", f"the clock says {now}, yet a run ended at {newest}"


def _jobs(store: Store, settings: Settings, now: str) -> _Found:
    jobs = read_jobs(store)
    for name, job in jobs.items():
        if job["failures"] >= settings.failures_before_notice:
            yield (
                "job_failing",
                name,
                f"{name} failed {settings.failures_before_notice} times in a row: {job['detail']}",
            )
    check = jobs.get("check")
    if check and check["outcome"] == "failed":
        yield "damage_found", "", str(check["detail"])
    backup = jobs.get("backup")
    if settings.backup_directory and backup:
        age = hours_since(backup["good_at"] or backup["started_at"], now)
        if age is not None and age > BACKUP_HOURS:
            yield "backup_missing", "", f"no backup in {settings.backup_directory} since {backup['good_at'] or 'ever'}"
