"""Dates that stand in a document as text: in its signature block, and the wording's own revision mark.

Most signatures are dated by hand, and what a recognizer makes of handwriting is no date to rely on. What is read here
is typed, stamped, or the time a digital signature prints.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date

from db.moa_models import DatedLine, PageText
from scrapers.readers.moa_words import TEXT_PAGE_CHARACTERS, alike, squeeze

_MONTHS = {m: n for n, m in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_FORMS = (
    (re.compile(r"(?<![A-Za-z0-9])(\d{1,2})[/-](\d{1,2})[/-](20\d\d|\d\d)\b"), ("m", "d", "y")),
    (re.compile(r"\b(20\d\d)\.(\d\d)\.(\d\d)\b"), ("y", "m", "d")),
    (re.compile(r"(?<![A-Za-z0-9])([A-Z][a-z]{2,8})\.? (\d{1,2}),? (20\d\d)\b"), ("b", "d", "y")),
    (re.compile(r"\b(JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC) (\d ?\d?) (20\d\d)\b"), ("b", "d", "y")),
)
_REVISED = re.compile(r"\bRev[il1]sed\s+(\d\d)/? ?(\d\d)/?[l1]?(20\d\d)", re.IGNORECASE)
_SIGNING = "bysigningthismoaeachpartyrepresents"
#: The program was created in 1996 and first used in 2002.
_FIRST_YEAR, _LAST_YEAR = 2002, 2099


def find_dates(pages: Sequence[PageText]) -> tuple[DatedLine, ...]:
    """Return the signature dates in page order, then the revision mark that most pages bear, if any."""
    found = [line for page in pages for line in _signed_on(page)]
    marks = Counter(
        (int(m[3]), int(m[1]), int(m[2])) for page in pages for m in _REVISED.finditer(page.text)
    )  # fmt: skip
    for (year, month, day), _ in marks.most_common(1):
        on = _to_date(year, month, day)
        page = next((p for p in pages if _REVISED.search(p.text)), None)
        if on and page:
            found.append(DatedLine(page.page, on, "Revised " + on, "revised"))
    return tuple(found)


def _signed_on(page: PageText) -> Iterator[DatedLine]:
    """Yield the dates of a page's signature block; a page that has only a stamp is one."""
    lines = [line.strip() for line in page.text.split("\n") if line.strip()]
    start = next((i for i, line in enumerate(lines) if alike(_SIGNING[:20], squeeze(line)) >= 85), None)
    if start is None and len(page.text.strip()) >= TEXT_PAGE_CHARACTERS:
        return
    seen = set()
    # a stamp can come first in the text although it stands at the foot of the page
    for line in lines if start is None else [*lines[: min(6, start)], *lines[start:]]:
        for on, text in _dates_in(line):
            if on not in seen and not _REVISED.search(line[: line.find(text)] + text):
                seen.add(on)
                yield DatedLine(page.page, on, line[:120], "signed")


def _dates_in(line: str) -> Iterator[tuple[str, str]]:
    for pattern, names in _FORMS:
        for match in pattern.finditer(line):
            parts = dict(zip(names, match.groups(), strict=True))
            month = _MONTHS.get(parts["b"][:3].lower()) if "b" in parts else int(parts["m"])
            year = int(parts["y"]) + (2000 if len(parts["y"]) == 2 else 0)
            on = _to_date(year, month or 0, int(parts["d"].replace(" ", "")))
            if on:
                yield on, match[0]


def _to_date(year: int, month: int, day: int) -> str | None:
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None
