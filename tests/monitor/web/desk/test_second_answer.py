"""Whoever opens a change that was ruled on sees what stands and who said so, and can give the other answer."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from db.database import Store
from db.queries.rulings import read_rulings
from db.records import ChangeRecord
from db.settings import Settings
from monitor.changelog.log import read_log
from monitor.changelog.rebuild import derive
from monitor.review import decide
from monitor.review.evidence import other_rows, speaks_for
from monitor.web.desk import accounts
from scrapers.ingest import SavedList, import_list
from tests.monitor.web.desk.conftest import ADA, BEN, PASSWORD, Clock, World
from tests.monitor.web.desk.history import NOON, row, sheriff
from tests.monitor.web.desk.test_rulings import ENDING, RELABEL, SIGNING, log_of, rule, stands
from tests.workbooks import PARTICIPATING, Cell, make_workbook


def words(page: str) -> str:
    """What a page says, without markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split()).replace(" ,", ",").replace(" .", ".").replace(" :", ":")


def answers(page: str) -> dict[str, tuple[str, str]]:
    """The buttons that rule, by their words without the key: the ruling, and what each says that it does."""
    found = re.findall(
        r'<button name="ruling" value="([^"]+)".*?>(.*?)</button> <span class="meaning">(.*?)</span>', page
    )
    return {re.sub(r" *<kbd>.*", "", text): (value, means) for value, text, means in found}


@pytest.mark.parametrize("opened", [ENDING, SIGNING, ("amendment", "Lake FL")])
def test_one_agreement_is_overruled_from_every_change_that_it_made_or_retracted(
    world: World, opened: tuple[str, str]
) -> None:
    before = stands(world)
    rule(world.client(ADA), log_of(world)[ENDING]["id"], "same", reason="the MOA names Florida")
    ben, change = world.client(BEN), log_of(world)[opened]["id"]
    page = ben.get(f"/review/changes/{change}").text
    assert f"{ADA} ruled “One agreement, continued”: Lake Placid Police Department, NY and Lake" in words(page)
    assert "because: the MOA names Florida. That stands." in words(page)
    assert 'data-key="d"' not in page  # no single key overrules a colleague
    assert "Two agreements after all" in words(ben.get(f"/review/changes/{change}/effects").text)
    rule(ben, change, answers(page)["Two agreements after all"][0])
    after = stands(world)
    assert after[ENDING] == ("provisional", False)
    assert after[SIGNING][0] == before[SIGNING][0] == "confirmed"
    assert after.get(("amendment", "Lake FL"), ("retracted", False)) == ("retracted", False)
    assert "Your rulings that somebody overruled" in world.client(ADA).get("/review").text


def test_two_agreements_is_overruled_too(world: World) -> None:
    """Of an ending and of a relabelling, whose later row has an agreement of its own only while they are two."""
    ada, ben = world.client(ADA), world.client(BEN)
    names = {
        ENDING: "Lake Placid Police Department, NY and Lake Placid Police Department, FL",
        RELABEL: "Gulf County BOCC, FL and Gulf County Sheriff&#39;s Office, FL",
    }
    for asked, back in ((ENDING, "retracted"), (RELABEL, "confirmed")):
        change = log_of(world)[asked]["id"]
        rule(ada, change, "distinct")
        page = ben.get(f"/review/changes/{change}").text
        assert f"{ADA} ruled “Two agreements”: {names[asked]}, at" in words(page)
        rule(ben, change, answers(page)["One agreement after all"][0])
        assert stands(world)[asked] == (back, False)


@pytest.mark.parametrize("asked", [ENDING, RELABEL])
def test_an_answer_given_from_a_page_of_before_counts_as_the_later_one(world: World, asked: tuple[str, str]) -> None:
    """Ben looked at the open question while Ada answered it: the button that he presses names no candidate."""
    change = log_of(world)[asked]["id"]
    rule(world.client(ADA), change, "same")
    assert rule(world.client(BEN), change, "distinct", seen="0").status_code == 303
    assert stands(world)[asked][0] == ("retracted" if asked == RELABEL else "provisional")


def test_a_question_that_is_answered_is_in_no_bulk(world: World) -> None:
    ada, ending = world.client(ADA), log_of(world)[ENDING]["id"]
    rule(ada, ending, "same")
    page = ada.get("/review/bulk?part=settled&state=NY&ruling=distinct").text
    assert f'value="{ending}"' not in page


def test_yes_and_no_are_asked_of_what_can_still_be_said(world: World) -> None:
    """What "one agreement" retracted stays so, whatever one says of it; what "no" retracted can be said again."""
    ada, log = world.client(ADA), log_of(world)
    rule(ada, log[ENDING]["id"], "same")
    assert "Yes, this happened" not in answers(ada.get(f"/review/changes/{log[ENDING]['id']}").text)
    taylor = log[("signing", "Taylor FL")]["id"]
    rule(ada, taylor, "dismiss", reason="a typing error")
    page = world.client(BEN).get(f"/review/changes/{taylor}").text
    assert "Yes, this happened" in answers(page)
    assert f"{ADA} ruled “No, this did not happen”, at" in words(page)
    assert "because: a typing error. That stands." in words(page)
    assert 'data-key="y"' not in page


