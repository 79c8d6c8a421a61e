"""Each reason that keeps two rows apart, with the pair that must stay two agreements."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.matching.reasons import AGAINST
from tests.monitor.folded import Row
from tests.monitor.matching.hand_made import PASCO, PDF, fold, only

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


def test_one_document_outweighs_two_real_names_for_a_person_to_look_at() -> None:
    first, second = (replace(row, link=PDF + "marion.pdf", moa="link") for row in APART["both_real_places"])
    change = only(fold([first], [second]))
    assert (change.kind, change.rule, change.needs_review) == ("amendment", "same_document", True)


def test_a_shared_document_is_no_evidence() -> None:
    first, second = (replace(row, link=PDF + "all.pdf", moa="link") for row in APART["both_real_places"])
    other = replace(PASCO, link=PDF + "all.pdf", moa="link")
    assert fold([first, other], [second, other]).kinds() == ["signing", "termination"]


def test_two_real_neighbors_are_two_agencies_even_when_one_document_moves() -> None:
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
