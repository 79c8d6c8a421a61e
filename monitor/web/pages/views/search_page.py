"""The search: what a text can mean, best first, with a card that answers for the first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from db.records import SearchRecord
from monitor.i18n.labels import FOUND_KINDS, SUPPORT, SUPPORT_SENTENCES
from monitor.search.shipped_index import write_agencies, write_places, write_zip_codes
from monitor.web.pages import place_index
from monitor.web.pages.book import Agency, Book
from monitor.web.pages.fingerprints import mark_of
from monitor.web.pages.place_index import County
from monitor.web.pages.place_status import PlaceStatus, agencies_of, status_of
from monitor.web.pages.render_page import Page
from monitor.web.pages.site import PageRequest, Site
from monitor.web.pages.views.places_page import county_address, county_status, support_counts


@dataclass(frozen=True, slots=True)
class Card:
    """The answer for one place or agency: how it stands, since when, and where to go on."""

    address: str
    sheet: str  # address of its one-pager
    status: PlaceStatus
    agencies: int  # with a listed agreement
    support: dict[str, int]
    neighbors: list[tuple[County, PlaceStatus]]
    state: str | None
    county: County | None
    feed: str  # address of its feed without the ending


def routes(site: Site) -> None:
    """Add the search's address to the site, and the index by which published pages search in the browser."""
    site.add(r"search/", show_search, lambda book: iter([("search/", "")]), parameters=("q",))
    site.add(r"search/(?P<name>places|zip-codes|agencies)\.json", send_index, list_indexes, translated=False)


def show_search(request: PageRequest) -> Page | None:
    """Show what the query's `q` can mean."""
    asked = request.get("q")
    found = request.book.finder.find(asked)
    return Page("search.html", {
        "asked": asked, "found": found, "card": make_card(request.book, found[0]) if found else None,
        "newest": request.book.newest, "pending_list": request.book.newest_pending, "first_day": request.book.first_day,
        "kinds": {kind: request.language.say(said) for kind, said in FOUND_KINDS.items()},
        "types": {c: (request.language.say(SUPPORT[c]), request.language.say(said))
                  for c, said in SUPPORT_SENTENCES.items()},
    })  # fmt: skip


def send_index(request: PageRequest, name: str) -> Page | None:
    """Send a part of the index that the script of published pages searches."""
    if name == "agencies":
        return Page(body=write_agencies(request.book.finder), media="application/json")
    return Page(body=write_places() if name == "places" else write_zip_codes(), media="application/json")


def list_indexes(book: Book) -> Iterator[tuple[str, str]]:
    """Yield the address of each part of the index. Places change with the program only."""
    yield "search/places.json", ""
    yield "search/zip-codes.json", ""
    yield "search/agencies.json", mark_of(*((a, *texts) for a, texts in book.finder.agencies.searched))


def make_card(book: Book, first: SearchRecord) -> Card | None:
    """Return the answer for what was found first; None where the site has no page of it."""
    code = first["state"] or ""
    if first["kind"] == "agency":
        agency = book.agencies[first["url"].split("/")[2]]
        if not agency.agreements:  # its rows are another agency's now: its page leads there
            return None
        return _card(book, f"agencies/{agency.id}/", f"sheets/agency/{agency.id}/", f"feeds/agency/{agency.id}",
                     [agency], code, place_index.counties().get(agency.fips or ""))  # fmt: skip
    if first["kind"] != "state" and (county := place_index.counties().get(first["fips"] or "")):
        address = county_address(county)
        return _card(book, address, f"sheets/{address.removeprefix('places/')}", f"feeds/county/{county.fips}",
                     agencies_of(book, fips=county.fips), code, county)  # fmt: skip
    if state := place_index.states().get(code):
        return _card(book, f"places/{state.slug}/", f"sheets/{state.slug}/", f"feeds/state/{state.code}",
                     agencies_of(book, state), code, None)  # fmt: skip
    return None


def _card(
    book: Book, address: str, sheet: str, feed: str, agencies: list[Agency], state: str, county: County | None
) -> Card:
    status = status_of(agencies)
    beside = [place_index.counties()[f] for f in county.neighbors if f in place_index.counties()] if county else []
    return Card(
        address, sheet, status, len({g.agency_id for g in status.listed}), support_counts(status),
        [(c, county_status(book, c)) for c in sorted(beside, key=lambda c: (c.state, c.slug))], state, county, feed,
    )  # fmt: skip