def test_each_answer_says_what_it_does_to_that_kind_of_change(world: World) -> None:
    ben, log = world.client(BEN), log_of(world)
    assert answers(ben.get(f"/review/changes/{log[RELABEL]['id']}").text) == {
        "One agreement, continued": ("same", "The two rows are one agreement, and the amendment stays."),
        "Two agreements": (
            "distinct",
            "The amendment is retracted; an ending of the row before and a signing of the row after take its place.",
        ),
        "Yes, this happened": (
            "confirm", "The amendment stays, and nothing about it is doubtful: the two rows are one agreement as well.",
        ),
        "No, this did not happen": ("dismiss", "This line is retracted, and nothing takes its place."),
    }  # fmt: skip
    assert answers(ben.get(f"/review/changes/{log[ENDING]['id']}").text)["One agreement, continued"] == (
        "same",
        "Nothing ended: this line is retracted, and the agreement goes on in the candidate’s row.",
    )
    assert answers(ben.get(f"/review/changes/{log[SIGNING]['id']}").text)["One agreement, continued"] == (
        "same",
        "Nothing began: this line is retracted, and the candidate’s agreement goes on in this row.",
    )


def test_what_speaks_for_a_candidate_stands_before_what_speaks_against_it(world: World) -> None:
    ben, log = world.client(BEN), log_of(world)
    assert "For it: the same signing date; the same name. Against it: the place named is real in both states." in words(
        ben.get(f"/review/changes/{log[ENDING]['id']}").text
    )
    assert "For it: the same signing date; the same county; both names are of the same place. Against it:" in words(
        ben.get(f"/review/changes/{log[RELABEL]['id']}").text
    )


def test_a_cell_that_says_nothing_speaks_for_nothing(world: World) -> None:
    ending = log_of(world)[ENDING]
    before = ending["before"]
    assert before is not None
    blank = {**before, "county": "#N/A", "signed_on": "", "moa": "link pending", "normalised": {"state": "NY"}}
    assert speaks_for(blank, blank) == ["the same name"]  # type: ignore[arg-type] # a row, built of another


BOARD = row("FLORIDA", "University of Central Florida Board of Trustees", "Orange County", "2025-04-15")
POLICE = row("FLORIDA", "University of Central Florida Police Department", "Orange County", "2025-07-24")
SAFETY = row("FLORIDA", "University of Central Florida Department of Public Safety", "Orange County", "2025-07-23")
BAY = sheriff("Bay")


def university(home: Path, *later: list[Cell], **renamed: list[Cell]) -> ChangeRecord:
    """The board leaves a list on which others of its university stand since an earlier one; its ending is returned."""
    lists = {"07212025": [BAY, BOARD], "07282025": [BAY, BOARD, *later], "08012025": [BAY, *later]}
    with Store.open(home) as store:
        for name, rows in (lists | {name[1:]: [BAY, row] for name, row in renamed.items()}).items():
            path = home / f"participatingAgencies{name}am.xlsx"
            path.write_bytes(make_workbook([list(PARTICIPATING), *rows], modified=None))
            import_list(store, SavedList(path), store.now_text())
        derive(store, now=store.now_text())
        return next(e for e in read_log(store) if e["kind"] == "termination")


def test_a_candidates_row_is_the_one_of_that_time_and_its_later_name_is_said(tmp_path: Path) -> None:
    """The police stand beside the board; long after the board is gone they are renamed."""
    later = row("FLORIDA", "University of Central Florida Police Dept., Orlando", "Orange County", "2025-07-24")
    ending = university(tmp_path, POLICE, _08252025=later)
    with Store.open(tmp_path) as store:
        (other,) = other_rows(store, ending, decide.choices(store, ending))
        assert (other.agency, other.row["agency"], other.later) == (POLICE[1], POLICE[1], later[1])
        assert other.place.file == "participatingAgencies07282025am.xlsx"


def test_of_several_candidates_each_has_its_answer_and_the_one_left_is_asked_alone(tmp_path: Path) -> None:
    ending = university(tmp_path, POLICE, SAFETY)
    world = World(tmp_path, Clock(NOON + timedelta(days=400)), Settings(home=tmp_path))
    with world.store() as store:
        accounts.add_user(store, ADA, PASSWORD, "administrator", store.now_text())
    ids = {c["agency"]: c["agreement_id"] for c in ending["candidates"]}
    assert ids.keys() == {POLICE[1], SAFETY[1]}
    ada, page = world.client(ADA), f"/review/changes/{ending['id']}"
    given = {text: value for text, (value, _) in answers(ada.get(page).text).items()}
    assert {f"One agreement with {agency}": f"same:{i}" for agency, i in ids.items()}.items() <= given.items()
    assert given["None of these"] == "distinct"
    answer = rule(ada, ending["id"], f"distinct:{ids[str(POLICE[1])]}", reason="signed by itself")
    assert answer.headers["location"].startswith(f"{page}?done=")  # a question is left, and is asked next
    told = ada.get(answer.headers["location"]).text
    assert "One more question about it is open" in told
    assert "because: signed by itself. That stands." in words(told)
    given = {text: value for text, (value, _) in answers(told).items()}
    assert {"One agreement, continued": "same", "Two agreements": "distinct"}.items() <= given.items()
    rule(ada, ending["id"], "distinct")
    with world.store() as store:
        after = next(e for e in read_log(store) if e["id"] == ending["id"])
        assert (after["candidates"], after["needs_review"]) == ([], False)
        assert len([r for r in read_rulings(store.connection) if r.counts]) == 2
