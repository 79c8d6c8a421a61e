"""Lists as programs other than Excel write them say what the plain list says: sheets, merged cells, dates, packages."""

from __future__ import annotations

import pytest

from scrapers.document_errors import NotAWorkbookError
from scrapers.readers import signals
from scrapers.readers.document import read_document
from tests.scrapers.readers.plain_list import DAY, LINKS, MOA, PLAIN, ROWS, listings
from tests.workbooks import PARTICIPATING, PENDING, Cell, Raw, Sheet, make_parts, make_workbook, zip_parts


def codes(data: bytes) -> list[str]:
    return [signal.code for signal in read_document(data).signals]


def sheets(*made: Sheet, states: tuple[str, ...]) -> bytes:
    """A workbook of these sheets, each with its visibility as the workbook part says it."""
    parts = make_parts(*made)
    for sheet, state in zip(made, states, strict=True):
        parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(
            f'name="{sheet.title}"'.encode(), f'name="{sheet.title}" state="{state}"'.encode()
        )
    return zip_parts(parts)


# -- sheets ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
@pytest.mark.parametrize("hidden_first", [True, False])
def test_a_hidden_sheet_never_wins_over_a_visible_one(state: str, hidden_first: bool) -> None:
    """However many rows the hidden one has; that it is there is signalled."""
    hidden = Sheet([PARTICIPATING, *ROWS, *ROWS, *ROWS], title="old")
    shown = Sheet([PARTICIPATING, *ROWS], LINKS, title="Sheet1")
    order = ((hidden, state), (shown, "visible")) if hidden_first else ((shown, "visible"), (hidden, state))
    data = sheets(*(one for one, _ in order), states=tuple(how for _, how in order))
    assert listings(data) == PLAIN.listings
    assert [(s.code, s.value) for s in read_document(data).signals] == [(signals.SHEET_HIDDEN, "old")]


def test_a_hidden_signed_list_does_not_win_over_a_visible_pending_one() -> None:
    data = sheets(Sheet([PARTICIPATING, *ROWS], title="a"), Sheet([PENDING], title="b"), states=("hidden", "visible"))
    assert (read_document(data).list, listings(data)) == ("pending", ())


def test_a_hidden_sheet_counts_where_no_visible_one_is_a_list() -> None:
    pivot = Sheet([("Row Labels", "Count"), ("ALABAMA", 2)], title="Pivot")
    data = sheets(pivot, Sheet([PARTICIPATING, *ROWS], LINKS, title="x"), states=("visible", "hidden"))
    assert listings(data) == PLAIN.listings


def test_a_broken_hidden_sheet_keeps_nobody_from_the_visible_list() -> None:
    parts = make_parts(Sheet([PARTICIPATING, *ROWS], LINKS, title="a"), Sheet([], title="b"))
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(b'name="b"', b'name="b" state="hidden"')
    parts["xl/worksheets/sheet2.xml"] = b"<worksheet"
    assert listings(zip_parts(parts)) == PLAIN.listings


# -- merged cells ------------------------------------------------------------------------------------------------------


def merged(ref: str, *, dropped: list[tuple[int, int]], links: dict[str, str] | None = None) -> bytes:
    rows = [list(row) for row in [PARTICIPATING, *ROWS]]
    for row, column in dropped:
        rows[row][column] = None
    return make_workbook_with(
        rows, LINKS if links is None else links, f'<mergeCells><mergeCell ref="{ref}"/></mergeCells>'
    )


def make_workbook_with(rows: list[list[Cell]], links: dict[str, str], tail: str) -> bytes:
    return zip_parts(make_parts(Sheet(rows, links, tail=tail)))


def test_a_merged_cell_holds_for_all_its_rows() -> None:
    assert listings(merged("A2:A3", dropped=[(2, 0)])) == PLAIN.listings
    assert listings(merged("E2:E2", dropped=[])) == PLAIN.listings
    assert listings(merged("A2:A1048576", dropped=[(2, 0), (3, 0)]))[2].state == "ALABAMA"


