"""Lists as programs other than Excel write them say what the plain list says: one made-up list, written in odd ways."""

from __future__ import annotations

import base64
import email.message
import quopri
import re
from datetime import date
from email import policy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.models import Listing
from scrapers.document_errors import DocumentError, NotAListError, NotAWorkbookError
from scrapers.readers import signals
from scrapers.readers.document import read_document
from tests.workbooks import PARTICIPATING, PENDING, Cell, Raw, Sheet, make_parts, make_workbook, zip_parts

MOA = "https://www.ice.gov/doclib/287gMOA/{}.pdf"
DAY = date(2025, 9, 22)
ROWS: list[tuple[Cell, ...]] = [
    ("ALABAMA", "Baker County Sheriff's Office", "County", "Baker County", "Jail Enforcement Model", DAY, "link", None),
    ("ALABAMA", "Bell Police Department", "Municipality", "Bell County", "Task Force Model", DAY, "link", None),
    ("TEXAS", "Lee County Sheriff’s Office", "County", "Lee County", "Warrant Service Officer", DAY, "link", None),
]
LINKS = {f"G{row}": MOA.format(row) for row in (2, 3, 4)}
PLAIN = read_document(make_workbook([PARTICIPATING, *ROWS], LINKS))
INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u202a\u202c\u2066\u2069\u034f\u061c\ufe0f"


def listings(data: bytes) -> tuple[Listing, ...]:
    return read_document(data).listings


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


# -- cells that show nothing -------------------------------------------------------------------------------------------

EMPTY = {
    "formula": '<c r="{ref}" t="str"><f>IF(1,"")</f><v></v></c>',
    "no value": '<c r="{ref}"><f>IF(1,"")</f></c>',
    "inline": '<c r="{ref}" t="inlineStr"><is><t></t></is></c>',
    "spaces": '<c r="{ref}" t="str"><f>" "</f><v xml:space="preserve"> </v></c>',
    "invisible": '<c r="{ref}" t="str"><f>A</f><v>\u200b</v></c>',
    "styled": '<c r="{ref}" s="1"/>',
}


@pytest.mark.parametrize("cell", EMPTY.values(), ids=EMPTY)
@pytest.mark.parametrize("column", ["D", "XFD"])
def test_formulas_filled_down_that_show_nothing_are_nothing(cell: str, column: str) -> None:
    tail = "".join(
        f'<row r="{row}">{cell.replace("{ref}", f"{column}{row}")}</row>'
        for row in [*range(5, 300), *range(64_990, 65_001)]
    )
    parts = make_parts(Sheet([PARTICIPATING, *ROWS], LINKS))
    path = "xl/worksheets/sheet1.xml"
    parts[path] = parts[path].replace(b"</sheetData>", tail.encode() + b"</sheetData>")
    read = read_document(zip_parts(parts))
    assert (read.listings, read.signals) == (PLAIN.listings, ())


def test_shared_texts_that_show_nothing_are_nothing() -> None:
    parts = make_parts(Sheet([PARTICIPATING, *ROWS, ["" for _ in PARTICIPATING]], LINKS), shared=True)
    path = "xl/worksheets/sheet1.xml"
    blank = re.findall(rb'<c r="A5" t="s"><v>(\d+)</v></c>', parts[path])[0].decode()
    tail = "".join(f'<row r="{row}"><c r="D{row}" t="s"><v>{blank}</v></c></row>' for row in range(65_000, 65_010))
    parts[path] = parts[path].replace(b"</sheetData>", tail.encode() + b"</sheetData>")
    assert listings(zip_parts(parts)) == PLAIN.listings


@pytest.mark.parametrize(
    "value", ['t="e"><f>VLOOKUP(B1,X:Y,2,0)</f><v>#N/A</v>', "><f>VLOOKUP(B1,X:Y,2,0)</f><v>0</v>"]
)
@pytest.mark.parametrize("to", [40, 65_000])
def test_a_tail_of_errors_or_zeros_is_no_row(value: str, to: int) -> None:
    tail = "".join(f'<row r="{row}"><c r="D{row}" {value}</c></row>' for row in range(5, to + 1))
    parts = make_parts(Sheet([PARTICIPATING, *ROWS], LINKS))
    path = "xl/worksheets/sheet1.xml"
    parts[path] = parts[path].replace(b"</sheetData>", tail.encode() + b"</sheetData>")
    read = read_document(zip_parts(parts))
    assert read.listings == PLAIN.listings
    assert [(s.code, s.row, s.meaning) for s in read.signals] == [(signals.ROWS_LEFT_OUT, 5, f"{to - 4} rows")]


# -- links made by formulas --------------------------------------------------------------------------------------------

