"""A reviewer at work, in a real browser: every step by keyboard alone, each page clean for axe, a phone wide enough."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from monitor.changelog.log import read_log
from tests.monitor.web.desk.conftest import ADA, BEN, PASSWORD, World

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
PHONE, DESK = ViewportSize(width=360, height=740), ViewportSize(width=1280, height=900)


def faults(page: Page) -> list[tuple[str, Any]]:
    """What axe finds wrong with the page: rule and place."""
    page.evaluate(AXE)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [(v["id"], [n["target"] for n in v["nodes"]]) for v in found["violations"]]


def log_in(page: Page, address: str, name: str = ADA) -> None:
    """By keyboard: the name field has the focus when the page opens."""
    page.goto(f"{address}/review")
    expect(page.locator("#name")).to_be_focused()
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("What waits for a person")


def ready(page: Page) -> None:
    """Wait until the page has been on the screen long enough for its keys to work."""
    page.wait_for_selector("body[data-keys=ready]")


def tab_to(page: Page, text: str) -> None:
    """The focus is moved by the Tab key to what says so; fails when it never gets there."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if text in (page.evaluate("document.activeElement.innerText") or ""):
            return
    raise AssertionError(f"Tab never reaches {text!r}")


def statuses(world: World) -> dict[tuple[str, str | None, str | None], str]:
    with world.store() as store:
        return {(e["kind"], e["state"], e["agency"]): e["status"] for e in read_log(store)}


ENDING = ("termination", "NY", "Lake Placid Police Department")


