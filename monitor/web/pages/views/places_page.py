"""Places: every state and county, also those with no agreement; their status, since when, and their neighbors'."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

from monitor.web.pages import place_index
from monitor.web.pages.book import Agency, Book
from monitor.web.pages.charts import draw_timeline
from monitor.web.pages.fingerprints import agency_mark, mark_of
from monitor.web.pages.map.drawing import draw_state, outline_place
from monitor.web.pages.place_index import County, State
from monitor.web.pages.place_status import PlaceStatus, agencies_of, in_order, status_of
from monitor.web.pages.render_page import Page
from monitor.web.pages.site import PageRequest, Site
from monitor.web.pages.views.documents_page import documents_of


def routes(site: Site) -> None:
    """Add the addresses of this module's pages to the site."""
    site.add(r"places/", show_places, lambda book: iter([("places/", book.version)]), parameters=("q",))
    site.add(r"places/(?P<code>[a-z]{2})/", show_state, list_states)
    site.add(r"places/(?P<code>[a-z]{2})/(?P<slug>[a-z0-9-]+)/", show_county, list_counties)


def show_places(request: PageRequest) -> Page | None:
    """Show all states with how many of their counties have an agreement; a question is for the search."""
    book = request.book
    if asked := request.get("q"):
        return Page(moved=f"search/?{urlencode({'q': asked})}")
    return Page("places.html", {
        "rows": [(s, status_of(agencies_of(book, s)), covered(book, s)) for s in place_index.states().values()],
        "newest": book.newest, "first_day": book.first_day,
    })  # fmt: skip


def show_state(request: PageRequest, code: str) -> Page | None:
    """Show a state: its status, its counties, its statewide agencies, what changed there."""
    state = place_index.states().get(code.upper())
    if state is None:
        return None
    return Page("state.html", state_facts(request.book, state))


def show_county(request: PageRequest, code: str, slug: str) -> Page | None:
    """A county: exists, pending, ended or none, since when; its agencies, neighbors, timeline and citation."""
    county = find_county(code, slug)
    if county is None:
        return None
    return Page("county.html", county_facts(request.book, county))


def state_facts(book: Book, state: State) -> dict[str, Any]:
    """What a page tells of a state."""
    agencies = agencies_of(book, state)
    rows = _with_types(book, sorted(state.counties.values(), key=lambda c: c.slug))
    unplaced = [a for a in agencies if not a.fips]
    status = status_of(agencies)
    telling = [c for a in agencies for c in a.changes if not c["noise"]]
    telling.sort(key=lambda c: (c["listed_on"], c["id"]), reverse=True)
    return {
        "state": state, "status": status, "counties_rows": rows,
        "statewide": [a for a in unplaced if a.is_state], "unplaced": [a for a in unplaced if not a.is_state],
        "first_day": book.first_day, "agencies": agencies, "newest": book.newest, "changes": telling[:10],
        "changes_total": len(telling), "covered": covered(book, state),
        "support": support_counts(status), "drawing": draw_state(book, state),
    }  # fmt: skip


def county_facts(book: Book, county: County) -> dict[str, Any]:
    """Return the template values of a county."""
    agencies = agencies_of(book, fips=county.fips)
    status = county_status(book, county)
    neighbors = [place_index.counties()[f] for f in county.neighbors if f in place_index.counties()]
    state = place_index.states()[county.state]
    elsewhere = [a for a in agencies_of(book, state) if not a.fips and not a.near and status_of([a]).listed]
    changes = [c for a in agencies for c in a.changes if not c["noise"]]
    changes.sort(key=lambda c: (c["listed_on"], c["id"]), reverse=True)
    return {
        "county": county, "state": state, "status": status, "agencies": agencies, **in_order(agencies),
        "near": book.near_county.get(county.fips, []),
        "neighbors": _with_types(book, sorted(neighbors, key=lambda c: (c.state, c.slug))),
        "statewide": [a for a in elsewhere if a.is_state], "unplaced": [a for a in elsewhere if not a.is_state],
        "first_day": book.first_day, "reviewed_here": book.reviewed_county.get(county.fips, []),
        "changes": changes, "support": support_counts(status), "newest": book.newest,
        "newest_pending": book.newest_pending,
        "timeline": draw_timeline(book, agencies),
        "shelf": documents_of(book, [g for a in agencies for g in a.agreements]),
        "drawing": outline_place(state, county),
    }  # fmt: skip


