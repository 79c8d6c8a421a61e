"""Turn a table of cells into a snapshot: the listings in order, normalised, with every doubt as a signal."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields, replace
from datetime import date, timedelta
from itertools import repeat

from db.models import COLUMNS, Listing, Signal, Snapshot, SupportType
from db.printed_cells import EXCEL_ERRORS
from scrapers.document_errors import NotAListError, UnknownHeaderError
from scrapers.readers import signals
from scrapers.readers.cells import check_type, read_link, read_state, read_support_type, split_support_types
from scrapers.readers.header import Header, find_header
from scrapers.readers.lookups import fold
from scrapers.readers.printed_text import count_invisible, strip_invisible
from scrapers.readers.rows import LACKING, RowJudge
from scrapers.readers.signed_dates import LATEST_ON, read_date
from scrapers.readers.table import Table, column_letters

#: A list of 2026 raises about 20 signals; a file that raises more than this needs no list of them.
MAX_SIGNALS = 4_000
#: A frozen dataclass sets its 17 fields one by one through `object.__setattr__`; this way a column is set at once.
_FILLERS = [getattr(Listing, field.name).__set__ for field in fields(Listing)]
_Prefixed = tuple[
    int, str, str | None
]  # row, column and text or hyperlink of a cell that a web archive put its own before


def read_listings(
    tables: Sequence[Table],
    *,
    reader: str,
    modified_at: str | None = None,
    name: str = "",
    raised: Sequence[Signal] = (),
) -> Snapshot:
    """Return the snapshot of the one table that is a list, with the signals already `raised` first.

    When several are, the longest with signings counts. Raises `NotAListError` when none is, `UnknownHeaderError` when
    one nearly is.
    """
    found: list[tuple[Table, Header]] = []
    raised = list(raised)
    tables = [_visible(table, raised) for table in tables]
    lacking: dict[str, list[str]] = {}
    for table in tables:
        header, missing = find_header(table)
        if header is not None:
            found.append((table, header))
        elif any(cell.strip() for row in table.rows for cell in row):
            raised.append(Signal(signals.SHEET_EXTRA, None, None, table.name[:200]))
            if missing:
                lacking[table.name] = missing
    if not found:
        for sheet, missing in lacking.items():
            raise UnknownHeaderError("the header lacks a column", file=name, sheet=sheet, value=", ".join(missing))
        raise NotAListError("no table has a list's header", file=name, value=", ".join(t.name for t in tables)[:200])
    found.sort(key=lambda pair: (pair[1].list != "participating", -len(pair[0].rows)))
    table, header = found[0]
    raised += [Signal(signals.SHEET_SECOND_LIST, None, None, other.name[:200]) for other, _ in found[1:]]
    return _Reading(table, header, raised, modified_at).snapshot(reader)


def build_listings(count: int, columns: Iterable[Iterable[object]]) -> tuple[Listing, ...]:
    """Return so many listings, given the values of each field in the order of `Listing`'s fields."""
    listings = tuple(map(object.__new__, repeat(Listing, count)))
    if listings:
        for fill, column in zip(_FILLERS, columns, strict=True):
            deque(map(fill, listings, column), maxlen=0)
    return listings


