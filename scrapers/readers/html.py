"""Read the tables of a page as the text a visitor sees, with the links of their cells."""

from __future__ import annotations

import re
from dataclasses import replace

from lxml import etree, html

from scrapers.document_errors import NotAListError, TooLargeError
from scrapers.readers.table import Table

READER = "html/2"
#: ICE's page of 2024, with 150 agreements, has 200 kB.
MAX_HTML_BYTES = 8 * 1024 * 1024
MAX_TABLE_ROWS = 60_000
MAX_TABLE_CELLS = 500_000
#: A cell that claims more columns than a list can have claims them by mistake.
_MAX_SPAN = 32


def read_tables(data: bytes, *, name: str = "") -> list[Table]:
    """Return every table of the page in order; tables with the same first row become one (some pages have one a state).

    Rows are numbered from 1 over the rows of the joined table. Raises `TooLargeError`, and `NotAListError` when the
    bytes hold no element at all.
    """
    if len(data) > MAX_HTML_BYTES:
        raise TooLargeError("the page has more bytes than MAX_HTML_BYTES", file=name, value=len(data))
    parser = html.HTMLParser(no_network=True, huge_tree=False, remove_comments=True, encoding=_encoding(data))
    try:
        root = html.document_fromstring(data, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError) as error:
        raise NotAListError("the page cannot be read", file=name, value=error) from error
    tables: list[Table] = []
    cells_left = MAX_TABLE_CELLS
    for number, element in enumerate(root.iter("table"), 1):
        table, cells = _read_table(element, f"table {number}", cells_left, name)
        cells_left -= cells
        if table.rows:
            tables.append(table)
    return [_square(table) for table in _join(tables)]


def _square(table: Table) -> Table:
    width = max(map(len, table.rows))
    if width * len(table.rows) > MAX_TABLE_CELLS:
        raise TooLargeError("a table of the page has more than MAX_TABLE_CELLS cells", sheet=table.name)
    return replace(table, rows=[[*row, *[""] * (width - len(row))] for row in table.rows])


def _encoding(data: bytes) -> str | None:
    # Without a declaration lxml takes the page for Latin-1; ICE's pages are UTF-8, as are nearly all.
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or re.search(rb"<meta[^>]+charset", data[:4096], re.IGNORECASE):
        return None
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return "utf-8"


def _read_table(element: html.HtmlElement, title: str, cells_left: int, name: str) -> tuple[Table, int]:
    rows: list[list[str]] = []
    links: dict[tuple[int, int], str] = {}
    second: dict[tuple[int, int], str] = {}
    pending: dict[int, tuple[int, str]] = {}  # column -> (rows a cell still reaches down, its text)
    used = 0
    for tr in element.iter("tr"):
        if next(tr.iterancestors("table"), None) is not element:
            continue  # a row of a table inside this one
        row: list[str] = []
        for cell in tr:
            if cell.tag not in ("td", "th"):
                continue
            _reach_down(row, pending)
            text = " ".join(re.split(r"[ \t\r\n\f]+", _text(cell))).strip(" ")
            place = (len(rows) + 1, len(row))
            _read_links(cell, place, links, second)
            down = _span(cell, "rowspan", 1_000)
            for _ in range(_span(cell, "colspan", _MAX_SPAN)):
                if down > 1:
                    pending[len(row)] = (down - 1, text)
                row.append(text)
        _reach_down(row, pending)
        rows.append(row)
        used += len(row) + 1
        if used > cells_left or len(rows) > MAX_TABLE_ROWS:
            raise TooLargeError("the page's tables have more than MAX_TABLE_CELLS cells", file=name, sheet=title)
    return Table(title, rows, range(1, len(rows) + 1), links, second), used


def _text(cell: html.HtmlElement) -> str:
    """Return the cell's text; a line break or a block separates words."""
    pieces: list[str] = []
    for event, node in etree.iterwalk(cell, events=("start", "end")):
        if node.tag in ("br", "p", "div", "li"):
            pieces.append(" ")
        if event == "start" and node.text and node.tag not in ("script", "style"):
            pieces.append(node.text)
        elif event == "end" and node is not cell and node.tail:
            pieces.append(node.tail)
    return "".join(pieces)


def _reach_down(row: list[str], pending: dict[int, tuple[int, str]]) -> None:
    while len(row) in pending:
        left, text = pending.pop(len(row))
        if left > 1:
            pending[len(row)] = (left - 1, text)
        row.append(text)


def _span(cell: html.HtmlElement, attribute: str, most: int) -> int:
    value = cell.get(attribute) or ""
    return max(1, min(int(value), most)) if value.isdecimal() and len(value) < 6 else 1


def _read_links(
    cell: html.HtmlElement,
    place: tuple[int, int],
    links: dict[tuple[int, int], str],
    second: dict[tuple[int, int], str],
) -> None:
    for anchor in cell.iter("a"):
        href = (anchor.get("href") or "").strip()
        if not href or href.startswith("#"):
            continue
        if "addend" in _text(anchor).lower():
            second.setdefault(place, href)
        else:
            links.setdefault(place, href)


def _join(tables: list[Table]) -> list[Table]:
    joined: list[Table] = []
    at: dict[tuple[str, ...], int] = {}
    for table in tables:
        key = tuple(cell.strip().upper() for cell in table.rows[0])
        if len(key) < 3 or key not in at:
            at[key] = len(joined)
            joined.append(table)
            continue
        first = joined[at[key]]
        offset = len(first.rows)
        joined[at[key]] = Table(
            first.name,
            [*first.rows, *table.rows],
            range(1, offset + len(table.rows) + 1),
            {**first.links, **{(r + offset, c): t for (r, c), t in table.links.items()}},
            {**first.second_links, **{(r + offset, c): t for (r, c), t in table.second_links.items()}},
        )
    return joined
