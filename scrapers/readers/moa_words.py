"""The words of a document without what its pages add: sentences that know their page, and text made comparable.

The text layers come from a recognizer of scanned pages. It slips: "terminatcs", "ofthe", "Tennination", a footer in the
middle of a sentence that runs over two pages. So words are compared without their spaces and by likeness, never letter
by letter, and what is quoted is always the document's own text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from db.moa_models import FILLED_IN, PageText

#: A page with fewer letters than this holds a stamp or nothing; the shortest real page, a list of contacts, has 200.
TEXT_PAGE_CHARACTERS = 150
_REVISED = re.compile(r"\bR\w{1,2}[vV][il1]\w?sed\s+\d|\bR[eo]v\w?[il1]s\w?d\s+\d", re.IGNORECASE)
_PAGE_NUMBER = re.compile(r"[\W_]*\d{0,3}[\W_]*")
_MARGIN_LINES = 3
_HEAD_LINES = 2
#: A longer line is a paragraph, whatever stands in it.
_LONGEST_MARGIN = 120
#: A sentence ends at a stop that a capital or an opening quotation mark follows, but not in "U.S. Immigration"; and
#: before the words that open the last paragraph of every agreement, whatever stands before them.
_STOP = re.compile(
    r"(?<=[a-z0-9)\]\"'’”][.!?])\s+(?=[\"“(]?[A-Z])|(?<=[.!?][\"”’])\s+(?=[A-Z])|(?<=[A-Z]{2}\.)\s+(?=[A-Z])"
    r"|\s+(?=This MOA does not)|(?<=[a-z]\.[a-z])\s+(?=[A-Z])"
    # a page's number that the recognizer set behind the last line, and a heading that it set before the first
    r"|(?<=[a-z][.!?])\s+(?=\d{1,3} [A-Z])|(?<=[A-Z]{3})\s+(?=This (?:MOA|MOU|Agreement|Memorandum)\b)"
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page, without the spaces at its ends."""

    page: int
    text: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and the page on which it begins; `key` is its text made comparable."""

    page: int
    text: str
    key: str


def squeeze(text: str) -> str:
    """Return the text's letters and digits alone, in lower case: what a recognizer's spacing cannot change."""
    return "".join(c for c in text.lower() if c.isalnum())


def alike(phrase: str, key: str) -> float:
    """Return how well the squeezed `phrase` is contained in `key`, from 0 to 100."""
    if len(phrase) > len(key) * 1.15:  # the likeness of a part would find a short text inside the phrase
        return 0.0
    return fuzz.partial_ratio(phrase, key)


def body_lines(pages: Sequence[PageText]) -> list[Line]:
    """Return the documents' lines without page numbers, revision marks and what stands at the edge of every page."""
    split = [(page.page, [line.strip() for line in page.text.split("\n") if line.strip()]) for page in pages]
    feet = _repeated(lines[-_MARGIN_LINES:] for _, lines in split)
    heads = _repeated(lines[:_HEAD_LINES] for _, lines in split)
    kept = []
    for number, lines in split:
        printed = sum(not line.startswith(FILLED_IN) for line in lines)
        for index, line in enumerate(lines):
            if len(line) > _LONGEST_MARGIN:
                kept.append(Line(number, line))
                continue
            last = printed > index >= printed - _MARGIN_LINES
            if last and (_PAGE_NUMBER.fullmatch(line) or _REVISED.search(line) or _is_margin(line, feet)):
                continue
            if index == 0 and (_PAGE_NUMBER.fullmatch(line) or (_REVISED.search(line) and len(line) < 30)):
                continue
            if index < _HEAD_LINES and number > 1 and _is_margin(line, heads):  # the first page has the title
                continue
            kept.append(Line(number, line))
    return kept


def _repeated(margins: Iterable[Sequence[str]]) -> list[str]:
    """Return the keys of the lines that stand at the edge of three pages or more."""
    times = Counter(key for lines in margins for key in {_margin_key(line) for line in lines})
    return [key for key, count in times.items() if key and count >= 3]


def _is_margin(line: str, repeated: Sequence[str]) -> bool:
    """Whether the line is one that stands at the edge of other pages, slips of the recognizer forgiven."""
    key = _margin_key(line)
    return any(fuzz.ratio(key, foot) >= 75 for foot in repeated)


def _margin_key(line: str) -> str:
    return re.sub(r"\d", "", squeeze(_REVISED.split(line)[0]))


def sentences(lines: Sequence[Line]) -> list[Sentence]:
    """Return the sentences of these lines in order; a heading ends where the next line begins with a capital."""
    return [_sentence(piece) for block in _blocks(lines) for piece in _split(block)]


def _blocks(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Yield runs of lines that belong together: a heading stands alone. What was filled in is no sentence."""
    block: list[Line] = []
    for line in lines:
        if line.text.startswith(FILLED_IN):
            continue
        if is_heading(line.text):
            if block:
                yield block
            yield [line]
            block = []
        else:
            block.append(line)
    if block:
        yield block


def is_heading(text: str) -> bool:
    """Whether a line is a section's heading: most of its letters are capitals, and there are enough of them."""
    letters = [c for c in text if c.isalpha()]
    return len(letters) >= 6 and sum(c.isupper() for c in letters) >= 0.8 * len(letters) and not text.endswith(",")


def _split(block: Sequence[Line]) -> Iterator[list[Line]]:
    """Yield the lines of each sentence: the text is split at stops, and each part keeps the pages it came from."""
    joined = " ".join(line.text for line in block)
    starts: list[tuple[int, int]] = []  # (offset in `joined`, page)
    offset = 0
    for line in block:
        starts.append((offset, line.page))
        offset += len(line.text) + 1
    begin = 0
    for end in [*(m.end() for m in _STOP.finditer(joined)), len(joined)]:
        text = joined[begin:end].strip()
        if text:
            page = next(page for start, page in reversed(starts) if start <= begin)
            yield [Line(page, text)]
        begin = end


def _sentence(lines: Sequence[Line]) -> Sentence:
    text = re.sub(r"\s+", " ", " ".join(line.text for line in lines))
    text = re.sub(r"(?<=[.!?])(?: \W?\w\W?| [\W_]+)+$|(?: [-_=~–—]{3,})+$", "", text)  # specks after the stop, lines
    return Sentence(lines[0].page, text, squeeze(text))
