"""Tell the rows of a list that are agreements from notes, totals, sources and what formulas leave behind."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Literal

from db.printed_cells import EXCEL_ERRORS, has_date_digits, has_words
from scrapers.readers.cells import read_state, read_support_type
from scrapers.readers.header import Header
from scrapers.readers.signed_dates import LATEST_ON, read_date

RowKind = Literal["listing", "without_date", "without_support_type", "incomplete", "note", "residue"]
#: The column whose cell such a row lacks: it is an agreement only if the lists before had it.
LACKING: Mapping[RowKind, str] = {"without_date": "signed", "without_support_type": "support_type"}
#: How an agency's name ends. A headline that speaks of one goes on.
_AGENCY = re.compile(
    r"(?:Sheriff(?:['’]?s['’]?)?(?: Office| Department| Dept\.?)?|Police(?: Department| Dept\.?)?|Public Safety"
    r"|Corrections?|Law Enforcement|State Police|(?:Highway |State )?Patrol|(?:State )?Troopers|County|Parish|Co\.?"
    r"|Detention Center|Department of Safety|(?:Regional )?Jail|Marshal(?:['’]?s)?(?: Office)?)$",
    re.IGNORECASE,
)


class RowJudge:
    """Judges the rows below a list's header.

    A row is an agreement if it names an agency, a support type and, on the participating list, a date: readable, or
    at least printed as such (a support type ICE never used before needs a known state beside it; a date no calendar
    has needs the digits of one). On a list of the form of 2007, state and agency are all there is; an agency that is
    plainly one may stand there without its state. A row that lacks just the date or the support type is a listing too:
    whether it is an agreement, the lists before tell.
    """

    def __init__(self, header: Header, rows: Sequence[Sequence[str]]) -> None:
        at = header.columns
        self._agency, self._state = at["agency"], at["state"]
        self._support, self._signed = at.get("support_type"), at.get("signed")
        columns = list(zip(*rows, strict=True)) or [()] * len(header.cells)
        self._states = {cell: read_state(cell)[0] is not None for cell in set(columns[self._state])}
        self._named = {cell: has_words(cell) for cell in set(columns[self._agency])}
        self._known_types: dict[str, bool] = {}
        self._new_types: dict[str, bool] = {}
        self._dated: dict[str, bool] = {}
        if self._support is not None:
            cells = set(columns[self._support])
            self._known_types = {cell: read_support_type(cell)[0] is not None for cell in cells}
            self._new_types = {cell: has_words(cell) for cell in cells}
        if self._signed is not None:
            self._dated = {cell: _is_date(cell) for cell in set(columns[self._signed])}
            if not any(self._dated.values()):
                self._signed = None  # a column without a single date tells nothing about any row

    def kind(self, row: Sequence[str]) -> RowKind:
        """Return what the row is; `incomplete` lacks the agency or two cells, `residue` holds no text at all."""
        named, stated = self._named[row[self._agency]], self._states[row[self._state]]
        if self._support is None:
            return "listing" if named and (stated or names_agency(row[self._agency])) else self._other(row)
        support = row[self._support]
        known = self._known_types[support]
        dated = self._signed is None or self._dated[row[self._signed]]
        if named and dated and (known or (stated and self._new_types[support])):
            return "listing"
        if stated and known and dated and not _is_empty(row[self._agency]):
            return "listing"  # an agency without a letter in its name is odd, but everything else says that it is one
        if stated and named and known:
            return "without_date"
        if stated and named and dated and (self._signed is not None or not support.strip()):
            return "without_support_type"
        if stated and (known or (named and not support.strip())):
            return "incomplete"
        return self._other(row)

    @staticmethod
    def _other(row: Sequence[str]) -> RowKind:
        return "residue" if all(map(_is_empty, row)) else "note"


def names_agency(text: str) -> bool:
    """Return whether a text ends as the names of agencies do."""
    return bool(_AGENCY.search(text.rstrip(" *†‡.;,")))


def _is_empty(cell: str) -> bool:
    text = cell.strip()
    return text in ("", "0") or text.upper() in EXCEL_ERRORS


def _is_date(cell: str) -> bool:
    return read_date(cell, LATEST_ON)[0] is not None or has_date_digits(cell)