def test_what_a_merged_cell_covers_is_not_seen() -> None:
    """Some programs leave the texts below in the file; Excel shows the first one only."""
    rows = [list(row) for row in [PARTICIPATING, *ROWS]]
    rows[2][0] = "TEXAS"
    data = make_workbook_with(rows, LINKS, '<mergeCells><mergeCell ref="A2:A3"/></mergeCells>')
    assert listings(data) == PLAIN.listings


def test_the_link_of_a_merged_cell_holds_for_all_its_rows() -> None:
    data = merged("G2:G3", dropped=[(2, 6)], links={"G2": MOA.format(2), "G4": MOA.format(4)})
    assert [row.moa_url for row in listings(data)] == [MOA.format(2), MOA.format(2), MOA.format(4)]


def test_a_heading_merged_over_the_list_is_no_state() -> None:
    """`ALABAMA` over all columns as a heading between rows is a note."""
    rows: list[list[Cell]] = [list(PARTICIPATING), ["ALABAMA"], *[list(row) for row in ROWS]]
    links = {f"G{n + 1}": MOA.format(n) for n in (2, 3, 4)}
    data = make_workbook_with(rows, links, '<mergeCells><mergeCell ref="A2:H2"/></mergeCells>')
    assert listings(data) == PLAIN.listings
    assert codes(data) == [signals.ROW_NOTE, signals.ROWS_NOT_AGREEMENTS]


def test_a_cell_over_rows_of_a_page_holds_with_its_link() -> None:
    head = "".join(f"<th>{name}</th>" for name in ("STATE", "AGENCY", "SUPPORT TYPE", "SIGNED", "MOA"))
    page = (
        f"<html><table><tr>{head}</tr>"
        '<tr><td rowspan="2">TEXAS</td><td>A Office</td><td>JEM</td><td>1/2/2025</td>'
        f'<td rowspan="2"><a href="{MOA.format(1)}">link</a></td></tr>'
        "<tr><td>B Office</td><td>WSO</td><td>1/2/2025</td></tr></table></html>"
    )
    assert [(x.state_code, x.agency, x.moa_url) for x in listings(page.encode())] == [
        ("TX", "A Office", MOA.format(1)),
        ("TX", "B Office", MOA.format(1)),
    ]


# -- dates and times ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "2025-09-22T00:00:00.000Z", "2025-09-22T00:00:00Z", "2025-09-22T00:00:00", "2025-09-22", "2025-09-22T04:00:00Z",
        "2025-09-22T00:00:00-04:00", "2025-09-22T00:00:00+05:30", "2025-09-22T13:45:00.123", "2025-09-22T00:00:00+0000",
    ],
)  # fmt: skip
def test_a_date_cell_in_iso_form_is_its_day(text: str) -> None:
    rows = [(*row[:5], Raw(f'<c r="{{ref}}" t="d"><v>{text}</v></c>'), *row[6:]) for row in ROWS]
    assert [row.signed_on for row in listings(make_workbook([PARTICIPATING, *rows], LINKS))] == ["2025-09-22"] * 3


