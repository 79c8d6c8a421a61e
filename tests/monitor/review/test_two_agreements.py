"""Two agreements, says a reviewer: that settles whatever was asked about the two, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from db.database import Store
from db.records import ChangeRecord
from monitor.alerts import outbox
from monitor.changelog.log import read_log
from monitor.changelog.rebuild import derive
from monitor.review import decide
from monitor.review.queue import read_queue
from tests.dump import difference, dump
from tests.histories import NOW, Row, listed, open_store, take

BAY = Row("Bay County Sheriff's Office", county="Bay County")
BOARD = Row("University of Central Florida Board of Trustees", "2025-04-15", county="Orange County")
POLICE = Row("University of Central Florida Police Department", "2025-07-24", county="Orange County")
SAFETY = Row("University of Central Florida Department of Public Safety", "2025-07-23", county="Orange County")
NEW_YORK = Row("Lake Placid Police Department", "2025-06-26", state="NEW YORK", county="Essex County")
FLORIDA = Row("Lake Placid Police Department", "2025-06-26", county="Highlands County")


def of_kind(store: Store, kind: str, state: str = "FL") -> ChangeRecord:
    (found,) = [c for c in read_log(store) if (c["kind"], c["state"]) == (kind, state)]
    return found


def rule(store: Store, change: ChangeRecord, ruling: str, other: str = "") -> ChangeRecord:
    """The change after a ruling; a rebuild says the same."""
    ids = decide.write_rulings(
        store, dict.fromkeys(decide.verdicts_for(store, change, ruling, other), change["id"]), "Ann", ""
    )
    decide.take_effect(store, tell=outbox.queue, newest=ids)
    made = dump(store)
    derive(store, now=NOW, from_scratch=True)
    assert difference(made, dump(store)) == []
    return next(c for c in read_log(store) if c["id"] == change["id"])


def board_gone(store: Store, *others: Row) -> ChangeRecord:
    """The board leaves a list on which others of its university stand since an earlier one; it may go on as each."""
    take(store, [
        listed("2025-07-21", BAY, BOARD), listed("2025-07-28", BAY, BOARD, *others), listed("2025-08-01", BAY, *others),
        listed("2025-08-12", BAY, *others),
    ])  # fmt: skip
    return of_kind(store, "termination")


def named(change: ChangeRecord) -> Sequence[str]:
    return [candidate["agency"] for candidate in change["candidates"]]


def test_an_ending_beside_a_listed_candidate_is_settled(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        ending = board_gone(store, POLICE)
        assert (named(ending), ending["needs_review"]) == ([POLICE.agency], True)
        after = rule(store, ending, "distinct")
        assert (named(after), after["status"], after["needs_review"]) == ([], "confirmed", False)
        assert read_queue(store).part_of(after) == "settled"


def test_of_two_candidates_the_second_is_asked_about_until_it_is_answered_too(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        ending = board_gone(store, POLICE, SAFETY)
        assert sorted(named(ending)) == [SAFETY.agency, POLICE.agency]
        police = next(c["agreement_id"] for c in ending["candidates"] if c["agency"] == POLICE.agency)
        after = rule(store, ending, "distinct", police)
        assert (named(after), after["needs_review"]) == ([SAFETY.agency], True)
        assert read_queue(store).part_of(after) == "doubtful"
        after = rule(store, after, "distinct")
        assert (named(after), after["needs_review"]) == ([], False)


def test_a_row_of_one_list_that_is_an_agreement_of_its_own_was_no_slip(tmp_path: Path) -> None:
    """That it stood on one list made it doubtful: it may have been the candidate's row with a slip in it."""
    with open_store(tmp_path) as store:
        take(store, [
            listed("2025-07-01", BAY), listed("2025-07-03", BAY, NEW_YORK), listed("2025-07-08", BAY, FLORIDA),
            listed("2025-07-18", BAY, FLORIDA),
        ])  # fmt: skip
        ending = of_kind(store, "termination", "NY")
        assert (named(ending), ending["evidence"]["doubt"]) == ([FLORIDA.agency], "listed_once")
        after = rule(store, ending, "distinct")
        assert (named(after), after["status"], after["needs_review"]) == ([], "confirmed", False)
        signing = of_kind(store, "signing", "FL")
        assert (named(signing), signing["needs_review"]) == ([], False)


def test_another_doubt_stays_a_question_of_its_own(tmp_path: Path) -> None:
    """Two agreements it may be, yet the county of the one is odd: that waits, on the change that was ruled on too."""
    odd = Row("Lake Placid Police Department", "2025-06-26", county="Calhoun County", type="Municipality")
    with open_store(tmp_path) as store:
        take(store, [listed("2025-07-01", BAY, NEW_YORK), listed("2025-07-03", BAY, odd)])
        signing = of_kind(store, "signing")
        assert signing["evidence"]["doubt"] == ["county_contradicts"]
        after = rule(store, signing, "distinct")
        assert (named(after), after["needs_review"]) == ([], True)
        assert read_queue(store).part_of(after) == "doubtful"
        after = rule(store, after, "confirm")
        assert (after["needs_review"], read_queue(store).part_of(after)) == (False, "settled")


def test_a_row_that_is_not_the_older_one_under_another_name_may_have_an_early_date(tmp_path: Path) -> None:
    """The sheriff's row followed the board's; that its date lies long before its first list was the board's doing."""
    board = Row("Gulf County BOCC", "2025-02-26", county="Gulf County")
    sheriff = Row("Gulf County Sheriff's Office", "2025-02-26", county="Gulf County")
    with open_store(tmp_path) as store:
        take(store, [listed("2025-07-01", BAY, board), listed("2025-07-03", BAY, sheriff)])
        relabelled = of_kind(store, "amendment")
        assert rule(store, relabelled, "distinct")["status"] == "retracted"
        signing = of_kind(store, "signing")
        assert signing["evidence"]["doubt"] == ["signed_long_before"]
        assert (signing["status"], signing["needs_review"]) == ("confirmed", False)


def test_a_second_row_that_is_not_the_first_one_with_a_slip_is_signed(tmp_path: Path) -> None:
    first = Row("Marco Island Police Department", county="Collier County")
    second = Row("Marco Islnad Police Department", county="Collier County")
    with open_store(tmp_path) as store:
        take(store, [listed("2025-03-10", BAY, first), listed("2025-03-12", BAY, first, second)])
        twice = of_kind(store, "amendment")
        assert (twice["rule"], twice["needs_review"]) == ("listed_twice", True)
        assert rule(store, twice, "distinct")["status"] == "retracted"
        signing = of_kind(store, "signing")
        assert (signing["agency"], read_queue(store).part_of(signing)) == (second.agency, "settled")
