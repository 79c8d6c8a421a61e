"""Links as ICE typed and pasted them, and where they lie in a sheet."""

from __future__ import annotations

from datetime import date

import pytest

from db.models import Signal, Snapshot
from scrapers.readers import signals
from scrapers.readers.document import read_document
from scrapers.readers.link_targets import unwrap_link
from tests.workbooks import PARTICIPATING, Cell, Raw, Sheet, make_parts, make_workbook, zip_parts

ROW: tuple[Cell, ...] = (
    "TEXAS",
    "Some Sheriff's Office",
    "County",
    "Some County",
    "Task Force Model",
    date(2025, 3, 4),
    "link",
    "link",
)
PDF = "https://www.ice.gov/doclib/287gMOA/Some_TFM.pdf"


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        (PDF, PDF),
        (f"  {PDF}\n", PDF),
        (f"{PDF}#page=2", PDF),
        (PDF.replace("https:", "http:"), PDF),
        ("http://example.org/A.pdf", "http://example.org/A.pdf"),
        (PDF.replace("https://", "https:/"), PDF),
        (PDF.replace("www.", "WWW."), PDF),
        (f"chrome-extension://efaidnbmnnnibpcajpcglclefindmkaj/{PDF.replace('https://', 'https:/')}", PDF),
        (f"https://web.archive.org/web/20210113002027/{PDF}", PDF),
        (f"https://web.archive.org/web/20210113002027id_/{PDF.replace('https', 'http')}", PDF),
        (
            "https://gcc02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fwww.ice.gov%2Fdoclib%2F287gMOA"
            "%2FSome_TFM.pdf&data=05%7C02%7C&sdata=x%3D&reserved=0",
            PDF,
        ),
        (
            "https://gcc02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fwww.ice.gov%2Fa%2520b.pdf&data=1",
            "https://www.ice.gov/a%20b.pdf",
        ),
        ("https://www.ice.gov/doclib/a b.pdf", "https://www.ice.gov/doclib/a%20b.pdf"),
        ("https://www.ice.gov/doclib/A%2Fb.PDF?x=Y", "https://www.ice.gov/doclib/A%2Fb.PDF?x=Y"),
        ("/doclib/287gMOA/Some_TFM.pdf", PDF),
        ("//www.ice.gov/doclib/287gMOA/Some_TFM.pdf", PDF),
        ("www.ice.gov/doclib/287gMOA/Some_TFM.pdf", PDF),
        ("/web/20210113002027/https://www.ice.gov/doclib/287gMOA/Some_TFM.pdf", PDF),
        ("https://www.ice.gov", "https://www.ice.gov"),
        ("mailto:someone@ice.dhs.gov", None),
        ("file:///C:/MOA/x.pdf", None),
        ("javascript:alert(1)", None),
        ("https://", None),
        ("https://localhost/x", None),
        ("https://www.ice.gov@evil.example/x", None),
        ("https://[::1", None),
        ("", None),
        ("x" * 100_000, None),
    ],
)
def test_a_link_is_unwrapped_to_the_address_it_means(link: str, expected: str | None) -> None:
    """Wrappers go, slips are mended, case and percent signs of the path stay; what is no address is None."""
    assert unwrap_link(link) == expected


@pytest.mark.parametrize("link", [PDF, "https://gcc02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fa.gov%2Fx"])
def test_unwrapping_twice_changes_nothing(link: str) -> None:
    """What was unwrapped stays as it is."""
    once = unwrap_link(link)
    assert once is not None
    assert unwrap_link(once) == once


def test_a_link_over_a_range_lies_on_each_of_its_cells() -> None:
    """One hyperlink on G2:H3 gives four links."""
    snapshot = read_document(make_workbook([PARTICIPATING, ROW, ROW, ROW], {"G2:H3": PDF}))
    assert [(x.moa_url, x.addendum_url) for x in snapshot.listings] == [(PDF, PDF), (PDF, PDF), (None, None)]


def test_a_place_inside_the_workbook_is_no_link() -> None:
    """A hyperlink with a location only leads nowhere."""
    tail = '<hyperlinks><hyperlink ref="G2" location="Sheet1!A1"/></hyperlinks>'
    snapshot = read_document(zip_parts(make_parts(Sheet([PARTICIPATING, ROW], tail=tail))))
    assert (snapshot.listings[0].moa_link, snapshot.signals) == (None, ())


@pytest.mark.parametrize("name", ["HYPERLINK", "Hyperlink "])
def test_a_hyperlink_formula_is_a_link(name: str) -> None:
    """=HYPERLINK("address","link") leads where its first argument says, though nothing is evaluated."""
    cell = Raw(f'<c r="{{ref}}" t="str"><f>{name}("{PDF}","link")</f><v>link</v></c>')
    snapshot = read_document(make_workbook([PARTICIPATING, (*ROW[:6], cell, "")]))
    assert (snapshot.listings[0].moa, snapshot.listings[0].moa_link) == ("link", PDF)