FOLDER = "https://www.ice.gov/doclib/287gMOA/"
FORMULAS = {
    "joined": f'HYPERLINK("{FOLDER}"&amp;"2.pdf","link")',
    "concatenate": f'HYPERLINK(CONCATENATE("{FOLDER}","2",".pdf"),"link")',
    "concat": f'HYPERLINK(_xlfn.CONCAT("{FOLDER}",2,".pdf"), "link")',
    "nested": f'HYPERLINK(CONCATENATE("{FOLDER}"&amp;"2.pdf"),"li"&amp;"nk")',
    "nested-2": f'=HYPERLINK(("{FOLDER}"&amp;CONCATENATE("2",".","pdf")),"link")',
    "cell": 'HYPERLINK($J$1&amp;"2.pdf","link")',
    "cells": 'hyperlink( concatenate(J1 , J2) , "link" )',
    "within": f'IF(A2="","",HYPERLINK("{FOLDER}2.pdf","link"))',
    "plain": f'HYPERLINK("{FOLDER}2.pdf")',
    "semicolon": f'HYPERLINK("{FOLDER}2.pdf";"link")',
}


@pytest.mark.parametrize("formula", FORMULAS.values(), ids=FORMULAS)
def test_a_link_that_a_formula_joins_is_worked_out(formula: str) -> None:
    cell = Raw(f'<c r="{{ref}}" t="str"><f>{formula}</f><v>link</v></c>')
    head = [*PARTICIPATING, None, FOLDER]
    first = [*ROWS[0][:6], cell, None, None, "2.pdf"]
    assert [row.moa_url for row in listings(make_workbook([head, first]))] == [FOLDER + "2.pdf"]


def test_a_shared_formula_is_filled_down() -> None:
    """Only its first cell has the text; in the others the cells it names move along, but those with a dollar sign."""
    rows: list[list[Cell]] = [[*PARTICIPATING, FOLDER]]
    for number, row in enumerate(ROWS, 2):
        text = 'ref="G2:G4">HYPERLINK(I$1&amp;J2,"link")</f>' if number == 2 else "/>"
        cell = Raw(f'<c r="{{ref}}" t="str"><f t="shared" si="0" {text}<v>link</v></c>')
        rows.append([*row[:6], cell, None, None, f"{number}.pdf"])
    assert [row.moa_url for row in listings(make_workbook(rows))] == [MOA.format(n) for n in (2, 3, 4)]


@pytest.mark.parametrize(
    "formula",
    [
        "HYPERLINK(", 'HYPERLINK("', "HYPERLINK()", 'HYPERLINK("a"&amp;)', 'HYPERLINK(VLOOKUP(A1,B:C,2,0),"x")',
        'HYPERLINK(Other!A1,"x")', "HYPERLINK(" + "(" * 5_000, 'HYPERLINK(INDIRECT("A1"))',
        "HYPERLINK(" + '"a"&amp;' * 5_000,
        'HYPERLINK("' + "a" * 5_000 + '")', "HYPERLINK(ZZZ9999999)",
    ],
)  # fmt: skip
def test_a_formula_that_cannot_be_worked_out_is_left_alone(formula: str) -> None:
    cell = Raw(f'<c r="{{ref}}" t="str"><f>{formula}</f><v>link</v></c>')
    assert [row.moa_url for row in listings(make_workbook([PARTICIPATING, [*ROWS[0][:6], cell]]))] == [None]


def test_a_formula_that_shows_nothing_links_nowhere() -> None:
    cell = Raw(f'<c r="{{ref}}" t="str"><f>IF(A2="","",HYPERLINK("{FOLDER}2.pdf"))</f><v></v></c>')
    assert [row.moa_url for row in listings(make_workbook([PARTICIPATING, [*ROWS[0][:6], cell]]))] == [None]


# -- invisible characters ----------------------------------------------------------------------------------------------


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_invisible_characters_change_nothing(data: st.DataObject) -> None:
    """Anywhere in names, states, dates, support types, counties, headers and addresses."""

    def sprinkle(text: str) -> str:
        for _ in range(data.draw(st.integers(0, 2))):
            at = data.draw(st.integers(0, len(text)))
            text = text[:at] + data.draw(st.sampled_from(INVISIBLE)) + text[at:]
        return text

    rows: list[list[Cell]] = [[sprinkle(name) for name in PARTICIPATING]]
    plain: list[list[Cell]] = [list(PARTICIPATING)]
    for row in ROWS:
        plain.append([*row[:5], "9/22/2025", *row[6:]])
        rows.append([sprinkle(cell) if isinstance(cell, str) else cell for cell in plain[-1]])
    links = {ref: sprinkle(target) for ref, target in LINKS.items()}
    read, expected = read_document(make_workbook(rows, links)), read_document(make_workbook(plain, LINKS))
    seen = [(x.state, x.agency, x.county, x.support_type, x.signed_on, x.moa, x.moa_url) for x in read.listings]
    assert seen == [
        (x.state, x.agency, x.county, x.support_type, x.signed_on, x.moa, x.moa_url) for x in expected.listings
    ]
    assert {s.code for s in read.signals} <= {signals.INVISIBLE_CHARACTERS}


