"""The map as a file of its own: SVG, and PNG set by typst."""

from __future__ import annotations

from html import escape

from monitor.i18n import labels
from monitor.i18n.language import Language
from monitor.web.pages.book import Book
from monitor.web.pages.map.drawing import COLOURS, draw_paths, painted
from monitor.web.pages.map.shapes import read_shapes
from monitor.web.pages.typeset import svg_to_png


def draw_image(book: Book, layer: str, day: str, language: Language, *, png: bool = False) -> bytes:
    """The country by county on a day, with title, key and source."""
    say = language.gettext
    shapes = read_shapes()
    shades = painted(book, layer, day)
    title = say("287(g) agreements by county: %(layer)s") % {"layer": say(labels.LAYERS[layer])}
    source = say("As ICE listed them on %(day)s. Boundaries: US Census Bureau, %(vintage)s.") % {
        "day": language.date(day), "vintage": shapes.vintage,
    }  # fmt: skip
    keys, x = [], 40
    for code, label in labels.CLASSES[layer]:
        text = say(label)
        keys.append(f'<rect x="{x}" y="1262" width="26" height="26" fill="{COLOURS[code]}"/>'
                    f'<text x="{x + 36}" y="1284">{escape(text)}</text>')  # fmt: skip
        x += 70 + 13 * len(text)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 -90 {shapes.width} 1440" width="{shapes.width}"'
        f' height="1440" font-family="DejaVu Sans, Helvetica, Arial, sans-serif" font-size="24" fill="#1d1d1b">'
        f'<rect y="-90" width="{shapes.width}" height="1440" fill="#fff"/>'
        f'<text x="40" y="-30" font-size="38">{escape(title)}</text>'
        f'<g stroke="#fff" stroke-width="1">{draw_paths(list(shapes.counties), shades, colours=True)}</g>'
        f'<path d="{shapes.borders}" fill="none" stroke="#6b6963" stroke-width="1.6"/>{"".join(keys)}'
        f'<text x="40" y="1332" font-size="20">{escape(source)}</text></svg>'
    )
    return svg_to_png(svg) if png else svg.encode()