def test_a_false_ending_is_settled_undone_and_a_held_list_released_by_keyboard_alone(
    browser: Browser, address: str, world: World
) -> None:
    page = browser.new_context(viewport=DESK).new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    log_in(page, address)
    assert page.locator("main h2").all_inner_texts()[:2] == ["Held lists 1", "Changes that need a decision 3"]

    ready(page)
    for _ in range(4):  # the held list, Gulf, Lake Placid of Florida, Lake Placid of New York
        page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/changes/**")
    expect(page.get_by_role("heading", level=1)).to_have_text("Lake Placid Police Department")
    ready(page)
    page.keyboard.press("s")
    expect(page.get_by_role("status")).to_contain_text("is now retracted")
    assert statuses(world)[ENDING] == "retracted"

    ready(page)
    page.keyboard.press("u")
    expect(page.get_by_role("status")).to_contain_text("Undo is recorded")
    assert statuses(world)[ENDING] == "provisional"
    expect(page.get_by_text("no longer counts").first).to_be_visible()

    page.goto(f"{address}/review")
    ready(page)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/lists/**")
    expect(page.get_by_role("heading", name="What a release would change")).to_be_visible()
    expect(page.get_by_text("New in the log: 32")).to_be_visible()  # 44 rows before, 12 now
    page.get_by_label("second confirmation").fill("32")
    page.keyboard.press("Enter")  # in a field, Enter never rules
    page.wait_for_timeout(300)
    assert sum(kind == "termination" for kind, _, _ in statuses(world)) == 1
    tab_to(page, "Release")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("Release is recorded")
    assert sum(kind == "termination" for kind, _, _ in statuses(world)) == 33

    tab_to(page, "Audit")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Who decided what, and why")
    assert [row.split()[0] for row in page.locator("tbody tr td:nth-child(3)").all_inner_texts()] == [
        "Release", "Undo", "One",
    ]  # fmt: skip
    page.goto(f"{address}/review")
    tab_to(page, "Log out")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Log in")
    page.goto(f"{address}/review/audit")
    expect(page.get_by_role("heading", level=1)).to_have_text("Log in")
    assert problems == []


def test_the_same_without_scripts(browser: Browser, address: str, world: World) -> None:
    """Buttons alone do it: one click a decision."""
    page = browser.new_context(viewport=DESK, java_script_enabled=False).new_page()
    page.goto(f"{address}/review/login")
    page.get_by_label("Name").fill(BEN)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("link", name="Lake Placid Police Department").last.click()
    page.get_by_role("button", name="One agreement, continued").click()
    expect(page.get_by_role("status")).to_contain_text("is now retracted")
    assert statuses(world)[ENDING] == "retracted"
    page.get_by_role("button", name="Undo").first.click()
    assert statuses(world)[ENDING] == "provisional"


def every_page(page: Page, address: str) -> list[str]:
    """The addresses of all pages, those of one change and of one list included."""
    log_in(page, address)
    links = [str(link.get_attribute("href")).split("?")[0] for link in page.locator("[data-item]").all()[:2]]
    rest = [
        "",
        "?state=FL&part=rest",
        "/audit",
        "/users",
        "/account",
        "/bulk?kind=signing&ruling=confirm",
        "/changes/none",
    ]
    return [f"{address}{link}" for link in links] + [f"{address}/review{path}" for path in rest]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page_and_a_phone_is_wide_enough(browser: Browser, address: str, scheme: str) -> None:
    page = browser.new_context(viewport=PHONE, color_scheme=scheme).new_page()  # type: ignore[arg-type] # two words of it
    page.goto(f"{address}/review/login")
    assert faults(page) == []
    for there in every_page(page, address):
        page.goto(there)
        assert (there, faults(page)) == (there, [])
        assert (there, page.evaluate("document.documentElement.scrollWidth")) == (there, 360)
        small = page.evaluate(
            "[...document.querySelectorAll('main button')].map(b => b.getBoundingClientRect())"
            ".filter(r => r.width && r.height < 36).length"
        )
        assert (there, small) == (there, 0)  # a finger needs room


def test_keys_can_be_turned_off(browser: Browser, address: str, world: World) -> None:
    page = browser.new_context(viewport=DESK).new_page()
    log_in(page, address)
    page.goto(f"{address}/review/account")
    page.get_by_role("button", name="Turn keys off").click()
    page.goto(f"{address}/review?part=doubtful")
    page.locator("[data-item]").last.click()
    page.wait_for_url("**/changes/**")
    page.wait_for_timeout(800)
    page.keyboard.press("s")
    page.wait_for_timeout(300)
    assert statuses(world)[ENDING] == "provisional"


def test_typing_a_reason_rules_nothing(browser: Browser, address: str, world: World) -> None:
    """`r` leads to the field; the letters of "sdyn" are words there, and Enter is a new line."""
    page = browser.new_context(viewport=DESK).new_page()
    log_in(page, address)
    page.goto(f"{address}/review?part=doubtful")
    page.locator("[data-item]").last.click()
    page.wait_for_url("**/changes/**")
    ready(page)
    page.keyboard.press("r")
    page.keyboard.type("sdyn")
    page.keyboard.press("Enter")
    page.keyboard.type("1")
    page.wait_for_timeout(300)
    assert page.locator("#reason").input_value() == "sdyn\n1"
    with world.store() as store:
        assert store.connection.execute("select count(*) from rulings").fetchone() == (0,)


PRESS = "['s', 'y'].forEach(key => document.body.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true})))"


def test_a_key_pressed_before_the_change_is_on_the_screen_rules_nothing(
    browser: Browser, address: str, world: World
) -> None:
    """Keys that arrive as soon as the page listens were meant for the page before; the same keys rule later."""
    page = browser.new_context(viewport=DESK).new_page()
    log_in(page, address)
    page.goto(f"{address}/review?part=doubtful")
    there = page.locator("[data-item]").last.get_attribute("href")
    page.add_init_script(f"addEventListener('DOMContentLoaded', () => {PRESS})")
    page.goto(f"{address}{there}")
    ready(page)
    assert page.url == f"{address}{there}"
    assert statuses(world)[ENDING] == "provisional"
    with world.store() as store:
        assert store.connection.execute("select count(*) from rulings").fetchone() == (0,)
    page.evaluate(PRESS)
    expect(page.get_by_role("status").first).to_contain_text("One agreement, continued is recorded")
    with world.store() as store:
        assert store.connection.execute("select ruling from rulings").fetchall() == [("same",)]  # and one only


def test_same_and_confirm_stand_apart_in_place_color_and_words(browser: Browser, address: str) -> None:
    page = browser.new_context(viewport=DESK).new_page()
    log_in(page, address)
    page.goto(f"{address}/review?part=doubtful")
    page.locator("[data-item]").last.click()
    same = page.get_by_role("button", name="One agreement, continued")
    yes = page.get_by_role("button", name="Yes, this happened")
    colors = [b.evaluate("b => getComputedStyle(b).backgroundColor") for b in (same, yes)]
    boxes = [b.bounding_box() for b in (same, yes)]
    assert colors[0] != colors[1]
    assert boxes[0]
    assert boxes[1]
    assert boxes[1]["y"] - boxes[0]["y"] > 100
    assert (
        same.evaluate("b => b.closest('fieldset').querySelector('legend').innerText") == "Is it one agreement or two?"
    )
    assert yes.evaluate("b => b.closest('fieldset').querySelector('legend').innerText") == (
        "Did it happen as the log says?"
    )
