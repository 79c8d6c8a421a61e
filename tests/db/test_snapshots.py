"""A list is read back as it was kept, and each distinct row is kept once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.database import Store
from db.models import Listing, Signal, Snapshot
from db.queries import fetches
from db.queries.snapshots import (
    content_hash,
    load_listings,
    load_snapshots,
    pack,
    save_snapshot,
    save_unreadable,
    unpack,
)
from tests.histories import NOW, open_store

ROW = Listing(
    "participating", "FLORIDA ", "Bay County Sheriff’s Office", "County", "Bay", "Task Force Model", "2025-03-03",
    "link", "", "https://www.ice.gov/doclib/287gMOA/a.pdf", None, (("NOTE", "x"),), "FL", "TFM", "2025-03-03",
    "https://www.ice.gov/doclib/287gMOA/a.pdf", None,
)  # fmt: skip
WRAPPED = replace(ROW, moa_link="https://gcc02.safelinks.protection.outlook.com/?url=x", extra=())
BARE = Listing("pending", "FLORIDA", "Bay", None, None, "", None, None, None)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path) as store:
        yield store


def document(store: Store, data: bytes) -> str:
    sha256 = store.archive.put(data)
    fetches.record_document(store, sha256, NOW)
    return sha256


@given(st.lists(st.integers(0, 2**31 - 1)))
def test_numbers_come_back_as_they_were_packed(numbers: list[int]) -> None:
    assert unpack(pack(numbers)) == tuple(numbers)


def test_a_list_comes_back_in_order_with_every_cell(store: Store) -> None:
    sha256 = document(store, b"one")
    signal = Signal("date_blank", 3, "signed", "", "none")
    listings = (WRAPPED, ROW, BARE, ROW)
    assert save_snapshot(
        store, sha256, Snapshot("participating", listings, (2, 3, 5, 4), "Sheet1", "xlsx/1", NOW, (signal,))
    )
    kept = load_snapshots(store)[sha256]
    assert (kept.list, kept.rows, kept.sheet, kept.workbook_modified_at, kept.signals) == (
        "participating", (2, 3, 5, 4), "Sheet1", NOW, (signal,),
    )  # fmt: skip
    found = load_listings(store)
    assert tuple(found[i] for i in kept.listing_ids) == listings
    assert len(found) == 3  # a row printed twice is kept once
    assert load_listings(store, kept.listing_ids[:1]) == {kept.listing_ids[0]: WRAPPED}


def test_only_rows_never_seen_before_are_added(store: Store) -> None:
    for data, rows in ((b"one", (ROW, BARE)), (b"two", (BARE, WRAPPED))):
        save_snapshot(store, document(store, data), Snapshot("participating", rows, (2, 3), "Sheet1", "xlsx/1"))
    assert len(load_listings(store)) == 3


@pytest.mark.parametrize("change", [
    {"state": "FLORIDA"}, {"county": None}, {"county": ""}, {"list": "pending"}, {"moa_link": None}, {"extra": ()},
    {"signed": "2025-03-04"}, {"agency": "Bay County Sheriff's Office"},
])  # fmt: skip
def test_any_cell_makes_another_row(change: dict[str, str | None]) -> None:
    assert content_hash(replace(ROW, **change)) != content_hash(ROW)  # type: ignore[arg-type]


def test_an_empty_list_is_a_list(store: Store) -> None:
    sha256 = document(store, b"one")
    save_snapshot(store, sha256, Snapshot("pending", (), (), "Sheet1", "xlsx/1"))
    assert load_snapshots(store)[sha256].listing_ids == ()
    assert load_snapshots(store)[sha256].list == "pending"


def test_another_reading_replaces_the_earlier_and_the_same_is_no_news(store: Store) -> None:
    sha256 = document(store, b"one")
    assert save_unreadable(store, sha256, "xlsx/1", "damaged_workbook", "cut off")
    assert not save_unreadable(store, sha256, "xlsx/1", "damaged_workbook", "cut off")
    assert save_snapshot(store, sha256, Snapshot("pending", (BARE,), (2,), "Sheet1", "xlsx/2"))
    assert load_snapshots(store)[sha256].error_code is None
    assert load_snapshots(store, ["0" * 64]) == {}
