"""Which list a held list is: ruled for one list or for all of a form, previewed, released in order, taken back."""

from __future__ import annotations

import shutil
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from starlette.testclient import TestClient
from typer.testing import CliRunner

import scheduler
from db.database import Store
from db.queries.publication_list import read_publications
from db.queries.rulings import list_rulings
from db.settings import Settings
from monitor.changelog.rebuild import derive
from monitor.web.desk import accounts
from tests.dump import dump
from tests.histories import NOW, many, put
from tests.monitor.publications.test_which_list import BEFORE, USUAL, newcomers, put_form
from tests.monitor.web.desk.conftest import ADA, BEN, PASSWORD, Clock, World, serve, token_in

LISTS = 28


def make_held_lists(home: Path) -> None:
    """Twenty-eight pending lists with a SIGNED column, one row more each day: each could be either list."""
    with closing(Store.open(home)) as store:
        put(store, replace(BEFORE, rows=many(30)))
        put_form(store, newcomers(3), USUAL, date(2026, 3, 2))
        derive(store, now=NOW)
        for n in range(LISTS):
            day = date(2026, 3, 3) + timedelta(days=n)
            put_form(store, [*many(20), *newcomers(5 + n)], (*USUAL, "signed"), day, "pending", "list")
        derive(store, now=NOW)
        accounts.add_user(store, ADA, PASSWORD, "administrator", NOW)
        accounts.add_user(store, BEN, PASSWORD, "reviewer", NOW)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, cheap_hashes: None) -> Path:
    home = tmp_path_factory.mktemp("held") / "home"
    make_held_lists(home)
    return home


@pytest.fixture
def held_world(home: Path, tmp_path: Path) -> World:
    shutil.copytree(home, tmp_path / "home")
    return World(tmp_path / "home", Clock(), Settings(home=tmp_path / "home"))


def became(world: World) -> list[tuple[str | None, str]]:
    """List and status of the twenty-eight, oldest first."""
    with world.store() as store:
        return [(p["list"], p["status"]) for p in read_publications(store.connection)][2:]


def log_in(browser: Browser, address: str, name: str) -> Page:
    page = browser.new_context().new_page()
    page.goto(f"{address}/review/login")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("What waits for a person")
    return page


def test_twenty_eight_lists_of_one_form_are_released_by_one_ruling_after_one_preview(
    browser: Browser, held_world: World
) -> None:
    """49 agencies were listed as pending in those weeks: 22 by the first list, and one more a day."""
    assert became(held_world) == [("participating", "held")] * LISTS
    with serve(held_world) as address:
        page = log_in(browser, address, BEN)
        expect(page.get_by_text("28 participating lists are held for the same reason")).to_be_visible()
        page.get_by_role("link", name="rule on them together").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("One ruling on 28 of 28 rows")
        expect(page.locator("body")).to_contain_text("ICE would be shown to list 25 rows instead of 30")
        page.get_by_label("Ruling").select_option("form:pending")
        page.get_by_role("button", name="Show what it would do").click()
        expect(page.get_by_text("Lists with another status: 28")).to_be_visible()
        expect(page.locator("body")).to_contain_text("ICE would be shown to list 25 rows instead of 3")
        expect(page.get_by_text("New in the log: 49")).to_be_visible()
        assert became(held_world) == [("participating", "held")] * LISTS  # looking stores nothing
        page.get_by_label("Reason").fill("the pending list has a SIGNED column now")
        page.get_by_role("button", name="Rule on the ticked rows").click()
        told = page.get_by_role("status")
        expect(told).to_contain_text("Every list with these columns is a pending list is recorded")
        expect(told).to_contain_text("It also changed 49 other lines of the log.")
        assert became(held_world) == [("pending", "accepted")] * LISTS
        with held_world.store() as store:
            (made,) = list_rulings(store.connection)
            assert (made.ruling, made.other, made.reviewer) == ("form", "pending", BEN)
            assert made.on_change in {p["sha256"] for p in read_publications(store.connection)}
            later = put_form(
                store, [*many(20), *newcomers(40)], (*USUAL, "signed"), date(2026, 4, 9), "pending", "list"
            )
            derive(store, now=NOW)
            assert {p["file"]: p["status"] for p in read_publications(store.connection)}[str(later)] == "accepted"
        page.goto(f"{address}/review/audit")
        expect(page.locator("tbody")).to_contain_text("the pending list has a SIGNED column now")
        expect(page.locator("tbody")).to_contain_text("listAgencies")


