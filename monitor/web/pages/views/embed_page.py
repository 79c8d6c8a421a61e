"""Embeds: small pages that other sites show in a frame: a county, a state, the map, the count of the country."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.web.pages import place_index
from monitor.web.pages.book import Book
from monitor.web.pages.fingerprints import agency_mark, mark_of
from monitor.web.pages.map.drawing import LAYERS, outline_place
from monitor.web.pages.place_status import agencies_of, status_of
from monitor.web.pages.render_page import Page
from monitor.web.pages.site import PageRequest, Site
from monitor.web.pages.views.places_page import county_address, list_states, newest_mark, support_counts


def routes(site: Site) -> None:
    """Add the addresses of this module's pages to the site."""
    site.add(r"embed/county/(?P<fips>\d{5})/", show_county, list_counties)
    site.add(r"embed/state/(?P<code>[a-z]{2})/", show_state, _list_states)
    site.add(rf"embed/map/(?P<layer>{'|'.join(LAYERS)})/", show_map, list_layers)
    site.add(r"embed/counter/", show_counter, lambda book: iter([("embed/counter/", book.version)]))


def show_county(request: PageRequest, fips: str) -> Page | None:
    """Show how a county stands."""
    county = place_index.counties().get(fips)
    if county is None:
        return None
    status = status_of(agencies_of(request.book, fips=fips))
    return _show(
        request, status=status, support=support_counts(status), to=county_address(county), dated=not request.static,
        name=f"{county.name}, {place_index.state_name(county.state)}",
    )  # fmt: skip


def show_state(request: PageRequest, code: str) -> Page | None:
    """Show how a state stands, with its map."""
    state = place_index.states().get(code.upper())
    if state is None:
        return None
    status = status_of(agencies_of(request.book, state))
    return _show(
        request, name=state.name, status=status, support=support_counts(status), to=f"places/{state.slug}/",
        drawing=outline_place(state),
    )  # fmt: skip


def show_map(request: PageRequest, layer: str) -> Page | None:
    """Show the map of a layer as on the newest list."""
    return _show(request, name=request.language.say("Map"), to=f"map/{layer}/", layer=layer)


def show_counter(request: PageRequest) -> Page | None:
    """Show how many agreements the newest list has."""
    status = status_of(request.book.agencies.values())
    return _show(
        request, name=request.language.say("The United States"), status=status, support=support_counts(status), to="",
        states=len({request.book.agencies[g.agency_id].state for g in status.listed}),
    )  # fmt: skip


def _show(request: PageRequest, **values: object) -> Page:
    book = request.book
    given = {"status": None, "support": {}, "drawing": None, "layer": "", "states": 0, "dated": True, **values}
    return Page("embed.html", {**given, "newest": book.newest, "first_day": book.first_day}, framed=True)


def list_counties(book: Book) -> Iterator[tuple[str, str]]:
    """Yield the address of every county in which an agency was ever placed."""
    for fips, agencies in book.in_county.items():
        if fips in place_index.counties():
            yield f"embed/county/{fips}/", mark_of(book.first_day, [agency_mark(book, a) for a in agencies])


def _list_states(book: Book) -> Iterator[tuple[str, str]]:
    return ((path.replace("places/", "embed/state/", 1), mark) for path, mark in list_states(book))


def list_layers(book: Book) -> Iterator[tuple[str, str]]:
    """Yield the address of the map of each layer, which names the newest list."""
    return ((f"embed/map/{layer}/", newest_mark(book)) for layer in LAYERS)
