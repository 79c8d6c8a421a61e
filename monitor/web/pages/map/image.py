"""The map as a picture: SVG and PNG to download, and the small ones of the one-pagers."""

from __future__ import annotations

from html import escape

from monitor.i18n import labels
from monitor.i18n.language import Language
from monitor.web.pages.book import Book
from monitor.web.pages.map.drawing import (
    COLORS,
    DARK,
    Drawing,
    dark_style,
    draw_paths,
    newest_status,
    outline_place,
    painted,
    state_shades,
)
from monitor.web.pages.map.shapes import read_shapes
from monitor.web.pages.place_index import State
from monitor.web.pages.typeset import FONT, svg_to_png

_SVG = 'xmlns="http://www.w3.org/2000/svg"'
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
        keys.append(f'<rect x="{x}" y="1262" width="26" height="26" fill="{COLORS[code]}"/>'
                    f'<text x="{x + 36}" y="1284">{escape(text)}</text>')  # fmt: skip
        x += 70 + 13 * len(text)
    counties = draw_paths(list(shapes.counties), painted(book, layer, day), colors=True)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 -90 {shapes.width} 1440" width="{shapes.width}"'
        f' height="1440" font-family="{FONT}" font-size="24" fill="#1d1d1b">'
        f"{dark_style(code for code, _ in labels.CLASSES[layer])}"
        f'<rect y="-90" width="{shapes.width}" height="1440" fill="#fff"/>'
        f'<text x="40" y="-30" font-size="38">{escape(title)}</text>'
        f'<g stroke="#fff" stroke-width="1">{counties}</g>'
        f'<path d="{shapes.borders}" {_BORDERS}/>{"".join(keys)}'
        f'<text x="40" y="1332" font-size="20">{escape(source)}</text></svg>'
    )
    return svg_to_png(svg) if png else svg.encode()


def draw_small_country(book: Book, colors: bool) -> str:
    """Return the country as SVG by the status of its counties; without `colors` a style sheet gives them."""
    shapes = read_shapes()
    counties = draw_paths(list(shapes.counties), newest_status(book), colors)
    look = _SVG if colors else 'class="map"'
    borders = _BORDERS if colors else 'class="borders"'
    return (
        f'<svg {look} viewBox="0 0 {shapes.width} {shapes.height}"><g stroke="#fff" stroke-width="0.8">{counties}</g>'
        f'<path d="{shapes.borders}" {borders}/></svg>'
    )


def draw_printed_state(book: Book, place: Drawing, state: State) -> str:
    """Return a state as SVG for paper by the status of its counties, one of them outlined."""
    line = max(max(place.width, place.height) / 400, 0.2)
    meant = f'<path d="{place.meant}" fill="none" stroke="#111" stroke-width="{4 * line:.2f}"/>' if place.meant else ""
    key = f"sheet {state.code}"
    if key not in book.drawn:
        shades = state_shades(book, state)
        book.drawn[key] = draw_paths(list(shades), shades, colors=True)
    return (
        f'<svg {_SVG} viewBox="{place.left} {place.top} {place.width} {place.height}">'
        f'<g stroke="#8a877f" stroke-width="{line:.2f}">{book.drawn[key]}</g>{meant}</svg>'
    )


def draw_state_picture(book: Book, state: State) -> bytes | None:
    """Return a state as an SVG file by the status of its counties, dark where the reader's screen is."""
    place, shades = outline_place(state), state_shades(book, state)
    if place is None:
        return None
    kinds = "".join(f".{code}{{fill:{COLORS[code]}}}" for code, _ in labels.CLASSES["status"])
    dark = "".join(f".{code}{{fill:{DARK[code]}}}" for code, _ in labels.CLASSES["status"] if code in DARK)
    return (
        f'<svg {_SVG} viewBox="{place.left} {place.top} {place.width} {place.height}">'
        f"<style>path{{fill:{COLORS['never']};stroke:#fbfaf7;stroke-width:.7;vector-effect:non-scaling-stroke}}{kinds}"
        f"@media screen and (prefers-color-scheme:dark){{path{{fill:{DARK['never']};stroke:#171715}}{dark}}}</style>"
        f"{draw_paths(list(shades), shades)}</svg>"
    ).encode()
