"""Read what calamine does not tell about a sheet: its hyperlinks, error cells, and how far its cells reach."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from scrapers.document_errors import DamagedWorkbookError, TooLargeError
from scrapers.readers.workbook_package import parse_part

#: The country has about 18,000 law-enforcement agencies; all of them under all three support types make 54,000 rows.
MAX_ROWS = 60_000
#: ICE's widest list has 8 columns and reaches to M; Excel itself goes on to 16,384.
MAX_COLUMNS = 256
#: calamine lays cells out as a full rectangle, so one cell far away costs memory for all between: 2 million are 60 MB.
MAX_AREA = 2_000_000
#: One hyperlink can claim a range of cells; a list needs two a row.
MAX_LINKED_CELLS = 2 * MAX_ROWS

#: The attribute that names a relationship.
R_IDS = (
    "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id",
    "{http://purl.oclc.org/ooxml/officeDocument/relationships}id",  # "strict" workbooks
)
_REF = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
_FORMULA = re.compile(r"""=?\s*HYPERLINK\s*\(\s*"((?:[^"]|"")*)"\s*[,)]""", re.IGNORECASE)

# The marks of a sheet as Excel writes it. What lacks one of them is parsed as a tree instead.
_NAMESPACES = (
    b' xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"',
    b' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"',
)
# Any cell or row whose reference does not come first, or lies beyond column Z or row 99,999.
_ODD_CELL = re.compile(rb"""<c(?! r="[A-Z][0-9]{1,5}"[ />])(?![A-Za-z])""")
_ODD_ROW = re.compile(rb"""<row(?! r="[0-9]{1,5}"[ />])(?![A-Za-z])""")
_LINK_FORMULA = re.compile(rb"HYPERLINK\s*\(", re.IGNORECASE)
_PREFIXED = re.compile(rb""":(?:c|row|hyperlinks?)[\s/>]""")
_HYPERLINK = re.compile(r"""<hyperlink ref="([A-Z])([0-9]{1,5})" r:id="([^"&\s]*)\"""")
_ERROR_CELL = re.compile(rb"""<c r="([A-Z])([0-9]+)"(?: s="[0-9]+")? t="e"><v>([^<&]*)</v></c>""")


@dataclass(slots=True)
class SheetNotes:
    """A sheet's link targets and error texts by (row, 1-based; column, 0-based)."""

    links: dict[tuple[int, int], str] = field(default_factory=dict)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)


def read_notes(part: bytes, part_name: str, targets: dict[str, str], *, name: str = "") -> SheetNotes:
    """Return the hyperlinks and error cells of a sheet whose cells fit the limits.

    Raises `TooLargeError`, and `DamagedWorkbookError` when the part is no well-formed XML. A sheet as Excel writes it
    is searched as bytes; every other is parsed as a tree, which tells the same and takes longer.
    """
    notes = _search_bytes(part, targets) if _is_plain(part) else None
    return notes or _walk_tree(part, part_name, targets, name)


def _is_plain(part: bytes) -> bool:
    root_at = part.find(b"<worksheet ", 0, 1024)
    root = part[root_at : part.find(b">", root_at)] if root_at >= 0 else b""
    return all(mark in root for mark in _NAMESPACES) and not (
        # A search for one byte takes a tenth of the time, and in most lists it ends the matter.
        (b"!" in part and (b"<!--" in part or b"<![CDATA[" in part))
        or (b"(" in part and _LINK_FORMULA.search(part))
        or _ODD_CELL.search(part)
        or _ODD_ROW.search(part)
        or _PREFIXED.search(part)
    )


def _search_bytes(part: bytes, targets: dict[str, str]) -> SheetNotes | None:
    """Return the notes of a plain sheet, or None if something in it has another form than Excel gives it."""
    notes = SheetNotes()
    at = part.find(b' t="e"')
    while at >= 0:
        found = _ERROR_CELL.match(part, part.rfind(b"<c ", 0, at))
        if found is None:
            return None
        notes.errors[int(found[2]), found[1][0] - 65] = found[3].decode()
        at = part.find(b' t="e"', at + 6)
    tail_at = max(part.rfind(b"</sheetData>"), 0)
    tail = part[tail_at:].decode("utf-8")
    links = _HYPERLINK.findall(tail)
    if len(links) != tail.count("<hyperlink "):
        return None
    notes.links = {(int(row), ord(column) - 65): target for column, row, one in links if (target := targets.get(one))}
    return notes


def _walk_tree(part: bytes, part_name: str, targets: dict[str, str], name: str) -> SheetNotes:
    notes = SheetNotes()
    root = parse_part(part, part_name, name=name)
    last_row, last_column = 0, 0
    formulas: dict[tuple[int, int], str] = {}
    for row, column, cell in _cells(root):
        value = cell.find("{*}v")
        formula = cell.find("{*}f")
        if value is None and formula is None and cell.find("{*}is") is None:
            continue  # styled only: neither calamine nor a person sees anything there
        last_row, last_column = max(last_row, row), max(last_column, column + 1)
        if cell.get("t") == "e":
            notes.errors[row, column] = (value.text if value is not None else None) or ""
        if formula is not None and (found := _FORMULA.match((formula.text or "").strip())):
            formulas[row, column] = found[1].replace('""', '"')
    if last_row > MAX_ROWS or last_column > MAX_COLUMNS or last_row * last_column > MAX_AREA:
        reach = f"{last_row} rows, {last_column} columns"
        raise TooLargeError("cells lie beyond MAX_ROWS or MAX_COLUMNS", file=name, sheet=part_name, value=reach)
    for element in root.iter("{*}hyperlink"):
        values = element.attrib
        target = targets.get(values.get(R_IDS[0]) or values.get(R_IDS[1]) or "")
        if not target:
            continue  # a place inside the workbook: it leads a reader of the list nowhere
        for place in _places(values.get("ref") or "", last_row, name):
            notes.links[place] = target
            if len(notes.links) > MAX_LINKED_CELLS:
                raise TooLargeError("hyperlinks cover more than MAX_LINKED_CELLS cells", file=name, sheet=part_name)
    for place, target in formulas.items():
        notes.links.setdefault(place, target)
    return notes


def _cells(root: etree._Element) -> Iterator[tuple[int, int, etree._Element]]:
    """Yield each cell with its row and column; cells and rows without a reference follow the one before."""
    row = 0
    for element in root.iter("{*}row"):
        given = element.get("r") or ""
        row = int(given) if given.isdecimal() and len(given) < 9 else row + 1
        column = -1
        for cell in element.iter("{*}c"):
            found = _REF.fullmatch(cell.get("r") or "")
            if found:
                row, column = int(found[2]), column_index(found[1])
            else:
                column += 1
            yield row, column, cell


def _places(ref: str, last_row: int, name: str) -> Iterator[tuple[int, int]]:
    """Yield the cells of a reference such as G2 or G2:H5; of a range only those down to the last row with content."""
    for area in ref.split():
        first, _, last = area.partition(":")
        start, end = _REF.fullmatch(first), _REF.fullmatch(last or first)
        if not start or not end:
            raise DamagedWorkbookError("a hyperlink lies on no cell", file=name, value=ref)
        columns = range(column_index(start[1]), min(column_index(end[1]) + 1, MAX_COLUMNS))
        lowest = min(int(end[2]), last_row) if last else int(end[2])
        for row in range(int(start[2]), lowest + 1):
            for column in columns:
                yield row, column


def column_index(letters: str) -> int:
    """Return the 0-based index of a column named by Excel's letters."""
    index = 0
    for letter in letters.upper():
        index = index * 26 + ord(letter) - 64
    return index - 1
