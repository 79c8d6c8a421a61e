"""Pending and participating are one story: a pending row that left names the agreement it became, and none else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest

from db.models import Change
from tests.monitor.folded import Folded, Row, fold_lists

#: Rows that stay, so that no list is empty.
OTHERS = [
    Row("FLORIDA", "Bay County Sheriff's Office", county="Bay County"),
    Row("TEXAS", "Kerr County Sheriff's Office", county="Kerr County"),
]
PASCO = Row("FLORIDA", "Pasco County Sheriff's Office", county="Pasco County", signed="2025-06-04")
#: pending row, signed row: what ICE's lists of 2025 held, or of the same kind
SIGNED = {
    "other state": (
        Row("TEXAS", "McKenzie County Sheriff's Office", county="McKenzie County"),
        Row("NORTH DAKOTA", "McKenzie County Sheriff's Office", county="McKenzie County"),
    ),
    "other office": (
        Row("FLORIDA", "Pasco County Jail"), Row("FLORIDA", "Pasco County BOCC"),
    ),
    "county for township": (
        Row("PENNSYLVANIA", "Damascus County Constable", county="Damascus County"),
        Row("PENNSYLVANIA", "Damascus Township Constable", county="#N/A"),
    ),
    "place for parish": (
        Row("LOUISIANA", "St. Charles Place Sheriff's Office", county="German Coast County"),
        Row("LOUISIANA", "St. Charles Parish Sheriff's Office", county="German Coast County"),
    ),
    "number added": (
        Row("PENNSYLVANIA", "Monroeville Constable Office, PA", county="Allegheny County"),
        Row("PENNSYLVANIA", "Office of Constable Monroeville 6th Ward", county="Allegheny County"),
    ),
    "the same name": (PASCO, PASCO),
}  # fmt: skip


def story(*steps: tuple[str, list[Row]], every_days: int = 1) -> Folded:
    """The ledger after the lists, by name and with rows that stay."""
    names = cast(Any, [name for name, _ in steps])
    return fold_lists([[*OTHERS, *rows] for _, rows in steps], names=names, every_days=every_days)


def withdrawal(folded: Folded) -> Change:
    (change,) = folded.standing("pending_withdrawn")
    return change


@pytest.mark.parametrize("case", SIGNED)
@pytest.mark.parametrize("later", [False, True])
def test_a_pending_row_that_was_signed_names_the_agreement_and_the_signing_names_it(case: str, later: bool) -> None:
    """`later`: the participating list that shows it comes a day after the pending list that lacks it."""
    pending, signed = SIGNED[case]
    signed = replace(signed, signed="2025-06-04")
    left, came = ("pending", cast("list[Row]", [])), ("participating", [signed])
    start = [("participating", cast("list[Row]", [])), ("pending", []), ("pending", [pending])]
    folded = story(*start, *((left, came) if later else (came, left)))
    gone, (signing,) = withdrawal(folded), folded.standing("signing")
    assert (gone.rule, gone.evidence["continues"]) == ("signed", signing.agreement_id)
    assert signing.evidence["pending_agreement"] == gone.agreement_id
    assert signing.evidence["pending_since"] == "2025-06-04"
    assert gone.needs_review == (case != "the same name")


def test_a_signing_says_at_once_since_when_it_was_pending_also_from_before_the_first_list() -> None:
    folded = story(("participating", []), ("pending", [PASCO]), ("participating", [PASCO]))
    (signing,) = folded.standing("signing")
    assert signing.evidence["pending_since"] == "on or before 2025-06-03"


def test_a_participant_relabelled_after_the_withdrawal_was_confirmed_explains_it() -> None:
    """Listed under Oklahoma first, under Texas eleven days later, as Wichita County's sheriff was."""
    texan = Row("TEXAS", "Wichita Falls Jail District Office", signed="2025-06-04")
    other = replace(texan, agency="Wheeler Jail District Office")
    steps = [("participating", []), ("pending", []), ("pending", [texan]), ("participating", [other]), ("pending", [])]
    assert withdrawal(story(*cast(Any, steps))).rule == "no_longer_listed"
    link = "https://www.ice.gov/doclib/287gMOA/wichita.pdf"
    steps[3] = ("participating", [replace(other, link=link, moa="link")])
    later = [("participating", [replace(other, link=link, moa="link")])] * 10
    steps += [*later, ("pending", []), ("participating", [replace(texan, link=link, moa="link")])]
    assert withdrawal(story(*cast(Any, steps))).rule == "signed"


@pytest.mark.parametrize("days", [22, 400])
def test_a_participant_listed_for_weeks_or_years_is_no_signing_of_the_pending_row(days: int) -> None:
    listed = ("participating", [replace(PASCO, signed="2020-06-01")])
    folded = story(
        ("participating", []), listed, ("pending", []), ("pending", [PASCO]), ("pending", []), every_days=days
    )
    assert withdrawal(folded).rule == "no_longer_listed"


def test_an_agreement_that_another_pending_row_became_is_not_claimed_twice() -> None:
    """Two agencies of one place were pending; one signed."""
    jail = Row("FLORIDA", "Pasco County Jail")
    steps = [("participating", []), ("pending", []), ("pending", [jail, PASCO]), ("participating", [PASCO])]
    folded = story(*cast(Any, [*steps, ("pending", [])]))
    rules = {c.agreement_id: c.rule for c in folded.standing("pending_withdrawn")}
    assert sorted(rules.values()) == ["no_longer_listed", "signed"]
    assert [i for i, rule in rules.items() if rule == "signed"] == ["pending-fl-pasco-county-sheriffs-office-tfm"]


