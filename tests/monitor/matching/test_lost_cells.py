"""A known agreement whose date or support type is missing from a list goes on; a new row without them is none."""

from __future__ import annotations

import random
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from db.models import Listing
from tests.monitor.folded import Row, fold_lists
from tests.monitor.material import made_up_rows

EMPTY = st.sampled_from(["", " ", "#N/A", "n/a", "0", "2025", "TBD"])


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 2**32 - 1), st.sampled_from(["signed", "support_type", "agency", "state"]), EMPTY, st.integers(1, 14)
)
def test_a_row_without_one_cell_for_some_days_ends_nothing(seed: int, column: str, cell: str, days: int) -> None:
    """Its loss is an amendment that a person is asked about, and its coming back is one, which nobody need look at."""
    rows = made_up_rows(random.Random(seed), 25)
    if column != "signed":
        cell = cell if cell in (" ", "0", "#N/A") and column != "state" else ""  # words are a name, a number may be one
    odd = [replace(rows[0], **{column: cell}), *rows[1:]]
    folded = fold_lists([rows, *[odd] * days, rows, rows])
    lost, back = folded.changes
    assert (lost.kind, lost.fields, lost.needs_review, lost.evidence["doubt"]) == (
        "amendment", [_field(column)], True, ["cell_missing"],
    )  # fmt: skip
    assert (back.kind, back.fields, back.needs_review) == ("amendment", [_field(column)], False)
    assert lost.agreement_id == back.agreement_id
    assert all(a.rows for a in folded.ledger.agreements.values())


def _field(column: str) -> str:
    return {"signed": "signed_on"}.get(column, column)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from(["signed", "support_type"]), st.integers(1, 12))
def test_a_new_row_without_one_cell_is_no_agreement_until_the_cell_is_there(seed: int, column: str, days: int) -> None:
    rows = made_up_rows(random.Random(seed), 25)
    odd = [replace(rows[0], **{column: ""}), *rows[1:]]
    assert fold_lists([rows[1:], *[odd] * days, rows[1:]]).changes == []
    (signing,) = fold_lists([rows[1:], *[odd] * days, rows]).changes
    assert (signing.kind, signing.position) == ("signing", days + 1)
    assert len(fold_lists([odd, odd]).ledger.agreements) == len(rows) - 1  # nor on the first list of all


def test_a_second_row_without_a_date_and_a_subtotal_are_no_agreements() -> None:
    rows = made_up_rows(random.Random(3), 25)
    more = [replace(rows[0], signed=""), replace(rows[1], agency="Total", signed=""), replace(rows[2], signed="n/a")]
    assert fold_lists([rows, rows + more, rows]).changes == []


def test_a_row_misspelt_and_without_its_date_goes_on() -> None:
    old = Row("FLORIDA", "Marco Island Police Department", county="Collier County", type="Municipality")
    rows = made_up_rows(random.Random(4), 25)
    odd = replace(old, agency="Macro Island Police Department", signed="")
    changes = fold_lists([[*rows, old], [*rows, odd], [*rows, old], [*rows, old]]).changes
    assert [(c.kind, c.needs_review) for c in changes] == [("amendment", True), ("amendment", False)]


def test_an_empty_column_of_dates_on_a_pending_list_leaves_nothing_out() -> None:
    listing = Listing(
        "pending", "TEXAS", "Kerr County Sheriff's Office", None, None, "Task Force Model", "", None, None
    )
    assert not replace(listing, support_code="TFM").is_incomplete
    assert replace(listing, support_code="TFM", list="participating").is_incomplete


def test_two_rows_without_names_that_could_be_each_other_s_are_left() -> None:
    """Nothing tells which of two rows of one county, type and date a row without a name is."""
    rows = made_up_rows(random.Random(5), 25)
    pair = [Row("TEXAS", f"Hays County {office}", county="Hays County") for office in ("Constable", "Sheriff's Office")]
    lost = replace(pair[0], agency="")
    assert [c.kind for c in fold_lists([[*rows, *pair], [*rows, lost, lost]]).changes] == ["termination"] * 2
    (amendment,) = fold_lists([[*rows, *pair], [*rows, lost, pair[1]]]).changes
    assert (amendment.kind, amendment.needs_review) == ("amendment", True)


def test_a_row_that_is_back_without_its_date_after_its_ending_is_flagged() -> None:
    rows = made_up_rows(random.Random(6), 25)
    odd = [replace(rows[0], signed=""), *rows[1:]]
    changes = fold_lists([rows, *[rows[1:]] * 14, odd]).changes
    assert [(c.kind, c.needs_review) for c in changes] == [("termination", False), ("reinstatement", True)]


def test_two_rows_that_both_lost_their_support_type_are_told_apart_by_their_documents() -> None:
    rows = made_up_rows(random.Random(7), 25)
    link = "https://www.ice.gov/doclib/287gMOA/{}.pdf"
    pair = [Row("KANSAS", "Rooks County Sheriff's Office", model, link=link.format(model[:4]), moa="link")
            for model in ("Warrant Service Officer", "Task Force Model")]  # fmt: skip
    odd = [replace(row, support_type="") for row in pair]
    for lost in (odd, odd[::-1]):
        changes = fold_lists([[*rows, *pair], [*rows, *lost], [*rows, *pair]]).changes
        assert [(c.kind, c.fields) for c in changes] == [("amendment", ["support_type"])] * 4
