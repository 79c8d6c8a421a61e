"""The map: the country by county, in layers and over time, with its table, images and data."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterator

from monitor.i18n.labels import CLASSES
from monitor.web.pages import place_index
from monitor.web.pages.book import Agency, Agreement, Book
from monitor.web.pages.fingerprints import mark_of
from monitor.web.pages.map.drawing import (
    LAYERS,
    by_shape,
    draw_country,
    outline_place,
    painted,
    placed_counties,
    state_shades,
)
from monitor.web.pages.map.image import draw_image, draw_state_picture
from monitor.web.pages.map.shapes import read_shapes
from monitor.web.pages.map.timeline import draw_timeline
from monitor.web.pages.place_index import State
from monitor.web.pages.place_status import is_listed, signed_under
from monitor.web.pages.render_page import Page
from monitor.web.pages.site import PageRequest, Site


def routes(site: Site) -> None:
    """Add the addresses of this module's pages to the site."""
    layer = rf"(?P<layer>{'|'.join(LAYERS)})"
    site.add(r"map/", show_map, lambda book: iter([("map/", book.version)]), parameters=("layer", "date"))
    site.add(
        rf"map/{layer}/",
        show_map,
        lambda book: ((f"map/{name}/", book.version) for name in LAYERS),
        parameters=("date",),
    )
    site.add(rf"map/{layer}\.(?P<form>svg|png)", send_image, list_images, parameters=("date",))
    site.add(
        r"map/timeline\.gif", send_timeline,
        lambda book: iter([("map/timeline.gif", book.version)] if book.steps else []),
    )  # fmt: skip
    site.add(r"map/states/(?P<code>[a-z]{2})\.svg", send_state, list_state_pictures, translated=False)
    site.add(r"map/data\.json", send_data, lambda book: iter([("map/data.json", book.version)]), translated=False)


def show_map(request: PageRequest, layer: str = "") -> Page | None:
    """Show the map of a layer on a day (the newest list's without one), with the table of the same data."""
    layer = layer or (request.get("layer") if request.get("layer") in LAYERS else "support")
    steps = request.book.steps
    asked = request.get("date")
    step = request.book.step_on(asked) if asked else None
    day = step[0] if step else (steps[-1][0] if steps else "")
    shades = painted(request.book, layer, day) if day else {}
    places = placed_counties()
    rows = sorted(((places[f], shade) for f, shade in shades.items() if f in places),
                  key=lambda r: (place_index.state_name(r[0].state), r[0].slug))  # fmt: skip
    counts = {code: sum(shade == code for shade in shades.values()) for code, _ in CLASSES[layer]}
    shapes = read_shapes()
    return Page("map.html", {
        "layer": layer, "layers": LAYERS, "day": day, "classes": CLASSES[layer], "counts": counts, "rows": rows,
        "counties_svg": draw_country(request.book, layer, day) if day else "", "shapes": shapes, "steps": steps,
        "unplaced": unplaced(request.book, day), "asked": asked, "listed_rows": _held(request.book, day),
    })  # fmt: skip


def send_image(request: PageRequest, layer: str, form: str) -> Page | None:
    """Send the map as a file, with its key and source on it."""
    if not request.book.steps:
        return None
    day = request.book.steps[-1][0]
    if asked := request.get("date"):
        step = request.book.step_on(asked)
        day = step[0] if step else day
    body = draw_image(request.book, layer, day, request.language, png=form == "png")
    media = "image/png" if form == "png" else "image/svg+xml"
    return Page(body=body, media=media, file=f"287g-{layer}-{day}.{form}")


def send_timeline(request: PageRequest) -> Page | None:
    """Send the map through time as an animated picture."""
    if not request.book.steps:
        return None
    public = request.site.public_url
    address = f"{public}/{request.language.prefix}map/" if public else ""
    name = f"287g-{request.book.steps[0][0]}-{request.book.steps[-1][0]}.gif"
    return Page(body=draw_timeline(request.book, request.language, address), media="image/gif", file=name)


def send_state(request: PageRequest, code: str) -> Page | None:
    """Send the picture of a state that the pages of its places show."""
    state = place_index.states().get(code.upper())
    body = draw_state_picture(request.book, state) if state else None
    return Page(body=body, media="image/svg+xml") if body else None


def send_data(request: PageRequest) -> Page | None:
    """Send what the page's script needs to repaint the map, and anyone to make another: see `docs/pages.md`."""
    book = request.book
    days = [day for day, _ in book.steps]
    places = placed_counties()
    spans = {fips: _spans(agreements, days) for fips, agreements in sorted(by_shape(book).items())}
    names = {f: [c.name, c.state, c.slug] for f, c in places.items() if f in read_shapes().counties}
    body = {"days": days, "counties": {f: found for f, found in spans.items() if found}, "names": names}
    return Page(body=json.dumps(body, separators=(",", ":"), ensure_ascii=True).encode(), media="application/json")


def _spans(agreements: list[Agreement], days: list[str]) -> list[list[int | str]]:
    """[first step, step after the last, model, administration, signed] of every spell of the agreements.

    A date of signing that is later than the first list with the agreement is that of a later signing, and left out.
    """
    spans: list[list[int | str]] = []
    for g in agreements:
        model = "P" if g.list_name == "pending" else (g.support or "?")[0]
        for spell in g.spells:
            first = _at(days, spell.first_on)
            end = len(days) if spell.missing_on is None else _at(days, spell.missing_on)
            if first < end:
                signed = g.signed_on if g.signed_on and g.signed_on <= g.first_on else ""
                spans.append([first, end, model, signed_under(g) or "", signed])
    return spans


def _at(days: list[str], day: str) -> int:
    """The index of the first step on the day or later (a pending list has days of its own)."""
    return bisect_left(days, day)


def _held(book: Book, day: str) -> dict[str, list[str]]:
    """FIPS code of the shape -> support types listed there on the day."""
    held = {}
    for fips, agreements in by_shape(book).items():
        now = [g.support or "?" for g in agreements if g.list_name == "participating" and is_listed(g, day)]
        if now:
            held[fips] = sorted(now)
    return held


def unplaced(book: Book, day: str) -> list[tuple[State, list[Agency]]]:
    """Return each state with the agencies beside the map: statewide, territories, cities of several."""
    drawn = read_shapes().counties
    found = []
    for state in place_index.states().values():
        agencies = [
            a for a in book.in_state.get(state.code, ())
            if (not a.fips or state.territory or (a.fips not in drawn and a.fips not in ("02063", "02066")))
            and any(g.list_name == "participating" and is_listed(g, day) for g in a.agreements)
        ]  # fmt: skip
        if agencies:
            found.append((state, sorted(agencies, key=lambda a: a.name)))
    return found


def list_images(book: Book) -> Iterator[tuple[str, str]]:
    """Yield the address of every image."""
    if book.steps:
        day = book.steps[-1][0]
        for layer in LAYERS:
            mark = mark_of(day, painted(book, layer, day))
            for form in ("svg", "png"):
                yield f"map/{layer}.{form}", mark


def list_state_pictures(book: Book) -> Iterator[tuple[str, str]]:
    """Yield the address of the picture of every state that is drawn."""
    for state in place_index.states().values():
        if outline_place(state):
            yield f"map/states/{state.slug}.svg", mark_of(state_shades(book, state))
