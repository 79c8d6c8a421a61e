"""Read an agreement document: its pages, and what they say of the agreement."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

from db.moa_models import MoaReading, PageText, PdfText
from scrapers.readers.moa_clauses import find_agency, find_support_type
from scrapers.readers.moa_dates import find_dates
from scrapers.readers.moa_endings import find_passages
from scrapers.readers.moa_words import TEXT_PAGE_CHARACTERS, Line, body_lines, sentences

#: Raised when the same bytes are read otherwise than before.
READER = "moa/2"

SIGNALS = {
    "scan": "no page has a text layer: nothing can be read but by eye",
    "partly_scanned": "some pages have no text layer, so what they say is unknown",
    "no_support_type": "neither the title nor the body says which support type the agreement is of",
    "no_agency": "the agency's name is blank or cannot be read",
    "no_ending": "no sentence was found that says how the agreement ends",
    "javascript": "the PDF holds JavaScript; it was never run",
    "attachments": "the PDF holds attached files; they were not opened",
    "launch": "the PDF could start a program where it is opened; nothing of it was run here",
    "damaged_pages": "some of the PDF's pages cannot be opened",
}
#: One word sequence in this many is kept: enough to tell wordings apart, few enough to compare thousands of documents.
_SAMPLE = 8
_SEQUENCE = 4


def read_document(sha256: str, text: PdfText) -> MoaReading:
    """Return what the document with this checksum says; a document without pages gives a reading without content."""
    if text.outcome != "kept":
        return MoaReading(sha256, READER, text.outcome, text.detail, page_count=text.page_count)
    lines = body_lines(text.pages)
    words = sentences(lines)
    support = find_support_type(lines, words)
    agency = find_agency(words, text.pages)
    duration, ending, notice = find_passages(words)
    characters = sum(len(page.text.strip()) for page in text.pages)
    signals = [*_text_signals(text.pages), *text.active]
    if "scan" not in signals:
        absent = {"no_support_type": support, "no_agency": agency, "no_ending": ending}
        signals += [code for code, found in absent.items() if found is None]
    return MoaReading(
        sha256, READER, "kept", text.detail, text.page_count, characters, _bodies(text.pages, lines),
        support[0] if support else None, support[1] if support else None, agency, duration, ending, notice,
        find_dates(text.pages), tuple(signals), sketch(lines),
    )  # fmt: skip


def _bodies(pages: Iterable[PageText], lines: Iterable[Line]) -> tuple[PageText, ...]:
    """Return the pages with the body's lines alone: what is searched, quoted and compared."""
    texts: dict[int, list[str]] = {page.page: [] for page in pages}
    for line in lines:
        texts[line.page].append(line.text)
    return tuple(PageText(page, "\n".join(found), bool(found)) for page, found in texts.items())


def _text_signals(pages: Iterable[PageText]) -> list[str]:
    """Return `scan` or `partly_scanned`; a page with little text and no image is a short or a blank one."""
    shown = [page for page in pages if page.has_image or page.text.strip()]
    readable = [p for p in shown if not p.has_image or len(p.text.strip()) >= TEXT_PAGE_CHARACTERS]
    if not readable:
        return ["scan"]
    return ["partly_scanned"] if len(readable) < len(shown) else []


def sketch(lines: Iterable[Line]) -> tuple[int, ...]:
    """Return hashes of a fixed sample of the document's word sequences, sorted.

    A sequence is in the sample by its own hash alone, so the samples of two documents have the share in common that
    the documents have.
    """
    words = re.findall(r"[a-z]{2,}", " ".join(line.text for line in lines).lower())
    hashes = set()
    for start in range(len(words) - _SEQUENCE + 1):
        sequence = " ".join(words[start : start + _SEQUENCE])
        value = int.from_bytes(hashlib.blake2b(sequence.encode(), digest_size=7).digest(), "big")
        if value % _SAMPLE == 0:
            hashes.add(value)
    return tuple(sorted(hashes))
