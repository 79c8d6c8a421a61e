"""Twelve things readers come for, in a browser on the real lists: what is answered, and after how many clicks.

A click is a link or button that is pressed; typing into the search and Enter there is none. Each task is done with a
mouse or by keyboard alone (Tab until the thing has the focus, then Enter).
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from contextlib import ExitStack
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from tests.monitor.web.pages.reader import SAID, Reader

pytestmark = pytest.mark.long

#: (width, height, language, by keyboard alone).
WAYS = [(390, 844, "en", True), (1280, 900, "es", False)]
EVERY_WAY = [(*size, code, keys) for size in ((390, 844), (1280, 900)) for code in SAID for keys in (True, False)]


def find_agreement(reader: Reader) -> None:
    """Is there one in my county: which kind, since when, the document, the neighbors."""
    reader.search("Pascoe")
    expect(reader.page.locator(".answer")).to_contain_text("4 agenc")
    expect(reader.page.locator(".answer summary")).to_contain_text(f"{reader.said['neighbors']}: 5")
    reader.press(reader.link(reader.said["more"]))
    expect(reader.page.locator("h1")).to_have_text("Pasco County, Florida")
    expect(reader.page.locator(".lead")).to_contain_text("2025")
    expect(reader.page.locator("main .plain .type").first).to_have_text("TFM")
    expect(reader.page.locator('main li:has(.badge.listed) a[href*="287gMOA"]')).to_have_count(4)
    expect(reader.page.locator("section", has=reader.page.locator("h2", has_text=reader.said["neighbors"]))
           .locator(".found li")).to_have_count(5)  # fmt: skip
    assert reader.clicks == 1


def read_endings(reader: Reader) -> None:
    """What ended this month, and how sure that is."""
    reader.press(reader.link(reader.said["ended"]))
    expect(reader.page.locator(".change.termination").first).to_be_visible()
    assert set(reader.page.locator(".change").evaluate_all("all => all.map(one => one.classList[1])")) == {
        "termination"
    }
    expect(reader.page.locator(".badge.provisional").first).to_have_text(reader.said["provisional"])
    assert reader.page.locator(".change").count() > reader.page.locator(".badge.provisional").count()
    assert reader.clicks == 1


def print_spanish(reader: Reader) -> None:
    """The Spanish page of my county as PDF."""
    if reader.code != "es":
        reader.press(reader.page.locator(".tongues a"))
        expect(reader.page.locator("html")).to_have_attribute("lang", "es")
    reader.search("Pasco County Florida")
    with reader.page.expect_download() as download:
        reader.press(reader.link(SAID["es"]["pdf"]))
    assert download.value.suggested_filename == "287g-fl-pasco-county-es.pdf"
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF-")
    assert reader.clicks <= 2


def compare_then_and_now(reader: Reader) -> None:
    """Then and now by support type, as a chart to keep and to cite."""
    reader.press(reader.link(reader.said["compare"]))
    expect(reader.page.locator("tr.sum")).to_contain_text("→")
    expect(reader.page.locator("#cite .citation").first).to_contain_text("sha256")
    with reader.page.expect_download() as download:
        reader.press(reader.link("PNG"))
    assert Path(download.value.path()).read_bytes().startswith(b"\x89PNG")
    assert reader.clicks == 2


def ask_for_mail(reader: Reader) -> None:
    """Mail about Texas: two clicks and the address."""
    reader.search("Texas")
    reader.press(reader.link(reader.said["mail"]))
    expect(reader.page.locator("html")).to_have_attribute("lang", reader.code)
    expect(reader.page.get_by_label(re.compile(r"^(State or territory|Estado o territorio)$"))).to_have_value("TX")
    address = reader.page.get_by_label(reader.said["address"])
    reader.reach(address)
    reader.page.keyboard.type(f"reader-{reader.code}-{reader.page.viewport_size['width']}@example.org")  # type: ignore[index]
    reader.press(reader.page.get_by_role("button", name=reader.said["send"]))
    expect(reader.page.locator("h1")).to_have_text(reader.said["check"])
    assert reader.clicks == 2


def see_returns(reader: Reader) -> None:
    """What ended and came back."""
    reader.press(reader.link(reader.said["returned"]))
    wildlife = reader.page.locator("tr", has_text="Florida Fish & Wildlife Conservation Commission")
    expect(wildlife.locator("td").last).to_have_text("8")  # missing on 15 July 2025, back on the 23rd
    assert reader.clicks == 1


def see_pending(reader: Reader) -> None:
    """What is pending near me, with the date of that list."""
    reader.search("Karnes County Texas")
    expect(reader.page.locator(".answer")).to_contain_text(reader.said["pending_list"])
    expect(reader.page.locator(".answer .lead")).to_contain_text(reader.said["pending"])
    expect(reader.page.locator(".answer .note", has_text=reader.said["pending_list"])).to_contain_text("2025")
    reader.press(reader.page.locator(".answer summary"))
    expect(reader.page.locator(".answer .badge.pending").first).to_be_visible()
    assert reader.clicks <= 1


def keep_county_table(reader: Reader) -> None:
    """One row a county, with FIPS codes, as CSV."""
    reader.press(reader.page.get_by_role("navigation").get_by_role("link", name=reader.said["data"], exact=True))
    with reader.page.expect_download() as download:
        reader.press(reader.page.locator('a[href$="data/counties.csv"]'))
    lines = Path(download.value.path()).read_text(encoding="utf-8").splitlines()
    assert "fips" in lines[0]
    assert any("01001" in line for line in lines)
    assert len(lines) > 3000
    assert reader.clicks == 2


def find_by_any_name(reader: Reader) -> None:
    """The search forgives a slip, knows a ZIP code and a city; the table of queries is test_search_table."""
    for asked, answered in (("Hilsboro County Florida", "Hillsborough County"), ("33525", "Pasco County")):
        reader.search(asked)
        expect(reader.page.locator(".answer h2")).to_contain_text(answered)
        reader.page.goto(reader.root)


def share_map(reader: Reader) -> None:
    """A view of the map is its address: another browser shows the same."""
    reader.page.goto(f"{reader.root}{'' if reader.code == 'en' else 'es/'}map/")
    reader.page.wait_for_selector("[data-ready=yes]")
    frame = reader.page.locator("#map-frame")
    reader.reach(frame)
    for key in ("+", "+", "ArrowLeft"):
        reader.page.keyboard.press(key)
    shown = "document.getElementById('map').getAttribute('viewBox')"
    here = [float(n) for n in reader.page.evaluate(shown).split()]

    def is_here(url: str) -> bool:
        seen = parse_qs(urlsplit(url).fragment).get("view", [""])[0]
        return [float(n) for n in seen.split(",") if n] == pytest.approx(here[:3], abs=1)

    reader.page.wait_for_url(is_here)  # the address follows the view a moment later, on a slow machine between two keys
    other = reader.page.context.new_page()
    other.goto(reader.page.url)
    other.wait_for_selector("[data-ready=yes]")
    assert [float(n) for n in other.evaluate(shown).split()] == pytest.approx(here, abs=1.5)
    assert here[2] < 975
    expect(other.locator("#about-county")).to_have_text(reader.page.locator("#about-county").inner_text())
    other.close()


def embed_county(reader: Reader) -> None:
    """The code to paste shows the county on a page of another site."""
    reader.search("Pasco County Florida")
    reader.press(reader.link(reader.said["more"]))
    reader.press(reader.page.locator("summary", has_text=reader.said["embed"]))
    code = reader.page.locator("details[open] pre").inner_text()
    pasted = f"<!doctype html><title>Ours</title><p>Our town</p>{code}".encode()

    class Town(SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(pasted)

        def log_message(self, format: str, *args: object) -> None:
            """Log nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Town) as town, ExitStack() as after:
        threading.Thread(target=town.serve_forever, daemon=True).start()
        after.callback(town.shutdown)
        page = reader.page.context.new_page()
        page.goto(f"http://127.0.0.1:{town.server_port}/")
        expect(page.frame_locator("iframe").locator("h1")).to_contain_text("Pasco County")
        page.close()
    assert reader.clicks == 2


