"""An editor's day on ICE's real lists, in a browser: doubtful changes one after another, then what was researched."""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect
from starlette.testclient import TestClient

from db.database import Store, utc_now
from db.queries.rulings import read_rulings
from db.settings import Settings
from monitor.changelog.log import read_log
from monitor.web.desk import accounts
from monitor.web.pages.app import create_app
from tests.monitor.web.desk.conftest import ADA, BEN, PASSWORD, World, serve
from tests.paths import LISTS

CORPUS = LISTS
pytestmark = [pytest.mark.long, pytest.mark.skipif(not CORPUS.is_dir(), reason="needs ../shared/ice-sheets")]


@pytest.fixture(scope="module")
def corpus(corpus_home: Path, cheap_hashes: None) -> Path:
    with Store.open(corpus_home) as store:
        accounts.add_user(store, ADA, PASSWORD, "administrator", store.now_text())
        accounts.add_user(store, BEN, PASSWORD, "reviewer", store.now_text())
    return corpus_home


SAME_PLACE = "In doubt: it is of the same place, but of another office or under another name."
OTHER_OFFICE = "In doubt: the same place, another office."
FAR_DATE = "In doubt: the date in the name of the MOA's file is more than 30 days from the signing date"
ONE_LIST = "In doubt: the row stood on a single list"
#: An editor's day: whom each doubtful change is about, as its heading and tag say; what was ruled, by which key; and
#: what had to be on that one screen to rule so: the doubt, the other row, the documents, what came before and after.
DAY: dict[tuple[str, str], tuple[str, tuple[str, ...]]] = {
    ("Gulf County Sheriff's Office", "FL TFM"): (
        "s", (
            OTHER_OFFICE, "Gulf County BOCC, FL, signed 2025-02-26. For it: the same signing date", "First listed",
            "Agency differs Gulf County BOCC Gulf County Sheriff's Office",
        ),
    ),
    ("Lake Placid Police Department", "NY TFM"): (
        "s", (ONE_LIST, "the place named is real in both states", "State differs NEW YORK read as NY FLORIDA"),
    ),
    ("Orange County Sheriff’s Office", "FL WSO"): (
        "y", (SAME_PLACE, "Beside the row that it is taken for", "Orange County Corrections Department"),
    ),
    ("Pasco County Jail", "FL WSO"): ("y", (SAME_PLACE, "Pasco County Corrections", "of the participating list")),
    ("Pasco County Sheriff's Office", "FL TFM"): ("s", (OTHER_OFFICE, "Pasco County BOCC, FL, signed 2025-02-26")),
    ("Mineral County Sheriff's Office", "NV TFM"): (
        "y", (ONE_LIST, "Last listed in participatingAgencies-20250318231034.xlsx, row", "The list around the row"),
    ),
    ("Pembroke Police Department", "FL TFM"): ("y", (SAME_PLACE, "Pembroke Pines Police Department")),
    ("West Melbourne Police Department", "FL TFM"): (
        "d", ("both names are real places of the state", "Melbourne Police Department", "of the pending list"),
    ),
    ("Hardee County Sheriff's Office", "FL TFM"): (
        "y", ("In doubt: the signing date moved by more than 30 days", "Signed differs 2025-02-26 2025-05-08"),
    ),
    ("University of West Florida Police Department", "FL TFM"): (
        "s", (OTHER_OFFICE, "University of West Florida Board of Trustees, FL, signed 2025-04-15"),
    ),
    ("Oklahoma Department of Corrections", "OK JEM"): (
        "y", ("the signing date lies long before the first list", "Beside its row on the pending list"),
    ),
    ("Tennessee Department of Safety and Homeland Security", "TN TFM"): ("s", ("/ THP, TN, signed 2025-05-13",)),
    ("Mercer County Sheriff's Office", "ND TFM"): ("y", (FAR_DATE, "WinklerCoSheriffsOfficeTX_JEM_MOA_03.21.2025.pdf")),
    ("Ellis County Sheriff's Office", "TX WSO"): ("d", ("real in both states", "KANSAS read as KS")),
    ("Madison County Sheriff's Office", "AL TFM"): (
        "d", ("both names are real places of the state", "County differs Madison County Marion County"),
    ),
    ("Lawrence County Sheriff's Office", "AL WSO"): ("y", ("Signed differs 2025-05-20 2025-06-30", "JEM")),
    ("Okaloosa County Department of Corrections", "FL WSO"): (
        "s", (OTHER_OFFICE, "Okaloosa County Sheriff's Office, FL, signed 2025-02-26", "both rows link the same MOA"),
    ),
    ("Escambia County Board of County Commissioners", "FL WSO"): (
        "s", (OTHER_OFFICE, "Escambia County Sheriff's Office, FL, signed 2025-02-26", "both rows link the same MOA"),
    ),
    ("University of Central Florida Board of Trustees", "FL TFM"): (
        "s", ("both names stood on one list", "Signed differs 2025-04-15 2025-07-24", "Type differs State Agency"),
    ),
    ("County of Franklin / Franklin County Jail", "PA WSO"): (
        "s", (OTHER_OFFICE, "Franklin County Sheriffs Office, PA, signed 2025-03-07"),
    ),
    ("Florida Department of Financial Services", "FL TFM"): (
        "s", ("both names stood on one list", "Criminal Investigation Division", "MOA differs"),
    ),
    ("Moore County Sheriff's Office", "TN WSO"): ("y", (ONE_LIST, "First missing from participatingAgencies09032025")),
    ("Cambria County Prison", "PA WSO"): ("s", (OTHER_OFFICE, "Cambria County Sheriff's Office, PA")),
}  # fmt: skip
SAID = {"s": "One agreement, continued", "d": "Two agreements", "y": "Yes, this happened"}


