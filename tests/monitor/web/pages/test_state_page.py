"""A state's page: its map leads to counties, its table sorts and filters, long lists are folded."""

from __future__ import annotations

from playwright.sync_api import Browser, expect


def test_the_map_and_the_table_lead_to_counties(browser: Browser, small_site: str) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{small_site}places/fl/")
    assert page.locator(".place-map a[href='pasco-county/']").count() == 1
    rows = page.locator("table[data-filter] tbody tr")
    page.fill("input[type=search][placeholder='Show rows with these words']", "pasco listed")
    expect(page.locator("table[data-filter] tbody tr:visible")).to_have_count(1)
    page.fill("input[type=search][placeholder='Show rows with these words']", "")
    page.get_by_role("button", name="Listed agreements").click()
    page.get_by_role("button", name="Listed agreements").click()
    expect(rows.first).to_contain_text("Pasco County")
    expect(page.locator("th[aria-sort=descending]")).to_have_count(1)
    page.close()
