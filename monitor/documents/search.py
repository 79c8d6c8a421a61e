"""Search the pages of all kept documents: words and phrases, best first, each with its document."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass

from db.moa_models import MoaFilter, MoaPageRecord, MoaRecord, PageHit
from db.queries import moas
from monitor.documents.library import Library

#: A phrase in quotation marks, or a word. A minus in front keeps pages with it out.
_TERM = re.compile(r'(-?)"([^"]*)"?|(-?)(\S+)')
#: Ends a term, or the whole expression (the zero), or cannot be stored as UTF-8.
_NO_WORD = re.compile('["\0\ud800-\udfff]')
LONGEST_QUERY = 200
MOST_TERMS = 20


@dataclass(frozen=True, slots=True)
class Hit:
    """A page that has the words, and its document's newest record."""

    page: PageHit
    record: MoaRecord


@dataclass(frozen=True, slots=True)
class Answer:
    """The hits of one page of results, and how many there are in all."""

    hits: tuple[Hit, ...]
    total: int


def search(
    connection: sqlite3.Connection, library: Library, text: str, wanted: MoaFilter, *, limit: int = 50, offset: int = 0
) -> Answer:
    """Return the pages that hold every word and phrase of `text`, best first; nothing for a text without words."""
    expression = to_expression(text)
    if not expression:
        return Answer((), 0)
    among = None
    if wanted != MoaFilter():
        among = {record["sha256"] for record in library.records if record["sha256"] and library.fits(record, wanted)}
    hits, total = moas.search_pages(connection, expression, among=among, limit=limit, offset=offset)
    found = ((hit, library.of_document(hit.sha256)) for hit in hits)
    return Answer(tuple(Hit(hit, records[-1]) for hit, records in found if records), total)


def page_record(hit: Hit) -> MoaPageRecord:
    """Return a hit as the command line and the API print it: the found words between asterisks, on one line."""
    url = hit.record["url"]
    return {
        "file": hit.record["file"], "page": hit.page.page,
        "passage": " ".join(hit.page.passage.replace("\x02", "*").replace("\x03", "*").split()),
        "sha256": hit.page.sha256, "url": f"{url}#page={hit.page.page}" if url else "",
        "support_type": hit.record["support_type"], "agency": hit.record["agency_in_document"],
        "template": hit.record["template"], "agreement_ids": hit.record["agreement_ids"],
    }  # fmt: skip


def to_expression(text: str) -> str:
    """Return the text as an FTS5 expression in which nothing but words, phrases and a leading minus has a meaning."""
    wanted: list[str] = []
    unwanted: list[str] = []
    for match in list(_TERM.finditer(text[:LONGEST_QUERY]))[:MOST_TERMS]:
        minus, words = (match[1], match[2]) if match[2] is not None else (match[3], match[4])
        if not any(c.isalnum() for c in words):
            continue
        term = '"' + _NO_WORD.sub(" ", words) + '"'
        (unwanted if minus else wanted).append(term)
    if not wanted:
        return ""
    return " AND ".join(wanted) + "".join(f" NOT {term}" for term in unwanted)
