"""A language in which every sentence is marked, so that a test finds in a page or mail which pattern said what."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape

from monitor.i18n.language import Language, language

_MARK = re.compile("\u27e6(\\d+|/)\u27e7")
_DAY = r"[A-Z][a-z]+ \d+, \d{4}|\d{4}-\d\d-\d\d"
_DAYS = ("day", "first", "last")
_PLACE = re.compile(r"%\((\w+)\)[sd]")


class Marked:
    """English with marks about every message, nested ones too."""

    def __init__(self) -> None:
        self.patterns: list[str] = []
        self._numbers: dict[str, int] = {}
        self.language: Language = replace(language("en"), gettext=self._mark, ngettext=self._mark_count)

    def _mark(self, text: str, pattern: str = "") -> str:
        pattern = pattern or text
        if pattern not in self._numbers:
            self._numbers[pattern] = len(self.patterns)
            self.patterns.append(pattern)
        return f"\u27e6{self._numbers[pattern]}\u27e7{text}\u27e6/\u27e7"

    def _mark_count(self, one: str, many: str, n: int) -> str:
        return self._mark(one if n == 1 else many, one)

    def sentences(self, page: str) -> Iterator[tuple[str, str]]:
        """Yield (pattern, text) of every sentence of a page or mail, marks and tags taken out."""
        text = " ".join(unescape(re.sub("<[^>]*>", " ", page)).split())
        begun: list[tuple[int, int]] = []
        for found in _MARK.finditer(text):
            if found[1] != "/":
                begun.append((int(found[1]), found.end()))
            elif begun:
                number, start = begun.pop()
                yield self.patterns[number], _MARK.sub("", text[start : found.start()])


def values_of(pattern: str, many: str, text: str) -> dict[str, str] | None:
    """Return what stands in the places of the pattern (or of its plural); None when the text is not of it."""
    for form in (pattern, many):
        parts = _PLACE.split(form)
        regex = "".join(
            re.escape(part) if i % 2 == 0 else f"(?P<{part}>{_DAY if part in _DAYS else '.*?'})"
            for i, part in enumerate(parts)
        )
        if found := re.fullmatch(regex, text):
            return found.groupdict()
    return None
