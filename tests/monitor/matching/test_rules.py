"""Each rule by which a row goes on as the same agreement, on lists made by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest

from monitor.matching.reasons import AGAINST
from tests.monitor.folded import Row, fold_lists
from tests.monitor.matching.hand_made import MARCO, OTHERS, PASCO, PDF, fold, only

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


@pytest.mark.parametrize("rule", ["relabelled", "same_document", "support_type_corrected"])
def test_another_office_or_support_type_is_for_a_person_to_look_at(rule: str) -> None:
    before, after = CONTINUED[rule]
    change = only(fold([before], [after]))
    assert change.needs_review
    assert [c["agency"] for c in change.candidates] == [before.agency]


@pytest.mark.parametrize("rule", ["same_name", "date_corrected", "retyped", "reordered", "expanded", "state_corrected"])
def test_what_the_evidence_decides_asks_nobody(rule: str) -> None:
    assert not only(fold([CONTINUED[rule][0]], [CONTINUED[rule][1]])).needs_review


def test_listed_twice_under_two_spellings() -> None:
    city = replace(MARCO, agency="City of Marco Island Police Department")
    assert only(fold([MARCO], [MARCO, city])).rule == "listed_twice"
    assert fold([MARCO, city], [MARCO]).standing() == []


def test_listed_twice_with_a_slip() -> None:
    folded = fold([MARCO], [MARCO, replace(MARCO, agency="Marco Islnad Police Department")], [MARCO])
    assert only(folded).rule == "listed_twice"


def test_ruled_same_and_ruled_distinct() -> None:
    before, after = CONTINUED["retyped"]
    key = "fl-macro-island-police-department-tfm-2025-03-10", "fl-marco-island-police-department-tfm-2025-03-10"
    lists = [[*OTHERS, before], [*OTHERS, after], [*OTHERS, after]]
    assert fold_lists(lists, rulings={key: "distinct"}).kinds() == ["signing", "termination"]
    unlike = [[*OTHERS, before], [*OTHERS, replace(PASCO, signed="2025-06-01")], OTHERS]
    other = key[0], "fl-pasco-county-sheriffs-office-tfm-2025-06-01"
    assert fold_lists(unlike, rulings={other: "same"}).changes[0].rule == "ruled_same"


@pytest.mark.parametrize(
    ("second", "ruled"),
    [
        (replace(MARCO, agency="Marco Islnad Police Department"), "fl-marco-islnad-police-department-tfm-2025-03-10"),
        (replace(MARCO, signed="2025-03-11"), "fl-marco-island-police-department-tfm-2025-03-11"),
    ],
    ids=["a slip", "another date"],
)
def test_a_second_row_that_is_ruled_distinct_is_an_agreement_of_its_own(second: Row, ruled: str) -> None:
    """Its signing and its ending are told, and the first row's agreement goes on."""
    key = "fl-marco-island-police-department-tfm-2025-03-10", ruled
    lists = [[*OTHERS, MARCO], [*OTHERS, MARCO, second], [*OTHERS, MARCO, second], [*OTHERS, MARCO]]
    folded = fold_lists(lists, rulings=dict.fromkeys((key, key[::-1]), "distinct"))
    assert [(c.kind, c.agreement_id) for c in folded.standing()] == [("signing", ruled), ("termination", ruled)]


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


def test_a_misspelt_county_that_spells_a_city_is_no_real_county() -> None:
    right = Row("KANSAS", "Saline County Sheriff's Office", county="Saline County", signed="2025-05-20")
    change = only(fold([right], [replace(right, agency="Salina County Sheriff's Office")]))
    assert (change.kind, change.rule) == ("amendment", "retyped")


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Miami-Dade Sheriff's Office", "Miami\u2011Dade Sheriff\u2019s Office"),
        ("Kerr County Sheriff's Office", "Kerr County Sheriff\u00b4s Office"),
        ("Kerr County Sheriff's Office", "Kerr County Sheriff&#39;s Office"),
        ("Fish & Wildlife Commission", "Fish &amp; Wildlife Commission"),
    ],
)
def test_another_dash_apostrophe_or_a_page_s_reference_is_no_change(a: str, b: str) -> None:
    row = Row("FLORIDA", a)
    assert fold([row], [replace(row, agency=b)]).standing() == []