@pytest.mark.parametrize("form", ["_x200B_", "&#8203;", "&#xFEFF;", "\u200e"])
def test_an_invisible_character_in_any_notation_is_taken_out(form: str) -> None:
    cell = Raw(f'<c r="{{ref}}" t="inlineStr"><is><t>ALA{form}BAMA</t></is></c>')
    read = read_document(make_workbook([PARTICIPATING, (cell, *ROWS[0][1:])], {"G2": MOA.format(2)}))
    assert read.listings == PLAIN.listings[:1]
    assert [(s.code, s.row, s.column, s.meaning) for s in read.signals] == [
        (signals.INVISIBLE_CHARACTERS, 2, "A", "1 cells")
    ]


def test_an_invisible_character_in_an_address_is_taken_out_however_it_is_written() -> None:
    links = {
        "G2": MOA.format("2%E2%80%8B"),
        "G3": MOA.format("3").replace("doclib", "doc\u200blib"),
        "G4": MOA.format("4%ef%bb%bf"),
    }
    read = read_document(make_workbook([PARTICIPATING, *ROWS], links))
    assert [row.moa_url for row in read.listings] == [row.moa_url for row in PLAIN.listings]
    assert read.listings[0].moa_link == links["G2"]  # the link itself stays as it is in the file


# -- a page saved as one file ------------------------------------------------------------------------------------------


def page(charset: str = "utf-8", meta: bool = True) -> bytes:
    cells = [[*PARTICIPATING]] + [[str(cell or "") for cell in row] for row in ROWS]
    rows = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in cells)
    declared = f'<meta charset="{charset}">' if meta else ""
    return f"<!DOCTYPE html><html><head>{declared}</head><body><table>{rows}</table></body></html>".encode(charset)


def quote(body: bytes) -> str:
    return quopri.encodestring(body).decode()


def encode(body: bytes) -> str:
    return base64.encodebytes(body).decode()


def as_they_are(body: bytes) -> str:
    return body.decode("latin-1")


WAYS = {"quoted-printable": quote, "base64": encode, "8bit": as_they_are}


def saved(html: bytes, *, encoding: str, charset: str | None = None, frames: bool = False) -> bytes:
    """The page as a browser saves it in one file."""
    whole = email.message.Message(policy=policy.compat32)
    whole["From"] = "<Saved by Blink>"
    whole["Subject"] = "287(g) | ICE"
    whole["MIME-Version"] = "1.0"
    whole["Content-Type"] = 'multipart/related; type="text/html"; boundary="--x--"'
    parts = [(b"<html><body>a frame</body></html>", "8bit", None)] if frames else []
    for body, way, said in [*parts, (html, encoding, charset)]:
        part = email.message.Message(policy=policy.compat32)
        part["Content-Type"] = "text/html" + (f'; charset="{said}"' if said else "")
        part["Content-Transfer-Encoding"] = way
        part.set_payload(WAYS[way](body))
        whole.attach(part)
    return whole.as_string().encode("latin-1")


@pytest.mark.parametrize("encoding", ["quoted-printable", "base64", "8bit"])
@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_a_page_saved_as_one_file_is_decoded(encoding: str, newline: bytes) -> None:
    data = saved(page(), encoding=encoding).replace(b"\n", newline)
    assert [x.agency for x in listings(data)] == [row[1] for row in ROWS]
    assert {x.signed_on for x in listings(data)} == {"2025-09-22"}


def test_a_saved_page_in_another_encoding_is_read_in_it() -> None:
    data = saved(page("windows-1252"), encoding="quoted-printable", charset="windows-1252")
    assert [x.agency for x in listings(data)] == [row[1] for row in ROWS]
    data = saved(page("windows-1252", meta=False), encoding="base64", charset="windows-1252")
    assert [x.agency for x in listings(data)] == [row[1] for row in ROWS]


def test_a_frame_before_the_page_does_not_hide_the_list() -> None:
    assert len(listings(saved(page(), encoding="base64", frames=True))) == 3


def test_a_saved_page_without_a_list_is_refused_by_name() -> None:
    with pytest.raises(NotAListError):
        read_document(saved(b"<html><body>Access Denied</body></html>", encoding="base64"))


def test_a_mail_is_no_page() -> None:
    with pytest.raises(DocumentError):
        read_document(b"MIME-Version: 1.0\nContent-Type: text/plain\n\nSTATE,AGENCY\n")