def either() -> set[tuple[str, str]]:
    """(agency as last listed, support type) of the nine."""
    with (CORPUS / "departures.csv").open(encoding="utf-8", newline="") as lines:
        return {(r["agency_as_last_listed"], r["model"]) for r in csv.DictReader(lines) if r["verdict"] == "either"}


def open_desk(browser: Browser, address: str, name: str, **context: object) -> Page:
    page = browser.new_context(**context).new_page()  # type: ignore[arg-type] # viewport and the like
    page.set_default_timeout(120_000)
    page.goto(f"{address}/review/login")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("What waits for a person", timeout=120_000)
    return page


def shown_change(page: Page) -> tuple[tuple[str, str], str]:
    """Whom the change on the screen is about, and all that the screen says, spaces aside."""
    agency, tag = page.locator("h1").inner_text(), page.locator(".lead .tag").inner_text()
    text = page.locator("main").inner_text().replace(" ,", ",")
    return (" ".join(agency.split()), tag), " ".join(text.split())


def next_url(page: Page, before: str) -> None:
    expect(page).not_to_have_url(before, timeout=120_000)
    page.wait_for_selector("body[data-keys=ready]")


def test_an_editors_day_of_twenty_three_decisions(corpus: Path, tmp_path: Path, browser: Browser) -> None:
    """Three keys each at most, all that is needed on one screen; then an undo, a second reviewer, and a phone."""
    shutil.copytree(corpus, tmp_path / "home")
    world = World(tmp_path / "home", utc_now, Settings(home=tmp_path / "home"))
    assert len(DAY) == 23
    asked, keys = dict(DAY), 0
    with serve(world) as address:
        page = open_desk(browser, address, ADA, viewport=ViewportSize(width=1280, height=900))
        page.get_by_role("link", name="Changes that need a decision").first.click()
        page.locator("[data-item]").first.click()
        page.wait_for_selector("body[data-keys=ready]")
        while asked:
            assert page.locator(".lead .tag").count(), f"the queue is at its end; {sorted(asked)} were not met"
            about, text = shown_change(page)
            here = page.url
            if about in asked and ("One agreement, continued" in text or asked[about][0] == "y"):
                key, needed = asked.pop(about)
                assert (about, [words for words in needed if words not in text]) == (about, [])
                assert " of " in page.locator(".crumb").inner_text()  # "Changes that need a decision: 3 of 23"
                page.keyboard.press(key)
                next_url(page, here)
                expect(page.get_by_role("status").first).to_contain_text(SAID[key])
                last = about, here
            else:
                assert page.locator("[data-key=j]").count(), f"the queue is at its end; {sorted(asked)} were not met"
                page.keyboard.press("j")
                next_url(page, here)
            keys += 1
        assert keys <= 3 * len(DAY)
        with world.store() as store:
            log = read_log(store)
            assert len([r for r in read_rulings(store.connection) if r.counts]) >= len(DAY)

        page.keyboard.press("u")  # the last one, taken back
        expect(page.get_by_role("status").first).to_contain_text("Undo is recorded")
        assert shown_change(page)[0] == last[0]
        change_id = last[1].split("?")[0].rpartition("/")[2]
        with world.store() as store:
            assert {c["id"]: c["needs_review"] for c in read_log(store)}[change_id]

        phone = open_desk(browser, address, BEN, viewport=ViewportSize(width=390, height=844), has_touch=True)
        phone.goto(f"{address}/review/changes/{first_confirmed(world)}")
        assert phone.evaluate("document.documentElement.scrollWidth") == 390
        phone.get_by_label("Reason or remark").fill("it is still on the list")
        phone.get_by_role("button", name="No, this did not happen").tap()
        expect(phone.get_by_role("status").first).to_contain_text(
            "No, this did not happen is recorded", timeout=120_000
        )
        page.goto(f"{address}/review")  # and the first reviewer is told
        expect(page.get_by_role("heading", level=2).first).to_have_text("Your rulings that somebody overruled 1")
        expect(page.locator("main")).to_contain_text(f"{BEN} ruled “No, this did not happen”")
        expect(page.locator("main")).to_contain_text("because: it is still on the list")
    before = {
        (" ".join((c["before"]["agency"] or "").split()), c["support_type"]) for c in log
        if c["before"] and c["needs_review"] and c["kind"] in ("termination", "amendment") and c["list"] != "pending"
    }  # fmt: skip
    assert len(either()) == 9
    assert either() & before == set()


