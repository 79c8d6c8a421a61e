"""Agencies and agreements: every name ICE printed, every list that shows them, documents and changes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from monitor.web.pages import place_index
from monitor.web.pages.book import Agreement, Book
from monitor.web.pages.charts import draw_timeline
from monitor.web.pages.fingerprints import agency_mark, mark_of
from monitor.web.pages.place_status import in_order
from monitor.web.pages.render_page import Page
from monitor.web.pages.site import Ask, Site


def routes(site: Site) -> None:
    """The views' addresses are the site's."""
    site.add(r"agencies/(?P<agency_id>[a-z0-9-]+)/", show_agency, list_agencies)
    site.add(r"agreements/(?P<agreement_id>[a-z0-9-]+)/", show_agreement, list_agreements)


def show_agency(ask: Ask, agency_id: str) -> Page | None:
    """An agency with all its names, agreements and changes; an id it had before leads here."""
    agency = ask.book.agencies.get(agency_id)
    if agency is None:
        return None
    county = place_index.counties().get(agency.fips or "")
    near = [place_index.counties()[f] for f in agency.near]
    telling = [c for c in agency.changes if not c["noise"]]
    noise = [c for c in agency.changes if c["noise"]]
    return Page("agency.html", {
        "agency": agency, "county": county, "near": near, "timeline": draw_timeline(ask.book, [agency]),
        "telling": telling, "noise": noise, **in_order([agency]), "newest": ask.book.newest,
    })  # fmt: skip


def show_agreement(ask: Ask, agreement_id: str) -> Page | None:
    """An agreement with every row that showed it, as stretches of lists, and its changes."""
    agreement = ask.book.agreements.get(agreement_id)
    if agreement is None:
        return None
    agency = ask.book.agencies[agreement.agency_id]
    return Page("agreement.html", {
        "agreement": agreement, "agency": agency, "timeline": draw_timeline(ask.book, [agency]),
        "county": place_index.counties().get(agency.fips or ""), "rows": join_rows(agreement),
        "files": ask.book.files, "newest": ask.book.newest,
    })  # fmt: skip


def join_rows(agreement: Agreement) -> list[dict[str, Any]]:
    """The rows as printed, each with its stretches of lists, oldest first."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    cells = ("state", "agency", "type", "county", "support_type", "signed", "moa", "moa_url", "addendum_url")
    for row in agreement.rows:
        key = tuple(row[c] for c in cells)
        found.setdefault(key, {**{c: row[c] for c in cells}, "spans": []})["spans"].append(row)
    return list(found.values())


def list_agencies(book: Book) -> Iterator[tuple[str, str]]:
    """The address of every agency."""
    for agency in book.agencies.values():
        yield f"agencies/{agency.id}/", mark_of(agency_mark(book, agency), _range(book))


def list_agreements(book: Book) -> Iterator[tuple[str, str]]:
    """The address of every agreement."""
    for agreement in book.agreements.values():
        if agreement.agency_id in book.agencies:
            mark = agency_mark(book, book.agencies[agreement.agency_id])
            yield f"agreements/{agreement.id}/", mark_of(mark, _range(book))


def _range(book: Book) -> str:
    """The year of the newest list: the end of every timeline."""
    return max(book.dates.values(), default="")[:4]
