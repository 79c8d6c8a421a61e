"""The pages say no more than the lists kept here show."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from html import unescape
from pathlib import Path

import pytest

from db.database import Store
from monitor.i18n.language import language
from monitor.web.pages.addresses import make_site
from monitor.web.pages.place_status import status_of
from monitor.web.pages.render_page import render
from monitor.web.pages.site import Site
from tests.monitor.web.pages.conftest import ROWS, take_in, workbook

#: The second list adds Dane County, a city that lies in no county we know, and a state body of Wisconsin.
LATER = [
    *ROWS,
    ("WISCONSIN", "Dane County Sheriff's Office", "County", "Dane County", "Task Force Model", date(2025, 3, 4)),
    ("WISCONSIN", "Nowhereville Police Department", "Municipality", "", "Task Force Model", date(2025, 3, 4)),
    ("WISCONSIN", "Division of Criminal Investigation", "State Agency", "", "Task Force Model", date(2025, 3, 4)),
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    folder = tmp_path_factory.mktemp("words")
    (folder / "lists").mkdir()
    for name, rows, modified in (
        ("participatingAgencies03032025am.xlsx", ROWS, "2025-03-03T13:00:00Z"),
        ("participatingAgencies03052025am.xlsx", LATER, "2025-03-05T13:00:00Z"),
        ("participatingAgencies03062025am.xlsx", LATER, "2025-03-05T13:00:00Z"),
    ):
        (folder / "lists" / name).write_bytes(workbook(rows, modified))
    take_in(folder / "data", [folder / "lists"])
    return make_site(Store.open(folder / "data", read_only=True))


def text_of(site: Site, path: str, code: str = "en", **query: str) -> str:
    """The words of a page, spaces collapsed."""
    page = site.page(path, language(code), query)
    assert page is not None
    text = re.sub(r"<[^>]*>", "", render(page, path, language(code), static=False, query=query).decode())
    return " ".join(unescape(text).split()).replace(" ,", ",")


@pytest.mark.parametrize("path", ["places/fl/pasco-county/", "places/fl/", "sheets/fl/pasco-county/", "places/"])
def test_what_the_first_list_shows_was_listed_on_its_day_or_before(site: Site, path: str) -> None:
    text = text_of(site, path)
    assert re.search("on or before March 3, 2025", text)
    assert not re.search(r"[Ll]isted since March 3|[Pp]ending since March 3", text)


def test_what_a_later_list_shows_first_is_listed_since(site: Site) -> None:
    for path in ("places/wi/dane-county/", "sheets/wi/dane-county/"):
        assert "since March 5, 2025" in text_of(site, path)
        assert "on or before" not in text_of(site, path).partition("Neighboring")[0]


@pytest.mark.parametrize("path", ["places/wi/rock-county/", "sheets/wi/rock-county/", "places/vt/", "places/"])
def test_never_is_said_of_the_lists_kept_here_only(site: Site, path: str) -> None:
    """A list of 2019 that is not kept here may have had one."""
    text = text_of(site, path)
    assert "on no list kept here (since March 3, 2025)" in text.replace("On no", "on no")
    assert "Never" not in text
    assert "any list we have" not in text


def test_nothing_is_said_of_the_time_before_the_first_list(site: Site) -> None:
    text = text_of(site, "as-of/", date="2024-12-31")
    assert "No list of that day or before is kept here" in text
    assert "was out" not in text
    assert "No list kept here shows an agreement here." in text_of(site, "trends/vt/")
    assert "ever listed" not in text_of(site, "trends/vt/")


def test_only_state_agencies_are_said_to_work_everywhere(site: Site) -> None:
    """The police of a city we could not place is no statewide agency, and is called what it is."""
    text = text_of(site, "places/wi/dane-county/")
    everywhere, _, unplaced = text.partition("Agencies in Wisconsin that we could not place in a county")
    assert "State agencies listed in Wisconsin" in everywhere
    assert "Division of Criminal Investigation" in everywhere
    assert "Nowhereville" not in everywhere
    assert "Nowhereville" in unplaced
    state = text_of(site, "places/wi/")
    assert state.index("State agencies") < state.index("Division of Criminal") < state.index("Agencies not placed")
    assert state.index("Agencies not placed") < state.index("Nowhereville")


def test_no_text_claims_too_much_in_either_language(site: Site) -> None:
    for path in ("", "places/", "places/wi/", "places/wi/rock-county/", "map/status/", "trends/", "sheets/us/"):
        assert not re.search(r"[Nn]ever listed|was ever listed|any list we have", text_of(site, path)), path
        assert not re.search(r"[Nn]unca", text_of(site, path, "es")), path


def count_links(site: Site, path: str) -> list[tuple[int, str]]:
    """(number, query) of every figure that leads to changes."""
    page = site.page(path, language("en"), {})
    assert page is not None
    text = render(page, path, language("en"), static=False).decode()
    found = re.findall(r'<b><a href="[./]*changes/\?([^"]*)">([\d,]+)</a></b>', text)
    return [(int(number.replace(",", "")), unescape(query)) for query, number in found]


def count_found(site: Site, query: str) -> int:
    asked = dict(part.split("=") for part in query.split("&"))
    page = site.page("changes/", language("en"), asked)
    assert page is not None
    text = render(page, "changes/", language("en"), static=False, query=asked).decode()
    found = re.search(r'class="count" role="status">([\d,]+) change', text)
    assert found is not None
    return int(found[1].replace(",", ""))


@pytest.mark.long
def test_every_number_is_that_of_the_list_it_leads_to(corpus_home: Path) -> None:
    """On the real lists: the country's, and each state's that has lost one; counted by the ends of spells as well."""
    site = make_site(Store.open(corpus_home, read_only=True))
    book = site.book()
    ((number, query),) = count_links(site, "")
    assert number == count_found(site, query) == len(status_of(book.agencies.values()).ended) > 20
    lost = Counter(
        book.agencies[g.agency_id].state
        for g in book.agreements.values()
        if g.list_name == "participating" and g.status == "ended"
    )
    for code, expected in lost.items():
        ((number, query),) = count_links(site, f"places/{(code or '').lower()}/")
        assert number == expected == count_found(site, query), code


@pytest.mark.parametrize(("code", "why"), [("en", "duplicate Here already"), ("es", "duplicada Ya está aquí")])
def test_why_a_list_does_not_count_is_said_in_words(site: Site, code: str, why: str) -> None:
    """The last list is the bytes of the one before under a new name."""
    assert f"{why}: the bytes of participatingAgencies03052025am.xlsx" in text_of(site, "lists/", code)
    (copied,) = (p for p in site.book().publications if p["status"] == "duplicate")
    said = text_of(site, f"lists/{copied['sha256']}/", code)
    assert why.partition(" ")[2] in said
    assert "duplicate:" not in said
