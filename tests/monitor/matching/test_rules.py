"""Each rule of identity by hand-made lists, and each reason against with the pair that must stay two."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, cast

import pytest

from db.models import Change, PageState
from monitor.changelog.list_events import note_lists_gone
from monitor.matching.reasons import AGAINST, RULES
from tests.monitor.folded import Folded, Row, fold_lists
from tests.paths import ROOT

PDF = "https://www.ice.gov/doclib/287gMOA/"
OTHERS = [
    Row("FLORIDA", "Bay County Sheriff's Office", county="Bay County"),
    Row("TEXAS", "Kerr County Sheriff's Office", county="Kerr County"),
]
PASCO = Row("FLORIDA", "Pasco County Sheriff's Office", county="Pasco County")
MARCO = Row("FLORIDA", "Marco Island Police Department", county="Collier County", type="Municipality")


def fold(*lists: list[Row], every_days: int = 1) -> Folded:
    """The ledger after lists that all hold `OTHERS` too; the last comes once more."""
    whole = [[*OTHERS, *rows] for rows in lists]
    return fold_lists([*whole, whole[-1]], every_days=every_days)


def only(folded: Folded) -> Change:
    """The one change that stands."""
    (change,) = folded.standing()
    return change


#: rule -> the row before and the row that continues it on the next list
CONTINUED = {
    "same_name": (PASCO, replace(PASCO, agency="PASCO COUNTY  SHERIFF\u2019S DEPT.", county="Pasco")),
    "same_document": (
        replace(PASCO, link=PDF + "pasco.pdf", moa="link"),
        replace(PASCO, agency="Pasco County Corrections", link=PDF + "Pasco.pdf", moa="link"),
    ),
    "date_corrected": (PASCO, replace(PASCO, signed="2025-04-05")),
    "retyped": (replace(MARCO, agency="Macro Island Police Department"), MARCO),
    "reordered": (
        Row("FLORIDA", "Criminal Investigation Division, Department of Financial Services"),
        Row("FLORIDA", "Florida Department of Financial Services, Criminal Investigation Division"),
    ),
    "expanded": (
        Row("PENNSYLVANIA", "Quarryville Police Department"),
        Row("PENNSYLVANIA", "Quarryville Borough Police Department"),
    ),
    "state_corrected": (
        Row("MONTANA", "Cass County Sheriff's Office"),
        Row("MINNESOTA", "Cass County Sheriff's Office"),
    ),
    "support_type_corrected": (PASCO, replace(PASCO, support_type="Warrant Service Officer")),
    "relabelled": (
        Row("ARIZONA", "Pinal County Sheriff's Office", county="Pinal County"),
        Row("ARIZONA", "Pinal County Attorney's Office", county="Pinal County"),
    ),
}


@pytest.mark.parametrize("rule", CONTINUED)
def test_a_row_that_goes_on_under_the_rule_is_an_amendment(rule: str) -> None:
    before, after = CONTINUED[rule]
    change = only(fold([before], [after]))
    assert change.kind == "amendment"
    assert change.rule == ("cell_changed" if rule == "same_name" else rule)


@pytest.mark.parametrize("rule", ["relabelled", "support_type_corrected"])
def test_another_office_or_support_type_is_for_a_person_to_look_at(rule: str) -> None:
    before, after = CONTINUED[rule]
    change = only(fold([before], [after]))
    assert change.needs_review
    assert [c["agency"] for c in change.candidates] == [before.agency]


def test_one_document_under_an_office_of_another_place_is_for_a_person_to_look_at() -> None:
    before, after = CONTINUED["same_document"]
    change = only(fold([replace(before, agency="Pasco Police Department")], [after]))
    assert (change.kind, change.rule, change.needs_review) == ("amendment", "same_document", True)


@pytest.mark.parametrize(
    "rule", ["same_name", "same_document", "date_corrected", "retyped", "reordered", "expanded", "state_corrected"]
)
def test_what_the_evidence_decides_asks_nobody(rule: str) -> None:
    assert not only(fold([CONTINUED[rule][0]], [CONTINUED[rule][1]])).needs_review


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


def test_listed_twice_under_two_spellings() -> None:
    city = replace(MARCO, agency="City of Marco Island Police Department")
    assert only(fold([MARCO], [MARCO, city])).rule == "listed_twice"
    assert fold([MARCO, city], [MARCO]).standing() == []


def test_listed_twice_with_a_slip() -> None:
    folded = fold([MARCO], [MARCO, replace(MARCO, agency="Marco Islnad Police Department")], [MARCO])
    assert only(folded).rule == "listed_twice"


def test_a_pending_row_goes_because_the_agency_signed() -> None:
    """`signed`; `list_gone` is made from the page's links and tried with them."""
    pending = fold_lists(
        [OTHERS, [PASCO], [*OTHERS, PASCO], []], names=["participating", "pending", "participating", "pending"]
    )
    assert [(c.kind, c.rule) for c in pending.changes] == [("signing", "first_listed"), ("pending_withdrawn", "signed")]


