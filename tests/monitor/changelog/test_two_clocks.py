"""Listed time and known time: what ICE's list said on a day, and what we knew at a moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from db.database import Store
from db.errors import NotFoundError
from db.queries.publication_list import read_publications
from db.queries.snapshots import load_listings, load_snapshots
from monitor.changelog.as_of import listed_agreements, totals
from monitor.changelog.known_at import as_known
from monitor.changelog.log import Filter, read_log
from monitor.changelog.trends import read_trends
from tests.histories import Posting, Row, agencies, open_store, put, take
from tests.monitor.changelog.test_order_of_imports import fresh_store, histories

MAY, JUNE = "2026-05-01T12:00:00Z", "2026-06-01T12:00:00Z"
BAKER, BAY, LAKE = agencies(
    "Baker County Sheriff's Office", "Bay County Sheriff's Office", "Lake County Sheriff's Office"
)


def posting(day: str, *rows: Row, kind: str = "participating") -> Posting:
    return Posting(rows, f"{day}T14:00:00Z", f"{kind}-{day.replace('-', '')}.xlsx", kind)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "data") as store:
        yield store


def answers_with_its_rows(store: Store) -> int:
    """Holds that each accepted list answers for its day with just its rows, each once; returns how many were asked.

    Of lists of one day the newest answers. What the rows are is taken from what the reader kept of the document.
    """
    last: dict[tuple[str, str], str] = {}
    for name, day, sha256 in store.connection.execute(
        "select list, published_on, sha256 from publications where position is not null order by position"
    ):
        last[(name, day)] = sha256
    snapshots, listings = load_snapshots(store), load_listings(store)
    for (name, day), sha256 in last.items():
        rows = listed_agreements(store, as_of=day, list_name=name)
        shown = Counter(
            (r["listed"]["state"], r["listed"]["agency"], r["listed"]["support_type"], r["listed"]["signed_on"])
            for r in rows
        )
        printed = [listings[i] for i in snapshots[sha256].listing_ids]
        assert sum(len(r["rows"]) for r in rows) == len(printed)
        assert set(shown) <= {(x.state, x.agency, x.support_type, x.signed) for x in printed}
        said = {
            (x.state_code, " ".join((x.agency or "").replace("’", "'").casefold().split()), x.support_code, x.signed_on)
            for x in printed
        }
        assert len(rows) == len(said), (name, day, sha256)
        assert all(r["agreement_id"] and r["agency_id"] for r in rows)
    return len(last)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(histories())
def test_any_list_answers_for_its_day_with_its_rows(history: list[Posting]) -> None:
    with fresh_store() as store:
        for one in reversed(history):
            take(store, [one])
        answers_with_its_rows(store)


def test_a_list_answers_from_its_day_until_the_next_ones(store: Store) -> None:
    take(store, [posting("2025-06-02", BAKER, BAY, BAY), posting("2025-06-05", BAKER, LAKE)])

    def on(day: str | None) -> list[tuple[str | None, list[int]]]:
        return [(r["agency"], r["rows"]) for r in listed_agreements(store, as_of=day)]

    early = [("Baker County Sheriff's Office", [2]), ("Bay County Sheriff's Office", [3, 4])]  # a row printed twice
    late = [("Baker County Sheriff's Office", [2]), ("Lake County Sheriff's Office", [3])]
    assert on("2025-06-02") == on("2025-06-04") == early
    assert on("2025-06-05") == on("2026-01-01") == on(None) == late
    with pytest.raises(NotFoundError, match=r"2025-06-01; the oldest is of 2025-06-02"):
        on("2025-06-01")
    with pytest.raises(NotFoundError, match="no pending list is here yet"):
        listed_agreements(store, list_name="pending")


def test_a_list_named_for_a_day_after_the_next_ones_is_dated_by_its_save(store: Store) -> None:
    """Saved on Monday and named for Friday, while a list saved and named on Wednesday is newer."""
    monday = replace(posting("2025-06-02", BAKER, BAY), file="participatingAgencies06062025am.xlsx")
    wednesday = replace(posting("2025-06-04", BAKER), file="participatingAgencies06042025am.xlsx")
    take(store, [monday])
    assert totals(store)["as_of"] == "2025-06-06"
    take(store, [wednesday])
    assert [c["listed_on"] for c in read_log(store)] == ["2025-06-04"]
    assert len(listed_agreements(store, as_of="2025-06-03")) == 2
    assert len(listed_agreements(store, as_of="2025-06-06")) == 1


def test_what_was_known_stays_what_was_known_when_older_lists_come_to_light(store: Store) -> None:
    """In May two lists are known and Bay is gone on the second; in June a list between them shows Bay still there,
    and an older one shows that Lake was no signing of June 5 but stood there before."""
    first, last = posting("2025-06-02", BAKER, BAY), posting("2025-06-10", BAKER, LAKE)
    take(store, [first, last, posting("2025-06-20", BAKER, LAKE)], known_at=MAY)
    log = read_log(store)
    assert [(c["kind"], c["listed_on"], c["status"]) for c in log] == [
        ("termination", "2025-06-10", "confirmed"), ("signing", "2025-06-10", "confirmed"),
    ]  # fmt: skip
    listed, counted = listed_agreements(store, as_of="2025-06-06"), totals(store, as_of="2025-06-06")
    take(store, [posting("2025-05-20", BAKER, LAKE), posting("2025-06-05", BAKER, BAY, LAKE)], known_at=JUNE)

    now = {(c["kind"], c["agency"], c["listed_on"]): c for c in read_log(store)}
    # seen from June: Lake was there in May 2025, gone on 2 June and back on the 5th; Bay came on 2 June
    assert now[("termination", "Bay County Sheriff's Office", "2025-06-10")]["id"] == log[0]["id"]
    assert now[("termination", "Bay County Sheriff's Office", "2025-06-10")]["known_at"] == MAY
    overturned = now[("signing", "Lake County Sheriff's Office", "2025-06-10")]
    assert (overturned["id"], overturned["status"]) == (log[1]["id"], "retracted")
    assert overturned["reason"] == "overturned: the lists known now, or better rules, no longer say so"
    assert now[("signing", "Bay County Sheriff's Office", "2025-06-02")]["known_at"] == JUNE

    assert read_log(store, Filter(known_at=MAY)) == log
    assert listed_agreements(store, as_of="2025-06-06", known_at=MAY) == listed
    assert totals(store, as_of="2025-06-06", known_at=MAY) == counted
    assert len(listed_agreements(store, as_of="2025-06-06")) == 3


def test_late_evidence_that_moves_an_ending_moves_it_for_those_who_know(store: Store) -> None:
    """The ending of 15 June turns out to have shown on the 5th: the same change, moved for those who know."""
    take(store, [posting("2025-06-02", BAKER, BAY), posting("2025-06-15", BAKER)], known_at=MAY)
    (before,) = read_log(store)
    take(store, [posting("2025-06-05", BAKER)], known_at=JUNE)
    (after,) = read_log(store)
    assert (after["id"], after["listed_on"], after["status"]) == (before["id"], "2025-06-05", "confirmed")
    assert after["known_at"] == MAY
    assert read_log(store, Filter(known_at=MAY)) == [before]
    assert before["listed_on"] == "2025-06-15"
    assert before["status"] == "provisional"


def test_a_change_keeps_its_id_when_an_older_spelling_of_its_agency_comes_to_light(store: Store) -> None:
    marco = Row("Marco Island Police Department")
    retagged = replace(marco, county="Collier")
    take(store, [posting("2025-06-02", BAKER, marco), posting("2025-06-05", BAKER, retagged)], known_at=MAY)
    take(store, [posting("2025-06-09", BAKER)], known_at=MAY)
    ids = {c["id"] for c in read_log(store)}
    assert len(ids) == 2
    take(store, [posting("2025-05-20", BAKER, replace(marco, agency="Macro Island Police Department"))], known_at=JUNE)
    log = {c["id"]: (c["kind"], c["status"]) for c in read_log(store)}
    assert ids < log.keys()
    assert sorted(log[i] for i in ids) == [("amendment", "confirmed"), ("termination", "provisional")]
    assert [c["agreement_id"] for c in read_log(store)] == ["fl-macro-island-police-department-tfm-2025-03-03"] * 3


def test_a_page_event_of_later_was_not_known_before(store: Store) -> None:
    from db.queries import fetches, runs

    take(store, [posting("2025-06-02", BAKER), posting("2025-06-02", LAKE, kind="pending")], known_at=MAY)
    page = store.archive.put(b"<html>page</html>")
    links = [{"url": "a", "linked_as": "participating"}, {"url": "b", "linked_as": "pending"}]
    run = runs.start_run(store, MAY)
    fetches.record_page(store, run, sha256=page, text_sha256="0" * 64, seen_at=MAY, links=links, totals=None)
    fetches.record_page(store, run, sha256=page, text_sha256="1" * 64, seen_at=JUNE, links=links[:1], totals=None)
    take(store, [], known_at=JUNE)
    assert [c["rule"] for c in read_log(store)] == ["list_gone"]
    assert read_log(store, Filter(known_at=MAY)) == []


def test_nothing_was_known_before_the_first_import(store: Store) -> None:
    put(store, posting("2025-06-02", BAKER), known_at=JUNE)
    take(store, [], known_at=JUNE)
    with pytest.raises(NotFoundError, match="was known at 2026-05-01"):
        listed_agreements(store, known_at=MAY)
    assert read_log(store, Filter(known_at=MAY)) == []


def test_a_parish_is_found_by_its_name_with_and_without_its_kind_in_log_and_list_alike(store: Store) -> None:
    acadia = Row("Acadia Parish Sheriff's Office", state="LOUISIANA", county="Acadia Parish")
    take(store, [posting("2025-06-02", BAKER), posting("2025-06-03", BAKER, acadia)])
    for asked in ("Acadia", "acadia parish", "22001"):
        assert [c["agency"] for c in read_log(store, Filter(county=asked))] == ["Acadia Parish Sheriff's Office"]
        assert [a["county"] for a in listed_agreements(store, county=asked)] == ["Acadia Parish"]
    assert listed_agreements(store, county="Acadi") == []


def test_what_was_known_is_asked_many_times_of_one_store_and_nothing_stored_is_touched(store: Store) -> None:
    take(store, [posting("2025-06-02", BAKER, BAY)], known_at=MAY)
    early = totals(store)
    take(store, [posting("2025-06-05", BAKER), posting("2025-05-30", BAKER)], known_at=JUNE)
    before = list(store.connection.iterdump())
    with as_known(store, MAY) as then:
        assert totals(then) == early
        assert [p["file"] for p in read_publications(then.connection)] == [posting("2025-06-02").file]
        assert read_log(then) == []
        assert [t["agreements"] for t in read_trends(then)] == [2]
    assert list(store.connection.iterdump()) == before