@pytest.mark.parametrize(
    ("printed", "meant"),
    [
        ("2025-10-01T08:00:00-04:00", "2025-10-01T12:00:00Z"),
        ("2025-10-01T12:00:00Z", "2025-10-01T12:00:00Z"),
        ("2025-10-01T12:00:00.1234567Z", "2025-10-01T12:00:00Z"),
        ("2025-10-01T17:30:00+05:30", "2025-10-01T12:00:00Z"),
        ("2025-09-30T20:00:00-0400", "2025-10-01T00:00:00Z"),
        ("2025-10-01T12:00Z", "2025-10-01T12:00:00Z"),
        ("2025-10-01T12:00:00", None),  # whose time?
        ("2025-13-01T12:00:00Z", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("yesterday", None),
    ],
)
def test_a_modified_time_is_read_with_its_offset(printed: str, meant: str | None) -> None:
    assert read_document(make_workbook([PENDING], modified=printed)).workbook_modified_at == meant


# -- the package -------------------------------------------------------------------------------------------------------

RENAMES: dict[str, dict[str, str]] = {
    "book": {"xl/workbook.xml": "xl/book1.xml", "xl/_rels/workbook.xml.rels": "xl/_rels/book1.xml.rels"},
    "another folder": {
        "xl/workbook.xml": "office/main.xml",
        "xl/_rels/workbook.xml.rels": "office/_rels/main.xml.rels",
        "xl/worksheets/sheet1.xml": "office/worksheets/sheet1.xml",
        "xl/worksheets/_rels/sheet1.xml.rels": "office/worksheets/_rels/sheet1.xml.rels",
        "xl/styles.xml": "office/styles.xml",
        "xl/sharedStrings.xml": "office/sharedStrings.xml",
    },
    "no folder": {
        "xl/workbook.xml": "workbook.xml",
        "xl/_rels/workbook.xml.rels": "_rels/workbook.xml.rels",
        "xl/worksheets/sheet1.xml": "worksheets/sheet1.xml",
        "xl/worksheets/_rels/sheet1.xml.rels": "worksheets/_rels/sheet1.xml.rels",
        "xl/styles.xml": "styles.xml",
        "xl/sharedStrings.xml": "sharedStrings.xml",
    },
}


@pytest.mark.parametrize("renames", RENAMES.values(), ids=RENAMES)
def test_the_main_part_may_have_any_name_and_place(renames: dict[str, str]) -> None:
    parts = make_parts(Sheet([PARTICIPATING, *ROWS], LINKS), shared=True)
    main = renames["xl/workbook.xml"]
    parts["_rels/.rels"] = parts["_rels/.rels"].replace(b"xl/workbook.xml", main.encode())
    assert listings(zip_parts({renames.get(name, name): part for name, part in parts.items()})) == PLAIN.listings


@pytest.mark.parametrize(
    "rename",
    [
        lambda name: name.replace("/", "\\"), lambda name: "/" + name, str.upper, lambda name: "./" + name,
        lambda name: "\\" + name.replace("/", "\\"),
    ],
    ids=["backslashes", "leading slash", "capitals", "dot", "leading backslash"],
)  # fmt: skip
def test_part_names_may_be_written_otherwise(rename: object) -> None:
    assert callable(rename)
    parts = make_parts(Sheet([PARTICIPATING, *ROWS], LINKS), shared=True)
    read = read_document(zip_parts({rename(name): part for name, part in parts.items()}))
    assert (read.listings, read.workbook_modified_at) == (PLAIN.listings, PLAIN.workbook_modified_at)


@pytest.mark.parametrize(
    "target", ["/xl/worksheets/sheet1.xml", "..\\xl\\worksheets\\sheet1.xml", "./worksheets/sheet1.xml"]
)
def test_a_relationships_target_may_be_written_otherwise(target: str) -> None:
    parts = make_parts(Sheet([PARTICIPATING, *ROWS], LINKS))
    rels = "xl/_rels/workbook.xml.rels"
    parts[rels] = parts[rels].replace(b'"worksheets/sheet1.xml"', f'"{target}"'.encode())
    assert listings(zip_parts(parts)) == PLAIN.listings


def test_a_package_without_its_first_relationships_is_still_found() -> None:
    parts = make_parts(Sheet([PARTICIPATING, *ROWS], LINKS))
    del parts["_rels/.rels"]
    assert listings(zip_parts(parts)) == PLAIN.listings


def test_a_main_part_that_is_no_workbook_is_refused_by_name() -> None:
    parts = make_parts(Sheet([PARTICIPATING, *ROWS]))
    parts["xl/workbook.xml"] = b"<document/>"
    with pytest.raises(NotAWorkbookError):
        read_document(zip_parts(parts))


def test_days_counted_from_1904_are_read_so() -> None:
    rows = [
        (*row[:5], DAY.replace(year=2021, day=21), *row[6:]) for row in ROWS
    ]  # 1904's day has a number 1,462 smaller
    data = zip_parts(make_parts(Sheet([PARTICIPATING, *rows], LINKS), date1904=True))
    assert {row.signed_on for row in listings(data)} == {"2025-09-22"}