def test_ruled_same_and_ruled_distinct() -> None:
    before, after = CONTINUED["retyped"]
    key = "fl-macro-island-police-department-tfm-2025-03-10", "fl-marco-island-police-department-tfm-2025-03-10"
    lists = [[*OTHERS, before], [*OTHERS, after], [*OTHERS, after]]
    assert fold_lists(lists, rulings={key: "distinct"}).kinds() == ["signing", "termination"]
    unlike = [[*OTHERS, before], [*OTHERS, replace(PASCO, signed="2025-06-01")], OTHERS]
    other = key[0], "fl-pasco-county-sheriffs-office-tfm-2025-06-01"
    assert fold_lists(unlike, rulings={other: "same"}).changes[0].rule == "ruled_same"


#: reason -> two rows that are two agreements, however alike; the second appears as the first goes
APART = {
    "digits_differ": (
        Row("TEXAS", "Hays County Constable Precinct 1", county="Hays County"),
        Row("TEXAS", "Hays County Constable Precinct 2", county="Hays County"),
    ),
    "both_real_places": (
        Row("ALABAMA", "Madison County Sheriff's Office", county="Madison County"),
        Row("ALABAMA", "Marion County Sheriff's Office", county="Marion County"),
    ),
    "other_direction": (
        Row("FLORIDA", "North Hollow Police Department"),
        Row("FLORIDA", "South Hollow Police Department"),
    ),
    "city_and_town": (
        Row("NEW YORK", "City of Hollowfield Police Department"),
        Row("NEW YORK", "Town of Hollowfield Police Department"),
    ),
    "two_states": (
        Row("NEW YORK", "Lake Placid Police Department"),
        Row("FLORIDA", "Lake Placid Police Department"),
    ),
    "other_county": (
        Row("PENNSYLVANIA", "Union Township Police Department", county="Lebanon County", signed="2025-05-01"),
        Row("PENNSYLVANIA", "Union Township Police Department", county="Lawrence County", signed="2025-05-21"),
    ),
    "name_differs": (
        Row("FLORIDA", "Hollow Tree Police Department", county="Lee County", signed="2025-05-30"),
        Row("FLORIDA", "Ivy Bend Airport Authority", county="Lee County", signed="2025-05-30"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("reason", APART)
def test_the_reason_against_keeps_two_apart_and_names_each_to_the_other(reason: str) -> None:
    before, after = APART[reason]
    folded = fold([before], [after])
    assert folded.kinds() == ["signing", "termination"]
    for change in folded.standing():
        assert change.needs_review
        assert AGAINST[reason] in [r for c in change.candidates for r in c["reasons"]]


@pytest.mark.parametrize(("first", "second"), APART.values(), ids=list(APART))
def test_swapping_the_lists_merges_nothing_either(first: Row, second: Row) -> None:
    assert fold([second], [first]).kinds() == ["signing", "termination"]


def test_side_by_side_beats_likeness() -> None:
    """Once both names stood on one list, the one that goes is gone, though the other could be its expansion."""
    short, long = (
        Row("FLORIDA", "Hollow Police Department"),
        Row("FLORIDA", "Hollow Airport Police Department", signed="2025-04-01"),
    )
    assert fold([short], [replace(long, signed=short.signed)]).kinds() == ["amendment"]
    long = replace(long, signed=short.signed)
    folded = fold([long], [short, long], [long])
    assert folded.kinds() == ["signing", "termination"]
    assert fold([short, long], [long]).kinds() == ["termination"]


def test_side_by_side_later_overturns_what_was_taken_for_one() -> None:
    before, after = Row("FLORIDA", "Hollow Police Department"), Row("FLORIDA", "Hollow Airport Police Department")
    assert fold([before], [after]).kinds() == ["amendment"]
    assert fold([before], [after], [before, after]).kinds() == ["signing"]


def test_a_row_that_two_new_ones_could_continue_is_ambiguous() -> None:
    plain = Row("TEXAS", "Hays County Constable", county="Hays County")
    numbered = [replace(plain, agency=f"Hays County Constable Precinct {n}") for n in (1, 2)]
    folded = fold([plain], numbered)
    assert folded.kinds() == ["signing", "signing", "termination"]
    reasons = [r for c in folded.standing() for x in c.candidates for r in x["reasons"]]
    assert set(reasons) == {AGAINST["ambiguous"]}
    assert all(c.needs_review for c in folded.standing())


def test_retyped_and_re_dated_after_a_gap_is_the_same_in_one_county_for_a_person_to_look_at() -> None:
    back = replace(PASCO, agency="Psaco County Sheriff's Office", signed="2025-03-11")
    assert [c.kind for c in fold([PASCO], [], [], [back]).standing()] == ["amendment"]
    folded = fold([PASCO], [], [], [back], every_days=10)
    assert folded.kinds() == ["reinstatement", "termination"]
    (change,) = folded.standing("reinstatement")
    assert change.needs_review
    assert {r for x in change.candidates for r in x["reasons"]} == {AGAINST["other_date"]}


def test_a_constable_relabelled_is_never_two_statements_that_ask_nobody() -> None:
    """The state's constable of the 4th district becomes the county's; the county cell stays."""
    old = Row("TEXAS", "State Constable 4th District", county="Harris County", signed="2025-05-28")
    new = replace(old, agency="County Constable, District 4")
    changes = fold([old], [new]).standing()
    assert changes
    assert all(change.needs_review for change in changes)


def test_police_that_become_the_county_s_sheriff_are_never_two_statements_that_ask_nobody() -> None:
    old = Row("FLORIDA", "Palatka Police Department", county="Putnam County", signed="2025-05-28")
    new = replace(old, agency="Palatka County Sheriff's Office", county="")
    changes = fold([old], [new]).standing()
    assert changes
    assert all(change.needs_review for change in changes)


def test_a_relabelled_row_with_the_date_beats_one_with_the_name_and_a_later_date() -> None:
    """Both name the other, and a person is asked. (Old enough dates to be signed again.)"""
    taken = replace(PASCO, agency="Pasco County Jail")
    other = replace(PASCO, signed="2025-06-01")
    folded = fold([PASCO], [taken, other])
    (amendment,), (signing,) = folded.standing("amendment"), folded.standing("signing")
    assert (amendment.rule, amendment.needs_review, signing.needs_review) == ("relabelled", True, True)
    assert signing.agreement_id in {c["agreement_id"] for c in amendment.candidates}
    assert "rival" in cast("list[str]", amendment.evidence["against"])
    assert [c["agreement_id"] for c in signing.candidates] == [amendment.agreement_id]
    assert folded.standing("termination", "renewal") == []


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


def test_one_document_outweighs_two_real_names_for_a_person_to_look_at() -> None:
    first, second = (replace(row, link=PDF + "marion.pdf", moa="link") for row in APART["both_real_places"])
    change = only(fold([first], [second]))
    assert (change.kind, change.rule, change.needs_review) == ("amendment", "same_document", True)


def test_a_shared_document_is_no_evidence() -> None:
    first, second = (replace(row, link=PDF + "all.pdf", moa="link") for row in APART["both_real_places"])
    other = replace(PASCO, link=PDF + "all.pdf", moa="link")
    assert fold([first, other], [second, other]).kinds() == ["signing", "termination"]


def test_chains_of_three_spellings_are_one_agreement() -> None:
    names = ["Macro Island Police Department", "Marco Island PD", "City of Marco Island Police Dept."]
    folded = fold(*([replace(MARCO, agency=name)] for name in names))
    assert {c.kind for c in folded.standing()} == {"amendment"}
    assert len({c.agreement_id for c in folded.standing()}) == 1
    assert [a.id for a in folded.ledger.agencies.values() if "island" in a.id] == ["fl-macro-island-police-department"]


def test_a_unit_named_behind_a_body_is_no_other_agency() -> None:
    board = Row("FLORIDA", "Gulf County Board of County Commissioners", "Warrant Service Officer", county="Gulf County")
    folded = fold([board], [replace(board, agency=board.agency + " /Detention Facility")])
    assert only(folded).kind == "amendment"
    assert len(folded.ledger.agencies) == 3


def test_two_real_neighbours_are_two_agencies_even_when_one_document_moves() -> None:
    first, second = (replace(row, link=PDF + "m.pdf", moa="link") for row in APART["both_real_places"])
    jail = replace(second, support_type="Jail Enforcement Model", link=None)
    ids = set(fold([first, jail], [second, jail]).ledger.agencies)
    assert {"al-madison-county-sheriffs-office", "al-marion-county-sheriffs-office"} <= ids


def test_two_townships_of_one_name_in_two_counties_end_each_for_itself() -> None:
    one, two = (
        replace(row, signed=day) for row, day in zip(APART["other_county"], ("2025-05-01", "2025-05-08"), strict=True)
    )
    assert fold([one], [one, two]).kinds() == ["signing"]
    assert fold([one, two], [two]).kinds() == ["termination"]


def test_a_date_that_no_list_can_hold_does_not_hide_a_renewal() -> None:
    linked = replace(PASCO, link=PDF + "p.pdf", moa="link")
    wrong = replace(linked, signed="2026-03-10")
    folded = fold([linked], [wrong], [replace(PASCO, signed="2025-06-03")])
    assert folded.kinds() == ["amendment", "renewal"]


def test_a_late_row_that_could_be_the_ended_one_is_named_on_both_sides() -> None:
    folded = fold([PASCO], [], [], [replace(PASCO, agency="Pasco County Jail")])
    assert folded.kinds() == ["signing", "termination"]
    assert all(c.needs_review and c.candidates for c in folded.standing())


def codes(folded: Folded) -> set[str]:
    """The rules and reasons in the log: of changes and in their evidence, and those that candidates are given."""
    words = {sentence: code for code, sentence in AGAINST.items()}
    found = set()
    for change in folded.changes:
        said = change.evidence
        found |= {change.rule, str(said.get("matched_by", ""))}
        doubt = said.get("doubt", [])
        found |= {doubt} if isinstance(doubt, str) else set(cast("list[str]", doubt))
        found |= set(cast("list[str]", said.get("against", [])))
        found |= {words[reason] for candidate in change.candidates for reason in candidate["reasons"]}
    return found


def test_every_rule_and_reason_is_seen_in_a_result(monkeypatch: pytest.MonkeyPatch) -> None:
    """All histories of this file once more: what their logs hold, put together, is every code there is."""
    seen: set[str] = set()

    real = fold_lists

    def record(lists: Iterable[list[Row]], **how: Any) -> Folded:
        folded = real(lists, **how)
        seen.update(codes(folded))
        return folded

    monkeypatch.setitem(globals(), "fold_lists", record)
    for before, after in (*CONTINUED.values(), *APART.values()):
        fold([before], [after])
    for name, test in list(globals().items()):
        if name.startswith("test_") and not inspect.signature(test).parameters:
            test()
    folded = fold([])
    pages = [PageState("2025-06-02T12:00:00Z", "0", frozenset(linked), None) for linked in (["pending"], [])]
    note_lists_gone(folded.ledger, pages)
    assert {**RULES, **AGAINST}.keys() - seen - codes(folded) == set()


def test_every_rule_and_reason_is_on_its_page() -> None:
    page = (ROOT / "docs" / "identity.md").read_text(encoding="utf-8")
    assert [code for code in {**RULES, **AGAINST} if f"| `{code}` |" not in page] == []


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


def test_a_misspelt_county_that_spells_a_city_is_no_real_county() -> None:
    right = Row("KANSAS", "Saline County Sheriff's Office", county="Saline County", signed="2025-05-20")
    change = only(fold([right], [replace(right, agency="Salina County Sheriff's Office")]))
    assert (change.kind, change.rule) == ("amendment", "retyped")


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
