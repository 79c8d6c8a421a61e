"""Read what calamine does not tell about a sheet: hyperlinks, formulas that link, error cells, merged cells, and how
far its content reaches."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from scrapers.document_errors import DamagedWorkbookError, TooLargeError
from scrapers.readers.printed_text import strip_invisible
from scrapers.readers.table import column_index
from scrapers.readers.workbook_formulas import MAX_FORMULA_CHARS, Formula
from scrapers.readers.workbook_layout import R_IDS
from scrapers.readers.workbook_package import parse_part

#: The country has about 18,000 law-enforcement agencies; all of them under all three support types make 54,000 rows.
MAX_ROWS = 60_000
#: ICE's widest list has 8 columns and reaches to M; Excel itself goes on to 16,384.
MAX_COLUMNS = 256
#: calamine lays cells out as a full rectangle, so one cell far away costs memory for all between: 2 million are 60 MB.
MAX_AREA = 2_000_000
#: One hyperlink or merged range can claim any number of cells; a list needs two a row.
MAX_CLAIMED_CELLS = 2 * MAX_ROWS

#: ICE's sheets have 0.6 MB. In a larger part, formulas that show nothing are left out before it is parsed: half a
#: million of them, as a tree, need more memory than a reader has.
LARGE_PART_BYTES = 4 * 1024 * 1024

Place = tuple[int, int]  # row from 1, column from 0
_REF = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")

# The marks of a sheet as Excel writes it. What lacks one of them is parsed as a tree instead.
_NAMESPACES = (
    b' xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"',
    b' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"',
)
# Any cell or row whose reference does not come first, or lies beyond column Z or row 99,999.
_ODD_CELL = re.compile(rb"""<c(?! r="[A-Z][0-9]{1,5}"[ />])(?![A-Za-z])""")
_ODD_ROW = re.compile(rb"""<row(?! r="[0-9]{1,5}"[ />])(?![A-Za-z])""")
_LINK_FORMULA = re.compile(rb"HYPERLINK\s*\(", re.IGNORECASE)
_PREFIXED = re.compile(rb""":(?:c|row|hyperlinks?|mergeCells?)[\s/>]""")
_HYPERLINK = re.compile(r"""<hyperlink ref="([A-Z])([0-9]{1,5})" r:id="([^"&\s]*)\"""")
_ROW = re.compile(rb'<row r="([0-9]{1,5})"')
_TYPED_CELL = re.compile(rb"<c [^>]*><v>([0-9]{1,9})<")  # a number, or the number of a shared text
_EMPTY_CELL = re.compile(
    rb"<c\b[^<>]*(?<!/)><f\b[^<>]*(?:/>|>(?![^<]*HYPERLINK)[^<]*</f>)(?:<v\s*/>|<v>\s*</v>)?</c>", re.IGNORECASE
)
_EMPTY_ROW = re.compile(rb"<row\b[^<>]*(?:/>|>\s*</row>)")
_MARKUP = re.compile(rb"<[^>]*>|\s+")
_ERROR_CELL = re.compile(rb"""<c r="([A-Z])([0-9]+)"(?: s="[0-9]+")? t="e"><v>([^<&]*)</v></c>""")


@dataclass(slots=True)
class SheetNotes:
    """What a sheet holds besides values, by (row, 1-based; column, 0-based)."""

    part: bytes  # the sheet's part for calamine: without cells that show nothing, if those reach beyond the others
    links: dict[Place, str] = field(default_factory=dict)
    errors: dict[Place, str] = field(default_factory=dict)
    formulas: dict[Place, Formula] = field(default_factory=dict)  # those that make a hyperlink
    merged: list[tuple[Place, int]] = field(default_factory=list)  # top left cell, last row it stands for
    residue: tuple[int, int] | None = None  # first and number of rows left out that hold only errors and zeros


def read_notes(part: bytes, part_name: str, targets: dict[str, str], texts: bytes, *, name: str = "") -> SheetNotes:
    """Return the notes of a sheet whose content fits the limits; `texts` is the part with the shared texts.

    Raises `TooLargeError`, and `DamagedWorkbookError` when the part is no well-formed XML. A sheet as Excel writes it
    is searched as bytes; every other is parsed as a tree, which tells the same and takes longer.
    """
    if len(part) > LARGE_PART_BYTES:
        part = _EMPTY_ROW.sub(b"", _EMPTY_CELL.sub(b"", part))
    plain = _is_plain(part)
    if plain and (row := _row_beyond(part, texts)):
        raise TooLargeError("cells lie beyond MAX_ROWS", file=name, sheet=part_name, value=f"row {row}")
    notes = _search_bytes(part, targets) if plain else None
    return notes or _TreeWalk(part, part_name, targets, _blank_texts(texts), name).notes


def _is_plain(part: bytes) -> bool:
    root_at = part.find(b"<worksheet ", 0, 1024)
    root = part[root_at : part.find(b">", root_at)] if root_at >= 0 else b""
    return all(mark in root for mark in _NAMESPACES) and not (
        # A search for one byte takes a tenth of the time, and in most lists it ends the matter.
        (b"!" in part and (b"<!--" in part or b"<![CDATA[" in part))
        or (b"(" in part and _LINK_FORMULA.search(part))
        or (b"<mergeCell" in part)
        or _ODD_CELL.search(part)
        or _ODD_ROW.search(part)
        or _PREFIXED.search(part)
    )


def _search_bytes(part: bytes, targets: dict[str, str]) -> SheetNotes | None:
    """Return the notes of a plain sheet, or None if something in it has another form than Excel gives it."""
    notes = SheetNotes(part)
    if _last_row(part) > MAX_ROWS:
        return None  # filled down with formulas that show nothing, or errors: the tree tells
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


def _last_row(part: bytes) -> int:
    at = part.rfind(b'<row r="')
    return int(part[at + 8 : part.find(b'"', at + 8)]) if at >= 0 else 0


def _row_beyond(part: bytes, texts: bytes) -> int | None:
    """Return the first row of a plain sheet beyond MAX_ROWS with a value that no formula gives, or None."""
    if _last_row(part) <= MAX_ROWS:
        return None
    first = next(found for found in _ROW.finditer(part) if int(found[1]) > MAX_ROWS)
    blank = _blank_texts(texts)
    for cell in _TYPED_CELL.finditer(part, first.start()):
        if b' t="s"' not in cell[0] or int(cell[1]) not in blank:
            return int(first[1])
    return None


def _blank_texts(texts: bytes) -> frozenset[int]:
    """Return the indexes of the shared texts that show nothing."""
    items = texts.split(b"</si>")[:-1]
    return frozenset(i for i, item in enumerate(items) if not _MARKUP.sub(b"", item[item.rfind(b"<si") :]))


class _TreeWalk:
    """One walk over a sheet's tree; `notes` is its result."""

    def __init__(
        self, part: bytes, part_name: str, targets: dict[str, str], blank_texts: frozenset[int], name: str
    ) -> None:
        self.name = name
        self.part_name = part_name
        self.blank_texts = blank_texts
        self.notes = SheetNotes(part)
        self._formula_chars = 0
        self.last_row = self.last_column = 0  # of the cells that show something; the column counted from 1
        self.root = parse_part(part, part_name, name=name)
        self._walk_cells()
        self._read_links(targets)
        self._read_merged()

    def _walk_cells(self) -> None:
        masters: dict[str, tuple[Place, str]] = {}
        reach_row = reach_column = solid_row = 0
        for row, column, cell in _cells(self.root):
            content = {str(child.tag).rpartition("}")[2]: child for child in cell}
            value, formula = content.get("v"), content.get("f")
            if not content:
                continue  # styled only: neither calamine nor a person sees anything there
            reach_row, reach_column = max(reach_row, row), max(reach_column, column + 1)
            shows = self._shows(cell, value if value is not None else content.get("is"))
            made = self._read_formula(formula, (row, column), masters)
            if made and (value is None or shows):  # without a stored value, Excel works it out when it opens the file
                self.notes.formulas[row, column] = made
            if not shows:
                continue
            self.last_row, self.last_column = max(self.last_row, row), max(self.last_column, column + 1)
            error = cell.get("t") == "e"
            if error:
                self.notes.errors[row, column] = (value.text if value is not None else None) or ""
            if not (error or (formula is not None and value is not None and (value.text or "").strip() == "0")):
                solid_row = max(solid_row, row)
        if self.last_row > MAX_ROWS >= solid_row:
            self.notes.residue = (solid_row + 1, self.last_row - solid_row)
            self.last_row = solid_row
            self.notes.errors = {place: text for place, text in self.notes.errors.items() if place[0] <= solid_row}
        if not _fits(self.last_row, self.last_column):
            reach = f"{self.last_row} rows, {self.last_column} columns"
            raise TooLargeError(
                "cells lie beyond MAX_ROWS or MAX_COLUMNS", file=self.name, sheet=self.part_name, value=reach
            )
        if not _fits(reach_row, reach_column):
            self._cut()

    def _shows(self, cell: etree._Element, source: etree._Element | None) -> bool:
        """Return whether a person sees anything in the cell, whose text is in `source`."""
        if cell.get("t") == "e":
            return True
        text = "".join(str(piece) for piece in source.itertext()).strip() if source is not None else ""
        if cell.get("t") == "s" and text.isdecimal():
            return int(text[:9]) not in self.blank_texts
        return bool(text) and (text.isascii() or bool(strip_invisible(text).strip()))

    def _read_formula(
        self, element: etree._Element | None, place: Place, masters: dict[str, tuple[Place, str]]
    ) -> Formula | None:
        """Return the cell's formula if it makes a hyperlink; a shared one stands at its first cell only (`masters`)."""
        if element is None:
            return None
        text, at = (element.text or "").strip(), place
        if text and "HYPERLINK" not in text.upper():
            text = ""
        if element.get("t") == "shared":
            index = element.get("si") or ""
            if text:
                masters[index] = (place, text)
            elif index in masters:
                at, text = masters[index]
        if not text:
            return None
        self._formula_chars += len(text)
        if self._formula_chars > MAX_FORMULA_CHARS:
            raise TooLargeError(
                "formulas hold more than MAX_FORMULA_CHARS characters", file=self.name, sheet=self.part_name
            )
        return Formula(text, place[0] - at[0], place[1] - at[1])

    def _cut(self) -> None:
        """Leave out the cells beyond those that show something, so that calamine lays out no room for them."""
        beyond = [cell for row, column, cell in _cells(self.root) if row > self.last_row or column >= self.last_column]
        for cell in beyond:
            parent = cell.getparent()
            if parent is not None:
                parent.remove(cell)
        self.notes.part = etree.tostring(self.root, encoding="utf-8", xml_declaration=True)
        self.notes.formulas = {
            place: one
            for place, one in self.notes.formulas.items()
            if place[0] <= self.last_row and place[1] < self.last_column
        }

    def _read_links(self, targets: dict[str, str]) -> None:
        claimed = 0
        for element in self.root.iter("{*}hyperlink"):
            values = element.attrib
            target = targets.get(values.get(R_IDS[0]) or values.get(R_IDS[1]) or "")
            if not target:
                continue  # a place inside the workbook: it leads a reader of the list nowhere
            for rows, columns in self._areas(values.get("ref") or "", "a hyperlink"):
                claimed += 1 + len(rows) * len(columns)
                self._refuse_claim(claimed, "hyperlinks")
                self.notes.links.update(((row, column), target) for row in rows for column in columns)

    def _read_merged(self) -> None:
        claimed = 0
        for element in self.root.iter("{*}mergeCell"):
            for rows, columns in self._areas(element.get("ref") or "", "a merged range"):
                claimed += 1 + len(rows)
                self._refuse_claim(claimed, "merged ranges")
                if len(rows) > 1 and len(columns):
                    self.notes.merged.append(((rows.start, columns.start), rows[-1]))

    def _refuse_claim(self, cells: int, what: str) -> None:
        if cells > MAX_CLAIMED_CELLS:
            raise TooLargeError(
                f"{what} cover more than MAX_CLAIMED_CELLS cells", file=self.name, sheet=self.part_name, value=cells
            )

    def _areas(self, ref: str, what: str) -> Iterator[tuple[range, range]]:
        """Yield the rows and columns of each area of a reference (``G2``, ``G2:H5 J7``), cut to the sheet's content.

        A single cell is not cut: a link below the content is worth a signal.
        """
        for area in ref.split():
            first, _, last = area.partition(":")
            start, end = _REF.fullmatch(first), _REF.fullmatch(last or first)
            if not start or not end:
                raise DamagedWorkbookError(f"{what} lies on no cell", file=self.name, sheet=self.part_name, value=ref)
            top, left, bottom, right = int(start[2]), column_index(start[1]), int(end[2]), column_index(end[1])
            if last:
                bottom, right = min(bottom, self.last_row), min(right, self.last_column - 1)
            yield range(top, bottom + 1), range(left, right + 1)


def _fits(rows: int, columns: int) -> bool:
    return rows <= MAX_ROWS and columns <= MAX_COLUMNS and rows * columns <= MAX_AREA


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
