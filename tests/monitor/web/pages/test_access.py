"""Every page in both languages, on phone and desktop: axe finds nothing, nothing sticks out or comes from elsewhere."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

pytestmark = pytest.mark.long

PAGES = (
    "", "changes/", "changes/?all=1", "changes/2025-03/", "map/", "map/status/", "map/administration/", "map/number/",
    "places/", "search/?q=pasco", "search/?q=washington", "search/?q=qqqq", "places/fl/", "places/fl/pasco-county/",
    "places/wi/waupaca-county/", "places/wi/dane-county/", "places/pr/", "agencies/fl-pasco-county-sheriffs-office/",
    "agreements/fl-pasco-county-sheriffs-office-tfm-2025-02-26/", "as-of/", "as-of/?date=2025-03-04&state=FL",
    "as-of/?date=x", "stated/", "trends/",
    "trends/fl/", "lists/", "about/", "method/", "glossary/", "data/", "sheets/us/",
    "sheets/fl/", "sheets/fl/pasco-county/", "sheets/agency/fl-pasco-county-sheriffs-office/", "no-such-page/",
)  # fmt: skip


@pytest.mark.parametrize(
    ("tongue", "width", "scheme"),
    [
        ("", 390, "dark"), ("es/", 1280, "light"),
        pytest.param("", 1280, "light", marks=pytest.mark.soak),
        pytest.param("es/", 390, "dark", marks=pytest.mark.soak),
    ],
)  # fmt: skip
def test_every_page_is_open_to_all(browser: Browser, small_site: str, tongue: str, width: int, scheme: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    elsewhere: list[str] = []
    said: list[str] = []
    page.on("request", lambda r: None if r.url.startswith(small_site) else elsewhere.append(r.url))
    page.on("console", lambda m: said.append(m.text) if m.type == "error" and "status of 4" not in m.text else None)
    page.on("dialog", lambda d: said.append(f"dialog {d.message}"))
    found = []
    for path in PAGES:
        page.goto(small_site + tongue + path)
        for violation in Axe().run(page).response["violations"]:
            nodes = [node["target"] for node in violation["nodes"]][:3]
            found.append(f"{tongue}{path} {violation['id']}: {nodes}")
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(f"{tongue}{path} is wider than {width}")
        if page.locator("html").get_attribute("lang") != (tongue[:2] or "en"):
            found.append(f"{tongue}{path} says the wrong language")
    context.close()
    assert found == []
    assert elsewhere == []
    assert said == []
