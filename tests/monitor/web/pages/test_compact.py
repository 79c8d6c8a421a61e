"""Published pages are shorter than served ones and mean the same; a page is written again when what it shows moves."""

from __future__ import annotations

import shutil
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import html5lib
import pytest
from lxml.etree import _Element

from db.database import Store
from monitor.i18n.language import language
from monitor.web.pages import render_page
from monitor.web.pages.addresses import make_site
from monitor.web.pages.book import Agency
from monitor.web.pages.compact import Compact
from monitor.web.pages.fingerprints import agency_mark
from monitor.web.pages.render_page import environment, keep_compiled, render
from monitor.web.pages.site import Site

PATHS = (
    "", "changes/", "map/", "places/", "places/fl/", "places/fl/pasco-county/", "places/wy/teton-county/", "as-of/",
    "as-of/2025-03-04/", "trends/", "documents/", "lists/", "data/", "about/", "method/", "glossary/", "returned/",
    "stated/", "compare/", "search/", "sheets/us/", "sheets/fl/pasco-county/", "embed/counter/",
    "agencies/fl-pasco-county-sheriffs-office/",
)  # fmt: skip


@pytest.fixture(scope="module")
def site(small_home: Path) -> Site:
    return make_site(Store.open(small_home, read_only=True), "https://agreements.example")


def read(site: Site, path: str, code: str) -> tuple[int, list[object]]:
    """The bytes of a published page, and what a browser makes of them, white space aside."""
    page = site.page(path, language(code), {}, static=True)
    assert page is not None, path
    body = render(page, path, language(code), static=True, public_url=site.public_url)
    tree: _Element = html5lib.parse(body, "lxml", namespaceHTMLElements=False)
    texts = [[" ".join((text or "").split()) for text in (part.text, part.tail)] for part in tree.iter()]
    return len(body), [(p.tag, sorted(p.attrib.items()), *t) for p, t in zip(tree.iter(), texts, strict=True)]


@pytest.mark.parametrize("code", ["en", "es"])
def test_shortened_pages_mean_the_same(site: Site, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    change = site.book().changes[0]["id"]
    shown = site.book().publications[0]["sha256"]
    agreement = next(iter(site.book().agreements))
    paths = (*PATHS, f"changes/{change}/", f"lists/{shown}/", f"agreements/{agreement}/")
    short = {path: read(site, path, code) for path in paths}
    environment.cache_clear()
    monkeypatch.setattr(Compact, "preprocess", lambda self, source, name, filename=None: source)
    monkeypatch.setattr(render_page, "shorten", lambda html: html)
    try:
        for path in paths:
            size, told = read(site, path, code)
            assert short[path][1] == told, path
            assert short[path][0] < size, path
    finally:
        environment.cache_clear()


#: What each field of an agency that a page shows could become.
MOVED: dict[str, Any] = {
    "state": "GA", "name": "Another", "county": "Pinellas County", "fips": "12103", "placed_by": "zip",
    "near": ("12103",), "is_state": True, "names": [], "agreements": [], "changes": [],
}  # fmt: skip


def test_whatever_moves_of_an_agency_moves_its_mark(site: Site) -> None:
    """Its pages would stay as they were otherwise. No page shows `body`; of `moved`, others' marks are told."""
    assert MOVED.keys() | {"id", "body", "moved", "reviewed"} == {field.name for field in fields(Agency)}
    book = site.book()
    agency = book.agencies["fl-pasco-county-sheriffs-office"]
    marks = {}
    for name in ("", *MOVED):
        book.marks.clear()
        marks[name] = agency_mark(book, replace(agency, **({name: MOVED[name]} if name else {})))
    book.marks.clear()
    assert len(set(marks.values())) == 1 + len(MOVED), marks


def test_compiled_templates_are_kept_for_their_owner_alone_and_go_with_the_program(tmp_path: Path) -> None:
    folder = tmp_path / "templates"
    environment.cache_clear()
    try:
        for mark in ("one", "two"):
            keep_compiled(folder, mark)
            environment(language("es"), static=True).get_template("navigation.html")
            assert [path.name.split("-")[:2] for path in folder.iterdir()] == [[mark, "es"]]
            environment.cache_clear()
        assert folder.stat().st_mode & 0o777 == 0o700
        keep_compiled(folder, "two")
        shutil.rmtree(folder)
        environment(language("en"), static=True).get_template("navigation.html")  # it keeps nothing, and goes on
        assert not folder.exists()
    finally:
        environment.cache_clear()
