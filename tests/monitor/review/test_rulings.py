"""What a person decides counts at once, is undone by a later ruling, and is replayed by every rebuild."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from db.database import Store
from db.errors import NotFoundError
from db.queries.rulings import list_rulings
from db.records import ChangeRecord
from monitor.changelog.log import read_log
from monitor.changelog.rebuild import derive
from monitor.review import decide
from monitor.review.decide import RulingError
from monitor.review.queue import read_queue
from monitor.review.rulings_csv import export_rulings, read_import, store_import
from tests.dump import difference, dump
from tests.histories import NOW, Posting, Row, agencies, many, open_store, take

BAKER, BAY = agencies("Baker County Sheriff's Office", "Bay County Sheriff's Office")
#: Two names with little in common, so that no rule pairs them: only a person can say that they are one.
OLD, NEW = Row("Alder Springs Constable", signed="2025-03-03"), Row("Quarry Police Department", signed="2025-03-04")
NEW_ID = "fl-quarry-police-department-tfm-2025-03-04"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "data") as store:
        take(store, [
            Posting((BAKER, BAY, OLD), "2025-06-02T14:00:00Z", "a.xlsx"),
            Posting((BAKER, NEW), "2025-06-04T14:00:00Z", "b.xlsx"),
            Posting((BAKER, NEW), "2025-06-14T14:00:00Z", "c.xlsx"),
        ])  # fmt: skip
        yield store


def rule(store: Store, ruling: str, subject: str, other: str = "", minute: int = 0, reason: str = "why") -> None:
    """Ann rules, and the log follows; a rebuild says the same."""
    made_at = f"2026-10-01T11:{minute:02}:00Z"
    decide.rule(store, ruling, subject, other, reviewer="Ann", reason=reason, made_at=made_at)
    derive(store, now=NOW)
    made = dump(store)
    derive(store, now=NOW, from_scratch=True)
    assert difference(made, dump(store)) == []


def said(store: Store) -> list[tuple[str, str | None, str]]:
    """Kind, agency as printed and status of every change that stands."""
    return [(c["kind"], printed_name(c), c["status"]) for c in read_log(store) if c["status"] != "retracted"]


def printed_name(change: ChangeRecord) -> str | None:
    row = change["after"] or change["before"]
    return row["agency"] if row else None


def change_of(store: Store, kind: str, agency: str) -> ChangeRecord:
    (found,) = [c for c in read_log(store) if c["kind"] == kind and printed_name(c) == agency]
    return found


ENDED_BAY = ("termination", BAY.agency, "confirmed")
APART = [ENDED_BAY, ("termination", OLD.agency, "confirmed"), ("signing", NEW.agency, "confirmed")]


def test_without_a_ruling_the_two_names_are_two_agreements(store: Store) -> None:
    assert sorted(said(store)) == sorted(APART)


def test_the_same_makes_one_agreement_of_two_and_distinct_undoes_it(store: Store) -> None:
    ending = change_of(store, "termination", OLD.agency)
    rule(store, "same", ending["id"], NEW_ID)
    assert sorted(said(store)) == sorted([ENDED_BAY, ("amendment", NEW.agency, "confirmed")])
    amendment = change_of(store, "amendment", NEW.agency)
    assert amendment["rule"] == "ruled_same"
    assert amendment["fields"] == ["agency", "signed_on"]
    overturned = change_of(store, "termination", OLD.agency)
    assert (overturned["id"], overturned["status"]) == (ending["id"], "retracted")
    assert overturned["reason"] == "overturned by a reviewer's ruling"

    rule(store, "distinct", ending["id"], NEW_ID, minute=1)
    assert sorted(said(store)) == sorted(APART)
    assert change_of(store, "termination", OLD.agency)["id"] == ending["id"]


def test_distinct_holds_apart_what_a_rule_would_pair(store: Store) -> None:
    """Marco and Macro Island, same date: the rules call that a slip of the hand."""
    macro, marco = agencies("Macro Island Police Department", "Marco Island Police Department")
    take(store, [Posting((BAKER, NEW, macro), "2025-06-06T14:00:00Z", "d.xlsx"),
                 Posting((BAKER, NEW, marco), "2025-06-07T14:00:00Z", "e.xlsx")])  # fmt: skip
    amendment = change_of(store, "amendment", marco.agency)
    rule(store, "distinct", amendment["id"], amendment["agreement_id"] or "")
    kinds = {(c["kind"], printed_name(c)): c["status"] for c in read_log(store)}
    assert kinds[("amendment", marco.agency)] == "retracted"
    assert kinds[("termination", macro.agency)] == "provisional"
    assert kinds[("signing", marco.agency)] == "confirmed"


def test_dismiss_retracts_and_confirm_restores(store: Store) -> None:
    ending = change_of(store, "termination", BAY.agency)["id"]
    rule(store, "dismiss", ending, reason="the county says it goes on")
    dismissed = change_of(store, "termination", BAY.agency)
    assert (dismissed["status"], dismissed["reason"]) == ("retracted", "dismissed by Ann: the county says it goes on")
    rule(store, "confirm", ending, minute=1)
    assert change_of(store, "termination", BAY.agency)["status"] == "confirmed"
    assert change_of(store, "termination", BAY.agency)["reason"] == ""


def test_a_note_decides_nothing_and_is_kept(store: Store) -> None:
    before = dump(store)
    ending = change_of(store, "termination", BAY.agency)["id"]
    rule(store, "note", ending, reason="asked the county")
    assert [line for line in difference(before, dump(store)) if not line.startswith("+ rulings")] == []
    assert [r.reason for r in decide.rulings_on(store, ending)] == ["asked the county"]


def test_a_ruling_needs_a_reviewer_and_a_subject_that_is_here(store: Store) -> None:
    ending = change_of(store, "termination", BAY.agency)["id"]
    with pytest.raises(RulingError, match="needs the name of who decides"):
        decide.rule(store, "confirm", ending, reviewer="  ", reason="", made_at=NOW)
    with pytest.raises(NotFoundError, match="no change 0123456789ab"):
        decide.rule(store, "dismiss", "0123456789ab", reviewer="Ann", reason="", made_at=NOW)
    with pytest.raises(RulingError, match="'nobody' is no agreement"):
        decide.rule(store, "same", ending, "nobody", reviewer="Ann", reason="", made_at=NOW)
    with pytest.raises(NotFoundError, match="names no one list"):
        decide.rule(store, "release", "abcdef123456", reviewer="Ann", reason="", made_at=NOW)
    with pytest.raises(NotFoundError, match="'nothing' names no one list"):
        decide.rule(store, "note", "nothing", reviewer="Ann", reason="", made_at=NOW)
    assert list_rulings(store.connection) == []


def bring_in(store: Store, path: Path) -> tuple[int, int]:
    """Zoe imports the file; returns how many rulings were new and how many known."""
    found = read_import(store, path.read_bytes(), path.name, "Zoe")
    store_import(store, found)
    return len(found.new), found.known


def test_rulings_go_out_as_csv_and_come_back(store: Store, tmp_path: Path) -> None:
    ending = change_of(store, "termination", BAY.agency)["id"]
    rule(store, "dismiss", ending, reason='a "slip", says Bay;\nnot an end')
    rule(store, "same", change_of(store, "termination", OLD.agency)["id"], NEW_ID, minute=1)
    path = tmp_path / "rulings.csv"
    path.write_bytes(export_rulings(store).encode())
    with open_store(tmp_path / "other") as other:
        take(other, [
            Posting((BAKER, BAY, OLD), "2025-06-02T14:00:00Z", "a.xlsx"),
            Posting((BAKER, NEW), "2025-06-04T14:00:00Z", "b.xlsx"),
            Posting((BAKER, NEW), "2025-06-14T14:00:00Z", "c.xlsx"),
        ])  # fmt: skip
        assert bring_in(other, path) == (2, 0)
        derive(other, now=NOW)
        assert difference(dump(store), dump(other)) == []
        assert bring_in(other, path) == (0, 2)
        assert {r.imported_by for r in list_rulings(other.connection)} == {"Zoe"}
        assert len(list_rulings(other.connection)) == 2


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("made_at,reviewer\n", "the columns ruling, subject, other, reason are missing"),
        ("made_at,reviewer,ruling,subject,other,reason\n2026-10-01T12:00:00Z,Ann,guess,x,,\n", "row 2: 'guess' is no"),
        ("made_at,reviewer,ruling,subject,other,reason\n2026-10-01T12:00:00Z,Ann,dismiss\n", "row 2: "),
        ("made_at,reviewer,ruling,subject,other,reason\nyesterday,Ann,dismiss,x,,\n", "row 2: 'yesterday' is not"),
        ("made_at,reviewer,ruling,subject,other,reason\n2026-10-01T12:00:00Z,,dismiss,x,,\n", "row 2: "),
        (
            "made_at,reviewer,ruling,subject,other,reason\n2026-10-01T12:00:01Z,Ann,dismiss,x,,\n",
            r"row 2: 2026-10-01T12:00:01Z is in the future \(it is 2026-10-01T12:00:00Z now\)",
        ),
        (
            "made_at,reviewer,ruling,subject,other,reason\n2026-10-01T12:00:00Z,Ann,dismiss,0123456789ab,,\n",
            "row 2: nothing here has the id '0123456789ab'",
        ),
        (
            "made_at,reviewer,ruling,subject,other,reason\n2026-10-01T12:00:00Z,Ann,undo,x,2026|dismiss||Ann,\n",
            r"row 2: nothing here has the id '2026\|dismiss\|\|Ann'",
        ),
    ],
)
def test_a_csv_that_is_none_of_ours_is_refused_whole(store: Store, tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "rulings.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RulingError, match=says):
        bring_in(store, path)
    assert list_rulings(store.connection) == []


def test_what_waits_for_a_person_is_held_lists_first(store: Store) -> None:
    fallen = Posting((NEW,), "2025-06-09T14:00:00Z", "f.xlsx")
    take(store, [Posting((BAKER, NEW, *many(30)), "2025-06-08T14:00:00Z", "g.xlsx"), fallen])
    waiting = read_queue(store).in_order({})
    assert [(w.part, w.held and w.held.file) for w in waiting[:1]] == [("held lists", "f.xlsx")]
    rule(store, "reject", waiting[0].id)
    assert [w for w in read_queue(store).in_order({}) if w.held] == []
