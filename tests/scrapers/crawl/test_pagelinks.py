"""Which links of each stored page are lists, as a person finds them."""

from __future__ import annotations

import pytest

from scrapers.crawl.landing_page import Page, fingerprint, list_tables, parse_page
from scrapers.crawl.links import PageLink, find_list_links
from scrapers.crawl.sources import Source, promised_list
from tests.paths import PAGES

URL = "https://www.ice.gov/identify-and-arrest/287g"
SOURCE = Source(URL)
ERO = "https://www.ice.gov/doclib/about/offices/ero/287g/"
DOWNLOAD = "https://www.ice.gov/file-download/download/public/"


def stored(name: str) -> Page:
    page = parse_page((PAGES / name / "page.html").read_bytes(), URL)
    assert page is not None
    return page


def made(body: str) -> Page:
    page = parse_page(f"<html><body>{body}</body></html>".encode(), URL)
    assert page is not None
    return page


def found(page: Page) -> list[tuple[str, str | None, str | None]]:
    return [(link.url, link.linked_as, link.file_name) for link in find_list_links(page, SOURCE)]


EXPECTED: dict[str, list[tuple[str, str | None, str | None]]] = {
    "landing-2017-table": [],
    "landing-2021-table": [],
    "landing-2025-02-in-place": [
        (ERO + "participatingAgencies.xlsx", "participating", "participatingAgencies.xlsx"),
        (ERO + "pendingAgencies.xlsx", "pending", "pendingAgencies.xlsx"),
    ],
    "landing-2025-05-totals": [
        (ERO + "participatingAgencies05302025pm.xlsx", "participating", "participatingAgencies05302025pm.xlsx"),
        (ERO + "pendingAgencies05302025pm.xlsx", "pending", "pendingAgencies05302025pm.xlsx"),
    ],
    "landing-2025-09-names": [
        (
            ERO + "287gParticipatingAgencies091526pm%20copy.xlsx",
            "participating",
            "287gParticipatingAgencies091526pm copy.xlsx",
        ),
        (
            ERO + "pendingAgencies091525am%2012.15.07%20AM.xlsx",
            "pending",
            "pendingAgencies091525am 12.15.07 AM.xlsx",
        ),
    ],
    "landing-2026-04-mixed": [
        (DOWNLOAD + "402117", "participating", None),
        (ERO + "pendingAgencies02272026pm.xlsx", "pending", "pendingAgencies02272026pm.xlsx"),
    ],
    "landing-2026-08-around": [(DOWNLOAD + "418004", "participating", None)],
    "landing-2026-silent-link": [(DOWNLOAD + "418010", None, None)],
    "landing-no-list": [],
}


@pytest.mark.parametrize("name", EXPECTED)
def test_every_list_link_of_the_stored_page_is_found_and_nothing_else(name: str) -> None:
    assert found(stored(name)) == EXPECTED[name]


def test_every_stored_landing_page_has_an_expected_result() -> None:
    assert {path.name for path in PAGES.glob("landing-*")} == EXPECTED.keys()


@pytest.mark.parametrize(
    ("name", "tables"),
    [("landing-2017-table", 1), ("landing-2021-table", 1), ("landing-2025-05-totals", 0), ("landing-no-list", 0)],
)
def test_the_lists_table_is_seen_where_it_stands_on_the_page(name: str, tables: int) -> None:
    assert len(list_tables(stored(name))) == tables


@pytest.mark.parametrize(
    ("words", "promise"),
    [
        ("Participating Agencies", "participating"),
        ("Pending Agencies", "pending"),
        ("View 287(g) Participating Agencies", "participating"),
        ("ParticipatingAgency091826am.xlsx", "participating"),
        ("287gParticipatingAgencies091526pm.xlsx", "participating"),
        ("participatingAgencies09222025pm", "participating"),
        ("pendingAgencies_02272026pm.xlsx", "pending"),
        ("Participating Entities", "participating"),
        ("Participating Law Enforcement Agencies", "participating"),
        ("Pending and Participating Agencies", None),
        ("Participating Agencies and Pending Agencies", None),
        ("Detention Statistics", None),
        ("287gMonthlyReport.xlsx", None),
        ("", None),
    ],
)
def test_a_links_promise_is_read_from_its_words(words: str, promise: str | None) -> None:
    assert promised_list(words) == promise


def test_the_text_of_a_link_decides_over_the_name_behind_it() -> None:
    """On a swapped link the promise is what the page says; what the list is, its header decides later."""
    page = made(f'<a href="{ERO}pendingAgencies09222025pm.xlsx">Participating Agencies</a>')
    assert [link.linked_as for link in find_list_links(page, SOURCE)] == ["participating"]


def test_a_title_or_label_speaks_for_a_link_whose_text_does_not() -> None:
    page = made(f'<p>A <a href="{DOWNLOAD}7" aria-label="Participating Agencies, XLSX">Download</a> and '
                f'<a href="{DOWNLOAD}8" title="Pending agencies">Download</a></p>')  # fmt: skip
    assert [link.linked_as for link in find_list_links(page, SOURCE)] == ["participating", "pending"]


def test_a_name_in_the_text_of_an_opaque_link_is_its_file_name() -> None:
    page = made(f'<a href="{DOWNLOAD}9">ParticipatingAgency091826am.xlsx</a>')
    assert find_list_links(page, SOURCE) == (
        PageLink(
            DOWNLOAD + "9", "ParticipatingAgency091826am.xlsx", "participating", "ParticipatingAgency091826am.xlsx"
        ),
    )


