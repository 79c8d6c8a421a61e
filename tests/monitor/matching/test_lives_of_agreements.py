"""Signed, ended, returned, renewed, switched, pending: what lists made by hand say of an agreement over time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest

from tests.monitor.folded import Row, fold_lists
from tests.monitor.matching.hand_made import OTHERS, PASCO, PDF, fold, only


def test_first_listed() -> None:
    change = only(fold([], [replace(PASCO, signed="2025-05-28")]))
    assert (change.kind, change.rule, change.status, change.needs_review) == (
        "signing",
        "first_listed",
        "confirmed",
        False,
    )


@pytest.mark.parametrize(("days", "status"), [((0, 9), "provisional"), ((0, 10), "confirmed"), ((0,), "provisional")])
def test_no_longer_listed_is_provisional_until_a_list_ten_days_later_lacks_it_too(
    days: tuple[int, ...], status: str
) -> None:
    """`days` are those of the lists without the row, from the first one on."""
    lists = [[*OTHERS, PASCO], *([OTHERS] * (1 + days[-1]))]
    (change,) = fold_lists(lists).changes
    assert (change.kind, change.rule, change.listed_on) == ("termination", "no_longer_listed", "2025-06-03")
    assert change.status == status


def test_lists_of_one_afternoon_do_not_confirm_an_ending() -> None:
    (change,) = fold_lists([[*OTHERS, PASCO], *([OTHERS] * 5)], every_days=0).changes
    assert change.status == "provisional"


def test_returned_after_a_confirmed_ending_which_stands() -> None:
    """Gone on 12 June and 22 June 2025, back on 2 July: both statements are true."""
    folded = fold([PASCO], [], [], [PASCO], every_days=10)
    assert [(c.kind, c.status, c.listed_on) for c in folded.changes] == [
        ("termination", "confirmed", "2025-06-12"), ("reinstatement", "confirmed", "2025-07-02"),
    ]  # fmt: skip
    assert (folded.changes[1].rule, folded.changes[1].evidence["gap_days"]) == ("returned", 20)


def test_an_agreement_that_leaves_again_after_its_return_ends_again() -> None:
    folded = fold([PASCO], [], [], [PASCO], [], [], every_days=10)
    assert [(c.kind, c.status) for c in folded.changes] == [
        ("termination", "confirmed"), ("reinstatement", "confirmed"), ("termination", "confirmed"),
    ]  # fmt: skip


def test_gone_from_a_single_list_is_no_ending_however_far_the_next_list_is() -> None:
    folded = fold([PASCO], [], [PASCO], every_days=30)
    assert [(c.kind, c.status, c.reason) for c in folded.changes] == [
        ("termination", "retracted", "listed again on 2025-08-01")
    ]


def test_back_on_the_next_list_leaves_no_change_but_the_retracted_one() -> None:
    folded = fold([PASCO], [], [PASCO])
    assert [(c.kind, c.status) for c in folded.changes] == [("termination", "retracted")]


def test_renewed_when_signed_later_and_the_older_row_is_gone() -> None:
    change = only(fold([replace(PASCO, link=PDF + "a.pdf")], [replace(PASCO, signed="2025-06-02")]))
    assert (change.kind, change.rule, change.fields) == ("renewal", "renewed", ["signed_on"])


def test_signed_again_after_a_confirmed_ending_which_stands() -> None:
    lists = [[replace(PASCO, signed="2024-03-10")], [], [], [replace(PASCO, signed="2025-07-01")]]
    folded = fold(*lists, every_days=10)
    assert [(c.kind, c.status) for c in folded.changes] == [("termination", "confirmed"), ("renewal", "confirmed")]
    assert folded.changes[1].evidence["gap_days"] == 20


def pending_between(day: str) -> list[tuple[str, str]]:
    """Kinds and statuses when a row is gone on the day on which its agency is pending, and back with that date."""
    others = [*OTHERS, Row("TEXAS", "Kerr County Constable Precinct 1")]
    lists = [[*others, PASCO], others, others, [*others, PASCO], others, [*others, replace(PASCO, signed=day)], others]
    names = ["participating", "pending", "participating", "pending", "participating", "participating", "pending"]
    folded = fold_lists(lists, names=cast(Any, names))
    return [(c.kind, c.status) for c in folded.changes if c.list_name == "participating" and c.position > 0]


def test_back_with_a_date_after_the_absence_began_is_signed_again_and_no_return() -> None:
    """Gone on 4 June 2025 and pending on the 5th; back on the 7th, dated the 6th."""
    recent = replace(PASCO, signed="2025-05-20")
    folded = fold([recent], [], [replace(PASCO, signed="2025-06-04")])
    assert [(c.kind, c.status) for c in folded.changes] == [("termination", "retracted"), ("renewal", "confirmed")]


def test_back_with_a_date_after_the_list_itself_is_a_misprint_and_not_signed_again() -> None:
    ahead = replace(PASCO, signed="2026-03-10")
    assert fold([PASCO], [ahead], [], [ahead]).kinds() == ["amendment"]


def test_back_with_another_date_after_having_been_pending_is_signed_again_and_no_return() -> None:
    """A date near enough for a correction, were it not for the pending list in between."""
    assert pending_between("2025-03-20") == [("termination", "retracted"), ("renewal", "confirmed")]


def test_renewed_within_the_window_withdraws_the_ending() -> None:
    folded = fold([replace(PASCO, signed="2024-03-10")], [], [], [replace(PASCO, signed="2025-06-01")])
    assert [(c.kind, c.status) for c in folded.changes] == [("termination", "retracted"), ("renewal", "confirmed")]


def test_a_second_row_withdrawn_is_no_ending() -> None:
    """`row_withdrawn` explains it: the signing that the row was taken for is retracted."""
    later = replace(PASCO, signed="2025-05-30", link=PDF + "new.pdf")
    folded = fold(
        [replace(PASCO, link=PDF + "old.pdf")],
        [replace(PASCO, link=PDF + "old.pdf"), later],
        [replace(PASCO, link=PDF + "old.pdf")],
    )
    assert [(c.kind, c.status) for c in folded.changes] == [("signing", "retracted")]


def test_switched_when_another_support_type_is_signed_after_the_older_is_gone() -> None:
    folded = fold([PASCO], [], [replace(PASCO, support_type="Warrant Service Officer", signed="2025-06-03")])
    assert [(c.kind, c.rule) for c in folded.changes] == [("termination", "no_longer_listed"), ("switch", "switched")]


def test_both_support_types_at_once_is_an_addition() -> None:
    change = only(fold([PASCO], [PASCO, replace(PASCO, support_type="Warrant Service Officer", signed="2025-06-03")]))
    assert change.kind == "signing"


def test_a_switch_is_undone_when_the_older_agreement_returns() -> None:
    """Within the window nothing ended, so nothing was switched; after it both statements stand."""
    new = replace(PASCO, support_type="Warrant Service Officer", signed="2025-06-03")
    soon = fold([PASCO], [], [new], [new, PASCO])
    assert soon.kinds() == ["signing"]
    assert sorted((c.kind, c.status) for c in soon.changes) == [
        ("signing", "confirmed"), ("switch", "retracted"), ("termination", "retracted"),
    ]  # fmt: skip
    late = fold([PASCO], [], [new], [new, PASCO], every_days=10)
    assert late.kinds() == ["reinstatement", "switch", "termination"]


def test_a_pending_row_goes_because_the_agency_signed() -> None:
    """`signed`; `list_gone` is made from the page's links and tried with them."""
    pending = fold_lists(
        [OTHERS, [PASCO], [*OTHERS, PASCO], []], names=["participating", "pending", "participating", "pending"]
    )
    assert [(c.kind, c.rule) for c in pending.changes] == [("signing", "first_listed"), ("pending_withdrawn", "signed")]


def test_a_date_that_no_list_can_hold_does_not_hide_a_renewal() -> None:
    linked = replace(PASCO, link=PDF + "p.pdf", moa="link")
    wrong = replace(linked, signed="2026-03-10")
    folded = fold([linked], [wrong], [replace(PASCO, signed="2025-06-03")])
    assert folded.kinds() == ["amendment", "renewal"]
