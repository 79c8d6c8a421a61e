"""Which list agrees with a held one: one that says the same, never one that has nothing in common with it."""

from __future__ import annotations

from pathlib import Path

from db.queries.publication_list import read_publications
from monitor.changelog.log import read_log
from tests.histories import Posting, Row, agencies, many, open_store, take


def posted(day: int, rows: tuple[Row, ...]) -> Posting:
    file = f"participatingAgencies06{day:02}2025am.xlsx"
    return Posting(rows, f"2025-06-{day:02}T14:00:00Z", file)


BEFORE = posted(2, many(150))
SHORT = agencies(*(f"{name} County Sheriff's Office" for name in "Baker Pasco Union Taylor Lake Bay".split()))
OTHER = agencies(*(f"{name} County Sheriff's Office" for name in "Dixie Levy Clay Nassau Citrus Gulf".split()))


def test_two_short_lists_that_share_no_row_do_not_agree(tmp_path: Path) -> None:
    """Both lack all that was listed; so would any two files that are no lists of ICE's."""
    with open_store(tmp_path) as store:
        take(store, [BEFORE, posted(3, SHORT), posted(4, OTHER), posted(5, SHORT)])
        assert [p["status"] for p in read_publications(store.connection)] == ["accepted", "held", "held", "held"]
        assert read_log(store) == []


def test_an_empty_list_and_a_short_one_do_not_agree(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        take(store, [BEFORE, posted(3, ()), posted(4, OTHER)])
        assert {p["status"] for p in read_publications(store.connection)[1:]} <= {"held", "rejected"}
        assert read_log(store) == []


def test_a_short_list_that_is_there_the_next_day_agrees(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        take(store, [BEFORE, posted(3, SHORT), posted(4, SHORT[1:])])
        assert [p["status"] for p in read_publications(store.connection)] == ["accepted"] * 3