def test_silent_downloads_are_left_alone_where_the_participating_list_is_linked() -> None:
    page = made(
        f'<a href="{ERO}participatingAgencies.xlsx">Participating Agencies</a><a href="{DOWNLOAD}1">Download</a>'
    )
    assert [link.url for link in find_list_links(page, SOURCE)] == [ERO + "participatingAgencies.xlsx"]


@pytest.mark.parametrize(
    "href",
    [
        "javascript:void(0)",
        "http://[broken/participatingAgencies.xlsx",
        "#participatingAgencies.xlsx",
        "",
        "ftp://www.ice.gov/participatingAgencies.xlsx",
        "https://www.ice.gov.evil.example/participatingAgencies.xlsx",
    ],
)
def test_an_address_that_cannot_be_ices_is_no_link(href: str) -> None:
    assert find_list_links(made(f'<a href="{href}">Participating Agencies</a>'), SOURCE) == ()


MEDIA = "https://www.ice.gov/media/4711/download"


IN_PLACE = ERO + "participatingAgencies.xlsx"
FORMS = [  # href, text, address it is known by, file name
    ("/media/4711/download", "Participating Agencies", MEDIA, None),
    ("/media/4711/download?inline", "Participating Agencies (XLSX)", MEDIA + "?inline", None),
    ("/media/4711/download?t=1758", "Participating Agencies", MEDIA, None),
    ("/node/9/a/download", "Participating Agencies", "https://www.ice.gov/node/9/a/download", None),
    (
        "/get.php?file=participatingAgencies09302025pm.xlsx", "Download",
        "https://www.ice.gov/get.php?file=participatingAgencies09302025pm.xlsx", "participatingAgencies09302025pm.xlsx",
    ),
    (
        "/get?id=3&file=%2Fa%2Flist%20of%20today.xlsx&v=8", "Participating agencies",
        "https://www.ice.gov/get?id=3&file=%2Fa%2Flist%20of%20today.xlsx", "list of today.xlsx",
    ),
    (IN_PLACE + "?t=1", "here", IN_PLACE, "participatingAgencies.xlsx"),
    (IN_PLACE + "?174", "here", IN_PLACE, "participatingAgencies.xlsx"),
    (ERO + "participating&#8203;Agencies.xlsx", "here", IN_PLACE, "participatingAgencies.xlsx"),
    ("http://www.ice.gov/media/4711/download", "Partici&shy;pating Agencies", MEDIA, None),
    ("https://ice.gov/media/4711/download", "Participating Agencies", MEDIA, None),
    ("https://www.ice.gov:443/media/4711/download", "Participating Agencies", MEDIA, None),
]  # fmt: skip


@pytest.mark.parametrize(("href", "text", "url", "name"), FORMS)
def test_a_link_that_promises_a_list_is_one_whatever_its_address(
    href: str, text: str, url: str, name: str | None
) -> None:
    assert found(made(f'<a href="{href}">{text}</a>')) == [(url, "participating", name)]


@pytest.mark.parametrize(
    ("href", "text"),
    [
        ("/media/4711/download", "Fact Sheet"), ("/get?file=detention.xlsx", "Detention statistics"),
        ("/287g/participating", "Participating Agencies"), ("/get?file=agreement.pdf", "Participating Agencies"),
    ],
)  # fmt: skip
def test_a_link_that_is_no_file_or_promises_no_list_is_none(href: str, text: str) -> None:
    assert found(made(f'<a href="{href}">{text}</a>')) == []


@pytest.mark.parametrize(
    ("url", "ours"),
    [
        (URL, True), ("https://www.ice.gov/x", True), ("https://www.ice.gov:443/x", True),
        ("https://WWW.ICE.GOV/x", True),
        ("http://www.ice.gov/x", False), ("https://www.ice.gov:8443/x", False), ("https://ice.gov/x", False),
        ("https://uploads.ice.gov/x", False), ("https://www.ice.gov.example/x", False), ("ftp://www.ice.gov/x", False),
        ("https://user@www.ice.gov/x", False), ("https://www.ice.gov@example.org/x", False),
        ("https://www.ice.gov:bad/x", False), ("https://[::1/x", False), ("", False),
    ],
)  # fmt: skip
def test_only_the_sources_scheme_host_and_port_are_its_own(url: str, ours: bool) -> None:
    assert SOURCE.is_ours(url) is ours


def test_a_base_element_counts_for_relative_links() -> None:
    head = b'<html><head><base href="/doclib/about/offices/ero/287g/"></head>'
    page = parse_page(
        head + b'<body><a href="participatingAgencies.xlsx">Participating Agencies</a></body></html>', URL
    )
    assert page is not None
    assert [link.url for link in find_list_links(page, SOURCE)] == [ERO + "participatingAgencies.xlsx"]


def test_a_fingerprint_ignores_nonces_and_notices_words_links_and_moas() -> None:
    row = "<table><tr><td>State</td><td>Agency</td><td>Support Type</td></tr>"
    row += '<tr><td><a href="{moa}">link</a></td></tr></table>'
    base = made("<p>287(g)</p>" + row.format(moa="/a.pdf"))
    nonce = made("<script nonce='x'>1</script><p>287(g)</p>\n\n" + row.format(moa="/a.pdf") + "<!-- 7 -->")
    assert fingerprint(nonce, []) == fingerprint(base, [])
    assert fingerprint(made("<p>287(g) now</p>" + row.format(moa="/a.pdf")), []) != fingerprint(base, [])
    assert fingerprint(made("<p>287(g)</p>" + row.format(moa="/b.pdf")), []) != fingerprint(base, [])
    assert fingerprint(base, ["https://www.ice.gov/new.xlsx"]) != fingerprint(base, [])
