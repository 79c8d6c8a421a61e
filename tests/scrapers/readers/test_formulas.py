"""What formulas leave in a list: cells that show nothing, errors and zeros filled down, and links that they make."""

from __future__ import annotations

import re

import pytest

from scrapers.readers import signals
from scrapers.readers.document import read_document
from scrapers.readers.limited import read_document_limited
from tests.scrapers.readers.plain_list import LINKS, MOA, PLAIN, ROWS, listings
from tests.workbooks import PARTICIPATING, Cell, Raw, Sheet, make_parts, make_workbook, zip_parts

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


def test_eight_columns_filled_down_to_row_65000_are_nothing() -> None:
    """As a tree, half a million cells would need more memory than a reader in its child process has."""
    cells = "".join(f'<c r="{column}{{row}}" t="str"><f>IF(1,"")</f><v></v></c>' for column in "ABCDEFGH")
    tail = "".join(f'<row r="{row}">{cells.replace("{row}", str(row))}</row>' for row in range(5, 65_001))
    parts = make_parts(Sheet([PARTICIPATING, *ROWS], LINKS))
    path = "xl/worksheets/sheet1.xml"
    parts[path] = parts[path].replace(b"</sheetData>", tail.encode() + b"</sheetData>")
    read = read_document_limited(zip_parts(parts))
    assert (read.listings, read.signals) == (PLAIN.listings, ())
