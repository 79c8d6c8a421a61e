"""The map's view in a browser: zoom by key, wheel, drag and state; its address opens the same view elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

WIDTH = "Number(document.getElementById('map').getAttribute('viewBox').split(' ')[2])"


@pytest.fixture
def page(browser: Browser, small_site: str) -> Iterator[Page]:
    """Return a page with the map, ready."""
    made = browser.new_page(viewport={"width": 1280, "height": 900})
    made.goto(f"{small_site}map/")
    made.wait_for_selector("[data-ready=yes]")
    yield made
    made.close()


def width(page: Page) -> float:
    """Return how much of the map's width is seen."""
    return float(page.evaluate(WIDTH))


def test_the_whole_country_is_in_the_first_screen(page: Page) -> None:
    box = page.locator("#map").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 900


def test_keys_buttons_and_states_zoom(page: Page) -> None:
    whole = width(page)
    page.locator("#map-frame").focus()
    page.keyboard.press("+")
    assert width(page) == pytest.approx(whole * 0.6, rel=0.01)
    page.keyboard.press("0")
    assert width(page) == whole
    page.click("#zoom button >> nth=0")
    assert width(page) < whole
    page.select_option("#enter", "12")
    florida = width(page)
    assert florida < whole / 3
    expect(page.locator("#c12101")).to_be_in_viewport()


def test_a_drag_moves_the_map_and_opens_no_county(page: Page) -> None:
    page.select_option("#enter", "48")
    before = page.locator("#map").get_attribute("viewBox")
    box = page.locator("#map").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 80, y - 30, steps=4)
    page.mouse.up()
    assert page.locator("#map").get_attribute("viewBox") != before
    assert page.url.partition("#")[0].endswith("/map/")


def test_the_address_opens_the_same_view_elsewhere(page: Page, browser: Browser) -> None:
    """Day, county and view are in it; the table, the downloads and the other layers follow the day."""
    page.select_option("#enter", "12")
    page.evaluate(
        "() => { const r = document.getElementById('step'); r.value = 0; r.dispatchEvent(new Event('input')); }"
    )
    page.locator("#c12101").hover()
    expect(page.locator("a[data-dated]").first).to_have_attribute(
        "href", re.compile(r"map/support\.svg\?date=2025-03-03$")
    )
    expect(page.locator("#map-table")).to_contain_text("Waupaca County")
    page.wait_for_url("**/map/#day=2025-03-03&county=12101&view=*")
    assert page.locator(".tabs a").nth(1).get_attribute("href").endswith(page.url.partition("#")[2])  # type: ignore[union-attr]
    other = browser.new_page(viewport={"width": 1280, "height": 900})
    other.goto(page.url)
    other.wait_for_selector("[data-ready=yes]")
    assert width(other) == pytest.approx(width(page), abs=1)
    expect(other.locator("#map-day")).to_have_text("March 3, 2025")
    expect(other.locator("#about-county")).to_contain_text("Pasco County")
    other.close()
