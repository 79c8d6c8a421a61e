"""Two rows compete for one that left; an MOA that a later list links decides, by its address or its file's name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from monitor.changelog.log import read_log
from monitor.changelog.rebuild import derive
from monitor.matching.linked_documents import claims_of_link
from monitor.matching.reasons import AGAINST
from tests.dump import dump
from tests.histories import NOW, Posting, many, open_store, put
from tests.histories import Row as Listed
from tests.monitor.folded import Row
from tests.monitor.matching.hand_made import PDF, fold

OLD = Row("FLORIDA", "Gulf County BOCC", county="Gulf County", signed="2025-06-20")
DATED, NAMED = replace(OLD, agency="Gulf County Sheriff's Office"), replace(OLD, signed="2025-07-09")
OF_OLD = PDF + "GulfCoBOCC_TFM_MOA_06202025.pdf"

#: (MOA of the row that left, of the row with its date, of the row with its name): which row goes on
SHOWN = {
    "the old address at the row with the date": ("a.pdf", "a.pdf", None, "dated"),
    "the old address at the row with the name": ("a.pdf", None, "a.pdf", "named"),
    "the old day in the file's name at the row with the name": (None, None, "Gulf_MOA_06.20.2025.pdf", "named"),
    "a day near the old one": (None, None, "Gulf_MOA_06182025.pdf", "named"),
    "the old day in the file's name at the row with the date": (None, "Gulf_MOA_06202025.pdf", None, "dated"),
    "the new day in the file's name at the row with the name": (None, None, "Gulf_MOA_07092025.pdf", "dated"),
    "the old agency in the file's name at the row with the date": (None, "GulfCountyBOCC_TFM_MOA.pdf", None, "dated"),
    "the old address beats a day": ("a.pdf", "Gulf_MOA_06202025.pdf", "a.pdf", "named"),
    "a file's name that says nothing": (None, "GulfCountySheriff_TFM_MOA.pdf", "GulfCountyBOCC_TFM_MOA.pdf", ""),
    "the old day at both": (None, "Gulf_1_06202025.pdf", "Gulf_2_06202025.pdf", ""),
    "the old address at both": ("a.pdf", "a.pdf", "a.pdf", ""),
    "another day altogether": (None, None, "Gulf_MOA_01022025.pdf", ""),
}  # fmt: skip


def linked(row: Row, file: str | None) -> Row:
    return replace(row, moa="link", link=PDF + file) if file else row


@pytest.mark.parametrize("case", SHOWN)
@pytest.mark.parametrize("later", [0, 1, 5])
def test_a_document_decides_also_on_a_later_list(case: str, later: int) -> None:
    of_old, of_dated, of_named, right = SHOWN[case]
    with_documents = [linked(DATED, of_dated), linked(NAMED, of_named)]
    folded = fold([linked(OLD, of_old)], *[[DATED, NAMED]] * later, with_documents)
    signing, first = folded.standing("signing")[0], folded.standing("amendment")[0]
    rivals = {AGAINST["rival"]}
    if not right:
        assert rivals & {reason for c in first.candidates for reason in c["reasons"]}
        assert rivals & {reason for c in signing.candidates for reason in c["reasons"]}
        return
    assert (first.rule == "date_corrected", signing.position) == (right == "named", 1)
    assert signing.agreement_id == ("fl-gulf-county-bocc-tfm-2025-07-09" if right == "dated" else
                                    "fl-gulf-county-sheriffs-office-tfm-2025-06-20")  # fmt: skip
    assert not signing.needs_review
    assert "rival" not in cast("list[str]", first.evidence.get("against", []))
    assert first.needs_review == (right == "dated")  # another office is for a person to look at anyway
    assert folded.kinds().count("termination") == folded.kinds().count("renewal") == 0


def test_what_a_link_claims() -> None:
    assert claims_of_link("FL", OF_OLD) == [
        f"at {OF_OLD.removeprefix('https://www.').lower()}", "names gulf county board of county commissioners",
        "of 2025-06-20",
    ]  # fmt: skip
    for file, named in (
        ("r_287gWSO_LakeCoFl2019-10-15.pdf", "lake county fl"), ("Union_County_SC_WSO_MOA_6_12_25.pdf", "union county"),
        ("PuntaGordaPDFL_TFM_MOA_042425.pdf", "punta gorda pdfl"),
        ("HamiltonCountySheriffTN_JEM.pdf", "hamilton county sheriff"),
    ):  # fmt: skip
        state = {"Union": "SC", "Hamil": "TN"}.get(file[:5], "FL")
        assert f"names {named}" in claims_of_link(state, PDF + file)
    assert claims_of_link("FL", None) == []


def test_a_document_found_later_corrects_what_was_told_and_any_order_says_the_same(tmp_path: Path) -> None:
    """Taken in one by one, all at once, and with the list that brings the document first, the store says the same."""
    old = Listed(OLD.agency, OLD.signed, county=OLD.county)
    dated, named = replace(old, agency=DATED.agency), replace(old, signed=NAMED.signed)
    rows = [
        (old,),
        (dated, named),
        (dated, named),
        (dated, replace(named, moa=OF_OLD)),
        (dated, replace(named, moa=OF_OLD)),
    ]
    postings = [
        Posting((*many(20), *more), f"2025-07-{day}T14:00:00Z", f"participatingAgencies07{day}2025am.xlsx")
        for day, more in enumerate(rows, 10)
    ]  # fmt: skip
    with open_store(tmp_path / "one") as store:
        for number, posting in enumerate(postings):
            put(store, posting)
            derive(store, now=NOW)
            log = [(c["kind"], c["rule"], c["needs_review"]) for c in read_log(store) if c["status"] != "retracted"]
            if number in (1, 2):
                assert sorted(log) == [("amendment", "relabelled", True), ("signing", "first_listed", True)]
            elif number:
                assert ("amendment", "date_corrected", False) in log
                assert ("signing", "first_listed", False) in log
        assert sorted(c["kind"] for c in read_log(store) if c["status"] == "retracted") == ["amendment", "signing"]
        step_by_step = dump(store)
        derive(store, now=NOW, from_scratch=True)
        assert dump(store) == step_by_step
    for name, order in (("all", postings), ("back", postings[::-1]), ("mixed", [*postings[3:], *postings[:3]])):
        with open_store(tmp_path / name) as store:
            for posting in order:
                put(store, posting)
                if name != "all":
                    derive(store, now=NOW)
            derive(store, now=NOW)
            found = {c["id"] for c in read_log(store) if c["status"] != "retracted"}
        with open_store(tmp_path / "one") as store:
            assert found == {c["id"] for c in read_log(store) if c["status"] != "retracted"}