def cite_change(reader: Reader) -> None:
    """A change has an address, both clocks and the list's checksum to cite."""
    reader.press(reader.page.locator("a.who").first)
    citation = reader.page.locator("#cite .citation").first
    expect(citation).to_contain_text(reader.page.url)
    expect(citation).to_contain_text(re.compile(r"sha256 [0-9a-f]{64}"))
    expect(reader.page.locator("#cite")).to_be_visible()
    assert reader.clicks == 1


TASKS: tuple[Callable[[Reader], None], ...] = (
    find_agreement, read_endings, print_spanish, compare_then_and_now, ask_for_mail, see_returns, see_pending,
    keep_county_table, find_by_any_name, share_map, embed_county, cite_change,
)  # fmt: skip


def do_all(browser: Browser, root: str, width: int, height: int, code: str, keyboard: bool, axe: bool) -> None:
    """Do the twelve tasks; on the page where each ends nothing sticks out, and `axe` finds nothing."""
    seen: set[str] = set()
    found = []
    for task in TASKS:
        context = browser.new_context(viewport={"width": width, "height": height}, locale=f"{code}-US")
        page = context.new_page()
        task(Reader(page, root, code, keyboard))
        if (path := urlsplit(page.url).path) not in seen:
            seen.add(path)
            violations = Axe().run(page).response["violations"] if axe else []
            found += [(task.__name__, v["id"], [n["target"] for n in v["nodes"]][:3]) for v in violations]
            if page.evaluate("document.documentElement.scrollWidth") > width:
                found.append((task.__name__, "too wide", []))
        context.close()
    assert found == []


@pytest.mark.parametrize(("width", "height", "code", "keyboard"), WAYS)
def test_twelve_tasks(browser: Browser, whole_site: str, width: int, height: int, code: str, keyboard: bool) -> None:
    do_all(browser, whole_site, width, height, code, keyboard, axe=False)


@pytest.mark.soak
@pytest.mark.parametrize(("width", "height", "code", "keyboard"), EVERY_WAY)
def test_twelve_tasks_in_every_way(
    browser: Browser, whole_site: str, width: int, height: int, code: str, keyboard: bool
) -> None:
    do_all(browser, whole_site, width, height, code, keyboard, axe=True)
