"""Read an XLSX workbook as tables of the text Excel shows, with every hyperlink."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum

from scrapers.document_errors import DamagedWorkbookError, ScraperError, TooLargeError
from scrapers.readers.table import Table
from scrapers.readers.workbook_package import (
    pack_parts,
    parse_part,
    read_modified_at,
    read_relations,
    read_targets,
    resolve_target,
    unpack_parts,
)
from scrapers.readers.workbook_sheet import MAX_COLUMNS, MAX_ROWS, R_IDS, SheetNotes, read_notes

READER = "xlsx/2"
#: Excel's own limit for the text of one cell.
MAX_CELL_CHARS = 32_767
#: A shared text is stored once and copied into each cell that shows it. ICE's lists copy under 1 MB.
MAX_SHARED_CHARS = 64 * 1024 * 1024
_SHARED_CELL = re.compile(rb'\st="s"[^>]*><v>([0-9]{1,9})</v>')
_SHARED_CELL_BYTES = len('<c t="s"><v>0</v></c>')  # the shortest a cell with a shared text can be
#: One sheet counts, a pivot sheet has been seen beside it.
MAX_SHEETS = 32


def read_workbook(data: bytes, *, name: str = "") -> tuple[list[Table], str | None]:
    """Return the tables of the worksheets in workbook order, and the workbook's modified time.

    `data` are the bytes of the file; formulas are never evaluated: cells show the value stored with them.
    Raises the `DocumentError`s of `workbook_package`, and `DamagedWorkbookError` or `TooLargeError` for its sheets.
    """
    parts = unpack_parts(data, name=name)
    sheets = _worksheets(parts, name)
    _check_shared_texts(parts, sheets, name)
    notes = {
        title: read_notes(parts[part], part, read_targets(parts, part, name=name), name=name)
        for title, part in sheets.items()
    }
    try:
        with CalamineWorkbook.from_filelike(pack_parts(parts)) as book:
            listed = [meta.name for meta in book.sheets_metadata if meta.typ == SheetTypeEnum.WorkSheet]
            tables = [_read_table(book, title, notes[title], name) for title in listed if title in notes]
    except ScraperError:
        raise
    except CalamineError as error:
        raise DamagedWorkbookError("a part of the workbook cannot be read", file=name, value=error) from error
    except BaseException as error:
        # Rust's panics come as a BaseException of their own; anything else of that rank (Ctrl-C) must go on up.
        if type(error).__name__ != "PanicException" and not isinstance(error, Exception):
            raise
        raise DamagedWorkbookError("the workbook broke the reader", file=name, value=error) from error
    if len(tables) != len(sheets):
        raise DamagedWorkbookError("a worksheet the workbook names cannot be found", file=name)
    return tables, read_modified_at(parts)


def _worksheets(parts: dict[str, bytes], name: str) -> dict[str, str]:
    """Return the part name of each worksheet by its title."""
    relations = read_relations(parts, "xl/workbook.xml", name=name)
    root = parse_part(parts["xl/workbook.xml"], "xl/workbook.xml", name=name)
    found: dict[str, str] = {}
    for element in root.iter("{*}sheet"):
        relation = relations.get(element.get(R_IDS[0]) or element.get(R_IDS[1]) or "")
        if relation is None or relation.kind != "worksheet":
            continue
        part = resolve_target("xl/workbook.xml", relation.target)
        if part not in parts:
            raise DamagedWorkbookError("a worksheet the workbook names is missing", file=name, value=part)
        found[element.get("name") or ""] = part
    if len(found) > MAX_SHEETS:
        raise TooLargeError("the workbook has more sheets than MAX_SHEETS", file=name, value=len(found))
    return found


def _check_shared_texts(parts: dict[str, bytes], sheets: dict[str, str], name: str) -> None:
    texts = b"".join(part for part_name, part in parts.items() if part_name.lower() == "xl/sharedstrings.xml")
    sizes = list(map(len, texts.split(b"</si>")))
    longest = max(sizes)
    cells = sum(len(parts[part]) for part in sheets.values()) // _SHARED_CELL_BYTES
    shown = longest * cells
    if shown > MAX_SHARED_CHARS and longest <= 4 * MAX_CELL_CHARS:
        shown = sum(_shared_chars(parts[part], sizes, longest) for part in sheets.values())
    if longest > 4 * MAX_CELL_CHARS or shown > MAX_SHARED_CHARS:
        raise TooLargeError("shared texts would fill more than MAX_SHARED_CHARS", file=name, value=shown)


def _shared_chars(part: bytes, sizes: list[int], longest: int) -> int:
    """Return a lower bound of the characters that shared texts fill here; odd cells count as the longest."""
    indexes = list(map(int, _SHARED_CELL.findall(part)))
    odd = part.count(b'"s"') + part.count(b"'s'") - len(indexes)
    return sum(sizes[i] for i in indexes if i < len(sizes)) + odd * longest


def _read_table(book: CalamineWorkbook, title: str, notes: SheetNotes, name: str) -> Table:
    sheet = book.get_sheet_by_name(title)
    if sheet.total_height > MAX_ROWS or sheet.total_width > MAX_COLUMNS:
        size = f"{sheet.total_height} rows, {sheet.total_width} columns"
        raise TooLargeError("the sheet is larger than MAX_ROWS or MAX_COLUMNS", file=name, sheet=title, value=size)
    rows = sheet.to_python(skip_empty_area=False)
    for (row, column), text in notes.errors.items():
        # calamine leaves an error cell empty; the list shows what Excel shows.
        if row > len(rows) or column >= len(rows[row - 1]):
            raise DamagedWorkbookError("an error cell lies outside the sheet", file=name, sheet=title, row=row)
        rows[row - 1][column] = text
    columns = []
    for cells in zip(*rows, strict=True):
        texts, longest = _print_column(cells)
        if longest > MAX_CELL_CHARS:
            raise TooLargeError("a cell holds more than MAX_CELL_CHARS characters", file=name, sheet=title)
        columns.append(texts)
    return Table(title, list(zip(*columns, strict=True)), range(1, len(rows) + 1), notes.links)


def _print_column(cells: tuple[Any, ...]) -> tuple[tuple[str, ...], int]:
    """Return the cells as Excel shows them, and the length of the longest."""
    try:
        return cells, max(map(len, cells))
    except TypeError:  # only text has a length
        texts = tuple(map(print_cell, cells))
        return texts, max(map(len, texts))


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
