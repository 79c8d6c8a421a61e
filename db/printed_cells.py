"""What a printed cell holds at the least: words, or the digits of a date."""

from __future__ import annotations

#: What Excel prints where a formula has no value.
EXCEL_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"})
#: A date typed wrongly has as many digits ("7/72025"); a count in its place has fewer.
_FEWEST_DATE_DIGITS = 5


def has_words(cell: str) -> bool:
    """Return whether the cell holds a letter that is no part of an Excel error."""
    return any(map(str.isalpha, cell)) and cell.strip().upper() not in EXCEL_ERRORS


def has_date_digits(cell: str) -> bool:
    """Return whether the cell holds what could be a date typed wrongly."""
    return sum(map(str.isdigit, cell)) >= _FEWEST_DATE_DIGITS and not any(map(str.isalpha, cell))
