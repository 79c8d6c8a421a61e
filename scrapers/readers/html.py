"""Read the tables of a page as the text a visitor sees, with the links of their cells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from lxml import etree, html

from scrapers.document_errors import NotAListError, TooLargeError
from scrapers.readers.table import Table

READER = "html/6"
#: ICE's page of 2024, with 150 agreements, has 200 kB.
MAX_HTML_BYTES = 8 * 1024 * 1024
MAX_TABLE_ROWS = 60_000
MAX_TABLE_CELLS = 500_000
#: A cell of a list holds an element or two; a table inside a cell is walked once more for each table around it.
MAX_NODES = 2_000_000
_CHARS_A_NODE = 64  # text costs time as well
#: A cell that claims more columns than a list can have claims them by mistake.
_MAX_SPAN = 32


def read_tables(data: bytes, *, name: str = "") -> list[Table]:
    """Return every table of the page in order; tables with the same first row become one (some pages have one a state).

    Rows are numbered from 1 over the rows of the joined table. Raises `TooLargeError`, and `NotAListError` when the
    bytes hold no element at all.
    """
    if len(data) > MAX_HTML_BYTES:
        raise TooLargeError("the page has more bytes than MAX_HTML_BYTES", file=name, value=len(data))
    parser = html.HTMLParser(no_network=True, huge_tree=False, remove_comments=True, encoding=encoding_of(data))
    try:
        root = html.document_fromstring(data, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError) as error:
        raise NotAListError("the page cannot be read", file=name, value=error) from error
    tables: list[Table] = []
    budget = _Budget(name)
    for number, element in enumerate(root.iter("table"), 1):
        budget.table = f"table {number}"
        reading = _TableReading(element, budget)
        if reading.rows:
            tables.append(
                Table(budget.table, reading.rows, range(1, len(reading.rows) + 1), reading.links, reading.second)
            )
    return [_square(table) for table in _join(tables)]


def _square(table: Table) -> Table:
    width = max(map(len, table.rows))
    if width * len(table.rows) > MAX_TABLE_CELLS:
        raise TooLargeError("a table of the page has more than MAX_TABLE_CELLS cells", sheet=table.name)
    return replace(table, rows=[[*row, *[""] * (width - len(row))] for row in table.rows])


def encoding_of(data: bytes) -> str | None:
    """Return the encoding to read the page in, None where the page itself declares one."""
    # Without a declaration lxml takes the page for Latin-1; ICE's pages are UTF-8, as are nearly all.
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or re.search(rb"<meta[^>]+charset", data[:4096], re.IGNORECASE):
        return None
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return "utf-8"


@dataclass(slots=True)
class _Budget:
    """What reading a page may still cost; tables inside tables are read once for each that they lie in."""

    name: str
    table: str = ""
    cells: int = MAX_TABLE_CELLS
    nodes: int = MAX_NODES

    def spend(self, *, cells: int = 0, nodes: int = 0) -> None:
        """Take so much from what is left; raise `TooLargeError` if it is not there."""
        self.cells -= cells
        self.nodes -= nodes
        if self.cells < 0 or self.nodes < 0:
            what = "more than MAX_TABLE_CELLS cells" if self.cells < 0 else "more than MAX_NODES elements in cells"
            raise TooLargeError(f"the page's tables have {what}", file=self.name, sheet=self.table)


class _TableReading:
    """The rows of one table of the page, not those of tables inside it."""

    def __init__(self, element: html.HtmlElement, budget: _Budget) -> None:
        self.rows: list[list[str]] = []
        self.links: dict[tuple[int, int], str] = {}
        self.second: dict[tuple[int, int], str] = {}
        self._down: dict[int, _Reaching] = {}  # by column, the cells that reach into the rows below
        self._budget = budget
        for tr in _own_rows(element):
            self._read_row(tr)

    def _read_row(self, tr: html.HtmlElement) -> None:
        row: list[str] = []
        self._budget.spend(cells=1)
        for cell in tr:
            if cell.tag not in ("td", "th"):
                continue
            self._reach_down(row)
            seen, anchors = _read_cell(cell, self._budget)
            text = " ".join(re.split(r"[ \t\r\n\f]+", seen)).strip(" ")
            place = (len(self.rows) + 1, len(row))
            self._read_links(anchors, place)
            down = _span(cell, "rowspan", 1_000)
            for _ in range(_span(cell, "colspan", _MAX_SPAN)):
                if down > 1:
                    self._down[len(row)] = _Reaching(down - 1, text, place)
                self._add(row, text)
        self._reach_down(row)
        self.rows.append(row)
        if len(self.rows) > MAX_TABLE_ROWS:
            budget = self._budget
            raise TooLargeError("the table has more than MAX_TABLE_ROWS rows", file=budget.name, sheet=budget.table)

    def _add(self, row: list[str], text: str) -> None:
        row.append(text)
        self._budget.spend(cells=1)

    def _read_links(self, anchors: list[html.HtmlElement], place: tuple[int, int]) -> None:
        for anchor in anchors:
            href = (anchor.get("href") or "").strip()
            if not href or href.startswith("#"):
                continue
            if "addend" in _read_cell(anchor, self._budget)[0].lower():
                self.second.setdefault(place, href)
            else:
                self.links.setdefault(place, href)

    def _reach_down(self, row: list[str]) -> None:
        while len(row) in self._down:
            column = len(row)
            reaching = self._down.pop(column)
            if reaching.rows > 1:
                self._down[column] = reaching._replace(rows=reaching.rows - 1)
            here = (len(self.rows) + 1, column)
            for links in (self.links, self.second):
                if reaching.first in links and reaching.first[1] == column:
                    links[here] = links[reaching.first]
            self._add(row, reaching.text)


class _Reaching(NamedTuple):
    """A cell that spans rows: how many more, its text, and its own place."""

    rows: int
    text: str
    first: tuple[int, int]


def _own_rows(table: html.HtmlElement) -> Iterator[html.HtmlElement]:
    """Yield the rows of the table, in order; what lies in a cell, or in a table inside, is not searched."""
    waiting = list(reversed(table))
    while waiting:
        element = waiting.pop()
        if element.tag == "tr":
            yield element
        elif element.tag not in ("table", "td", "th"):
            waiting.extend(reversed(element))


def _read_cell(cell: html.HtmlElement, budget: _Budget) -> tuple[str, list[html.HtmlElement]]:
    """Return the cell's text as seen and its anchors; a line break or a block separates words."""
    pieces: list[str] = []
    anchors: list[html.HtmlElement] = []
    for event, node in etree.iterwalk(cell, events=("start", "end")):
        if node.tag in ("br", "p", "div", "li"):
            pieces.append(" ")
        if event == "start":
            budget.spend(nodes=1 + len(node.text or "") // _CHARS_A_NODE)
            if node.tag == "a":
                anchors.append(node)
            if node.text and node.tag not in ("script", "style"):
                pieces.append(node.text)
        elif node is not cell and node.tail:
            budget.spend(nodes=len(node.tail) // _CHARS_A_NODE)
            pieces.append(node.tail)
    return "".join(pieces), anchors


def _span(cell: html.HtmlElement, attribute: str, most: int) -> int:
    value = cell.get(attribute) or ""
    return max(1, min(int(value), most)) if value.isdecimal() and len(value) < 6 else 1


def _join(tables: list[Table]) -> list[Table]:
    groups: dict[tuple[object, ...], list[Table]] = {}
    for number, table in enumerate(tables):
        key = tuple(cell.strip().upper() for cell in table.rows[0])
        groups.setdefault(key if len(key) >= 2 else (number,), []).append(table)
    return [group[0] if len(group) == 1 else _joined(group) for group in groups.values()]


def _joined(tables: list[Table]) -> Table:
    rows: list[Sequence[str]] = []
    links: dict[tuple[int, int], str] = {}
    second: dict[tuple[int, int], str] = {}
    for table in tables:
        offset = len(rows)
        rows.extend(table.rows)
        links.update({(row + offset, column): target for (row, column), target in table.links.items()})
        second.update({(row + offset, column): target for (row, column), target in table.second_links.items()})
    return Table(tables[0].name, rows, range(1, len(rows) + 1), links, second)