def test_a_cell_whose_text_is_an_address_counts_when_there_is_no_hyperlink() -> None:
    """The hyperlink wins where both are."""
    rows = [PARTICIPATING, (*ROW[:6], PDF, ""), (*ROW[:6], PDF, "")]
    snapshot = read_document(make_workbook(rows, {"G3": "https://www.ice.gov/other.pdf"}))
    assert [(x.moa, x.moa_link, x.moa_url) for x in snapshot.listings] == [
        (PDF, None, PDF),
        (PDF, "https://www.ice.gov/other.pdf", "https://www.ice.gov/other.pdf"),
    ]
    assert snapshot.signals == ()


@pytest.mark.parametrize("modifier", ["", "id_", "if_"])
def test_an_address_is_as_ice_printed_it_and_not_as_an_archive_keeps_it(modifier: str) -> None:
    """Two captures of one page, transcribed or with hyperlinks, give equal listings and one signal with a count."""

    def capture(stamp: str) -> Snapshot:
        kept = f"https://web.archive.org/web/{stamp}{modifier}/{PDF}"
        rows = [PARTICIPATING, (*ROW[:6], kept, ""), (*ROW[:6], "link", "link"), (*ROW[:6], "", "")]
        return read_document(make_workbook(rows, {"G3": kept, "H3": kept}))

    first, second = capture("20210113002027"), capture("20211004045853")
    assert first.listings == second.listings
    assert [(x.moa, x.moa_link, x.moa_url, x.addendum_link) for x in first.listings] == [
        (PDF, None, PDF, None),
        ("link", PDF, PDF, PDF),
        ("", None, None, None),
    ]
    seen = f"https://web.archive.org/web/20210113002027{modifier}/{PDF}"
    assert first.signals == (Signal(signals.ARCHIVE_PREFIX, 2, "moa", seen, "3 cells"),)


@pytest.mark.parametrize(
    "text", ["https://web.archive.org/web/20210113002027/", "https://web.archive.org/web/2021*/x.pdf", "/web/x.pdf"]
)
def test_an_archives_page_that_keeps_no_address_stays_as_printed(text: str) -> None:
    """Only what stands before a whole address is taken off."""
    snapshot = read_document(make_workbook([PARTICIPATING, (*ROW[:6], text, "")]))
    assert snapshot.listings[0].moa == text
    assert signals.ARCHIVE_PREFIX not in [s.code for s in snapshot.signals]


def test_the_link_of_a_cell_with_two_words_is_the_moas() -> None:
    """`link | addendum` with one hyperlink and no-break spaces."""
    snapshot = read_document(make_workbook([PARTICIPATING, (*ROW[:6], "link\xa0|\xa0addendum", "")], {"G2": PDF}))
    assert (snapshot.listings[0].moa_url, snapshot.listings[0].addendum_url, snapshot.signals) == (PDF, None, ())


def test_odd_foreign_and_misplaced_links_are_signalled() -> None:
    """None of them is lost in silence."""
    links = {"G2": "mailto:a@b.gov", "H2": "https://example.org/x.pdf", "B2": PDF, "G9": PDF}
    snapshot = read_document(make_workbook([PARTICIPATING, ROW], links))
    assert (snapshot.listings[0].moa_link, snapshot.listings[0].moa_url) == ("mailto:a@b.gov", None)
    assert snapshot.listings[0].addendum_url == "https://example.org/x.pdf"
    assert [(s.code, s.row, s.column) for s in snapshot.signals] == [
        (signals.LINK_ODD, 2, "moa"),
        (signals.LINK_FOREIGN, 2, "addendum"),
        (signals.LINK_ELSEWHERE, 2, "B"),
        (signals.LINK_ELSEWHERE, 9, "G"),
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<hyperlink ref=", b"<hyperlink display='x > y' ref="),
        (b'<hyperlink ref="G2" r:id="rId1"/>', b'<hyperlink r:id="rId1" ref="G2"></hyperlink>'),
        (b"<sheetData>", b"<!-- a comment --><sheetData>"),
        (b'r:id="rId1"', b"r:id='rId1'"),
        (b'ref="G2"', b'ref="$G$2"'),
    ],
)
def test_a_link_is_found_whatever_the_xml_looks_like(old: bytes, new: bytes) -> None:
    """What the fast search does not know, the tree walk finds."""
    parts = make_parts(Sheet([PARTICIPATING, ROW], {"G2": f"{PDF}?a=1&b=2"}))
    sheet = parts["xl/worksheets/sheet1.xml"]
    assert old in sheet
    parts["xl/worksheets/sheet1.xml"] = sheet.replace(old, new)
    assert read_document(zip_parts(parts)).listings[0].moa_link == f"{PDF}?a=1&b=2"


def test_a_sheet_with_prefixes_and_strict_names_is_read_alike() -> None:
    """A workbook saved as "strict" or by a program that writes prefixes has the same rows and links."""
    parts = make_parts(Sheet([PARTICIPATING, ROW], {"G2": PDF}))
    plain = read_document(zip_parts(parts))
    strict = {
        name: part.replace(
            b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
            b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        ).replace(
            b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
            b"http://purl.oclc.org/ooxml/spreadsheetml/main",
        )
        for name, part in parts.items()
    }
    assert read_document(zip_parts(strict)) == plain
