"""A short history of ICE's lists on the stand-in, replayed pass by pass in processes that may be killed."""

from __future__ import annotations

import asyncio
import itertools
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import scheduler
import scrapers.collect  # noqa: F401 - imported here so that a forked process has it
from db.backup import back_up
from db.database import DATABASE_NAME, Store, to_text
from db.housekeeping import sweep
from db.settings import Settings
from monitor.service.work_lock import working
from tests.standin import StandIn
from tests.standin.lists import participating, pending

FIRST_DAY = datetime(2026, 1, 5, 16, tzinfo=UTC)
COUNTIES = (
    "Alachua Baker Bay Bradford Brevard Broward Calhoun Charlotte Citrus Clay Collier Columbia DeSoto Dixie Duval"
    " Escambia Flagler Franklin Gadsden Gilchrist Glades Gulf Hamilton Hardee Hendry Hernando Highlands Hillsborough"
    " Holmes"
).split()
NAMES = [f"{county} County Sheriff's Office" for county in COUNTIES]


def days(site: StandIn) -> list[Callable[[], object]]:
    """What ICE does on each day: the first list, additions, an end, a misspelling, an old list, a swap, a loss."""

    def post(name: str, data: bytes) -> Callable[[], object]:
        return lambda: site.post(name, data)

    def stamp(day: int) -> str:
        return to_text(FIRST_DAY + timedelta(days=day, hours=-2))

    def swap() -> None:
        site.post("participating", participating(*NAMES[:25], "Holmes County Sheriff's Office", modified=stamp(6)))
        site.post("pending", pending("Bell County Sheriff's Office", modified=stamp(6)))
        site.swap()

    return [
        post("participating", participating(*NAMES[:20], modified=stamp(0))),
        post("pending", pending("Bell County Sheriff's Office", "Lee County Sheriff's Office", modified=stamp(1))),
        post("participating", participating(*NAMES[:24], modified=stamp(2))),
        post("participating", participating(*NAMES[1:24], modified=stamp(3))),
        post("participating", participating(*NAMES[2:24], "Bakre County Sheriff's Office", modified=stamp(4))),
        post("participating", participating(*NAMES[:20], modified=stamp(0))),
        swap,
        lambda: site.unlink("pending"),
    ]


def still_site() -> StandIn:
    """A stand-in whose page has no nonce: the same question gets the same bytes, however often it is asked."""
    return StandIn(_nonces=itertools.repeat(0))


def work(home: Path, url: str, day: int, backups: Path) -> None:
    """All that the service does in a day is done at `home`: a pass, a backup, housekeeping."""
    moment = FIRST_DAY + timedelta(days=day)
    settings = Settings(source_url=url, home=home, crawl_delay_seconds=0, backoff_seconds=0)
    with Store.open(home, now=lambda: moment) as store, working(store, "a replay"):
        asyncio.run(scheduler.make_pass(store, settings, lambda: moment))
        back_up(store, backups, at=store.now_text(), keep=2)
        sweep(store, to_text(moment - timedelta(days=2)))


def content(home: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Table by table: every fact but how often something was tried, and all that is derived."""
    columns = {
        "documents": "*", "listings": "*", "snapshots": "*", "publications": "*", "agencies": "*", "agency_names": "*",
        "agreements": "*", "spans": "*", "changes": "*", "statements": "*", "wanted": "*", "rulings": "*",
        "sightings": "sha256, file, url, linked_as, seen_at, known_at, how",
        "page_checks": "sha256, text_sha256, seen_at, links, totals",
    }  # fmt: skip
    found: dict[str, list[tuple[Any, ...]]] = {}
    with closing(sqlite3.connect(home / DATABASE_NAME)) as connection:
        for table, names in columns.items():
            found[table] = sorted(connection.execute(f"select {names} from {table}").fetchall(), key=repr)
        found["held for"] = connection.execute(
            "select distinct url, sha256 from fetches where sha256 is not null and role = 'list' order by 1, 2"
        ).fetchall()
    with Store.open(home) as store:
        found["archive"] = [(sha256, len(store.archive.get(sha256))) for sha256 in store.archive]
    return found
