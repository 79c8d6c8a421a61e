"""A document's words made comparable: without their spaces, with the agency's name as one word.

The text layers come from a recognizer of scanned pages, so words are compared by likeness, never letter by letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz import fuzz

from db.moa_models import FILLED_IN, PageText

#: Two readings of the same words are at least this alike, spaces aside.
SLIP_RATIO = 75.0
#: What stands for the agency's name, and for the short form a document gives it: the word most wordings use.
AGENCY_KEY = "lea"
_SHORT_FORM = re.compile(r"\(\W?([A-Z]{3,7})\W?\)")
_NO_AGENCY = frozenset({"ICE", "DHS", "OHS", "MOA", "LEA", "INA", "SOP", "FOD", "IGSA"})
_OPENING_WORDS = 120


@dataclass(frozen=True, slots=True)
class Word:
    """A word as printed, its letters and digits, and its page."""

    text: str
    key: str
    page: int


class Wording:
    """The words of a document, without what was filled into its form fields."""

    def __init__(self, pages: Iterable[PageText], agency: str | None = None) -> None:
        words = [
            Word(text, key, page.page)
            for page in pages
            for line in page.text.split("\n")
            if not line.startswith(FILLED_IN)
            for text in line.split()
            if (key := squeeze(text))
        ]
        self.words = _without_agency(words, agency) if agency else words

    @cached_property
    def keys(self) -> list[str]:
        """Each word's letters and digits."""
        return [word.key for word in self.words]

    @cached_property
    def squeezed(self) -> str:
        """The whole text without spaces."""
        return "".join(self.keys)

    def part(self, start: int, end: int) -> str:
        """Return the words from `start` to `end` as printed."""
        return " ".join(word.text for word in self.words[start:end])


def squeeze(text: str) -> str:
    """Return the text's letters and digits alone, in lower case."""
    return "".join(c for c in text.lower() if c.isalnum())


def _without_agency(words: list[Word], agency: str) -> list[Word]:
    """Return the words with every printing of the agency's name, and its short form, as one word."""
    name = squeeze(agency)
    length = len(agency.split())
    opening = " ".join(word.text for word in words[:_OPENING_WORDS])
    short = {m[1].lower() for m in _SHORT_FORM.finditer(opening) if m[1] not in _NO_AGENCY}
    kept: list[Word] = []
    position = 0
    while position < len(words):
        word = words[position]
        if word.key in short:
            kept.append(Word(word.text, AGENCY_KEY, word.page))
            position += 1
        elif word.key[0] == name[0] and (taken := _name_length(words, position, name, length)):
            text = " ".join(w.text for w in words[position : position + taken])
            kept.append(Word(text, AGENCY_KEY, word.page))
            position += taken
        else:
            kept.append(word)
            position += 1
    return kept


def _name_length(words: list[Word], position: int, name: str, length: int) -> int:
    """Return how many words from `position` on print the name, 0 when they print something else."""
    best = (85.0, 0)
    for taken in range(max(1, length - 1), length + 2):
        ratio = fuzz.ratio("".join(w.key for w in words[position : position + taken]), name)
        if ratio > best[0]:
            best = (ratio, taken)
    return best[1]
