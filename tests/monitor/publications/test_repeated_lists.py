"""A list that is put out again: unchanged, a duplicate, or stale, and the reason that is given for it."""

from __future__ import annotations

from dataclasses import replace

from db.database import Store
from monitor.changelog.log import read_log
from tests.histories import Posting, many, take
from tests.monitor.publications.conftest import MONDAY, became, later


def test_the_same_rows_saved_again_are_accepted_and_unchanged(store: Store) -> None:
    take(store, [MONDAY, later(MONDAY, 3)])
    assert became(store)["participatingAgencies06032025am.xlsx"] == ("accepted", ["unchanged"])
    assert read_log(store) == []


def test_the_same_bytes_under_another_name_are_a_duplicate(store: Store) -> None:
    take(store, [MONDAY, replace(MONDAY, file="participatingAgencies06052025pm.xlsx")])
    assert became(store) == {
        MONDAY.file: ("accepted", []),
        "participatingAgencies06052025pm.xlsx": ("duplicate", [f"duplicate: the bytes of {MONDAY.file}"]),
    }


def test_a_duplicate_behind_the_other_lists_link_is_named_as_swapped_too(store: Store) -> None:
    take(store, [MONDAY, replace(MONDAY, file="pendingAgencies06052025pm.xlsx", linked_as="pending")])
    assert became(store)["pendingAgencies06052025pm.xlsx"] == (
        "duplicate",
        [
            "swapped: linked as pending, but it is a participating list known here",
            f"duplicate: the bytes of {MONDAY.file}",
        ],
    )
    assert read_log(store) == []


def test_an_old_list_under_a_new_name_is_stale(store: Store) -> None:
    """A list of 308 rows saved on 6 March is put out again on 21 April, saved again but for the clock."""
    old = Posting(many(308), "2025-03-06T13:08:53Z", "participatingAgencies03062025.xlsx")
    april = Posting(many(420), "2025-04-18T13:00:00Z", "participatingAgencies04182025am.xlsx")
    again = replace(old, modified="2025-03-06T13:08:54Z", file="participatingAgencies04212025am.xlsx")
    take(store, [old, april, again])
    assert became(store)[again.file] == (
        "stale", ["stale: saved 2025-03-06, put out 2025-04-21, after newer lists"],
    )  # fmt: skip
    assert {change["kind"] for change in read_log(store)} == {"signing"}
    assert len(read_log(store)) == 112


def test_an_old_list_with_a_new_name_and_a_new_time_is_stale_by_its_rows(store: Store) -> None:
    grown = later(MONDAY, 10, *many(90))
    again = later(MONDAY, 12)
    take(store, [MONDAY, grown, again])
    assert became(store)[again.file] == ("stale", [f"stale: the very rows of {MONDAY.file}, an older list"])
    assert {change["kind"] for change in read_log(store)} == {"signing"}


def test_a_list_named_for_a_year_to_come_is_not_stale(store: Store) -> None:
    wrong = later(MONDAY, 3, *many(61), file="participatingAgencies06033025am.xlsx")
    take(store, [MONDAY, wrong, later(MONDAY, 4, *many(62))])
    assert became(store)[wrong.file] == ("accepted", [])


def test_a_list_that_comes_to_light_later_makes_an_older_one_stale_also_by_increments(store: Store) -> None:
    """Saved on the 2nd, named for the 20th: that is odd only once a list of the 10th is known."""
    odd = replace(MONDAY, file="participatingAgencies06202025am.xlsx")
    take(store, [odd])
    assert became(store)[odd.file][0] == "accepted"
    take(store, [later(MONDAY, 10, *many(61))])
    assert became(store)[odd.file][0] == "stale"