def first_confirmed(world: World) -> str:
    """The id of the change that the first "yes" was said to."""
    with world.store() as store:
        return next(r.subject for r in read_rulings(store.connection) if r.ruling == "confirm")


BOARD = "fl-university-of-central-florida-board-of-trustees"
POLICE = "fl-university-of-central-florida-police-department"
NEWS = "https://news.example.org/2025/ucf-trustees"


def test_one_body_a_county_and_a_real_end_are_found_on_the_public_pages(
    corpus: Path, tmp_path: Path, browser: Browser
) -> None:
    """A newcomer merges UCF's two names, sets the county that the trustees' row lacks, and records their real end."""
    shutil.copytree(corpus, tmp_path / "home")
    world = World(tmp_path / "home", utc_now, Settings(home=tmp_path / "home"))
    with serve(world) as address:
        page = browser.new_context(viewport=ViewportSize(width=1280, height=900)).new_page()
        page.goto(f"{address}/review/login")
        page.get_by_label("Name").fill(ADA)
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.get_by_role("link", name="Agencies").first.click()
        page.get_by_label("Name, or a part of it").fill("university of centrl florida")
        page.get_by_role("button", name="Find").click()
        page.locator(f'a[href$="/review/agencies/{BOARD}"]').click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Central Florida Board of Trustees")

        def record(part: str, button: str, fields: dict[str, str], choices: dict[str, str]) -> None:
            page.get_by_role("heading", name=part, level=3).click()
            for name, text in fields.items():
                page.locator(f"#{name}").fill(text)
            for name, choice in choices.items():
                page.locator(f"#{name}").select_option(choice)
            page.get_by_role("button", name=button, exact=True).click()
            expect(page.get_by_role("status").first).to_contain_text("The fact is recorded.")

        record("One body, or two", "Record it", {"o-value": POLICE, "o-source": NEWS}, {"o-fact": "one"})
        record("County", "Record the county", {"c-value": "Orange"}, {})
        ended = {"e-value": "2025-07-24", "e-source": NEWS, "e-note": "The police department signed instead."}
        record("An agreement really ended", "Record the end", ended, {"e-detail": "merged"})
    pages = TestClient(create_app(world.home))
    trustees, police = (pages.get(f"/agencies/{agency}/").text for agency in (BOARD, POLICE))
    for shown, other in ((trustees, POLICE), (police, BOARD)):
        said = " ".join(re.sub("<[^>]*>", " ", shown).split())
        assert "Reviewed: one body with University of Central Florida" in said
        assert f"/agencies/{other}/" in shown
    agreement = pages.get(f"/agreements/{BOARD}-tfm-2025-04-15/").text
    for shown in (trustees, agreement, pages.get("/places/fl/orange-county/").text):
        assert "merged into another agreement, July 24, 2025" in shown
        assert f'<a href="{NEWS}" rel="noreferrer nofollow">source</a>' in shown
        assert "The police department signed instead." in shown
        assert ADA not in shown
    assert "Orange County</a>" in trustees
    assert f"/agencies/{BOARD}/" in pages.get("/places/fl/orange-county/").text
    spanish = pages.get(f"/es/agreements/{BOARD}-tfm-2025-04-15/").text
    assert "fusionado con otro acuerdo" in spanish
    assert 'tal como se escribió:</span> <bdi lang="en">The police department signed instead.</bdi>' in spanish
    facts = csv.DictReader(pages.get("/data/reviewed_facts.csv").text.splitlines())
    assert [(f["fact"], f["subject"]) for f in facts] == [
        ("one", BOARD), ("county", BOARD), ("ended", f"{BOARD}-tfm-2025-04-15"),
    ]  # fmt: skip
