"""Places: every state and county, also those with no agreement; how they stand, since when, and next door."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from monitor.web.pages import place_index
from monitor.web.pages.book import Agency, Book
from monitor.web.pages.charts import draw_timeline
from monitor.web.pages.fingerprints import agency_mark, mark_of
from monitor.web.pages.map.drawing import draw_place
from monitor.web.pages.place_index import County, State
from monitor.web.pages.place_status import Standing, agencies_of, in_order, standing_of
from monitor.web.pages.render_page import Page
from monitor.web.pages.site import Ask, Site


def routes(site: Site) -> None:
    """The views' addresses are the site's."""
    site.add(r"places/", show_places, lambda book: iter([("places/", book.version)]))
    site.add(r"places/(?P<code>[a-z]{2})/", show_state, list_states)
    site.add(r"places/(?P<code>[a-z]{2})/(?P<slug>[a-z0-9-]+)/", show_county, list_counties)


def show_places(ask: Ask) -> Page | None:
    """All states with how many of their counties have an agreement; with a question, the places that answer it."""
    asked = ask.get("q")
    found_states, found_counties = place_index.find_places(asked)
    if asked and len(found_states) + len(found_counties) == 1:
        only = found_states[0] if found_states else None
        to = f"places/{only.slug}/" if only else county_address(found_counties[0])
        return Page(moved=to)
    agencies = [a for a in ask.book.agencies.values() if asked and _named(a, asked)]
    return Page("places.html", {
        "asked": asked, "found_states": found_states, "found_agencies": agencies[:100],
        "found_counties": [(c, county_standing(ask.book, c)) for c in found_counties[:200]],
        "rows": [
            (s, standing_of(agencies_of(ask.book, s)), covered(ask.book, s)) for s in place_index.states().values()
        ],
        "newest": ask.book.newest,
    })  # fmt: skip


def show_state(ask: Ask, code: str) -> Page | None:
    """A state: how it stands, its counties, its statewide agencies, what changed there."""
    state = place_index.states().get(code.upper())
    if state is None:
        return None
    return Page("state.html", state_facts(ask.book, state))


def show_county(ask: Ask, code: str, slug: str) -> Page | None:
    """A county: exists, pending, ended or none, since when; its agencies, neighbours, timeline and citation."""
    county = find_county(code, slug)
    if county is None:
        return None
    return Page("county.html", county_facts(ask.book, county))


def state_facts(book: Book, state: State) -> dict[str, Any]:
    """What a page tells of a state."""
    agencies = agencies_of(book, state)
    rows = [(c, county_standing(book, c)) for c in state.counties.values()]
    unplaced = [a for a in agencies if not a.fips]
    standing = standing_of(agencies)
    telling = [c for a in agencies for c in a.changes if not c["noise"]]
    telling.sort(key=lambda c: (c["listed_on"], c["id"]), reverse=True)
    return {
        "state": state, "standing": standing, "counties_rows": sorted(rows, key=lambda r: r[0].slug),
        "unplaced": unplaced, "agencies": agencies, "newest": book.newest, "changes": telling[:15],
        "changes_total": len(telling), "covered": covered(book, state),
        "support": support_counts(standing), "drawing": draw_place(book, state),
    }  # fmt: skip


def county_facts(book: Book, county: County) -> dict[str, Any]:
    """What a page tells of a county."""
    agencies = agencies_of(book, fips=county.fips)
    standing = standing_of(agencies)
    neighbours = [place_index.counties()[f] for f in county.neighbours if f in place_index.counties()]
    state = place_index.states()[county.state]
    changes = [c for a in agencies for c in a.changes if not c["noise"]]
    changes.sort(key=lambda c: (c["listed_on"], c["id"]), reverse=True)
    return {
        "county": county, "state": state, "standing": standing, "agencies": agencies, **in_order(agencies),
        "near": book.near_county.get(county.fips, []),
        "neighbours": [(c, county_standing(book, c)) for c in sorted(neighbours, key=lambda c: (c.state, c.slug))],
        "statewide": [a for a in agencies_of(book, state) if not a.fips and not a.near
                      and any(g.status == "listed" for g in a.agreements)],
        "changes": changes, "newest": book.newest, "timeline": draw_timeline(book, agencies),
        "drawing": draw_place(book, state, county),
    }  # fmt: skip


def county_standing(book: Book, county: County) -> Standing:
    """How a county stands."""
    return standing_of(book.in_county.get(county.fips, ()))


def covered(book: Book, state: State) -> int:
    """How many counties of the state have an agency with a listed agreement."""
    return sum(county_standing(book, c).status == "listed" for c in state.counties.values())


def support_counts(standing: Standing) -> dict[str, int]:
    """Support type -> how many listed agreements."""
    return {code: sum(a.support == code for a in standing.listed) for code in ("TFM", "WSO", "JEM")}


def find_county(code: str, slug: str) -> County | None:
    """The county at an address."""
    state = place_index.states().get(code.upper())
    return state.counties.get(slug) if state else None


def county_address(county: County) -> str:
    """Where a county's page lies."""
    return f"places/{county.state.lower()}/{county.slug}/"


def list_states(book: Book) -> Iterator[tuple[str, str]]:
    """The address of every state."""
    for state in place_index.states().values():
        yield f"places/{state.slug}/", state_mark(book, state)


def list_counties(book: Book) -> Iterator[tuple[str, str]]:
    """The address of every county."""
    statewide = {
        code: mark_of(
            [agency_mark(book, a) for a in agencies_of(book, state) if not a.fips],
            [county_standing(book, c).status for c in state.counties.values()],
        )
        for code, state in place_index.states().items()
    }
    for county in place_index.counties().values():
        yield county_address(county), county_mark(book, county, statewide[county.state])


def state_mark(book: Book, state: State) -> str:
    """What a state's page depends on."""
    return mark_of(newest_mark(book), [agency_mark(book, a) for a in agencies_of(book, state)])


def county_mark(book: Book, county: County, statewide: str) -> str:
    """What a county's page depends on; not the day of the newest list: where it is published a script fills that in."""
    near: Sequence[Agency] = [*book.in_county.get(county.fips, ()), *book.near_county.get(county.fips, ())]
    beside = []
    for fips in county.neighbours:
        if fips in place_index.counties():
            standing = county_standing(book, place_index.counties()[fips])
            beside.append((fips, standing.status, standing.since, len(standing.listed)))
    year = max(book.dates.values(), default="")[:4]  # the end of the timeline
    return mark_of(year, bool(book.newest), [agency_mark(book, a) for a in near], beside, statewide)


def newest_mark(book: Book) -> str:
    """The newest list, for pages that name it."""
    return f"{book.newest['file']} {book.newest['published_on']} {book.newest['sha256']}" if book.newest else ""


def _named(agency: Agency, asked: str) -> bool:
    words = place_index.slug_of(asked).split("-")
    whole = (
        f"{agency.id}-{place_index.slug_of(agency.name)}-{place_index.slug_of(place_index.state_name(agency.state))}"
    )
    return all(any(part.startswith(word) for part in whole.split("-")) for word in words)
