"""Read an XLSX workbook as tables of the text Excel shows, with every hyperlink."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from scrapers.document_errors import DamagedWorkbookError, ScraperError, TooLargeError
from scrapers.readers.printed_text import unescape_cell
from scrapers.readers.table import Table
from scrapers.readers.workbook_formulas import find_address
from scrapers.readers.workbook_layout import Layout, SheetPart, find_layout, pack_sheets, read_modified_at
from scrapers.readers.workbook_package import read_targets, unpack_parts
from scrapers.readers.workbook_sheet import MAX_COLUMNS, MAX_ROWS, SheetNotes, read_notes

READER = "xlsx/5"
#: Excel's own limit for the text of one cell.
MAX_CELL_CHARS = 32_767
#: A shared text is stored once and copied into each cell that shows it. ICE's lists copy under 1 MB.
MAX_SHARED_CHARS = 64 * 1024 * 1024
_SHARED_CELL = re.compile(rb'\st="s"[^>]*><v>([0-9]{1,9})</v>')
_SHARED_CELL_BYTES = len('<c t="s"><v>0</v></c>')  # the shortest a cell with a shared text can be


class Workbook:
    """An unpacked and checked workbook; its sheets are read when asked for.

    `data` are the bytes of the file. Raises the errors of `unpack_parts` and `find_layout`.
    """

    def __init__(self, data: bytes, *, name: str = "") -> None:
        self._name = name
        self._parts: dict[str, bytes] = unpack_parts(data, name=name)
        self._layout: Layout = find_layout(self._parts, name=name)
        self.modified_at = read_modified_at(self._parts, self._layout)
        self.hidden = tuple(sheet.title for sheet in self._layout.sheets if sheet.hidden)

    def read_tables(self, *, hidden: bool = False) -> list[Table]:
        """Return the tables of the visible worksheets in workbook order, or of the hidden ones.

        Formulas are never evaluated: cells show the value stored with them. Only the address of a HYPERLINK formula
        is worked out. Raises `DamagedWorkbookError` or `TooLargeError`.
        """
        sheets = [sheet for sheet in self._layout.sheets if sheet.hidden is hidden]
        if not sheets:
            return []
        texts = self._parts.get(self._layout.texts or "", b"")
        _check_shared_texts(texts, [self._parts[sheet.part_name] for sheet in sheets], self._name)
        notes = {sheet.title: self._read_notes(sheet, texts) for sheet in sheets}
        packed = pack_sheets(self._parts, self._layout, {title: one.part for title, one in notes.items()})
        try:
            with CalamineWorkbook.from_filelike(packed) as book:
                return [
                    _read_table(book, number, title, one, self._name)
                    for number, (title, one) in enumerate(notes.items())
                ]
        except ScraperError:
            raise
        except CalamineError as error:
            raise DamagedWorkbookError("a part of the workbook cannot be read", file=self._name, value=error) from error
        except BaseException as error:
            # Rust's panics come as a BaseException of their own; anything else of that rank (Ctrl-C) must go on up.
            if type(error).__name__ != "PanicException" and not isinstance(error, Exception):
                raise
            raise DamagedWorkbookError("the workbook broke the reader", file=self._name, value=error) from error

    def _read_notes(self, sheet: SheetPart, texts: bytes) -> SheetNotes:
        targets = read_targets(self._parts, sheet.part_name, name=self._name)
        return read_notes(self._parts[sheet.part_name], sheet.part_name, targets, texts, name=self._name)


def _check_shared_texts(texts: bytes, sheets: Sequence[bytes], name: str) -> None:
    sizes = list(map(len, texts.split(b"</si>")))
    longest = max(sizes)
    cells = sum(map(len, sheets)) // _SHARED_CELL_BYTES
    shown = longest * cells
    if shown > MAX_SHARED_CHARS and longest <= 4 * MAX_CELL_CHARS:
        shown = sum(_shared_chars(part, sizes, longest) for part in sheets)
    if longest > 4 * MAX_CELL_CHARS or shown > MAX_SHARED_CHARS:
        raise TooLargeError("shared texts would fill more than MAX_SHARED_CHARS", file=name, value=shown)


def _shared_chars(part: bytes, sizes: list[int], longest: int) -> int:
    """Return a lower bound of the characters that shared texts fill here; odd cells count as the longest."""
    indexes = list(map(int, _SHARED_CELL.findall(part)))
    odd = part.count(b'"s"') + part.count(b"'s'") - len(indexes)
    return sum(sizes[i] for i in indexes if i < len(sizes)) + odd * longest


def _read_table(book: CalamineWorkbook, number: int, title: str, notes: SheetNotes, name: str) -> Table:
    sheet = book.get_sheet_by_index(number)
    if sheet.total_height > MAX_ROWS or sheet.total_width > MAX_COLUMNS:
        size = f"{sheet.total_height} rows, {sheet.total_width} columns"
        raise TooLargeError("the sheet is larger than MAX_ROWS or MAX_COLUMNS", file=name, sheet=title, value=size)
    rows = sheet.to_python(skip_empty_area=False)
    for (row, column), text in notes.errors.items():
        # calamine leaves an error cell empty; the list shows what Excel shows.
        if row > len(rows) or column >= len(rows[row - 1]):
            raise DamagedWorkbookError("an error cell lies outside the sheet", file=name, sheet=title, row=row)
        rows[row - 1][column] = text
    links = {**_follow_formulas(rows, notes), **notes.links}
    for (top, column), bottom in notes.merged:
        _fill_merged(rows, links, (top, column), min(bottom, len(rows)))
    columns = []
    for cells in zip(*rows, strict=True):
        texts, longest = _print_column(cells)
        if longest > MAX_CELL_CHARS:
            raise TooLargeError("a cell holds more than MAX_CELL_CHARS characters", file=name, sheet=title)
        columns.append(texts)
    table = Table(title, list(zip(*columns, strict=True)), range(1, len(rows) + 1), links)
    return replace(table, residue=notes.residue)


def _follow_formulas(rows: list[list[Any]], notes: SheetNotes) -> dict[tuple[int, int], str]:
    """Return the addresses of the cells whose formula makes a hyperlink and that show something."""

    def look(row: int, column: int) -> str:
        inside = 0 < row <= len(rows) and 0 <= column < len(rows[row - 1])
        return print_cell(rows[row - 1][column]) if inside else ""

    found = {place: find_address(formula, look) for place, formula in notes.formulas.items()}
    return {place: address for place, address in found.items() if address}


def _fill_merged(rows: list[list[Any]], links: dict[tuple[int, int], str], first: tuple[int, int], bottom: int) -> None:
    """Give every row of a merged range the cell that Excel shows over all of them, and its link."""
    top, column = first
    if top > len(rows) or column >= len(rows[top - 1]):
        return
    for row in range(top + 1, bottom + 1):
        rows[row - 1][column] = rows[top - 1][column]
        if first in links:
            links[row, column] = links[first]


def _print_column(cells: tuple[Any, ...]) -> tuple[tuple[str, ...], int]:
    """Return the cells as Excel shows them, and the length of the longest."""
    try:
        longest = max(map(len, cells))
    except TypeError:  # only text has a length
        cells = tuple(map(print_cell, cells))
        longest = max(map(len, cells))
    if "_x" in "".join(cells):
        cells = tuple(map(unescape_cell, cells))
    return cells, longest


def print_cell(cell: object) -> str:
    """Return the cell as Excel shows it in its simplest format; dates as ISO dates."""
    if isinstance(cell, str):
        return cell
    if type(cell) is date:  # a datetime is a date too
        return cell.isoformat()
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ", "seconds")
    if isinstance(cell, time | timedelta):
        return str(cell)
    if isinstance(cell, int | float):
        return str(int(cell)) if cell == int(cell) and abs(cell) < 1e15 else f"{cell:.15G}"
    return "" if cell is None else str(cell)
