"""The map as a picture: SVG and PNG to download, and the small ones of the one-pagers."""

from __future__ import annotations

from html import escape

from monitor.i18n import labels
from monitor.i18n.language import Language
from monitor.web.pages.book import Book
from monitor.web.pages.map.drawing import COLOURS, draw_paths, painted
from monitor.web.pages.map.shapes import drawn_as, read_shapes
from monitor.web.pages.place_index import County, State
from monitor.web.pages.typeset import svg_to_png

_BORDERS = 'fill="none" stroke="#6b6963" stroke-width="1.6"'


def draw_image(book: Book, layer: str, day: str, language: Language, *, png: bool = False) -> bytes:
    """Return the country by county on a day, with title, key and source."""
    say = language.say
    shapes = read_shapes()
    title = say("287(g) agreements by county: %(layer)s", layer=say(labels.LAYERS[layer]))
    source = say(
        "As ICE listed them on %(day)s. Boundaries: US Census Bureau, %(vintage)s.",
        day=language.date(day), vintage=shapes.vintage,
    )  # fmt: skip
    keys, x = [], 40
    for code, label in labels.CLASSES[layer]:
        text = say(label)
        keys.append(f'<rect x="{x}" y="1262" width="26" height="26" fill="{COLOURS[code]}"/>'
                    f'<text x="{x + 36}" y="1284">{escape(text)}</text>')  # fmt: skip
        x += 70 + 13 * len(text)
    counties = draw_paths(list(shapes.counties), painted(book, layer, day), colours=True)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 -90 {shapes.width} 1440" width="{shapes.width}"'
        f' height="1440" font-family="DejaVu Sans, Helvetica, Arial, sans-serif" font-size="24" fill="#1d1d1b">'
        f'<rect y="-90" width="{shapes.width}" height="1440" fill="#fff"/>'
        f'<text x="40" y="-30" font-size="38">{escape(title)}</text>'
        f'<g stroke="#fff" stroke-width="1">{counties}</g>'
        f'<path d="{shapes.borders}" {_BORDERS}/>{"".join(keys)}'
        f'<text x="40" y="1332" font-size="20">{escape(source)}</text></svg>'
    )
    return svg_to_png(svg) if png else svg.encode()


def draw_small_country(book: Book, colours: bool) -> str:
    """Return the country as SVG by the status of its counties; without `colours` a style sheet gives them."""
    shapes = read_shapes()
    counties = draw_paths(list(shapes.counties), _newest_status(book), colours)
    look = 'xmlns="http://www.w3.org/2000/svg"' if colours else 'class="map"'
    borders = _BORDERS if colours else 'class="borders"'
    return (
        f'<svg {look} viewBox="0 0 {shapes.width} {shapes.height}"><g stroke="#fff" stroke-width="0.8">{counties}</g>'
        f'<path d="{shapes.borders}" {borders}/></svg>'
    )


def draw_small_state(book: Book, state: State, county: County | None, colours: bool) -> str:
    """Return a state as SVG by the status of its counties, one of them outlined; "" where it is not drawn."""
    shapes = read_shapes()
    fips = [f for f in dict.fromkeys(drawn_as(c.fips) for c in state.counties.values()) if f in shapes.counties]
    box = shapes.box(fips)
    if box is None:
        return ""
    key = f"sheet {state.code} {colours}"
    if key not in book.drawn:
        book.drawn[key] = draw_paths(fips, _newest_status(book), colours)
    line = max(max(box[2] - box[0], box[3] - box[1]) / 400, 0.2)
    meant = shapes.counties.get(drawn_as(county.fips)) if county else None
    stroke = f'fill="none" stroke="#111" stroke-width="{4 * line:.2f}"' if colours else 'class="meant"'
    outline = f'<path d="{meant[0]}" {stroke}/>' if meant else ""
    look = 'xmlns="http://www.w3.org/2000/svg"' if colours else 'class="map"'
    return (
        f'<svg {look} viewBox="{box[0] - 4} {box[1] - 4} {box[2] - box[0] + 8} {box[3] - box[1] + 8}">'
        f'<g stroke="#8a877f" stroke-width="{line:.2f}">{book.drawn[key]}</g>{outline}</svg>'
    )


def _newest_status(book: Book) -> dict[str, str]:
    return painted(book, "status", book.steps[-1][0]) if book.steps else {}