class _Reading:
    """One pass over a list's table: which rows are listings, then column by column what their cells mean."""

    def __init__(self, table: Table, header: Header, raised: list[Signal], modified_at: str | None) -> None:
        self.table = table
        self.header = header
        self.raised = [*raised, *header.signals]
        self.modified_at = modified_at
        self.rows: list[Sequence[str]] = []  # those that are listings
        self.numbers: list[int] = []
        self.others: list[int] = []  # numbers of the rows that hold text but no whole agreement
        self.cells: dict[str, Sequence[str]] = {}  # of the listings, by our name of the column

    def snapshot(self, reader: str) -> Snapshot:
        """Return the listings, with the signals of the table first and those of rows in order."""
        table, header = self.table, self.header
        for row, number in zip(table.rows[: header.index], table.numbers, strict=False):
            if any(cell.strip() for cell in row):
                self._raise(signals.TEXT_ABOVE_HEADER, number, None, _text_of(row))
        gaps = self._find_rows()
        columns = list(zip(*self.rows, strict=True)) or [()] * len(header.cells)
        self.cells = {name: columns[i] for name, i in header.columns.items()}
        listings, prefixed = self._read_listings()
        self.raised.sort(key=lambda signal: signal.row or 0)
        if len(self.raised) > MAX_SIGNALS:
            cut = f"{len(self.raised) - MAX_SIGNALS} signals"
            self.raised = self.raised[:MAX_SIGNALS]
            self._raise(signals.SIGNALS_CUT, None, None, cut)
        if self.others:
            self._raise(signals.ROWS_NOT_AGREEMENTS, self.others[0], None, str(len(self.others)))
        if prefixed:
            self._raise(signals.ARCHIVE_PREFIX, *prefixed[0], f"{len(prefixed)} cells")
        if gaps:
            self._raise(signals.ROW_BLANK, gaps[0], None, "", f"{len(gaps)} blank rows")
        self._count_error_cells()
        self._find_links_elsewhere()
        return Snapshot(
            header.list, listings, tuple(self.numbers), table.name, reader, self.modified_at, tuple(self.raised)
        )

    def _find_rows(self) -> list[int]:
        """Fill `rows` with the listings, and return the numbers of the blank rows between them."""
        agency_at = self.header.columns["agency"]
        gap: list[int] = []
        gaps: list[int] = []
        residue: list[int] = []
        below = self.header.index + 1
        judge = RowJudge(self.header, self.table.rows[below:])
        for row, number in zip(self.table.rows[below:], self.table.numbers[below:], strict=True):
            agency = row[agency_at].strip()
            kind = judge.kind(row)
            lacking = LACKING.get(kind)
            if (lacking or kind == "listing") and agency.upper() != self.header.cells[agency_at]:
                gaps += gap
                gap = []
                for _ in self._types_of(row) or (None,):
                    self.rows.append(row)
                    self.numbers.append(number)
                if lacking:
                    self.others.append(number)
                    self._raise(signals.ROW_INCOMPLETE, number, lacking, _text_of(row))
            elif not agency and not "".join(row).strip():
                gap.append(number)
            elif agency.upper() == self.header.cells[agency_at] and _repeats(row, self.header):
                self._raise(signals.HEADER_REPEATED, number, None, " | ".join(row))
            elif kind == "residue":
                residue.append(number)
            else:
                self.others.append(number)
                code = signals.ROW_INCOMPLETE if kind == "incomplete" else signals.ROW_NOTE
                self._raise(code, number, None, _text_of(row))
        if residue:
            self._raise(signals.ROWS_LEFT_OUT, residue[0], None, "", f"{len(residue)} rows")
        if self.table.residue:
            first, count = self.table.residue
            self._raise(signals.ROWS_LEFT_OUT, first, None, "", f"{count} rows")
        return gaps

    def _read_listings(self) -> tuple[tuple[Listing, ...], list[_Prefixed]]:
        latest = self._latest_plausible()
        states = self._read("state", read_state)
        self._read("type", check_type)
        support_types = self._read_support_types()
        days = self._read("signed", lambda cell: read_date(cell, latest))
        prefixed: list[_Prefixed] = []
        moas, moa_links, moa_urls = self._read_links("moa", prefixed)
        addenda, addendum_links, addendum_urls = self._read_links("addendum", prefixed)
        unknown = self.header.unknown.items()
        extra = [tuple((head, row[i]) for i, head in unknown) for row in self.rows] if unknown else repeat(())
        printed = [self.cells.get(name, repeat(None)) for name in COLUMNS[:-2]]
        columns = (
            repeat(self.header.list), *printed, moas, addenda, moa_links, addendum_links, extra,
            states, support_types, days, moa_urls, addendum_urls,
        )  # fmt: skip
        return build_listings(len(self.rows), columns), prefixed

    def _read(self, column: str, read: Callable[[str], tuple[str | None, str | None]]) -> Iterable[str | None]:
        """Return what each cell of the column means, and raise the signals."""
        cells = self.cells.get(column)
        if not cells:
            return repeat(None)
        known = {cell: read(cell) for cell in set(cells)}
        doubts = {cell: signal for cell, (_, signal) in known.items() if signal}
        meanings = {cell: meaning for cell, (meaning, _) in known.items()}
        if doubts:
            for number, cell in zip(self.numbers, cells, strict=True):
                if cell in doubts:
                    self._raise(doubts[cell], number, column, cell, meanings[cell])
        return map(meanings.__getitem__, cells)

    def _types_of(self, row: Sequence[str]) -> tuple[SupportType, ...]:
        """Return the support types of a row that names several: it is as many agreements."""
        at = self.header.columns.get("support_type")
        return split_support_types(row[at]) if at is not None else ()

    def _read_support_types(self) -> Iterable[str | None]:
        """Return the support type of each listing; those that share a row get one each."""
        read = self._read("support_type", read_support_type)
        if not self.cells.get("support_type"):
            return read
        codes = list(read)
        for i in range(1, len(codes)):
            types = self._types_of(self.rows[i]) if self.rows[i] is self.rows[i - 1] else ()
            if types:
                codes[i] = types[[*types, None].index(codes[i - 1]) + 1]  # type: ignore[arg-type]
        return codes

    def _read_links(self, column: str, prefixed: list[_Prefixed]) -> Iterable[tuple[str | None, ...]]:
        """Return the texts, hyperlinks and addresses of an MOA or ADDENDUM column, each as one sequence."""
        at = self.header.columns.get(column, -1)
        links = list(map(self.table.links.get, zip(self.numbers, repeat(at), strict=False)))
        if column == "addendum" and self.table.second_links:
            beside = map(self.table.second_links.get, zip(self.numbers, repeat(self.header.columns.get("moa", -1))))
            links = [link or second for link, second in zip(links, beside, strict=True)]
        texts: Iterable[str | None] = self.cells.get(column, [None] * len(links))
        cells = list(map(read_link, texts, links))
        read = list(zip(*cells, strict=True)) or [()] * 4
        for i in (i for i, raised in enumerate(read[3]) if raised):
            cell, number = cells[i], self.numbers[i]
            for signal in cell.signals:
                if signal == signals.ARCHIVE_PREFIX:
                    prefixed.append((number, column, links[i] or self.cells[column][i]))
                    continue
                value = cell.text if signal == signals.LINK_WORDS_UNKNOWN else cell.link or cell.text
                self._raise(signal, number, column, value, cell.url if signal == signals.LINK_FOREIGN else None)
        return read[:3]

    def _raise(
        self, code: str, row: int | None, column: str | None, value: str | None, meaning: str | None = None
    ) -> None:
        self.raised.append(Signal(code, row, column, (value or "")[:200], meaning or ""))

    def _latest_plausible(self) -> date:
        """Return the last plausible signing date: a year after the workbook's time, unless most are later."""
        if self.modified_at is None or "signed" not in self.cells:
            return LATEST_ON
        latest = date.fromisoformat(self.modified_at[:10]) + timedelta(days=366)
        counts = Counter(self.cells["signed"])
        days = [(day, count) for cell, count in counts.items() if (day := read_date(cell, LATEST_ON)[0])]
        late = sum(count for day, count in days if day > latest.isoformat())
        if late * 2 > sum(count for _, count in days):
            self._raise(signals.WORKBOOK_TIME_ODD, None, None, self.modified_at)
            return LATEST_ON
        return latest

    def _count_error_cells(self) -> None:
        for column, cells in self.cells.items():
            for error in sorted(EXCEL_ERRORS.intersection(cells)):
                self._raise(signals.ERROR_CELL, None, column, error, f"{cells.count(error)} cells")

    def _find_links_elsewhere(self) -> None:
        expected = {self.header.columns.get("moa"), self.header.columns.get("addendum")}
        listed = set(self.numbers)
        stray: dict[int, list[int]] = {}
        for row, column in self.table.links:
            if column not in expected or row not in listed:
                stray.setdefault(column, []).append(row)
        for column, rows in stray.items():
            first = min(rows)
            target = self.table.links[first, column]
            self._raise(signals.LINK_ELSEWHERE, first, column_letters(column), target, f"{len(rows)} cells")


def _visible(table: Table, raised: list[Signal]) -> Table:
    """Return the table without the characters that no reader sees, and raise a signal if it had any."""
    found: list[tuple[int, int]] = []
    rows = list(table.rows)
    for i, row in enumerate(rows):
        whole = "".join(row)
        if (whole.isascii() and whole.isprintable()) or not count_invisible(whole):
            continue
        found += [(table.numbers[i], column) for column, cell in enumerate(row) if count_invisible(cell)]
        rows[i] = tuple(map(strip_invisible, row))
    if not found:
        return table
    row_number, column = found[0]
    cells = f"{len(found)} cells"
    raised.append(Signal(signals.INVISIBLE_CHARACTERS, row_number, column_letters(column), table.name[:200], cells))
    return replace(table, rows=rows)


def _text_of(row: Sequence[str]) -> str:
    return " | ".join(cell for cell in row if cell.strip())


def _repeats(row: Sequence[str], header: Header) -> bool:
    return all(fold(cell) == head for cell, head in zip(row, header.cells, strict=False))
