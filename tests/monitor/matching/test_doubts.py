"""What is odd is for a person to look at, and names what else it could be."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.matching.reasons import AGAINST
from tests.monitor.folded import Row
from tests.monitor.matching.hand_made import PASCO, PDF, fold, only


def test_a_row_that_two_new_ones_could_continue_is_ambiguous() -> None:
    plain = Row("TEXAS", "Hays County Constable", county="Hays County")
    numbered = [replace(plain, agency=f"Hays County Constable Precinct {n}") for n in (1, 2)]
    folded = fold([plain], numbered)
    assert folded.kinds() == ["signing", "signing", "termination"]
    reasons = [r for c in folded.standing() for x in c.candidates for r in x["reasons"]]
    assert set(reasons) == {AGAINST["ambiguous"]}
    assert all(c.needs_review for c in folded.standing())


MOA_OF_JULY = PDF + "PascoCoSheriffFL_TFM_MOA_07302025.pdf"


@pytest.mark.parametrize(
    ("before", "after", "doubt"),
    [
        (PASCO, replace(PASCO, signed="2025-05-12"), ["redated_far"]),
        (PASCO, replace(PASCO, signed="2024-03-10"), ["redated_far"]),
        (PASCO, replace(PASCO, signed="2025-04-01"), None),
        (replace(PASCO, signed="2026-03-10"), PASCO, None),  # a date after the list itself is a misprint
        (PASCO, replace(PASCO, link=MOA_OF_JULY, moa="link"), ["moa_date_differs"]),
        (PASCO, replace(PASCO, link=PDF + "287gTFM_PascoCoFl2025-07-30.pdf", moa="link"), ["moa_date_differs"]),
        (PASCO, replace(PASCO, link=PDF + "Pasco_MOA_03.12.25.pdf", moa="link"), None),
        (PASCO, replace(PASCO, link=PDF + "Pasco_SO_MOA_7_2_25.pdf", moa="link"), ["moa_date_differs"]),
        (PASCO, replace(PASCO, signed="2026-03-10", link=PDF + "Pasco_MOA_03.12.25.pdf", moa="link"), None),
        (
            replace(PASCO, link=PDF + "Pasco_03102025.pdf", moa="link"),
            replace(PASCO, link=PDF + "Manheim_03182025.pdf", moa="link"), ["new_document"],
        ),
        (
            replace(PASCO, link=PDF + "Pasco_03102025.pdf", moa="link"),
            replace(PASCO, link=PDF + "PascoCounty_03.10.25.pdf", moa="link"), None,
        ),
    ],
)  # fmt: skip
def test_a_date_or_document_that_moved_far_is_for_a_person_to_look_at(
    before: Row, after: Row, doubt: list[str] | None
) -> None:
    change = only(fold([before], [after]))
    assert (change.kind, change.evidence.get("doubt"), change.needs_review) == ("amendment", doubt, bool(doubt))


@pytest.mark.parametrize(
    ("row", "doubt"),
    [
        (replace(PASCO, signed="2024-06-01"), ["signed_long_before"]),
        (replace(PASCO, signed="2025-04-04"), None),
        (replace(PASCO, signed="2025-05-30", link=PDF + "Winkler_JEM_MOA_03.21.2025.pdf"), ["moa_date_differs"]),
        (replace(PASCO, signed="2025-05-30", link=PDF + "Pasco_MOA_05302025.pdf"), None),
    ],
)
def test_a_signing_whose_dates_are_odd_is_for_a_person_to_look_at(row: Row, doubt: list[str] | None) -> None:
    change = only(fold([], [row]))
    assert (change.kind, change.evidence.get("doubt"), change.needs_review) == ("signing", doubt, bool(doubt))


WHEATON = Row(
    "MISSOURI", "Wheaton Police Department", signed="2025-05-20", county="Montgomery County", type="Municipality"
)


def test_a_county_cell_that_contradicts_the_city_is_flagged_once_and_not_copied() -> None:
    """Wheaton, Missouri, lies in Barry County."""
    right = replace(WHEATON, county="Barry County")
    for lists, kind in (([[], [WHEATON]], "signing"), ([[right], [WHEATON]], "amendment")):
        change = only(fold(*lists))
        assert (change.kind, change.evidence["doubt"], change.needs_review) == (kind, ["county_contradicts"], True)
    assert fold([], [WHEATON]).ledger.agencies["mo-wheaton-police-department"].county == "Barry County"
    for before, after in ((WHEATON, right), (WHEATON, replace(WHEATON, type="City"))):
        assert not only(fold([before], [after])).needs_review
    assert not only(fold([], [right])).needs_review


def test_every_doubt_of_dates_and_documents_is_seen() -> None:
    fold([PASCO], [replace(PASCO, signed="2025-05-12")])
    fold([PASCO], [replace(PASCO, link=MOA_OF_JULY, moa="link")])
    fold([], [replace(PASCO, signed="2024-06-01")])
    fold([], [WHEATON])
    linked = replace(PASCO, link=PDF + "Pasco_03102025.pdf", moa="link")
    fold([linked], [replace(linked, link=PDF + "Manheim_03182025.pdf")])


def test_listed_once_is_a_doubt() -> None:
    ending = fold([], [PASCO], []).standing("termination")[0]
    assert ending.needs_review
    assert ending.evidence == {"doubt": "listed_once"}


def test_a_late_row_that_could_be_the_ended_one_is_named_on_both_sides() -> None:
    folded = fold([PASCO], [], [], [replace(PASCO, agency="Pasco County Jail")])
    assert folded.kinds() == ["signing", "termination"]
    assert all(c.needs_review and c.candidates for c in folded.standing())


def test_a_row_that_ends_beside_its_successor_and_the_successor_name_each_other() -> None:
    old = Row("FLORIDA", "Palmetto Police Department", county="Manatee County", signed="2025-05-20")
    new = replace(old, agency="Palmetto City Police")
    folded = fold([old], [old, new], [new])
    (signing,), (ending,) = folded.standing("signing"), folded.standing("termination")
    assert signing.needs_review
    assert ending.needs_review
    assert [c["agreement_id"] for c in ending.candidates] == [signing.agreement_id]
    assert [c["agreement_id"] for c in signing.candidates] == [ending.agreement_id]
    assert {r for x in (signing, ending) for c in x.candidates for r in c["reasons"]} == {AGAINST["side_by_side"]}


def test_of_two_rows_for_one_that_left_the_equal_date_wins_and_each_names_the_other() -> None:
    """A relabelled row with the date beats the old name with a later date; a person is asked on both sides."""
    old = Row("FLORIDA", "Gulf County BOCC", county="Gulf County", signed="2025-06-20")
    relabelled, redated = replace(old, agency="Gulf County Sheriff's Office"), replace(old, signed="2025-07-05")
    folded = fold([old], [relabelled, redated])
    (amendment,), (signing,) = folded.standing("amendment"), folded.standing("signing")
    assert amendment.rule == "relabelled"
    assert amendment.needs_review
    assert signing.needs_review
    assert AGAINST["rival"] in {r for c in amendment.candidates for r in c["reasons"]}
    assert [c["reasons"] for c in signing.candidates] == [[AGAINST["rival"]]]
    assert signing.candidates[0]["agreement_id"] == amendment.agreement_id
