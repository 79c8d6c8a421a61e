"""`ice-agreements backfill` as it is typed: what it prints and how it ends; and the service's job."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import scheduler
from monitor.service.archive_work import BackfillJob, asking
from monitor.service.triggers import PutOff
from scheduler import archive_intake
from tests.scrapers.archive.archive_world import FOLDER, PAGE, XLSX, ArchiveWorld, TurnedClock, table_page
from tests.standin.archive import ArchiveStandIn
from tests.standin.lists import participating

ROWS = [
    ("LOUISIANA", f"{name} Parish Sheriff's Office", "Jail Enforcement Model", "3/4/2019", "")
    for name in ("Acadia", "Bossier", "Caddo", "Calcasieu", "Iberia", "Jefferson", "Lafourche", "Orleans", "Ouachita")
]


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ArchiveWorld]:
    """An archive with two lists, and commands that do not wait: the archive's clock goes on by itself."""
    clock = TurnedClock()
    monkeypatch.setattr(time, "sleep", clock.sleep)

    def ticking() -> datetime:
        clock.sleep(5)
        return clock.time

    with ArchiveStandIn(ticking) as archive:
        archive.keep("20210301120000", PAGE, table_page(ROWS[:8]))
        archive.keep("20210401120000", PAGE, table_page(ROWS))
        monkeypatch.setenv("ICE_AGREEMENTS_HOME", str(tmp_path / "home"))
        monkeypatch.setenv("ICE_AGREEMENTS_ARCHIVE_URL", archive.url)
        yield ArchiveWorld(tmp_path / "home", archive, clock)


def ice_agreements(*words: str) -> Result:
    return CliRunner().invoke(scheduler.app, list(words))


def test_backfill_tells_what_changed_and_ends_with_0(typed: ArchiveWorld) -> None:
    ran = ice_agreements("backfill")
    assert (ran.exit_code, ran.stdout.splitlines()[0]) == (0, "2 captures asked for, 2 past lists new")
    changes = json.loads(ice_agreements("changes", "--format", "json").stdout)
    assert [(c["kind"], c["agency"], c["listed_on"]) for c in changes] == [
        ("signing", "Ouachita Parish Sheriff's Office", "2021-04-01")
    ]


def test_publications_have_the_archives_address_and_the_captures_time(typed: ArchiveWorld) -> None:
    ice_agreements("backfill", "--since", "2021-04-01", "--until", "2021-04-01")
    (record,) = json.loads(ice_agreements("publications", "--format", "json").stdout)
    assert record["url"] == f"{typed.archive.url}/web/20210401120000id_/{PAGE}"
    assert (record["first_seen_at"], record["published_on"]) == ("2021-04-01T12:00:00Z", "2021-04-01")


def test_a_dry_run_says_how_many_and_how_long_and_fetches_nothing(typed: ArchiveWorld) -> None:
    ran = ice_agreements("backfill", "--dry-run")
    assert ran.stdout == "2 captures to fetch, from 2021-03-01 to 2021-04-01; it takes about 1 min\n"
    assert typed.archive.asked_for() == []


def test_an_archive_that_refuses_ends_it_with_1(typed: ArchiveWorld) -> None:
    typed.archive.faults = ["503"] * 4
    ran = ice_agreements("backfill")
    assert ran.exit_code == 1
    assert "the archive did not answer in 4 tries" in ran.stderr


def test_a_list_that_is_held_ends_it_with_3(typed: ArchiveWorld) -> None:
    """A participating list without a single row is held."""
    typed.archive.keep("20250601000000", FOLDER + "participatingAgencies06012025.xlsx", participating(), XLSX)
    assert ice_agreements("backfill").exit_code == 3


@pytest.mark.parametrize("words", [("--since", "May"), ("--since", "2021-05-01", "--until", "2021-04-01")])
def test_wrong_dates_are_wrong_usage(typed: ArchiveWorld, words: tuple[str, ...]) -> None:
    assert ice_agreements("backfill", *words).exit_code == 2


def test_the_services_job_brings_a_few_captures_a_pass(past: ArchiveWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    past.archive.keep("20210301120000", PAGE, table_page(ROWS[:8]))
    past.archive.keep("20210401120000", PAGE, table_page(ROWS))
    past.changes = {"backfill_captures_per_pass": 1}
    job = BackfillJob(past.settings(), past.clock.now, archive_intake())
    monkeypatch.setattr(job, "_pause", past.clock.sleep)
    assert asyncio.run(job.run()) == "1 captures asked for, 1 past lists new"
    assert asyncio.run(job.run()) == "1 captures asked for, 1 past lists new"
    assert asyncio.run(job.run()) == "0 captures asked for, 0 past lists new"
    past.clock.sleep(8 * 86_400)
    past.archive.faults = ["503"]
    with pytest.raises(PutOff, match="status 503"):
        asyncio.run(job.run())


def test_the_job_is_put_off_while_somebody_runs_the_command(past: ArchiveWorld) -> None:
    job = BackfillJob(past.settings(), past.clock.now, archive_intake())
    with past.open() as store, asking(store, "`backfill`"), pytest.raises(PutOff, match="`backfill`"):
        asyncio.run(job.run())
    assert past.archive.requests == []


def test_the_job_ends_at_once_when_the_service_stops(past: ArchiveWorld) -> None:
    """It waits for its turn at the archive; what it fetched is kept."""
    past.changes = {"archive_requests_per_minute": 1.0}

    async def stop_soon() -> None:
        task = asyncio.ensure_future(BackfillJob(past.settings(), past.clock.now, archive_intake()).run())
        while not past.archive.requests:
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    began = time.monotonic()
    asyncio.run(stop_soon())
    assert time.monotonic() - began < 30
    assert len(past.archive.requests) == 1


def test_the_service_has_no_such_job_where_it_is_off(past: ArchiveWorld) -> None:
    past.changes = {"backfill": False, "archive_fallback_hours": 0}
    assert BackfillJob(past.settings(), past.clock.now, archive_intake()).plan() == []
