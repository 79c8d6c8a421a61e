"""Agencies and agreements: every name ICE printed, every list that shows them, documents and changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from monitor.web.pages import place_index
from monitor.web.pages.book import Agreement, Book, PrintedSpan
from monitor.web.pages.charts import draw_timeline
from monitor.web.pages.fingerprints import agency_mark, mark_of
from monitor.web.pages.place_status import in_order, status_of
from monitor.web.pages.render_page import Page
from monitor.web.pages.site import PageRequest, Site
from monitor.web.pages.views.documents_page import documents_of
from monitor.web.pages.views.places_page import support_counts


def routes(site: Site) -> None:
    """Add the addresses of this module's pages to the site."""
    site.add(r"agencies/(?P<agency_id>[a-z0-9-]+)/", show_agency, list_agencies)
    site.add(r"agreements/(?P<agreement_id>[a-z0-9-]+)/", show_agreement, list_agreements)


def show_agency(request: PageRequest, agency_id: str) -> Page | None:
    """Show an agency with all its names, agreements and changes."""
    agency = request.book.agencies.get(agency_id)
    if agency is None:
        return None
    county = place_index.counties().get(agency.fips or "")
    near = [place_index.counties()[f] for f in agency.near]
    telling = [c for c in agency.changes if not c["noise"]]
    noise = [c for c in agency.changes if c["noise"]]
    status = status_of([agency])
    return Page("agency.html", {
        "agency": agency, "county": county, "near": near, "timeline": draw_timeline(request.book, [agency]),
        "status": status, "support": support_counts(status), "first_day": request.book.first_day,
        "telling": telling, "noise": noise, **in_order([agency]), "newest": request.book.newest,
        "moved": [(agreement, request.book.agencies[agreement.agency_id]) for agreement in agency.moved],
    })  # fmt: skip


def show_agreement(request: PageRequest, agreement_id: str) -> Page | None:
    """Show an agreement with every row that showed it, as spans of lists, and its changes."""
    agreement = request.book.agreements.get(agreement_id)
    if agreement is None:
        return None
    agency = request.book.agencies[agreement.agency_id]
    return Page("agreement.html", {
        "agreement": agreement, "agency": agency, "timeline": draw_timeline(request.book, [agency]),
        "county": place_index.counties().get(agency.fips or ""), "rows": join_spans(agreement),
        "files": request.book.files, "newest": request.book.newest,
        "shelf": documents_of(request.book, [agreement]),
    })  # fmt: skip


def join_spans(agreement: Agreement) -> list[list[PrintedSpan]]:
    """Return the agreement's spans, those with the same cells together, oldest first."""
    found: dict[PrintedSpan, list[PrintedSpan]] = {}
    for span in agreement.rows:
        cells = replace(span, row=0, first=0, last=0, first_on="", last_on="", open=False)
        found.setdefault(cells, []).append(span)
    return list(found.values())


def list_agencies(book: Book) -> Iterator[tuple[str, str]]:
    """Yield the address of every agency."""
    for agency in book.agencies.values():
        yield f"agencies/{agency.id}/", mark_of(agency_mark(book, agency), _range(book))


def list_agreements(book: Book) -> Iterator[tuple[str, str]]:
    """Yield the address of every agreement."""
    for agreement in book.agreements.values():
        if agreement.agency_id in book.agencies:
            mark = agency_mark(book, book.agencies[agreement.agency_id])
            yield f"agreements/{agreement.id}/", mark_of(mark, _range(book))


def _range(book: Book) -> str:
    """The year of the newest list: the end of every timeline."""
    return book.last_day[:4]
