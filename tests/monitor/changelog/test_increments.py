"""What increments made is what a rebuild makes: the cases in which the one knows less than the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from db.database import Store
from db.models import Fetch
from db.queries import fetches, runs, snapshots
from db.queries.publication_list import read_publications
from monitor.changelog.log import read_log
from monitor.changelog.rebuild import Derived, derive
from monitor.review import decide
from scrapers import ingest
from tests.dump import difference, dump
from tests.histories import NOW, Posting, Row, agencies, open_store, put, take

BAKER, BAY, LAKE = agencies(
    "Baker County Sheriff's Office", "Bay County Sheriff's Office", "Lake County Sheriff's Office"
)
FIRST = Posting((BAKER, BAY, LAKE), "2025-06-02T14:00:00Z", "participatingAgencies06022025am.xlsx")
WITHOUT_BAY = Posting((BAKER, LAKE), "2025-06-04T14:00:00Z", "participatingAgencies06042025am.xlsx")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "data") as store:
        yield store


def fetch(store: Store, posting: Posting, at: str, outcome: str = "new") -> None:
    """ICE answered a request for the posting at that time."""
    sha256 = put(store, replace(posting, linked_as="participating", seen_at=at), known_at=at, how="fetch")
    fetches.record_fetch(
        store, None, Fetch(posting.file, at, outcome, 200, sha256, linked_as="participating", file_name=posting.file)
    )


def derived_as_a_rebuild(store: Store, now: str = NOW) -> Derived:
    """Derives, holds that a rebuild says the same, and returns what the first did."""
    done = derive(store, now=now)
    made = dump(store)
    derive(store, now=now, from_scratch=True)
    assert difference(made, dump(store)) == []
    return done


def told(store: Store) -> list[tuple[str, str]]:
    return [(change["kind"], change["status"]) for change in read_log(store)]


def test_newer_lists_are_added_without_a_rebuild(store: Store) -> None:
    take(store, [FIRST])
    put(store, WITHOUT_BAY)
    assert derived_as_a_rebuild(store).folded == 1
    assert told(store) == [("termination", "provisional")]


def test_an_ending_is_confirmed_when_ice_still_serves_the_list_ten_days_later(store: Store) -> None:
    fetch(store, FIRST, "2025-06-02T16:00:00Z")
    fetch(store, WITHOUT_BAY, "2025-06-04T16:00:00Z")
    derive(store, now=NOW)
    fetch(store, WITHOUT_BAY, "2025-06-13T16:00:00Z", "not_modified")
    derived_as_a_rebuild(store)
    assert told(store) == [("termination", "provisional")]
    fetch(store, WITHOUT_BAY, "2025-06-14T16:00:00Z", "not_modified")
    derived_as_a_rebuild(store)
    assert told(store) == [("termination", "confirmed")]


@pytest.mark.parametrize("back", [True, False])
def test_what_time_confirmed_stands_whatever_the_next_list_shows(store: Store, back: bool) -> None:
    fetch(store, FIRST, "2025-06-02T16:00:00Z")
    fetch(store, WITHOUT_BAY, "2025-06-04T16:00:00Z")
    fetch(store, WITHOUT_BAY, "2025-06-14T16:00:00Z", "not_modified")
    derive(store, now=NOW)
    assert told(store) == [("termination", "confirmed")]
    rows = (BAKER, BAY, LAKE) if back else (BAKER, LAKE, Row("Elm Police Department"))
    fetch(store, Posting(rows, "2025-06-16T14:00:00Z", "participatingAgencies06162025am.xlsx"), "2025-06-16T16:00:00Z")
    assert derived_as_a_rebuild(store).folded == 1
    assert told(store) == [("termination", "confirmed"), ("reinstatement" if back else "signing", "confirmed")]


def test_what_a_person_confirmed_before_the_next_list_stands_and_undoing_it_takes_the_return_back(store: Store) -> None:
    """Ann confirms the ending of 4 June on the 5th; on the 6th the row is back; on the 7th she undoes it."""
    fetch(store, FIRST, "2025-06-02T16:00:00Z")
    fetch(store, WITHOUT_BAY, "2025-06-04T16:00:00Z")
    derive(store, now=NOW)
    (ending,) = read_log(store)
    decide.rule(store, "confirm", ending["id"], reviewer="Ann", reason="sure", made_at="2025-06-05T12:00:00Z")
    derived_as_a_rebuild(store)
    assert told(store) == [("termination", "confirmed")]
    rows = (BAKER, BAY, LAKE)
    fetch(store, Posting(rows, "2025-06-06T14:00:00Z", "participatingAgencies06062025am.xlsx"), "2025-06-06T16:00:00Z")
    derived_as_a_rebuild(store)
    assert told(store) == [("termination", "confirmed"), ("reinstatement", "confirmed")]
    decide.undo_newest(store, ending["id"], reviewer="Ann", reason="no", made_at="2025-06-07T12:00:00Z")
    derived_as_a_rebuild(store, now="2026-10-02T12:00:00Z")
    assert told(store) == [("termination", "retracted")]  # what a ruling stated and took back untold is not shown


def test_a_person_who_confirms_after_the_row_is_back_confirms_nothing(store: Store) -> None:
    fetch(store, FIRST, "2025-06-02T16:00:00Z")
    fetch(store, WITHOUT_BAY, "2025-06-04T16:00:00Z")
    rows = (BAKER, BAY, LAKE)
    fetch(store, Posting(rows, "2025-06-06T14:00:00Z", "participatingAgencies06062025am.xlsx"), "2025-06-06T16:00:00Z")
    derive(store, now=NOW)
    (ending,) = read_log(store)
    decide.rule(store, "confirm", ending["id"], reviewer="Ann", reason="sure", made_at="2025-06-07T12:00:00Z")
    derived_as_a_rebuild(store)
    assert told(store) == [("termination", "retracted")]


def test_time_confirms_one_list_while_another_is_added(store: Store) -> None:
    fetch(store, FIRST, "2025-06-02T16:00:00Z")
    fetch(store, WITHOUT_BAY, "2025-06-04T16:00:00Z")
    derive(store, now=NOW)
    fetch(store, WITHOUT_BAY, "2025-06-14T16:00:00Z", "not_modified")
    put(store, Posting((LAKE,), "2025-06-15T14:00:00Z", "pendingAgencies06152025am.xlsx", "pending"))
    derived_as_a_rebuild(store)
    assert told(store) == [("termination", "confirmed")]


def test_a_list_that_the_page_no_longer_links_is_one_event_though_no_list_came(store: Store) -> None:
    pending = Posting((LAKE,), "2025-06-02T14:00:00Z", "pendingAgencies06022025am.xlsx", "pending")
    take(store, [FIRST, pending])
    run = runs.start_run(store, NOW)
    page = store.archive.put(b"<html>page</html>")
    both = [{"url": "a", "linked_as": "participating"}, {"url": "b", "linked_as": "pending"}]
    for number, (seen, links) in enumerate([("2025-06-02T15:00:00Z", both), ("2025-06-05T15:00:00Z", both[:1])]):
        fetches.record_page(
            store, run, sha256=page, text_sha256=f"{number:064}", seen_at=seen, links=links, totals=None
        )  # fmt: skip
        derived_as_a_rebuild(store)
    assert [(c["kind"], c["list"], c["listed_on"]) for c in read_log(store)] == [
        ("list_event", "pending", "2025-06-05")
    ]
    take(store, [WITHOUT_BAY])
    assert [c["kind"] for c in read_log(store)] == ["termination", "list_event"]


def test_a_dismissed_ending_stays_dismissed_when_the_row_returns(store: Store) -> None:
    take(store, [FIRST, WITHOUT_BAY])
    (ending,) = read_log(store)
    decide.rule(store, "dismiss", ending["id"], reviewer="Ann", reason="a slip", made_at=NOW)
    derive(store, now=NOW)
    put(store, replace(FIRST, modified="2025-06-06T14:00:00Z", file="participatingAgencies06062025am.xlsx"))
    derived_as_a_rebuild(store)
    assert [(c["kind"], c["status"], c["reason"]) for c in read_log(store)] == [
        ("termination", "retracted", "dismissed by Ann: a slip"),
    ]  # fmt: skip


def test_a_confirmed_ending_whose_row_returns(store: Store) -> None:
    take(store, [FIRST, WITHOUT_BAY])
    (ending,) = read_log(store)
    decide.rule(store, "confirm", ending["id"], reviewer="Ann", reason="", made_at=NOW)
    derive(store, now=NOW)
    assert told(store) == [("termination", "confirmed")]
    put(store, replace(FIRST, modified="2025-06-06T14:00:00Z", file="participatingAgencies06062025am.xlsx"))
    derived_as_a_rebuild(store)
    assert told(store) == [("termination", "retracted")]


def test_a_better_proof_of_its_date_moves_a_list_and_leaves_what_was_known(store: Store) -> None:
    """Saved again by somebody in August, the list is dated by its import until a capture of 3 June turns up."""
    resaved = replace(WITHOUT_BAY, modified="2026-12-01T00:00:00Z", file="list.xlsx")
    put(store, FIRST, known_at="2026-10-01T12:00:00Z")
    put(store, resaved, known_at="2026-10-01T12:00:00Z")
    derive(store, now="2026-10-01T12:00:00Z")
    assert [p["published_on"] for p in read_publications(store.connection)] == ["2025-06-02", "2026-10-01"]
    put(store, replace(resaved, seen_at="2025-06-03T20:00:00Z"), known_at="2026-10-02T12:00:00Z")
    assert derived_as_a_rebuild(store, "2026-10-02T12:00:00Z").kept == 1
    assert [p["published_on"] for p in read_publications(store.connection)] == ["2025-06-02", "2025-06-03"]
    put(store, replace(resaved, seen_at="2025-06-05T20:00:00Z"), known_at="2026-10-03T12:00:00Z")  # no better proof
    assert derived_as_a_rebuild(store).stated == []
    assert len(store.connection.execute("select 1 from sightings where file = 'list.xlsx'").fetchall()) == 2


def test_a_list_that_was_met_but_not_read_is_compared_once_it_is_read(store: Store) -> None:
    """A crash between fetching and reading, then an import of something else."""
    take(store, [FIRST])
    sha256 = store.archive.put(WITHOUT_BAY.data)
    with store.writing():
        fetches.record_document(store, sha256, NOW)
        fetches.record_sighting(
            store, sha256, file=WITHOUT_BAY.file, url="", linked_as="", seen_at=None, known_at=NOW, how="fetch"
        )  # fmt: skip
    take(store, [replace(FIRST, modified="2025-06-03T14:00:00Z", file="participatingAgencies06032025am.xlsx")])
    assert told(store) == []
    assert ingest.read_new(store) == []
    derived_as_a_rebuild(store)
    assert told(store) == [("termination", "provisional")]


def test_a_list_whose_bytes_are_gone_keeps_no_other_from_being_read(store: Store) -> None:
    """The machine was lost between the copy of the database and that of the documents."""
    gone, kept = store.archive.put(FIRST.data), store.archive.put(WITHOUT_BAY.data)
    with store.writing():
        for sha256 in (gone, kept):
            fetches.record_document(store, sha256, NOW)
            fetches.record_sighting(
                store, sha256, file=f"{sha256[:6]}.xlsx", url="", linked_as="", seen_at=None, known_at=NOW, how="fetch"
            )  # fmt: skip
    store.archive.path(gone).unlink()
    (line,) = ingest.read_new(store)
    assert line.startswith(f"{gone[:6]}.xlsx: no document {gone} in ")
    assert ingest.read_new(store) == [line]
    assert store.archive.put(FIRST.data) == gone
    assert ingest.read_new(store) == []


def test_a_document_read_again_with_another_result_is_compared_again(store: Store) -> None:
    take(store, [FIRST, WITHOUT_BAY])
    sha256 = put(store, WITHOUT_BAY)
    snapshots.save_unreadable(store, sha256, "xlsx/0", "damaged_workbook", "the reader of old could not")
    derived_as_a_rebuild(store)
    assert told(store) == [("termination", "retracted")]
    for _ in ingest.read_again(store):
        pass
    derived_as_a_rebuild(store)
    assert told(store) == [("termination", "provisional")]


def test_the_row_that_an_ending_names_does_not_depend_on_the_order_of_imports(store: Store, tmp_path: Path) -> None:
    """One agreement in two rows, both gone at once: the older list names the same row however it came in."""
    twice = (LAKE, replace(LAKE, county="Lake"), BAKER, BAY)
    first, second = replace(FIRST, rows=twice), replace(WITHOUT_BAY, rows=(BAKER, BAY))
    reordered = replace(
        FIRST, rows=(twice[1], twice[0], BAKER, BAY), modified="2025-06-03T14:00:00Z",
        file="participatingAgencies06032025am.xlsx",
    )  # fmt: skip
    take(store, [first, reordered, second])
    with open_store(tmp_path / "other") as other:
        for posting in (second, reordered, first):
            take(other, [posting])
        assert difference(dump(store), dump(other)) == []
    with open_store(tmp_path / "third") as third:
        for posting in (first, reordered, second):
            take(third, [posting])
        assert difference(dump(store), dump(third)) == []
