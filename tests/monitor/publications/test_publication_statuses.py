"""What becomes of each list, and the reason that is given for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from db.database import Store
from db.models import StatedTotals
from db.queries import fetches, runs
from db.queries.publication_list import read_publications
from monitor.changelog.log import read_log
from monitor.changelog.rebuild import derive
from monitor.publications.check import REASONS, reason_code
from monitor.review import decide
from scrapers import ingest
from tests.histories import NOW, Posting, Row, agencies, many, open_store, put, take

SIXTY = many(60)
MONDAY = Posting(SIXTY, "2025-06-02T14:00:00Z", "participatingAgencies06022025am.xlsx")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "data") as store:
        yield store


def later(posting: Posting, day: int, *rows: Row, **changes: str) -> Posting:
    """A list of another day of June 2025 with these rows."""
    return replace(
        posting, rows=rows or posting.rows, modified=f"2025-06-{day:02}T14:00:00Z",
        file=changes.pop("file", f"participatingAgencies06{day:02}2025am.xlsx"), **changes,
    )  # fmt: skip


def became(store: Store) -> dict[str, tuple[str, list[str]]]:
    """File -> status and reasons; every code is one that REASONS explains."""
    found = {p["file"]: (p["status"], p["reasons"]) for p in read_publications(store.connection)}
    assert {reason_code(reason) for _, reasons in found.values() for reason in reasons} <= REASONS.keys()
    return found


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


def test_rows_gone_and_rows_new_without_a_rule_for_them_are_churn(store: Store) -> None:
    strangers = agencies(*(f"{place} Constable" for place in PLACES), signed="2025-05-20", county="Lake")
    take(store, [MONDAY, later(MONDAY, 3, *SIXTY[25:], *strangers)])
    status, reasons = became(store)["participatingAgencies06032025am.xlsx"]
    assert status == "held"
    assert reasons == ["churned: 25 rows gone, 25 new; 25 of those gone have state FL"]
    assert read_log(store) == []


PLACES = [f"{a}{b}" for a in ("North", "Gold", "Silver", "Elm", "Iron") for b in ("wick", "vale", "moor", "by", "ham")]


def test_rows_rewritten_in_one_column_are_accepted_and_named(store: Store) -> None:
    take(store, [MONDAY, later(MONDAY, 3, *(replace(row, type="Municipality") for row in SIXTY))])
    assert became(store)["participatingAgencies06032025am.xlsx"] == ("accepted", ["rewritten: type in 60 rows"])
    assert {(change["kind"], *change["fields"]) for change in read_log(store)} == {("amendment", "type")}


def test_a_held_list_is_accepted_when_the_next_days_list_agrees(store: Store) -> None:
    fallen, next_day = later(MONDAY, 3, *SIXTY[30:]), later(MONDAY, 4, *SIXTY[31:])
    take(store, [MONDAY, fallen])
    assert became(store)[fallen.file][0] == "held"
    assert read_log(store) == []
    take(store, [next_day])
    found = became(store)
    assert found[fallen.file] == (
        "accepted", ["shrunk: 30 of 60 rows gone", f"agreed: by {next_day.file}"],
    )  # fmt: skip
    assert found[next_day.file] == ("accepted", [])
    log = read_log(store)
    assert sorted((c["kind"], c["status"], c["listed_on"]) for c in log) == [
        *[("termination", "provisional", "2025-06-03")] * 30, ("termination", "provisional", "2025-06-04"),
    ]  # fmt: skip


def test_an_afternoons_list_does_not_release_the_mornings(store: Store) -> None:
    fallen = later(MONDAY, 3, *SIXTY[30:])
    again = replace(fallen, modified="2025-06-03T20:00:00Z", file="participatingAgencies06032025pm.xlsx")
    take(store, [MONDAY, fallen, again])
    assert [status for status, _ in became(store).values()] == ["accepted", "held", "held"]


def test_a_held_list_that_the_next_one_contradicts_leaves_no_change(store: Store) -> None:
    take(store, [MONDAY, later(MONDAY, 3, *SIXTY[30:])])
    take(store, [later(MONDAY, 4)])
    assert read_log(store) == []
    assert became(store)["participatingAgencies06042025am.xlsx"] == ("accepted", ["unchanged"])


def test_a_reviewer_releases_or_rejects_a_list_and_may_think_again(store: Store) -> None:
    fallen = later(MONDAY, 3, *SIXTY[30:])
    sha256 = put(store, fallen)
    take(store, [MONDAY])

    def rule(ruling: str, at: str) -> tuple[str, list[str], int]:
        decide.rule(store, ruling, sha256[:12], reviewer="Ann", reason="", made_at=at)
        derive(store, now=NOW)
        return (*became(store)[fallen.file], len([c for c in read_log(store) if c["status"] != "retracted"]))

    assert rule("release", "2026-10-01T12:00:01Z") == ("accepted", ["released: by a reviewer"], 30)
    assert rule("reject", "2026-10-01T12:00:02Z") == ("rejected", ["rejected: by a reviewer"], 0)
    assert rule("release", "2026-10-01T12:00:03Z") == ("accepted", ["released: by a reviewer"], 30)


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


@pytest.mark.parametrize(("stated", "status", "reasons"), [
    (60, "accepted", []),
    (61, "accepted", []),  # the header row counted
    (62, "accepted", ["totals_near: agreements stated 62, listed 60"]),
    (57, "accepted", ["totals_near: agreements stated 57, listed 60"]),
    (64, "held", ["totals_differ: agreements stated 64, listed 60"]),
])  # fmt: skip
def test_ices_stated_totals_are_compared(store: Store, stated: int, status: str, reasons: list[str]) -> None:
    seen = "2025-06-03T15:00:00Z"
    run = runs.start_run(store, seen)
    page = store.archive.put(b"<html>page</html>")
    fetches.record_page(
        store, run, sha256=page, text_sha256="0" * 64, seen_at=seen, links=[],
        totals=StatedTotals("", "2025-06-03", stated, None, None),
    )  # fmt: skip
    posting = replace(later(MONDAY, 3, *many(59), Row("Elmwick Police Department")), seen_at="2025-06-03T15:00:05Z")
    put(store, posting, how="fetch")
    take(store, [MONDAY])
    assert became(store)[posting.file] == (status, reasons)


def test_totals_of_another_day_say_nothing(store: Store) -> None:
    seen = "2025-06-03T15:00:00Z"
    page = store.archive.put(b"<html>page</html>")
    fetches.record_page(
        store, runs.start_run(store, seen), sha256=page, text_sha256="0" * 64, seen_at=seen, links=[],
        totals=StatedTotals("", "2025-06-01", 99, None, None),
    )  # fmt: skip
    posting = replace(later(MONDAY, 3, *many(59)), seen_at="2025-06-03T15:00:05Z")
    put(store, posting, how="fetch")
    take(store, [MONDAY])
    assert became(store)[posting.file] == ("accepted", [])


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


FLORIDAS = (
    "Broward Citrus Collier DeSoto Duval Escambia Flagler Gadsden Gilchrist Hardee Hendry Hernando Highlands"
    " Hillsborough Levy Manatee Martin Okaloosa Okeechobee Osceola Pasco Pinellas Sarasota Suwannee Volusia"
).split()


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


def test_a_collapse_that_goes_on_is_dated_to_its_first_list_whatever_else_is_rewritten(store: Store) -> None:
    fallen = later(MONDAY, 3, *SIXTY[30:])
    rewritten = later(MONDAY, 4, *(replace(row, type="Municipality") for row in SIXTY[30:]))
    take(store, [MONDAY, fallen, rewritten])
    assert became(store)[fallen.file][0] == "accepted"
    endings = [c for c in read_log(store) if c["kind"] == "termination"]
    assert {(c["status"], c["listed_on"]) for c in endings} == {("provisional", "2025-06-03")}
    assert len(endings) == 30