def test_a_ruling_on_a_form_is_taken_back_by_one_key(browser: Browser, held_world: World) -> None:
    with held_world.store() as store:
        before = [line for line in dump(store) if not line.startswith("rulings")]
    with serve(held_world) as address:
        page = log_in(browser, address, ADA)
        page.locator("[data-item]").first.click()
        page.get_by_label("Ruling").select_option("form:pending")
        page.get_by_role("button", name="Show what it would change").click()
        page.wait_for_selector("body[data-keys=ready]")
        page.keyboard.press("l")
        expect(page.get_by_role("status")).to_contain_text("is a pending list is recorded")
        assert became(held_world) == [("pending", "accepted")] * LISTS
        page.wait_for_selector("body[data-keys=ready]")
        page.keyboard.press("u")
        expect(page.get_by_role("status")).to_contain_text("Undo is recorded")
        expect(page.get_by_role("heading", level=1)).to_contain_text("listAgencies")  # the list it was made on
    with held_world.store() as store:
        assert [line for line in dump(store) if not line.startswith("rulings")] == before


def sha256_of(world: World, number: int) -> str:
    with world.store() as store:
        return read_publications(store.connection)[2 + number]["sha256"]


def post(client: TestClient, sha256: str, ruling: str, **more: str):  # type: ignore[no-untyped-def]
    token = token_in(client.get("/review/account").text)
    return client.post(f"/review/lists/{sha256}", data={"csrf": token, "ruling": ruling, **more})


def test_one_list_is_released_as_the_list_it_is(held_world: World) -> None:
    """The others of its form stay held; undone, it is held again."""
    first = sha256_of(held_world, 0)
    client = held_world.client(BEN)
    page = client.get(f"/review/lists/{first}?ruling=release:pending").text
    assert "New in the log: 22" in page
    answer = post(client, first, "release:pending")
    assert answer.status_code == 303
    assert became(held_world)[0] == ("pending", "accepted")
    assert {status for _, status in became(held_world)[1:]} == {"held"}
    with held_world.store() as store:
        (made,) = list_rulings(store.connection)
        reasons = read_publications(store.connection)[2]["reasons"]
    assert (made.ruling, made.subject, made.other) == ("release", first, "pending")
    assert reasons[0] == "released: by a reviewer, as the pending list"
    assert "Release as the pending list</strong> is recorded" in client.get(answer.headers["location"]).text
    undo = ["--db", str(held_world.home), "review", "undo", first, "--reviewer", BEN]
    assert CliRunner().invoke(scheduler.app, undo).exit_code == 0
    assert became(held_world) == [("participating", "held")] * LISTS
    release = ["--db", str(held_world.home), "review", "release", first, "--as", "pending", "--reviewer", BEN]
    assert CliRunner().invoke(scheduler.app, release).exit_code == 0
    assert became(held_world)[0] == ("pending", "accepted")


def test_a_ruling_that_takes_accepted_lists_out_needs_an_administrator(held_world: World) -> None:
    with held_world.store() as store:
        accepted = read_publications(store.connection)[0]["sha256"]
    for name, typed, status in ((BEN, "1", 400), (ADA, "", 400), (ADA, "1", 303)):
        answer = post(held_world.client(name), accepted, "reject", typed=typed)
        assert answer.status_code == status, name
        if status == 400:
            assert "it takes 1 accepted list out" in answer.text
    with held_world.store() as store:
        assert read_publications(store.connection)[0]["status"] == "rejected"


@pytest.mark.parametrize("ruling", ["form", "form:neither", "reject:pending", "note:pending", "confirm", "release:"])
def test_what_is_no_ruling_on_a_list_is_refused(held_world: World, ruling: str) -> None:
    assert post(held_world.client(ADA), sha256_of(held_world, 0), ruling).status_code == 400
    with held_world.store() as store:
        assert list_rulings(store.connection) == []
