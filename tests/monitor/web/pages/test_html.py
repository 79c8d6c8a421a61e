"""Every kind of page is valid HTML in both languages, and its links are relative."""

from __future__ import annotations

import re
from pathlib import Path

import html5lib
import pytest

from db.database import Store
from db.version import VERSION
from monitor.i18n.language import language
from monitor.web.pages.addresses import make_site
from monitor.web.pages.render_page import render
from monitor.web.pages.site import Site
from tests.monitor.web.pages.test_access import PAGES

#: Kinds of page beside those that are looked at in a browser.
MORE = (
    "changes/?q=sheriff&state=FL&kind=signing", "changes/?page=2", "map/?date=2025-03-04", "documents/",
    "documents/?q=jail",
    "compare/", "compare/2025-03-03/", "returned/", "embed/county/12101/", "embed/state/fl/", "embed/map/support/",
    "embed/counter/",
)  # fmt: skip


@pytest.fixture(scope="module")
def site(small_home: Path) -> Site:
    return make_site(Store.open(small_home, read_only=True))


@pytest.mark.parametrize("tongue", ["en", "es"])
def test_pages_are_valid(site: Site, tongue: str) -> None:
    """A strict parse raises at the first error; ids are unique; labels and links within a page have targets."""
    changes, lists = site.book().changes, site.book().publications
    own = (f"changes/{changes[0]['id']}/", f"changes/{changes[-1]['id']}/", f"lists/{lists[0]['sha256']}/")
    for address in (*PAGES[:-1], *MORE, *own):
        path, _, question = address.partition("?")
        query = dict(part.split("=") for part in question.split("&")) if question else {}
        page = site.page(path, language(tongue), query)
        assert page is not None, address
        if page.moved:
            continue
        text = render(page, path, language(tongue), static=False, query=query).decode()
        html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)
        ids = re.findall(r'\sid="([^"]*)"', text)
        assert len(ids) == len(set(ids)), address
        targets = re.findall(r'\s(?:for|aria-labelledby)="([^"]*)"', text) + re.findall(r'href="#([^"]+)"', text)
        assert set(targets) <= set(ids), address


def test_the_foot_of_a_page_names_the_version_of_the_program(site: Site) -> None:
    page = site.page("", language("en"), {})
    assert page is not None
    foot = render(page, "", language("en"), static=True).decode().rpartition("<footer>")[2]
    assert f" · ice-agreements {VERSION}</p>" in foot


def test_links_are_relative_or_ices_own(site: Site) -> None:
    for address in PAGES[:-1]:
        path = address.partition("?")[0]
        page = site.page(path, language("es"), {})
        assert page is not None
        text = render(page, path, language("es"), static=True).decode()
        for link in re.findall(r'(?:href|src|action|data-source)="([^"]*)"', text):
            assert not link.startswith("/"), (address, link)
            assert "://" not in link or link.startswith("https://www.ice.gov/"), (address, link)
