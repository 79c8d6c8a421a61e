"""Work out the address that a HYPERLINK formula leads to: texts joined by ``&``, CONCATENATE or CONCAT, and cells."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from scrapers.readers.table import column_index

#: All formulas of a sheet together. ICE's lists hold none; 2,000 links of 250 characters are half a million.
MAX_FORMULA_CHARS = 8 * 1024 * 1024
_MAX_ADDRESS_CHARS = 4_000
_MAX_DEPTH = 8
_CALL = re.compile(r"\bHYPERLINK\s*\(", re.IGNORECASE)
_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"(?:[^"]|"")*")|(?P<call>(?:_xlfn\.)?[A-Z][A-Z0-9.]*)\s*\(|(?P<mark>[&,;()])"""
    r"""|(?P<fixed_column>\$?)(?P<column>[A-Z]{1,3})(?P<fixed_row>\$?)(?P<row>[0-9]{1,7})|(?P<number>[0-9]+))""",
    re.IGNORECASE,
)
_JOINING = frozenset({"CONCATENATE", "CONCAT", "_XLFN.CONCAT", "T", "TRIM", "HYPERLINK"})

Look = Callable[[int, int], str]  # row from 1, column from 0 -> the text the cell shows


class Formula(NamedTuple):
    """A formula and how far its cell lies from the cell it is written for (shared formulas are filled down)."""

    text: str
    rows_down: int = 0
    columns_right: int = 0


class _NotWorkedOut(Exception):
    pass


def find_address(formula: Formula, look: Look) -> str | None:
    """Return the address that the formula's HYPERLINK leads to, or None if it has none that can be worked out."""
    found = _CALL.search(formula.text)
    if found is None:
        return None
    try:
        address, _ = _Evaluation(formula, look).joined(found.end(), 0)
    except _NotWorkedOut:
        return None
    return address or None


class _Evaluation:
    def __init__(self, formula: Formula, look: Look) -> None:
        self.formula = formula
        self.look = look

    def joined(self, at: int, depth: int) -> tuple[str, int]:
        """Return the text of terms joined by ``&`` from `at` on, and where the comma or bracket after it stands."""
        if depth > _MAX_DEPTH:
            raise _NotWorkedOut
        pieces, size = [], 0
        while True:
            piece, at = self._term(at, depth)
            pieces.append(piece)
            size += len(piece)
            if size > _MAX_ADDRESS_CHARS:
                raise _NotWorkedOut
            found = _TOKEN.match(self.formula.text, at)
            if found is None or found["mark"] is None:
                raise _NotWorkedOut
            if found["mark"] != "&":
                return "".join(pieces), found.start("mark")
            at = found.end()

    def _term(self, at: int, depth: int) -> tuple[str, int]:
        found = _TOKEN.match(self.formula.text, at)
        if found is None:
            raise _NotWorkedOut
        if found["text"] is not None:
            return found["text"][1:-1].replace('""', '"'), found.end()
        if found["number"] is not None:
            return found["number"], found.end()
        if found["column"] is not None and found["call"] is None:
            return self._cell(found), found.end()
        if found["mark"] == "(":
            text, at = self.joined(found.end(), depth + 1)
            return text, self._closed(at)
        if found["call"] is not None and found["call"].upper() in _JOINING:
            return self._call(found["call"].upper(), found.end(), depth)
        raise _NotWorkedOut

    def _call(self, function: str, at: int, depth: int) -> tuple[str, int]:
        texts = []
        while True:
            text, at = self.joined(at, depth + 1)
            texts.append(text)
            if self.formula.text[at] not in ",;":
                break
            at += 1
        text = texts[0] if function == "HYPERLINK" else "".join(texts)
        return text.strip() if function == "TRIM" else text, self._closed(at)

    def _closed(self, at: int) -> int:
        if self.formula.text[at] != ")":
            raise _NotWorkedOut
        return at + 1

    def _cell(self, found: re.Match[str]) -> str:
        row, column = int(found["row"]), column_index(found["column"])
        row += 0 if found["fixed_row"] else self.formula.rows_down
        column += 0 if found["fixed_column"] else self.formula.columns_right
        return self.look(row, column)
