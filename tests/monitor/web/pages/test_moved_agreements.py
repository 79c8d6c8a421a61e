"""The page of an agency whose agreement is listed under another name now, or that stood under another state."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from monitor.changelog.rebuild import derive
from monitor.i18n.language import language
from monitor.web.pages.addresses import make_site
from monitor.web.pages.fingerprints import agency_mark
from monitor.web.pages.render_page import render
from tests.histories import NOW, Posting, Row, many, open_store, put


def page(home: Path, agency: str, *lists: Row) -> tuple[str, str]:
    """The agency's page and its mark after a list of each row, beside rows that stay."""
    with open_store(home) as store:
        for day, row in enumerate(lists, 2):
            put(store, Posting((*many(20), row), f"2025-06-{day:02}T14:00:00Z", f"participating06{day:02}2025am.xlsx"))
        derive(store, now=NOW)
        site, english, path = make_site(store), language("en"), f"agencies/{agency}/"
        found = site.page(path, english, {})
        assert found is not None
        book = site.book()
        return render(found, path, english, static=False, query={}).decode(), agency_mark(book, book.agencies[agency])


def test_an_agency_without_agreements_says_where_they_went(tmp_path: Path) -> None:
    board = Row("Baker County Board of County Commissioners", county="Baker", signed="2025-03-03")
    sheriff = replace(board, agency="Baker County Sheriff's Office")
    html, mark = page(tmp_path / "a", "fl-baker-county-board-of-county-commissioners", board, sheriff)
    assert "Listed under another name later:" in html
    assert "agencies/fl-baker-county-sheriffs-office/" in html
    linked = replace(sheriff, moa="https://www.ice.gov/doclib/a.pdf")
    again = page(tmp_path / "b", "fl-baker-county-board-of-county-commissioners", board, sheriff, linked)
    assert again[1] != mark  # the page is published again when that agreement changes
    assert "another name later" not in page(tmp_path / "c", "fl-baker-county-sheriffs-office", sheriff)[0]


def test_no_page_says_that_such_an_agency_was_on_no_list(tmp_path: Path) -> None:
    """Its rows are kept, under the name that ICE prints now: neither its one-pager nor the search may deny them."""
    board = Row("Baker County Board of County Commissioners", county="Baker", signed="2025-03-03")
    page(
        tmp_path,
        "fl-baker-county-board-of-county-commissioners",
        board,
        replace(board, agency="Baker County Sheriff's Office"),
    )
    with open_store(tmp_path) as store:
        site = make_site(store)
        texts = []
        for path, query in (
            ("sheets/agency/fl-baker-county-board-of-county-commissioners/", {}),
            ("search/", {"q": "Baker County Board of County Commissioners"}),
        ):  # fmt: skip
            found = site.page(path, language("en"), query)
            assert found is not None
            texts.append(render(found, path, language("en"), static=False, query=query).decode())
    assert "Listed under another name later: Baker County Sheriff&#39;s Office." in texts[0]
    assert "Baker County Board of County Commissioners" in texts[1]
    for text in texts:
        assert "on no list kept here" not in text.lower()


def test_a_name_that_stood_under_two_states_is_printed_once(tmp_path: Path) -> None:
    """Florida has no McKenzie County."""
    wrong = Row("McKenzie County Sheriff's Office", county="McKenzie County")
    html, _ = page(tmp_path / "a", "nd-mckenzie-county-sheriffs-office", wrong, replace(wrong, state="NORTH DAKOTA"))
    names = html[html.index("Names ICE printed") :].split("</ul>", 1)[0]
    assert names.count("<li>") == names.count("from the list of June 2, 2025") == 1
