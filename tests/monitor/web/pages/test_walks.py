"""From the pages alone, on the real lists, a newcomer finds the answers; they were read off the workbooks by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.long


@pytest.fixture(params=[(390, 844), (1280, 900)], ids=["phone", "desktop"])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    width, height = request.param
    context = browser.new_context(viewport={"width": width, "height": height})
    yield context.new_page()
    context.close()


def test_which_florida_counties_had_a_task_force_on_1_march_2025(page: Page, corpus_site: str) -> None:
    """The list then in force has 54 Florida rows with the Task Force Model; Alachua is in, Pasco came later."""
    page.goto(corpus_site)
    page.get_by_role("link", name="As of", exact=True).first.click()
    page.get_by_label("What ICE listed on").fill("2025-03-01")
    page.get_by_label("State", exact=True).select_option("FL")
    page.get_by_label("Support type", exact=True).select_option("TFM")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", name="54 agreements fit")).to_be_visible()
    rows = page.locator("table.listed tbody tr:has(td)")
    expect(rows).to_have_count(54)
    counties = set(rows.locator("td:nth-of-type(1) a").all_inner_texts())
    assert {"Alachua County", "Duval County", "Washington County"} <= counties
    assert "Pasco County" not in counties


def test_when_waupaca_ended_and_which_document_shows_it(page: Page, corpus_site: str) -> None:
    """Listed in the morning of 12 August 2025, gone in the afternoon."""
    page.goto(corpus_site)
    page.get_by_label("ZIP code, city, county, state or agency").fill("Waupaca")
    page.get_by_role("button", name="Search").click()
    page.locator(".answer h2 a", has_text="Waupaca").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Waupaca County, Wisconsin")
    expect(page.locator(".lead")).to_contain_text("No longer listed since August 12, 2025")
    page.get_by_role("link", name="evidence").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("No longer listed by ICE")
    shown = page.locator("main")
    expect(shown).to_contain_text("Last listed in participatingAgencies08122025am.xlsx, row 640")
    expect(shown).to_contain_text("First missing from participatingAgencies08122025pm.xlsx")
    page.get_by_role("link", name="participatingAgencies08122025pm.xlsx").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the original bytes").click()
    assert download.value.suggested_filename == "participatingAgencies08122025pm.xlsx"


def test_what_changed_on_15_july_2025_and_what_was_only_spelling(page: Page, corpus_site: str) -> None:
    """Nine rows differ from 14 July's in a name or type only (and one more, which is another agency's row leaving)."""
    page.goto(f"{corpus_site}changes/")
    page.locator("summary", has_text="Filters").click()
    page.get_by_label("From").fill("2025-07-15")
    page.get_by_label("To", exact=True).fill("2025-07-15")
    page.get_by_role("button", name="Show").click()
    assert re.search(r"since=2025-07-15&until=2025-07-15", page.url)
    expect(page.locator(".count")).to_contain_text("9 amendments of spelling or links are hidden")
    expect(page.get_by_role("link", name="Fort Myers Police Department")).to_have_count(0)
    page.get_by_role("link", name="show them").click()
    expect(page.get_by_role("link", name="Fort Myers Police Department")).to_have_count(1)
    differences = " ".join(page.locator(".diff").all_inner_texts())
    for before, after in (("Ft. Myers", "Fort Myers"), ("Indiatlantic", "Indialantic")):
        assert f"{before} Police Department → {after} Police Department" in differences


def test_what_ice_listed_on_30_may_2025_and_what_it_claimed(page: Page, corpus_site: str) -> None:
    """The list of 29 May was in force; the saved lists come without ICE's page, and the page says so."""
    page.goto(f"{corpus_site}as-of/?date=2025-05-30")
    lead = page.locator(".lead")
    expect(lead).to_contain_text("As of May 29, 2025, ICE listed 634 agreements in 635 rows")
    expect(page.locator("tr.sum td").first).to_have_text("634")  # St. Cloud's police stands in rows 56 and 257
    expect(page.locator("#none-stated")).to_contain_text("No copy of ICE's page with totals of its own is kept here")


def test_is_there_anything_in_dane_county_or_next_door(page: Page, corpus_site: str) -> None:
    """Dane is on no list kept here; each of its seven neighbors is named with how it stands."""
    page.goto(corpus_site)
    page.get_by_label("ZIP code, city, county, state or agency").fill("Dane County")
    page.get_by_role("button", name="Search").click()
    page.locator(".answer h2 a", has_text="Dane County").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Dane County, Wisconsin")
    expect(page.locator(".lead")).to_contain_text("On no list kept here (since January 12, 2021)")
    beside = page.locator("section", has_text="Neighboring counties").locator("li")
    expect(beside).to_have_count(7)
    assert sorted(t.split(" County")[0] for t in beside.all_inner_texts()) == [
        "Columbia", "Dodge", "Green", "Iowa", "Jefferson", "Rock", "Sauk"]  # fmt: skip
    expect(page.locator("p.citation")).to_contain_text("ICE listed no agreement in Dane County, Wisconsin")


def test_another_language_keeps_the_place(page: Page, corpus_site: str) -> None:
    page.goto(f"{corpus_site}changes/?state=FL&kind=termination")
    page.get_by_role("link", name="Español").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cambios")
    assert page.url.endswith("es/changes/?state=FL&kind=termination")
    expect(page.locator(".kind").first).to_contain_text("Ya no figura en la lista de ICE")


def test_a_word_of_a_row_finds_it(page: Page, corpus_site: str) -> None:
    page.goto(f"{corpus_site}changes/")
    page.get_by_label("Search").fill("macro island")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("link", name="Marco Island Police Department").first).to_be_visible()
    page.get_by_role("link", name="Marco Island Police Department").first.click()
    page.locator("dl.facts a", has_text="Marco Island Police Department").first.click()
    expect(page.locator("section", has_text="Names ICE printed")).to_contain_text("Macro Island Police Department")
