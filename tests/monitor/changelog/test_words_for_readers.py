"""What a person reads says no more than the lists show, and what the evidence is, in words."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import Any

import pytest
import typer

from db.models import Listing
from db.records import ChangeRecord
from monitor.changelog.explain import explain_change
from monitor.cli.options import to_state
from monitor.publications.check import changed_columns, explain_churn

PUBLICATION = {
    "file": "participatingAgencies01102031am.xlsx", "list": "participating", "sha256": "ab" * 32, "url": "",
    "published_on": "2031-01-10", "workbook_modified_at": "2031-01-10T15:00:00Z", "row": 7,
}  # fmt: skip
ROW: dict[str, Any] = {
    "state": "OHIO", "agency": "Fairview County Sheriff's Office", "type": None, "county": None,
    "support_type": "Task Force Model", "signed_on": "2030-12-01", "moa": "link pending", "addendum": None,
    "normalised": {},
}  # fmt: skip


def change(**more: Any) -> ChangeRecord:
    """A made-up change in the contract's form."""
    made: Any = {
        "id": "0123456789ab", "kind": "termination", "status": "confirmed", "needs_review": False, "state": "OH",
        "agency": "Fairview County Sheriff's Office", "agreement_id": "oh-fairview-tfm-2030-12-01",
        "support_type": "TFM", "fields": [], "before": ROW, "after": None, "rule": "no_longer_listed", "evidence": {},
        "candidates": [], "reason": "", "last_listed_in": PUBLICATION, "first_missing_from": None,
        "first_listed_in": None, "listed_on": "2031-01-12", "listed_between": None,
        "known_at": "2031-01-12T18:00:00Z", **more,
    }  # fmt: skip
    return made  # type: ignore[no-any-return] # as much of one as the sentences need


def listing(**cells: str | None) -> Listing:
    """A made-up row; what is not given is a column the list does not have."""
    names = {f.name for f in fields(Listing)}
    assert names >= set(cells)
    blank: dict[str, Any] = dict.fromkeys(
        ("state", "agency", "type", "county", "support_type", "signed", "moa", "addendum")
    )
    return Listing("participating", **{**blank, **cells})


def test_a_termination_is_called_no_longer_listed_by_ice() -> None:
    """The list says that a row is gone; it does not say that anybody ended an agreement."""
    assert "no longer listed by ICE" in explain_change(change()).splitlines()[0]


def test_the_rule_of_a_retracted_change_is_told_as_past() -> None:
    """`The row is on no later list` is no longer true once the row came back."""
    told = explain_change(change(status="retracted", reason="listed again on 2031-02-01"))
    assert "before the statement was retracted" in told
    assert "Reason: listed again on 2031-02-01" in told


def test_letters_apart_is_told_only_where_letters_were_compared() -> None:
    """`0 letters apart` beside two different offices would say that their names are equal."""
    offices = explain_change(change(evidence={"names": "same place", "letters_apart": 0}))
    slip = explain_change(change(evidence={"names": "retyped", "letters_apart": 2}))
    assert not re.search(r"letters.*: 0", offices)
    assert "letters that differ between the two names: 2" in slip


def test_a_change_s_own_agreement_is_no_rival() -> None:
    """A doubtful pairing is told as doubt about the pairing, another agreement as something that was considered."""
    own = {"agency": "Fairview Jail", "agreement_id": "oh-fairview-tfm-2030-12-01", "score": 0.7, "reasons": ["why"]}
    other = {"agency": "Farview PD", "agreement_id": "oh-farview-tfm-2031-01-01", "score": 0.4, "reasons": []}
    told = explain_change(change(candidates=[own, other])).splitlines()
    assert "Taken to go on from Fairview Jail, which is doubtful (score 0.7): why" in told
    assert "Also considered: Farview PD (oh-farview-tfm-2031-01-01), score 0.4: nothing against it" in told


def test_a_workbook_saved_after_it_was_published_is_said_to_be_saved_by_somebody_else() -> None:
    """The time in such a file is not ICE's; on the same or the next day (UTC is ahead of ICE's clock) it may be."""
    resaved = {**PUBLICATION, "workbook_modified_at": "2031-04-21T12:00:00Z"}
    evening = {**PUBLICATION, "workbook_modified_at": "2031-01-11T01:30:00Z"}
    assert "by somebody else" in explain_change(change(last_listed_in=resaved))
    assert "by somebody else" not in explain_change(change(last_listed_in=evening))


def test_a_column_that_is_new_is_not_one_that_was_rewritten() -> None:
    """ICE added COUNTY in March 2025: no cell of it was changed, for there was none before."""
    before = listing(state="OHIO", agency="Fairview PD", signed="2030-12-01")
    after = listing(state="Ohio", agency="Fairview PD", signed="2030-12-01", county="Stark County")
    assert changed_columns([(before, after)]) == [("state", 1)]


def test_rows_without_a_value_have_no_value_in_common() -> None:
    """The pending list has no dates: `all of those gone have signing date None` would explain nothing."""
    gone = [listing(state=s, agency="A", signed=None) for s in ("OHIO", "IOWA", "UTAH")]
    assert explain_churn(gone) == ""


@pytest.mark.parametrize(("asked", "code"), [("fl", "FL"), ("Florida", "FL"), (" GUAM ", "GU"), ("DC", "DC")])
def test_a_state_is_asked_for_by_code_or_name(asked: str, code: str) -> None:
    """Codes and whole names of states and territories are understood in any case."""
    assert to_state(asked) == code


@pytest.mark.parametrize("asked", ["Texaz", "ZZ", ""])
def test_what_is_no_state_is_refused_and_not_answered_with_nothing(asked: str) -> None:
    """An empty answer to a mistyped state would be read as `nothing happened there`."""
    with pytest.raises(typer.BadParameter):
        to_state(asked)
