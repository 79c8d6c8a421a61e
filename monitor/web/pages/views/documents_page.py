"""Agreement documents: search in all of them, and a page for each with its clauses, differences and text by page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from db.errors import StoreError
from db.moa_models import DatedLine, ListedMoa, MoaFilter, MoaRecord, PageHit, Passage
from db.queries import moas
from monitor.documents.search import search
from monitor.documents.template_groups import template_counts
from monitor.web.pages.book import Agreement, Book
from monitor.web.pages.fingerprints import mark_of
from monitor.web.pages.render_page import Page
from monitor.web.pages.site import PageRequest, Site

PER_PAGE = 40
_SHA = r"[0-9a-f]{64}"
_FILTERS = ("state", "support_type", "template", "year", "signal", "outcome")


@dataclass(frozen=True, slots=True)
class Shelved:
    """A document as the pages show it: its record, and what the reader found besides."""

    record: MoaRecord
    rows: Sequence[ListedMoa]
    notice: Passage | None = None
    dates: Sequence[DatedLine] = ()
    capture: str | None = None  # the Internet Archive's address, when the copy came from there


@dataclass(frozen=True, slots=True)
class Found:
    """A page of a document that a search found; `passage` in parts, each with whether it was searched for."""

    record: MoaRecord
    page: int
    passage: Sequence[tuple[str, bool]]


def routes(site: Site) -> None:
    """Add the addresses of this module's pages to the site."""
    site.add(
        r"documents/",
        show_documents,
        lambda book: iter([("documents/", mark_of(book.library.records))]),
        parameters=(*_FILTERS, "q", "page"),
    )
    site.add(rf"documents/(?P<sha256>{_SHA})/", show_document, list_documents)
    site.add(rf"documents/(?P<sha256>{_SHA})/document\.pdf", send_document,
             lambda book: list_copies(site, book), translated=False)  # fmt: skip


def show_documents(request: PageRequest) -> Page | None:
    """Show the documents that fit the query's filters, or the pages on which its words stand."""
    asked = {name: request.get(name) for name in (*_FILTERS, "q")}
    wanted = MoaFilter(*(asked[name] or None for name in _FILTERS))
    library = request.book.library
    number = int(request.get("page")) if request.get("page").isdecimal() else 1
    number = max(1, min(number, 1000))
    found: Sequence[Found] = ()
    shown: Sequence[MoaRecord] = ()
    if asked["q"] and not request.static:
        answer = search(
            request.site.store.connection, library, asked["q"], wanted, limit=PER_PAGE, offset=(number - 1) * PER_PAGE
        )
        found, total = [_as_found(hit.page, hit.record) for hit in answer.hits], answer.total
    else:
        chosen = library.select(wanted)
        total = len(chosen)
        shown = chosen if request.static else chosen[(number - 1) * PER_PAGE : number * PER_PAGE]
    return Page("documents.html", {
        "asked": asked, "filtered": any(asked[name] for name in _FILTERS), "found": found, "shown": shown,
        "total": total, "page": number, "pages": 1 if request.static else max(1, -(-total // PER_PAGE)),
        "templates": template_counts(library.wordings.values()), "years": all_years(request.book),
        "signals": sorted({s for r in library.records for s in r["signals"]}),
        "outcomes": sorted({r["outcome"] for r in library.records}),
    })  # fmt: skip


def _as_found(hit: PageHit, record: MoaRecord) -> Found:
    parts = re.split("([\x02\x03])", hit.passage)
    passage, marked = [], False
    for part in parts:
        if part in ("\x02", "\x03"):
            marked = part == "\x02"
        elif part:
            passage.append((part, marked))
    return Found(record, hit.page, passage)


def all_years(book: Book) -> Sequence[str]:
    """Return the years in which the kept documents were signed, newest first."""
    return sorted({year for record in book.library.records for year in book.library.years(record)}, reverse=True)


def show_document(request: PageRequest, sha256: str) -> Page | None:
    """Show one document: what it says, where it differs from its template, and its text page by page."""
    records = request.book.library.of_document(sha256)
    if not records:
        return None
    pages = moas.load_pages(request.site.store.connection, [sha256]).get(sha256, [])
    document = shelve(request.book, records[-1])
    return Page("document.html", {
        "document": document, "records": records, "pages": pages, "owners": owners_of(request.book, document.rows),
        "agreements": request.book.agreements, "kept": request.site.store.archive.has(sha256),
        "copied": request.site.documents_published or not request.static,
    })  # fmt: skip


def send_document(request: PageRequest, sha256: str) -> Page | None:
    """Send the document's bytes, only ever as a download: what a PDF can do must not be done in our name."""
    records = request.book.library.of_document(sha256)
    reading = request.book.library.readings.get(sha256)
    if not records or reading is None or reading.outcome != "kept":
        return None  # what could not be read as a PDF is kept as evidence, and sent to nobody
    try:
        body = request.site.store.archive.get(sha256)
    except StoreError:
        return None
    name = re.sub(r"[^A-Za-z0-9._-]+", "_", records[-1]["file"]).strip("._") or "document"
    return Page(body=body, media="application/pdf", file=name if name.lower().endswith(".pdf") else f"{name}.pdf")


def documents_of(book: Book, agreements: Iterable[Agreement]) -> list[Shelved]:
    """Return the documents that the rows of these agreements link, each once, newest first."""
    records = {
        record["sha256"] or record["url"]: record
        for agreement in agreements
        for record in book.library.of_agreement(agreement.id)
    }
    found = sorted(records.values(), key=lambda r: (r["last_seen_at"] or "", r["file"]), reverse=True)
    return [shelve(book, record) for record in found]


def shelve(book: Book, record: MoaRecord) -> Shelved:
    """Return a record with what was read besides and the rows that link it."""
    sha256 = record["sha256"] or ""
    reading = book.library.readings.get(sha256)
    rows = book.library.rows_of(sha256)
    notice, dates = (reading.notice, reading.dates) if reading else (None, ())
    return Shelved(record, rows, notice, dates, book.library.capture_of(sha256))


def owners_of(book: Book, rows: Iterable[ListedMoa]) -> list[tuple[str, str]]:
    """Return (agency, state) of each agency whose rows link a document, as it is named now, in their order."""
    known = [(book.agencies.get(row.agency_id), row) for row in rows]
    return list(dict.fromkeys((a.name, a.state or "") if a else (row.agency, row.state or "") for a, row in known))


def list_documents(book: Book) -> Iterator[tuple[str, str]]:
    """Yield the address of every document."""
    for record in book.library.records:
        if record["sha256"]:
            shelved = shelve(book, record)
            yield (
                f"documents/{record['sha256']}/",
                mark_of(
                    record, shelved.rows, shelved.notice, shelved.dates, shelved.capture, owners_of(book, shelved.rows)
                ),
            )


def list_copies(site: Site, book: Book) -> Iterator[tuple[str, str]]:
    """Yield the address of every copy, where copies are published; they never change."""
    if site.documents_published:
        for reading in book.library.readings.values():
            if reading.outcome == "kept" and book.library.of_document(reading.sha256):
                yield f"documents/{reading.sha256}/document.pdf", reading.sha256
