"""Endings that were told: how soon, how sure, and in which words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from db.database import Store
from db.records import ChangeRecord
from monitor.changelog.explain import explain_change
from monitor.changelog.log import read_log
from monitor.changelog.return_rate import ReturnRate, measure_return_rate
from tests.histories import Row, agencies, listed, open_store, take
from tests.monitor.changelog.replay_endings import replay_endings
from tests.paths import LISTS

BAKER, BAY, LAKE, LEE = agencies(
    "Baker County Sheriff's Office", "Bay County Sheriff's Office", "Lake County Sheriff's Office",
    "Lee County Sheriff's Office",
)  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "data") as store:
        yield store


def test_rows_that_came_back_within_ten_days_are_counted_in_the_log_itself(store: Store) -> None:
    """Bay is back after 3 days, Lake never, Lee after 13; the second absence of Bay is not decided yet."""
    take(store, [
        listed("2025-06-02", BAKER, BAY, LAKE, LEE), listed("2025-06-04", BAKER, LEE), listed("2025-06-07", BAKER, BAY),
        listed("2025-06-17", BAKER, BAY), listed("2025-06-20", BAKER, BAY, LEE), listed("2025-06-24", BAKER, LEE),
    ])  # fmt: skip
    assert measure_return_rate(store.connection) == ReturnRate("2025-06-04", cases=3, back=1)
    told = {c["agency"]: explain_change(c, measure_return_rate(store.connection)) for c in endings(store)}
    assert "Not on the list of 2025-06-24; of 3 such cases since 2025, 1 were back within 10 days" in told[BAY.agency]
    assert "No longer listed since 2025-06-04" in told[LAKE.agency]
    assert "No longer listed since 2025-06-07" in told[LEE.agency]


def endings(store: Store) -> list[ChangeRecord]:
    return [c for c in read_log(store) if c["kind"] == "termination" and c["status"] != "retracted"]


def test_without_a_decided_ending_nothing_is_counted(store: Store) -> None:
    take(store, [listed("2025-06-02", BAKER, BAY), listed("2025-06-04", BAKER)])
    assert measure_return_rate(store.connection) is None
    assert "Not on the list of 2025-06-04\n" in explain_change(endings(store)[0], None)


def test_an_ending_that_names_a_candidate_is_not_told_as_one(store: Store) -> None:
    old = Row("Palmetto Police Department", county="Manatee County", signed="2025-05-20")
    new = Row("Palmetto City Police", county="Manatee County", signed="2025-05-20")
    days = ("2025-06-02", "2025-06-03", "2025-06-04", "2025-06-14")
    take(store, [listed(d, BAKER, *rows) for d, rows in zip(days, [[old], [old, new], [new], [new]], strict=True)])
    (ending,) = endings(store)
    assert ending["status"] == "confirmed"
    told = explain_change(ending)
    assert "ICE replaced or dropped the row: it may go on as Palmetto City Police. A person is to check" in told
    assert "No longer listed since" not in told


@pytest.mark.long
@pytest.mark.skipif(not LISTS.is_dir(), reason="the shared lists are not here")
def test_of_the_endings_told_in_2025_at_most_one_is_taken_back_and_none_is_told_late(store: Store) -> None:
    told = replay_endings(store)
    assert len(told) > 15
    assert sum(ending.retracted for ending in told) <= 1
    assert max(ending.days for ending in told) <= 12