def _with_types(book: Book, counties: Iterable[County]) -> list[tuple[County, PlaceStatus, Counter[str]]]:
    """Each county with its status and how many agreements of each support type are listed."""
    stands = ((county, county_status(book, county)) for county in counties)
    return [(county, status, Counter(g.support or "?" for g in status.listed)) for county, status in stands]


def county_status(book: Book, county: County) -> PlaceStatus:
    """Return the status of a county; found once a version, since its neighbors' pages and tables tell it too."""
    fips = county.fips if county.fips in book.in_county else ""
    if fips not in book.statuses:
        book.statuses[fips] = status_of(book.in_county.get(fips, ()))
    return book.statuses[fips]


def covered(book: Book, state: State) -> int:
    """Return how many counties of the state have an agency with a listed agreement."""
    return sum(county_status(book, c).code == "listed" for c in state.counties.values())


def support_counts(status: PlaceStatus) -> dict[str, int]:
    """Return support type -> how many listed agreements."""
    return {code: sum(a.support == code for a in status.listed) for code in ("TFM", "WSO", "JEM")}


def find_county(code: str, slug: str) -> County | None:
    """Return the county at an address; None where there is none."""
    state = place_index.states().get(code.upper())
    return state.counties.get(slug) if state else None


def county_address(county: County) -> str:
    """Return the address of a county's page."""
    return f"places/{county.state.lower()}/{county.slug}/"


def list_states(book: Book) -> Iterator[tuple[str, str]]:
    """Yield the address of every state."""
    for state in place_index.states().values():
        yield f"places/{state.slug}/", state_mark(book, state)


def list_counties(book: Book) -> Iterator[tuple[str, str]]:
    """Yield the address of every county."""
    statewide = {
        code: mark_of([agency_mark(book, a) for a in agencies_of(book, state) if not a.fips])
        for code, state in place_index.states().items()
    }
    told = {c.fips: (c.fips, s.words, s.since, s.from_start, held)
            for c, s, held in _with_types(book, place_index.counties().values())}  # fmt: skip
    for county in place_index.counties().values():
        beside = [told[fips] for fips in county.neighbors if fips in told]
        yield county_address(county), county_mark(book, county, statewide[county.state], beside)


def state_mark(book: Book, state: State) -> str:
    """Return the mark of what a state's pages show: of the newest list of each kind only its day."""
    days = [p["published_on"] for p in (book.newest, book.newest_pending) if p]
    return mark_of(days, book.first_day, [agency_mark(book, a) for a in agencies_of(book, state)])


def county_mark(book: Book, county: County, statewide: str, beside: Sequence[object]) -> str:
    """Return the mark of what a county's page shows, without the newest list, which a script fills in.

    `statewide` is the mark of its state's agencies that are in no county, `beside` what it tells of its neighbors.
    """
    near: Sequence[Agency] = [*book.in_county.get(county.fips, ()), *book.near_county.get(county.fips, ()),
                              *book.reviewed_county.get(county.fips, ())]  # fmt: skip
    year = book.last_day[:4]  # the end of the timeline
    pending = county_status(book, county).code == "pending" and book.newest_pending
    cited = pending["sha256"] if pending else bool(book.newest)
    return mark_of(year, book.first_day, cited, [agency_mark(book, a) for a in near], beside, statewide)


def newest_mark(book: Book) -> str:
    """Return the mark of the newest list of each kind, for pages that name them."""
    named = [p for p in (book.newest, book.newest_pending) if p]
    return " ".join(f"{p['file']} {p['published_on']} {p['sha256']}" for p in named)
