"""The search of published pages, in a browser over files: what it finds is what the service finds."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from db.database import Store
from monitor.search.find import read_finder
from monitor.web.pages.addresses import make_site
from monitor.web.pages.book import Book
from monitor.web.pages.publish import publish
from monitor.web.pages.publish_targets import DirectorySink
from monitor.web.pages.site import Addresses
from tests.monitor.search.test_search_table import read_table

#: Beside those of the table: begun words, several of a name, words of agencies, what means nothing.
QUESTIONS = [
    "Marion", "Orleans", "st louis", "de soto", "la salle", "Hilsboro County, Florida", "bay", "x", "", "🚓",
    "O'Brien County", "Prince George's", "Mc Lean", "N/A", "police", "sheriffs office texas", "DPS", "San", "Jeferson",
    "Nome Census Area", "Guam", "Ponce", "charles city", "Carson City", "LaPorte", "99999", "10001-1234",
    "ciudad de Mexico", "estado de nueva york", "new mexco", "West Virgina", "Colorado", "IA", "in", "Key West, FL",
]  # fmt: skip


#: Pages besides those of the search.
PUBLISHED = {
    "", "data/newest.json", "places/fl/pasco-county/", "places/fl/", "places/wi/waupaca-county/",
    "places/wy/teton-county/", "agencies/fl-pasco-county-sheriffs-office/",
}  # fmt: skip


class Quiet(SimpleHTTPRequestHandler):
    """A plain file server that logs nothing."""

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing."""


def keep(addresses: Addresses, book: Book) -> Iterator[tuple[str, str]]:
    """Yield the addresses that these tests read."""
    return ((path, mark) for path, mark in addresses(book) if path in PUBLISHED or path.startswith("search/"))


@pytest.fixture(scope="module")
def files(small_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address at which a file server has the published home and search pages."""
    folder = tmp_path_factory.mktemp("files")
    with Store.open(small_home, read_only=True) as store:
        site = make_site(store)
        site.routes = [replace(r, addresses=partial(keep, r.addresses)) for r in site.routes if r.addresses]
        publish(site, DirectorySink(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Return a page of a browser."""
    made = browser.new_page()
    yield made
    made.close()


def test_the_browser_finds_what_the_service_finds(page: Page, files: str, small_home: Path) -> None:
    asked = [*(row[0] for row in read_table()), *QUESTIONS]
    page.goto(f"{files}search/")
    page.add_script_tag(url=f"{files}static/find.js")
    found = page.evaluate(
        """async (asked) => {
          const part = async (name) => (await fetch(`${name}.json`)).json();
          const find = Find.make(await part("places"), await part("agencies"), await part("zip-codes"));
          return asked.map(find);
        }""",
        asked,
    )
    with Store.open(small_home, read_only=True) as store:
        finder = read_finder(store)
    for text, answers in zip(asked, found, strict=True):
        assert answers == finder.find(text), text


@pytest.mark.parametrize(
    ("start", "said"), [("", "county · 1 listed agency"), ("es/", "condado · 1 agencia en la lista")]
)
def test_a_reader_asks_from_the_first_page_and_is_answered(page: Page, files: str, start: str, said: str) -> None:
    """Nothing of the index is read before someone types."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(files + start)
    assert [url for url in asked if url.endswith(".json") or "find.js" in url] == []
    page.fill("#q", "Pascoe")
    page.press("#q", "Enter")
    expect(page.locator("#found li").first).to_contain_text("Pasco County")
    expect(page.locator("#found li .by").first).to_have_text(said)
    leads = page.locator("#found li a").first.evaluate("(link) => link.href")
    assert leads == f"{files}{start}places/fl/pasco-county/"


@pytest.mark.parametrize("start", ["", "es/"])
@pytest.mark.parametrize(
    "asked",
    ["pasco", "Dade City", "florida", "waupaca county", "teton county wyoming", "Pasco County Sheriff's Office"],
)
def test_the_published_card_answers_as_the_service_does(
    page: Page, files: str, small_site: str, start: str, asked: str
) -> None:
    """Name, answer, since when, support types, neighbors: word for word. The ways on differ: files send no mail."""

    def read(address: str) -> list[str]:
        page.goto(f"{address}{start}search/?q={asked}")
        card = page.locator("section.answer").first
        expect(card).to_be_visible()
        return [" ".join(text.split()) for text in card.locator("h2, p:not(.links), li, summary").all_text_contents()]

    told = read(files)
    assert len(told) >= 3
    assert told == read(small_site)


def test_suggestions_come_while_typing(page: Page, files: str) -> None:
    page.goto(files)
    page.type("#q", "tamp")
    page.wait_for_selector("#q-found option", state="attached")
    options = json.loads(
        page.evaluate("JSON.stringify([...document.querySelectorAll('#q-found option')].map((o) => o.value))")
    )
    assert options[0] == "Tampa, FL"


def test_a_reader_is_led_on_where_the_script_is_not_there(page: Page, files: str) -> None:
    """A script can fail to arrive without being switched off; where it runs, nothing is said of it."""
    note = page.get_by_text("The search needs JavaScript")
    page.goto(f"{files}search/?q=Pasco")
    expect(page.locator("#found li").first).to_be_visible()
    expect(note).to_have_count(0)
    page.route("**/static/search.js*", lambda route: route.abort())
    page.goto(f"{files}search/?q=Pasco")
    expect(note).to_be_visible()
