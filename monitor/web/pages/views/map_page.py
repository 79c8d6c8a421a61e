"""The map: the country by county, in layers and over time, with its table, images and data."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterator
from typing import Any

from monitor.i18n.labels import CLASSES, administration
from monitor.web.pages import place_index
from monitor.web.pages.book import Book
from monitor.web.pages.fingerprints import mark_of
from monitor.web.pages.map.drawing import LAYERS, by_shape, draw_country, painted, placed_counties
from monitor.web.pages.map.image import draw_image
from monitor.web.pages.map.shapes import read_shapes
from monitor.web.pages.place_status import is_listed
from monitor.web.pages.render_page import Page
from monitor.web.pages.site import Ask, Site


def routes(site: Site) -> None:
    """The views' addresses are the site's."""
    layer = rf"(?P<layer>{'|'.join(LAYERS)})"
    site.add(r"map/", show_map, lambda book: iter([("map/", book.version)]))
    site.add(rf"map/{layer}/", show_map, lambda book: ((f"map/{name}/", book.version) for name in LAYERS))
    site.add(rf"map/{layer}\.(?P<form>svg|png)", send_image, list_images)
    site.add(r"map/data\.json", send_data, lambda book: iter([("map/data.json", book.version)]), spoken=False)


def show_map(ask: Ask, layer: str = "") -> Page | None:
    """The map of a layer on a day (the newest list's without one), with the table of the same data."""
    layer = layer or (ask.get("layer") if ask.get("layer") in LAYERS else "support")
    steps = ask.book.steps
    asked = ask.get("date")
    step = ask.book.position_on(asked) if asked else None
    day = step[0] if step else (steps[-1][0] if steps else "")
    shades = painted(ask.book, layer, day) if day else {}
    places = placed_counties()
    rows = sorted(((places[f], shade) for f, shade in shades.items() if f in places),
                  key=lambda r: (place_index.state_name(r[0].state), r[0].slug))  # fmt: skip
    counts = {code: sum(shade == code for shade in shades.values()) for code, _ in CLASSES[layer]}
    shapes = read_shapes()
    return Page("map.html", {
        "layer": layer, "layers": LAYERS, "day": day, "classes": CLASSES[layer], "counts": counts, "rows": rows,
        "counties_svg": draw_country(ask.book, layer, day) if day else "", "shapes": shapes, "steps": steps,
        "unplaced": unplaced(ask.book, day), "asked": asked, "listed_rows": _held(ask.book, day),
    })  # fmt: skip


def send_image(ask: Ask, layer: str, form: str) -> Page | None:
    """The map as a file, with its key and source on it."""
    if not ask.book.steps:
        return None
    day = ask.book.steps[-1][0]
    if asked := ask.get("date"):
        step = ask.book.position_on(asked)
        day = step[0] if step else day
    body = draw_image(ask.book, layer, day, ask.language, png=form == "png")
    media = "image/png" if form == "png" else "image/svg+xml"
    return Page(body=body, media=media, file=f"287g-{layer}-{day}.{form}")


def send_data(ask: Ask) -> Page | None:
    """What the page's script needs to repaint the map, and anyone to make another: see `docs/pages.md`."""
    book = ask.book
    days = [day for day, _ in book.steps]
    places = placed_counties()
    data: dict[str, Any] = {}
    for fips, agreements in sorted(by_shape(book).items()):
        spans = []
        for g in agreements:
            for spell in g.spells:
                first = _at(days, spell.first_on)
                end = len(days) if spell.missing_on is None else _at(days, spell.missing_on)
                if first < end:
                    under = administration(g.signed_on)
                    spans.append([first, end, "P" if g.list_name == "pending" else (g.support or "?")[0], under or "",
                                  g.signed_on or ""])  # fmt: skip
        if spans:
            data[fips] = spans
    names = {f: [c.name, c.state, c.slug] for f, c in places.items() if f in read_shapes().counties}
    body = {"days": days, "counties": data, "names": names}
    return Page(body=json.dumps(body, separators=(",", ":"), ensure_ascii=True).encode(), media="application/json")


def _at(days: list[str], day: str) -> int:
    """The number of the first step on the day or later (a pending list has days of its own)."""
    return bisect_left(days, day)


def _held(book: Book, day: str) -> dict[str, list[str]]:
    """FIPS code of the shape -> support types listed there on the day."""
    held = {}
    for fips, agreements in by_shape(book).items():
        now = [g.support or "?" for g in agreements if g.list_name == "participating" and is_listed(g, day)]
        if now:
            held[fips] = sorted(now)
    return held


def unplaced(book: Book, day: str) -> list[Any]:
    """(state, agencies listed on the day that stand beside the map: statewide ones, territories, cities of several)."""
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
    """The address of every image."""
    if book.steps:
        day = book.steps[-1][0]
        for layer in LAYERS:
            mark = mark_of(day, painted(book, layer, day))
            for form in ("svg", "png"):
                yield f"map/{layer}.{form}", mark