def test_two_agencies_of_one_name_in_two_states_are_not_one() -> None:
    """Both states have a Lake County, and no county cell says otherwise."""
    pending = Row("FLORIDA", "Lake County Sheriff's Office")
    signed = Row("INDIANA", "Lake County Sheriff's Office", signed="2025-06-04")
    steps = [("participating", []), ("pending", []), ("pending", [pending]), ("participating", [signed])]
    folded = story(*cast(Any, [*steps, ("pending", [])]))
    assert withdrawal(folded).rule == "no_longer_listed"


def test_a_name_put_right_on_the_pending_list_is_an_amendment() -> None:
    place, parish = SIGNED["place for parish"]
    folded = story(("pending", [place]), ("pending", [parish]))
    assert [(c.kind, c.rule, c.fields) for c in folded.standing()] == [("amendment", "relabelled", ["agency"])]
    right = Row("KANSAS", "Rooks County Sheriff's Office", county="Rooks County")
    folded = story(("pending", [replace(right, agency="Rook County Sherif's Office")]), ("pending", [right]))
    assert [(c.kind, c.rule, c.fields) for c in folded.standing()] == [("amendment", "retyped", ["agency"])]


@pytest.mark.parametrize("case", ["county for township", "place for parish", "number added", "the same name"])
def test_the_pending_and_the_signed_body_have_one_id_when_no_other_office_is_named(case: str) -> None:
    pending, signed = SIGNED[case]
    signed = replace(signed, signed="2025-06-04")
    steps = [("participating", []), ("pending", []), ("pending", [pending]), ("participating", [signed])]
    folded = story(*cast(Any, [*steps, ("pending", [])]))
    [body] = [a for a in folded.ledger.agencies.values() if a.name not in {row.agency for row in OTHERS}]
    assert body.name == signed.agency
    assert {a.list for a in folded.ledger.agreements.values() if a.agency_id == body.id} == {"participating", "pending"}


def test_a_jail_and_its_county_s_board_stay_two() -> None:
    pending, signed = SIGNED["other office"]
    signed = replace(signed, signed="2025-06-04")
    steps = [("participating", []), ("pending", []), ("pending", [pending]), ("participating", [signed])]
    folded = story(*cast(Any, [*steps, ("pending", [])]))
    assert {pending.agency, signed.agency} <= {a.name for a in folded.ledger.agencies.values()}


def test_a_county_joined_with_its_seat_is_the_county() -> None:
    moore = Row("TENNESSEE", "Moore County Sheriff's Office", "Warrant Service Officer", county="Moore County")
    later = replace(moore, agency="Metropolitan Moore County Sheriff's Department", signed="2025-09-30")
    folded = story(("participating", []), ("participating", [moore]), ("participating", [later]))
    assert len([a for a in folded.ledger.agencies.values() if a.state == "TN"]) == 1


def test_a_body_that_goes_on_in_a_name_of_two_parts_has_one_id() -> None:
    """The corrections of a county went to its board, which was later printed with the corrections behind it."""
    link = "https://www.ice.gov/doclib/287gMOA/okaloosa.pdf"
    first = Row("FLORIDA", "Okaloosa County Corrections", county="Okaloosa County", moa="link", link=link)
    board = replace(first, agency="Okaloosa County Board of County Commissioners")
    both = replace(first, agency="Okaloosa County Board of County Commissioners/ Department of Corrections")
    folded = story(*(("participating", [row]) for row in (first, board, both)))
    [body] = [a for a in folded.ledger.agencies.values() if "Okaloosa" in a.name]
    assert (body.name, len(body.former_ids)) == (both.agency, 1)


def test_a_name_without_its_office_goes_on_in_the_body_that_was_pending_long_before() -> None:
    """Sixty days after the office left the pending list, it replaces the row that named the township only."""
    office = Row("PENNSYLVANIA", "East Donegal Township Constables Office", county="Lancaster County")
    place = replace(office, agency="East Donegal Township, PA")
    lists: list[list[Row]] = [[], [office], *[[]] * 30, [place], [place], [office], [office]]
    folded = story(*(("pending", rows) for rows in lists), every_days=2)
    assert len(folded.ledger.agencies) == len(OTHERS) + 1
    (amendment,) = folded.standing("amendment")
    assert (amendment.rule, amendment.needs_review) == ("relabelled", True)
    (left,) = folded.standing("pending_withdrawn")
    assert left.position == 2


def test_an_agency_pending_under_a_state_that_has_no_such_place_is_the_one_that_signed() -> None:
    """Texas has no McKenzie County. Lake Placid is a place of Florida and of New York, so those stay two."""
    pending, signed = (replace(row, signed="2025-06-04") for row in SIGNED["other state"])
    folded = story(
        ("pending", []), ("pending", [pending]), ("participating", []), ("participating", [signed]), ("pending", [])
    )
    assert sorted(folded.ledger.agencies)[-1] == "tx-kerr-county-sheriffs-office"
    agency = folded.ledger.agencies["nd-mckenzie-county-sheriffs-office"]
    assert (agency.state, agency.former_ids) == ("ND", ["tx-mckenzie-county-sheriffs-office"])
    pending = Row("NEW YORK", "Lake Placid Police Department", county="Highlands County", signed="2025-06-04")
    signed = replace(pending, state="FLORIDA")
    folded = story(
        ("pending", []), ("pending", [pending]), ("participating", []), ("participating", [signed]), ("pending", [])
    )
    assert {"fl-lake-placid-police-department", "ny-lake-placid-police-department"} < set(folded.ledger.agencies)
