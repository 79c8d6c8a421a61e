"""A newcomer settles, on ICE's real lists, the nine departures of which a careful reader could say either."""

from __future__ import annotations

import csv
import re
import shutil
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect
from starlette.testclient import TestClient
from typer.testing import CliRunner

import scheduler
from db.database import Store, utc_now
from db.settings import Settings
from monitor.changelog.log import read_log
from monitor.web.desk import accounts
from monitor.web.pages.app import create_app
from tests.monitor.web.desk.conftest import ADA, PASSWORD, World, serve
from tests.paths import LISTS

CORPUS = LISTS
pytestmark = [pytest.mark.long, pytest.mark.skipif(not CORPUS.is_dir(), reason="needs ../shared/ice-sheets")]


class Counting:
    """A keyboard and a mouse that count."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.used = 0

    def press(self, key: str) -> None:
        self.used += 1
        self.page.keyboard.press(key)

    def click(self, name: str) -> None:
        self.used += 1
        self.page.get_by_role("link", name=name).first.click()


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory, cheap_hashes: None) -> Path:
    home = tmp_path_factory.mktemp("walk") / "home"
    CliRunner().invoke(scheduler.app, ["--db", str(home), "import", "--manifest", str(CORPUS / "manifest.csv")])
    with Store.open(home) as store:
        accounts.add_user(store, ADA, PASSWORD, "administrator", store.now_text())
    return home


def either() -> set[tuple[str, str]]:
    """(agency as last listed, support type) of the nine."""
    with (CORPUS / "departures.csv").open(encoding="utf-8", newline="") as lines:
        return {(r["agency_as_last_listed"], r["model"]) for r in csv.DictReader(lines) if r["verdict"] == "either"}


def test_nine_decisions_take_three_keys_each_at_most(corpus: Path, tmp_path: Path, browser: Browser) -> None:
    """From the queue: one click, Enter on the first; then one key on each of the nine, `j` on the others."""
    shutil.copytree(corpus, tmp_path / "home")
    world = World(tmp_path / "home", utc_now, Settings(home=tmp_path / "home"))
    wanted, settled = either(), {}
    assert len(wanted) == 9
    with serve(world) as address:
        page = browser.new_context(viewport=ViewportSize(width=1280, height=900)).new_page()
        page.goto(f"{address}/review/login")
        page.get_by_label("Name").fill(ADA)
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("What waits for a person")
        hand, start = Counting(page), time.monotonic()
        hand.click("changes that need a decision")
        expect(page.locator("h2").first).to_contain_text("Changes that need a decision")
        page.wait_for_selector("body[data-keys=ready]")
        hand.press("j")
        hand.press("Enter")
        page.wait_for_url("**/changes/**")
        for _ in range(60):
            page.wait_for_selector("body[data-keys=ready]")  # the keys work once the page has been seen
            here = page.url.split("?")[0].rpartition("/")[2]
            agency = (
                page.locator("tr", has=page.get_by_role("rowheader", name="Agency")).locator("td").first.inner_text()
            )
            key = (" ".join(agency.split()), page.locator(".lead .tag").inner_text().split()[-1])
            last = page.locator("[data-key=j]").count() == 0
            if key in wanted:
                settled[here] = key
                # one of the nine was listed once and has no candidate: the log is right about its ending
                named = page.locator("[data-key=s]").count() > 0
                hand.press("s" if named else "y")
                expect(page).not_to_have_url(re.compile(rf"/changes/{here}(\?|$)"), timeout=60_000)
                expect(page.get_by_role("status").first).to_contain_text(
                    "One agreement" if named else "Yes, this happened"
                )
                wanted.discard(key)
            elif last:
                break
            else:
                hand.press("j")
                expect(page).not_to_have_url(re.compile(rf"/changes/{here}(\?|$)"), timeout=60_000)
            if not wanted:
                break
        spent = time.monotonic() - start
    assert wanted == set()
    with world.store() as store:
        log = {e["id"]: e for e in read_log(store)}
    assert all(not log[change]["needs_review"] for change in settled)
    # three are in the log as endings: two had a successor and are retracted, one had none and stands
    endings = [log[c]["status"] for c in settled if log[c]["kind"] == "termination"]
    assert sorted(endings) == ["confirmed", "retracted", "retracted"]
    print(f"{len(settled)} decisions, {hand.used} keys and clicks, {spent:.0f} s")
    assert hand.used / len(settled) <= 3
    assert spent < 300


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
    facts = csv.DictReader(pages.get("/data/reviewed_facts.csv").text.splitlines())
    assert [(f["fact"], f["subject"]) for f in facts] == [
        ("one", BOARD), ("county", BOARD), ("ended", f"{BOARD}-tfm-2025-04-15"),
    ]  # fmt: skip
