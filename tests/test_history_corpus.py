"""The real lists ICE published, taken in whole: what the project is measured by, counted from ICE's own words."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from db.database import Store
from db.queries.publication_list import read_publications
from db.records import PublicationRecord
from monitor.changelog.as_of import totals
from monitor.changelog.log import Filter, read_log
from monitor.changelog.rebuild import derive
from monitor.publications.dating import capture_time
from scrapers import ingest
from tests.conftest import NOW
from tests.dump import difference, dump
from tests.histories import open_store
from tests.monitor.changelog.test_two_clocks import answers_with_its_rows
from tests.paths import LISTS

pytestmark = [
    pytest.mark.skipif(not LISTS.is_dir(), reason=f"the real lists are not at {LISTS}"),
]


def saved_lists() -> list[ingest.SavedList]:
    return ingest.find_saved([], LISTS / "manifest.csv", capture_time)


def take(store: Store, saved: list[ingest.SavedList], now: str = NOW) -> list[str]:
    """The lists are taken in and compared; returns the ids of changes stated."""
    assert [taken.error for taken in ingest.import_lists(store, saved, now) if taken.error] == []
    return derive(store, now=now).stated


@pytest.fixture(scope="module")
def store(corpus_home: Path) -> Iterator[Store]:
    """Everything the manifest names, imported in one go."""
    with open_store(corpus_home, NOW) as store:
        yield store


def by_file(store: Store) -> dict[str, PublicationRecord]:
    return {p["file"]: p for p in read_publications(store.connection)}


def test_each_of_the_304_files_is_accounted_for(store: Store) -> None:
    with (LISTS / "manifest.csv").open(encoding="utf-8", newline="") as lines:
        manifest = list(csv.DictReader(lines))
    found = by_file(store)
    assert len(found) == len(manifest) == 304
    for row in manifest:
        publication = found[row["file"].rpartition("/")[2]]
        assert publication["sha256"] == row["sha256"]
        assert publication["linked_as"] == row["uploaded_as"]
        assert publication["rows"] <= int(row["rows"])  # a blank row is no listing
        assert publication["status"] == "accepted" or publication["reasons"], row["file"]
    assert set(store.archive) == {row["sha256"] for row in manifest}


def test_the_swap_of_22_september_makes_no_change_and_is_named(store: Store) -> None:
    found = by_file(store)
    pending, participating = found["participatingAgencies09222025pm.xlsx"], found["pendingAgencies09222025pm.xlsx"]
    assert (pending["status"], pending["list"]) == ("held", "pending")
    assert [reason.split(",")[0] for reason in pending["reasons"]] == ["swapped: linked as participating"]
    assert "it is the pending list" in pending["reasons"][0]
    assert (participating["status"], participating["list"]) == ("duplicate", "participating")
    assert participating["reasons"] == [
        "swapped: linked as pending, but it is a participating list known here",
        "duplicate: the bytes of participatingAgencies09182025pm.xlsx",
    ]
    named = {pending["file"], participating["file"]}
    shown = [r for c in read_log(store) for r in (c["last_listed_in"], c["first_missing_from"], c["first_listed_in"])]
    assert not [reference for reference in shown if reference and reference["file"] in named]


@pytest.mark.parametrize("file", ["participatingAgencies08022025pm.xlsx", "participatingAgencies090022025am.xlsx"])
def test_a_name_with_a_wrong_month_or_an_extra_digit_lands_on_2_september(store: Store, file: str) -> None:
    assert by_file(store)[file]["published_on"] == "2025-09-02"


def test_totals_of_30_may_2025_are_what_ice_said_that_day(store: Store) -> None:
    found = totals(store, as_of="2025-05-30")
    # ICE counted its rows, 635; St. Cloud's police stands in two of them (56 and 257), and we count agreements.
    assert (found["agreements"], found["states"], found["territories"]) == (634, 40, 0)
    counts = {code: (c["agreements"], c["states"]) for code, c in found["support_types"].items()}
    assert counts == {"JEM": (100, 25), "WSO": (228, 31), "TFM": (306, 30)}
    assert "634 agreements in 635 rows" in found["sentence"]
    assert "JEM 100 in 25 states, WSO 228 in 31 states, TFM 306 in 30 states." in found["sentence"]


def test_totals_of_15_january_2021(store: Store) -> None:
    """ICE itself said of October 2020: JEM with 77 agencies in 21 states, WSO with 75 in 11."""
    found = totals(store, as_of="2021-01-15")
    counts = {code: (c["agreements"], c["states"]) for code, c in found["support_types"].items()}
    assert counts == {"JEM": (74, 21), "WSO": (76, 11), "TFM": (0, 0)}
    assert "JEM 74 in 21 states, WSO 76 in 11 states" in found["sentence"]


def test_every_accepted_list_answers_for_its_day_with_just_its_rows(store: Store) -> None:
    assert answers_with_its_rows(store) > 200


def test_imported_again_nothing_is_new_and_a_rebuild_says_the_same(store: Store) -> None:
    before, said = dump(store), len(read_log(store))
    assert take(store, saved_lists()) == []
    assert derive(store, now=NOW, from_scratch=True).stated == []
    assert difference(before, dump(store)) == []
    assert len(read_log(store)) == said


@pytest.mark.long
def test_shuffled_in_portions_of_forty_they_say_the_same(store: Store, tmp_path: Path) -> None:
    shuffled = saved_lists()
    random.Random(287).shuffle(shuffled)
    with open_store(tmp_path) as other:
        for start in range(0, len(shuffled), 40):
            take(other, shuffled[start : start + 40])
        assert difference(dump(store), dump(other)) == []


@pytest.mark.soak
@pytest.mark.parametrize("order", ["by evidence", "shuffled", "two halves, the newer first"])
def test_one_at_a_time_they_say_the_same(store: Store, tmp_path: Path, order: str) -> None:
    """In order of evidence nearly all are increments; shuffled nearly all are rebuilds."""
    place = {p["file"]: number for number, p in enumerate(read_publications(store.connection))}
    saved = sorted(saved_lists(), key=lambda one: place[one.path.name])
    if order == "shuffled":
        random.Random(288).shuffle(saved)
    portions = [[one] for one in saved] if order != "two halves, the newer first" else [saved[152:], saved[:152]]
    with open_store(tmp_path) as other:
        for portion in portions:
            take(other, portion)
        assert difference(dump(store), dump(other)) == []


@pytest.mark.long
def test_late_evidence_leaves_what_was_known_and_nearly_every_change_id(store: Store, tmp_path: Path) -> None:
    """The newer half first, then the older: the log as it was known before stays word for word."""
    place = {p["file"]: number for number, p in enumerate(read_publications(store.connection))}
    saved = sorted(saved_lists(), key=lambda one: place[one.path.name])
    with open_store(tmp_path) as other:
        take(other, saved[180:], "2026-10-01T12:00:00Z")
        before, counted = read_log(other), totals(other, as_of="2025-08-15")
        take(other, saved[:180], "2026-10-02T12:00:00Z")
        now = {change["id"]: change for change in read_log(other)}
        assert {change["id"] for change in before} <= now.keys()
        overturned = [c for c in now.values() if c["reason"].startswith("overturned")]
        assert len(overturned) <= 5
        assert {c["status"] for c in overturned} <= {"retracted"}
        assert read_log(other, Filter(known_at="2026-10-01T12:00:00Z")) == before
        assert totals(other, as_of="2025-08-15", known_at="2026-10-01T12:00:00Z") == counted
