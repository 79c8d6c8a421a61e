"""Which lists are held for a person or rejected, which are accepted, and the reason that is given for it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from db.database import Store
from monitor.changelog.log import read_log
from monitor.publications.check import reason_code
from scrapers import ingest
from tests.histories import NOW, Posting, Row, agencies, many, take
from tests.monitor.publications.conftest import FLORIDAS, MONDAY, SIXTY, became, later


def test_a_list_with_the_other_lists_header_is_held_and_changes_nothing(store: Store) -> None:
    pending = Posting(SIXTY[:5], "2025-06-02T14:00:00Z", "pendingAgencies06022025am.xlsx", "pending", "pending")
    swapped_pending = later(pending, 3, file="participatingAgencies06032025pm.xlsx", linked_as="participating")
    swapped_participating = later(MONDAY, 3, *SIXTY[:20], file="pendingAgencies06032025pm.xlsx", linked_as="pending")
    done = take(store, [MONDAY, pending, swapped_pending, swapped_participating])
    found = became(store)
    for file, linked, kind, dates in (
        ("participatingAgencies06032025pm.xlsx", "participating", "pending", "no SIGNED column"),
        ("pendingAgencies06032025pm.xlsx", "pending", "participating", "signing dates in 20 of 20 rows"),
    ):
        status, [reason] = found[file]
        assert status == "held"
        assert reason.startswith(f"swapped: linked as {linked}, but it is the {kind} list ({dates}; ")
    assert read_log(store) == []
    assert done.held == ["participatingAgencies06032025pm.xlsx", "pendingAgencies06032025pm.xlsx"]
    later_done = take(store, [later(MONDAY, 4), later(pending, 4, file="pendingAgencies06042025am.xlsx")])
    assert later_done.held == []  # the next lists made up for both
    assert read_log(store) == []


def test_an_empty_participating_list_is_held_and_an_empty_pending_list_is_normal(store: Store) -> None:
    pending = Posting(SIXTY[:3], "2025-06-02T14:00:00Z", "pendingAgencies06022025am.xlsx", "pending")
    emptied = replace(later(MONDAY, 3), rows=())
    take(store, [MONDAY, pending, emptied, replace(later(pending, 3, file="pendingAgencies06032025am.xlsx"), rows=())])
    found = became(store)
    assert found[emptied.file] == ("held", ["emptied"])
    assert found["pendingAgencies06032025am.xlsx"] == ("accepted", [])
    assert [change["kind"] for change in read_log(store)] == ["pending_withdrawn"] * 3


def test_a_first_list_without_rows_is_held(store: Store) -> None:
    take(store, [replace(MONDAY, rows=())])
    assert became(store)[MONDAY.file] == ("held", ["emptied: the first list has no rows"])


@pytest.mark.parametrize(("gone", "status", "reasons"), [
    (20, "accepted", []),
    (21, "held", ["shrunk: 21 of 60 rows gone"]),
])  # fmt: skip
def test_more_than_twenty_rows_gone_are_held(store: Store, gone: int, status: str, reasons: list[str]) -> None:
    take(store, [MONDAY, later(MONDAY, 3, *SIXTY[gone:])])
    assert became(store)["participatingAgencies06032025am.xlsx"] == (status, reasons)
    assert len(read_log(store)) == (gone if status == "accepted" else 0)


def test_of_a_long_list_one_and_a_half_per_cent_may_go(store: Store) -> None:
    """1.5 % of 2,000 is 30."""
    long = replace(MONDAY, rows=many(2000))
    take(store, [long, later(MONDAY, 3, *many(2000)[30:]), later(MONDAY, 4, *many(2000)[30 + 30 :])])
    assert became(store)["participatingAgencies06032025am.xlsx"] == ("accepted", [])
    # of the 1,970 rows left, 29.55 may go: 30 may not
    assert became(store)["participatingAgencies06042025am.xlsx"] == ("held", ["shrunk: 30 of 1970 rows gone"])


PLACES = [f"{a}{b}" for a in ("North", "Gold", "Silver", "Elm", "Iron") for b in ("wick", "vale", "moor", "by", "ham")]


def test_rows_gone_and_rows_new_without_a_rule_for_them_are_churn(store: Store) -> None:
    strangers = agencies(*(f"{place} Constable" for place in PLACES), signed="2025-05-20", county="Lake")
    take(store, [MONDAY, later(MONDAY, 3, *SIXTY[25:], *strangers)])
    status, reasons = became(store)["participatingAgencies06032025am.xlsx"]
    assert status == "held"
    assert reasons == ["churned: 25 rows gone, 25 new; 25 of those gone have state FL"]
    assert read_log(store) == []


def test_rows_rewritten_in_one_column_are_accepted_and_named(store: Store) -> None:
    take(store, [MONDAY, later(MONDAY, 3, *(replace(row, type="Municipality") for row in SIXTY))])
    assert became(store)["participatingAgencies06032025am.xlsx"] == ("accepted", ["rewritten: type in 60 rows"])
    assert {(change["kind"], *change["fields"]) for change in read_log(store)} == {("amendment", "type")}


def test_a_signed_column_shifted_by_a_row_is_held_and_leaves_nothing_when_put_right(store: Store) -> None:
    dates = ["2023-01-10", "2025-05-20"] * 30
    right = tuple(replace(row, signed=day) for row, day in zip(SIXTY, dates, strict=True))
    shifted = tuple(replace(row, signed=day) for row, day in zip(SIXTY, [*dates[1:], dates[0]], strict=True))
    take(store, [later(MONDAY, 2, *right), later(MONDAY, 3, *shifted), later(MONDAY, 4, *right)])
    found = became(store)
    status, reasons = found["participatingAgencies06032025am.xlsx"]
    assert status == "held"
    assert reasons == ["churned: 60 rows rewritten, and the rules are not sure of them (signed in 60 rows)"]
    assert found["participatingAgencies06042025am.xlsx"] == ("accepted", ["unchanged"])
    assert read_log(store) == []


def test_a_state_printed_as_another_is_held_unless_every_row_is_explained(store: Store) -> None:
    both = "Baker County"  # real in Florida and in Georgia; the others in Florida alone
    named = [*(f"{name} County" for name in FLORIDAS), both]
    rows = tuple(replace(Row(f"{name} Sheriff's Office"), state="FLORIDA", county=name) for name in named)
    moved = tuple(replace(row, state="GEORGIA") for row in rows)
    take(store, [later(MONDAY, 2, *rows), later(MONDAY, 3, *moved), later(MONDAY, 4, *rows)])
    found = became(store)
    assert found["participatingAgencies06032025am.xlsx"] == (
        "held", ["churned: state in 25 rows, and 2 more rows of those states are not explained"],
    )  # fmt: skip
    assert read_log(store) == []
    take(store, [later(MONDAY, 5, *rows[:25]), later(MONDAY, 6, *moved[:25])])
    assert became(store)["participatingAgencies06062025am.xlsx"][0] == "accepted"


def test_a_document_that_cannot_be_read_stays_archived_and_is_named(store: Store, tmp_path: Path) -> None:
    place = tmp_path / "participatingAgencies06032025am.xlsx"
    place.write_bytes(b"PK\x03\x04 cut off")
    taken = ingest.import_list(store, ingest.SavedList(place), NOW)
    assert place.name in taken.error
    take(store, [MONDAY])
    status, reasons = became(store)[place.name]
    assert (status, reason_code(reasons[0])) == ("rejected", "unreadable")
    assert reasons[0].startswith("unreadable: damaged_workbook: ")
    assert store.archive.get(taken.sha256) == b"PK\x03\x04 cut off"
