"""Folding takes the many checks that found nothing new, and nothing else."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from db.database import Store, to_text
from db.housekeeping import sweep
from db.models import Fetch
from db.queries import fetches, runs
from db.queries.folding import fold_old_checks
from db.queries.runs import end_broken_runs

PAGE, LIST = "https://ice.example/287g", "https://ice.example/list.xlsx"
MONDAY = datetime(2026, 1, 5, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "home") as opened:
        yield opened


def poll(store: Store, at: datetime, outcome: str = "not_modified", data: bytes = b"a list") -> None:
    """One run as the spider records it: the page, then the list."""
    run = runs.start_run(store, to_text(at))
    page, document = store.archive.put(b"the page"), store.archive.put(data)
    kept = outcome in fetches.VERIFIED_OUTCOMES
    fetches.record_fetch(store, run, Fetch(PAGE, to_text(at), "same", 200, page, role="page"))
    fetches.record_fetch(store, run, Fetch(LIST, to_text(at), outcome, 200, document if kept else None))
    runs.finish_run(store, run, to_text(at), "good" if kept else "partial")


def rows(store: Store, url: str) -> list[tuple[str, str]]:
    query = "select substr(requested_at, 6, 11), outcome from fetches where url = ? order by id"
    return [(at.replace("T", " "), outcome) for at, outcome in store.connection.execute(query, [url])]


def test_first_and_last_check_of_a_day_stay_and_the_rest_is_counted(store: Store) -> None:
    """Two days of a poll an hour: 48 rows an address become 4, and 44 are counted, 22 a day."""
    poll(store, MONDAY - timedelta(days=1), "new")
    for hour in range(48):
        poll(store, MONDAY + timedelta(hours=hour))
    fetches, runs = fold_old_checks(store, to_text(MONDAY + timedelta(days=9)))
    assert (fetches, runs) == (88, 44)
    assert rows(store, LIST) == [
        ("01-04 00:00", "new"),
        ("01-05 00:00", "not_modified"), ("01-05 23:00", "not_modified"),
        ("01-06 00:00", "not_modified"), ("01-06 23:00", "not_modified"),
    ]  # fmt: skip
    counted = store.connection.execute("select day, fetches from folded_fetches where url = ? order by day", [LIST])
    assert counted.fetchall() == [("2026-01-05", 22), ("2026-01-06", 22)]
    assert store.connection.execute("select count(*) from runs").fetchone() == (5,)
    assert store.connection.execute("select sum(runs) from folded_runs").fetchone() == (44,)


def test_folding_again_changes_nothing_and_counts_nothing_twice(store: Store) -> None:
    for hour in range(24):
        poll(store, MONDAY + timedelta(hours=hour))
    before = to_text(MONDAY + timedelta(hours=12))
    assert fold_old_checks(store, before) == (20, 10)
    assert fold_old_checks(store, before) == (0, 0)
    assert fold_old_checks(store, to_text(MONDAY + timedelta(days=2)))[0] == 2 * 12 - 2 + 2, (
        "11 in between, an old last"
    )
    total = store.connection.execute("select sum(fetches) from folded_fetches").fetchone()[0]
    kept = store.connection.execute("select count(*) from fetches").fetchone()[0]
    assert total + kept == 48


def test_what_brought_or_refused_something_stays(store: Store) -> None:
    for hour, outcome in enumerate(("new", "not_modified", "blocked", "blocked", "blocked", "not_modified", "missing")):
        poll(store, MONDAY + timedelta(hours=hour), outcome)
    fold_old_checks(store, to_text(MONDAY + timedelta(days=9)))
    assert [outcome for _, outcome in rows(store, LIST)] == [
        "new", "not_modified", "blocked", "blocked", "blocked", "not_modified", "missing",
    ]  # fmt: skip


def test_what_a_day_verified_is_kept_apart_by_document(store: Store) -> None:
    """A, B, A again within one day: of each the first and the last are there to prove it."""
    for hour, data in enumerate((b"A", b"A", b"A", b"B", b"B", b"B", b"A", b"A")):
        poll(store, MONDAY + timedelta(hours=hour), "same", data)
    fold_old_checks(store, to_text(MONDAY + timedelta(days=9)))
    assert [at[-5:] for at, _ in rows(store, LIST)] == ["00:00", "03:00", "05:00", "07:00"]


def test_what_the_derivation_and_the_next_question_go_by_is_untouched(store: Store) -> None:
    poll(store, MONDAY, "new")
    for hour in range(1, 30):
        poll(store, MONDAY + timedelta(hours=hour), "same" if hour % 7 == 0 else "not_modified")

    def known() -> object:
        verified = "select sha256, max(requested_at) from fetches where sha256 is not null group by sha256"
        return (
            fetches.last_good_fetch(store, LIST), fetches.last_unconditional_fetch_at(store, LIST),
            store.connection.execute(verified).fetchall(),
            store.connection.execute("select * from sightings").fetchall(),
        )  # fmt: skip

    before = known()
    assert fold_old_checks(store, to_text(MONDAY + timedelta(days=9)))[0] > 20
    assert known() == before


def test_only_what_is_old_is_folded(store: Store) -> None:
    for hour in range(24):
        poll(store, MONDAY + timedelta(hours=hour))
    assert fold_old_checks(store, to_text(MONDAY)) == (0, 0)
    assert len(rows(store, LIST)) == 24


def test_left_over_files_are_removed_when_no_writer_can_own_them(store: Store) -> None:
    store.archive.put(b"a list")
    shelf = next(store.archive.root.iterdir())
    old, young = shelf / ".new-old", shelf / ".new-young"
    for file in (old, young):
        file.write_bytes(b"half")
    os.utime(old, (time.time() - 7200, time.time() - 7200))
    assert sweep(store, to_text(MONDAY)).files == 1
    assert not old.exists()
    assert young.exists()


def test_a_run_that_never_ended_says_so(store: Store) -> None:
    runs.start_run(store, to_text(MONDAY))
    assert end_broken_runs(store, to_text(MONDAY + timedelta(hours=1))) == 1
    assert end_broken_runs(store, to_text(MONDAY + timedelta(hours=2))) == 0
    row = store.connection.execute("select outcome, finished_at, detail from runs").fetchone()
    assert row == ("failed", "2026-01-05T01:00:00Z", "the program ended before this run did")
