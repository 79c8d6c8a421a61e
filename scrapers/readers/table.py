"""A table as a reader found it: cells in their places, before anyone asks what they mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Table:
    """The cells of one sheet or HTML table, as text a person would see.

    Cell coordinates are (row number as in the document, 1-based; column index, 0-based).
    """

    name: str
    rows: Sequence[Sequence[str]]  # all of one width; row i is sheet row numbers[i]
    numbers: Sequence[int]
    links: Mapping[tuple[int, int], str] = field(default_factory=dict)
    second_links: Mapping[tuple[int, int], str] = field(default_factory=dict)  # a cell's link named "addendum"
    residue: tuple[int, int] | None = None  # first and number of rows below that hold only errors and zeros, left out


def column_letters(index: int) -> str:
    """Return the letters Excel shows above the column of this 0-based index."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_index(letters: str) -> int:
    """Return the 0-based index of a column named by Excel's letters."""
    index = 0
    for letter in letters.upper():
        index = index * 26 + ord(letter) - 64
    return index - 1
