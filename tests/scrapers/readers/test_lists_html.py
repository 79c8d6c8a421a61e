"""The list as the table that stood on ICE's page from 2017 to February 2025; pages made by hand."""

from __future__ import annotations

import pytest

from scrapers.document_errors import NotAListError, TooLargeError
from scrapers.readers import signals
from scrapers.readers.document import READER_VERSION, read_document
from scrapers.readers.html import MAX_HTML_BYTES, MAX_TABLE_CELLS

HEAD = "<th>STATE</th><th>LAW ENFORCEMENT AGENCY</th><th>SUPPORT TYPE</th><th>SIGNED</th><th>MOA</th>"
ROW = (
    "<tr><td>ALABAMA</td><td>Etowah County Sheriff&rsquo;s&nbsp;Office</td><td>Jail Enforcement Model</td>"
    '<td>6/9/2020</td><td><a href="/doclib/287gMOA/Etowah_06-09-2020.pdf">link</a></td></tr>'
)


def page(*tables: str) -> bytes:
    return f"<!DOCTYPE html><html><body><h1>287(g)</h1>{''.join(tables)}</body></html>".encode()


@pytest.mark.parametrize("head", [HEAD, HEAD.replace("th>", "td>")])
def test_the_table_of_a_page_is_a_participating_list(head: str) -> None:
    """Cells are the text a reader sees; a relative link is ICE's."""
    snapshot = read_document(page(f"<table><tr>{head}</tr>{ROW}</table>"))
    assert (snapshot.list, snapshot.rows, snapshot.reader) == ("participating", (2,), READER_VERSION["html"])
    assert (snapshot.workbook_modified_at, snapshot.signals) == (None, ())
    (row,) = snapshot.listings
    assert (row.state, row.agency) == ("ALABAMA", "Etowah County Sheriff’s\xa0Office")
    assert (row.type, row.county, row.addendum) == (None, None, None)
    assert (row.state_code, row.support_code, row.signed_on) == ("AL", "JEM", "2020-06-09")
    assert row.moa_link == "/doclib/287gMOA/Etowah_06-09-2020.pdf"
    assert row.moa_url == "https://www.ice.gov/doclib/287gMOA/Etowah_06-09-2020.pdf"


def test_several_tables_with_one_header_are_one_list() -> None:
    """A page with a table a state is read as if it had one table; other tables are signalled."""
    table = f"<table><thead><tr>{HEAD}</tr></thead><tbody>{ROW}{ROW}</tbody></table>"
    snapshot = read_document(page("<table><tr><td>menu</td></tr></table>", table, table))
    assert snapshot.rows == (2, 3, 5, 6)
    assert {row.moa_link for row in snapshot.listings} == {"/doclib/287gMOA/Etowah_06-09-2020.pdf"}
    assert [s.code for s in snapshot.signals] == [signals.SHEET_EXTRA, signals.HEADER_REPEATED]


def test_a_cell_with_two_links_gives_the_moa_and_the_addendum() -> None:
    """The anchor called addendum is the addendum, wherever it stands."""
    cell = '<td><a href="/b.pdf">Addendum</a> | <a href="/a.pdf">link</a></td></tr>'
    row = ROW[: ROW.rindex("<td>")] + cell
    (listing,) = read_document(page(f"<table><tr>{HEAD}</tr>{row}</table>")).listings
    assert (listing.moa_url, listing.addendum_url) == ("https://www.ice.gov/a.pdf", "https://www.ice.gov/b.pdf")


def test_line_breaks_and_spans() -> None:
    """A break separates words, a cell over two rows counts in both, a nested table is not the row's."""
    rows = (
        '<tr><td rowspan="2">TEXAS</td><td>Some<br/>Office</td><td>Task  Force\n Model</td>'
        "<td>3/4/2025</td><td></td></tr>"
        "<tr><td>Other Office<table><tr><td>inner</td></tr></table></td><td>WSO</td><td>3/5/2025</td><td></td></tr>"
    )
    snapshot = read_document(page(f"<table><tr>{HEAD}</tr>{rows}</table>"))
    assert [(x.state_code, x.agency, x.support_code) for x in snapshot.listings] == [
        ("TX", "Some Office", "TFM"),
        ("TX", "Other Officeinner", "WSO"),
    ]


def test_an_archived_page_has_links_to_the_archive() -> None:
    """What web.archive.org rewrote is unwrapped."""
    row = ROW.replace('"/doclib', '"/web/20200101000000/https://www.ice.gov/doclib')
    snapshot = read_document(page(f"<table><tr>{HEAD}</tr>{row}</table>"))
    (listing,) = snapshot.listings
    assert listing.moa_link == listing.moa_url == "https://www.ice.gov/doclib/287gMOA/Etowah_06-09-2020.pdf"
    assert [(s.code, s.meaning) for s in snapshot.signals] == [(signals.ARCHIVE_PREFIX, "1 cells")]


@pytest.mark.parametrize(
    "data",
    [
        page(),
        page("<table><tr><td>Name</td><td>Price</td></tr></table>"),
        b"<html><head><title>Access Denied</title></head><body>Reference #18.1</body></html>",
        b"<!DOCTYPE html>",
        b"<html>",
        b"<table><tr><td>" + b"<div>" * 100_000,
        b"<table>" * 20_000,
    ],
)
def test_a_page_without_a_list_is_not_a_list(data: bytes) -> None:
    """A block page named .xlsx, an empty page and tag soup are refused by name."""
    with pytest.raises(NotAListError):
        read_document(data, name="participatingAgencies.xlsx")


@pytest.mark.parametrize(
    "data",
    [
        page("x" * MAX_HTML_BYTES),
        page("<table>", "<tr><td>" * (MAX_TABLE_CELLS + 1)),
        page("<table>", f"<tr>{'<td colspan=32 rowspan=9999>' * 400}" * 300),
    ],
)
def test_a_page_too_large_is_refused(data: bytes) -> None:
    """Limits are named."""
    with pytest.raises(TooLargeError):
        read_document(data)


@pytest.mark.parametrize("saved", [False, True])
def test_a_page_that_was_cut_within_its_table_is_no_list(saved: bool) -> None:
    """The rows that are there would be a list that lacks the others; what is cut behind the table matters to nobody."""
    whole = page(f"<table><tr>{HEAD}</tr>{ROW * 9}</table>").decode()
    head = "MIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n" if saved else ""
    last = whole.rindex("<tr>")
    for end in (last - 1, last + 9, whole.index("</table>") - 5, whole.index("</table>") - 1):
        with pytest.raises(NotAListError, match="cut"):
            read_document(f"{head}{whole[:end]}".encode())
    assert len(read_document(f"{head}{whole[: whole.index('</body>')]}".encode()).listings) == 9
