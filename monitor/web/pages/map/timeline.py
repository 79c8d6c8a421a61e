"""The map through time as an animated GIF, which any site takes as a post: a picture a month, the newest list last.

Counties are drawn without smoothed edges in a palette of their classes, so that a picture is small; texts are typeset.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache, lru_cache

from PIL import Image, ImageDraw

from monitor.i18n import labels
from monitor.i18n.language import Language
from monitor.web.pages.book import Book
from monitor.web.pages.map.drawing import COLORS, painted
from monitor.web.pages.map.lon_lat import read_rings
from monitor.web.pages.map.shapes import read_shapes
from monitor.web.pages.place_status import is_listed
from monitor.web.pages.typeset import set_strip

LAYER = "support"
WIDTH, ABOVE, BELOW = 975, 92, 96  # pixels
#: Pictures at most; milliseconds that each is shown, and the last.
MOST, EACH, LAST = 60, 250, 3000
_CODES = ("never", *(code for code, _ in labels.CLASSES[LAYER]))
_PAPER, _BORDER = "#fbfaf7", "#6b6963"
#: Grays for texts beside the colors of the map.
_GRAYS = 32

Polygon = list[tuple[float, float]]


def draw_timeline(book: Book, language: Language, address: str) -> bytes:
    """Return the map of every month as a GIF, with its date, number, key, source and the address on it."""
    shapes = read_shapes()
    height = round(shapes.height * WIDTH / shapes.width)
    below = _strip(language, BELOW, [(17, _source(language), address)], with_key=True)
    frames, days = [], choose_days(book)
    signed = [g for g in book.agreements.values() if g.list_name == "participating"]
    for day in days:
        country = _paint(tuple(sorted(painted(book, LAYER, day).items())), height)
        count = sum(is_listed(g, day) for g in signed)
        said = language.count(
            "%(num)s agreement listed", "%(num)s agreements listed", count, num=language.number(count)
        )
        lines = [(30, language.say("287(g) agreements with ICE"), language.date(day)), (22, "", said)]
        frame = Image.new("P", (WIDTH, ABOVE + height + BELOW), len(_CODES))
        frame.putpalette(_palette())
        for picture, top in ((_strip(language, ABOVE, lines), 0), (country, ABOVE), (below, ABOVE + height)):
            frame.paste(picture, (0, top))
        frames.append(frame)
    out = io.BytesIO()
    shown = [EACH] * (len(days) - 1) + [LAST]
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], duration=shown, loop=0, optimize=False)
    return out.getvalue()


def choose_days(book: Book) -> Sequence[str]:
    """Return the date of the last list of each month, the newest last; spread evenly where they are too many."""
    months = list({day[:7]: day for day, _ in book.steps}.values())
    if len(months) <= MOST:
        return months
    return [months[round(i * (len(months) - 1) / (MOST - 1))] for i in range(MOST)]


@lru_cache(maxsize=12)  # the next language shows the same
def _paint(shaded: tuple[tuple[str, str], ...], height: int) -> Image.Image:
    country = Image.new("P", (WIDTH, height), len(_CODES))
    country.putpalette(_palette())
    draw, shades = ImageDraw.Draw(country), dict(shaded)
    edge = len(_CODES)
    for fips, polygon in _polygons():
        draw.polygon(polygon, fill=_CODES.index(shades.get(fips, "never")), outline=edge)
    for line in _borders():
        draw.line(line, fill=edge + 1)
    return country


@cache
def _polygons() -> Sequence[tuple[str, Polygon]]:
    """Every ring of every county, the largest first: a city within a county is drawn over it."""
    found = [(fips, _scaled(ring)) for fips, (path, _) in read_shapes().counties.items() for ring in read_rings(path)]
    return sorted((f for f in found if len(f[1]) > 2), key=lambda f: -_extent(f[1]))


@cache
def _borders() -> Sequence[Polygon]:
    return [line for ring in read_rings(read_shapes().borders) if len(line := _scaled(ring)) > 1]


def _scaled(ring: Polygon) -> Polygon:
    by = WIDTH / read_shapes().width
    return [(round(x * by), round(y * by)) for x, y in ring]


def _extent(polygon: Polygon) -> float:
    xs, ys = [x for x, _ in polygon], [y for _, y in polygon]
    return (max(xs) - min(xs)) * (max(ys) - min(ys))


def _strip(
    language: Language, height: int, lines: Sequence[tuple[int, str, str]], *, with_key: bool = False
) -> Image.Image:
    """A strip of text in the palette: the colors of its key kept, all else in grays."""
    key = [(COLORS[code], language.say(text)) for code, text in labels.CLASSES[LAYER]] if with_key else []
    told = {"lang": language.code, "width": WIDTH, "height": height, "lines": lines, "key": key}
    picture = Image.open(io.BytesIO(set_strip(told))).convert("RGB")
    palette = Image.new("P", (1, 1))
    palette.putpalette(_palette())
    return picture.quantize(palette=palette, dither=Image.Dither.NONE)


@cache
def _palette() -> list[int]:
    """The classes, the paper, the borders, and grays between ink and paper, as red, green, blue."""
    ink, paper = 0x1D, 0xFB
    grays = [round(ink + (paper - ink) * i / (_GRAYS - 1)) for i in range(_GRAYS)]
    named = [bytes.fromhex(color[1:]) for color in (*(COLORS[code] for code in _CODES), _PAPER, _BORDER)]
    return [part for color in named for part in color] + [gray for gray in grays for _ in range(3)]


def _source(language: Language) -> str:
    return language.say(
        "Source: ICE's lists. Boundaries: US Census Bureau, %(vintage)s.", vintage=read_shapes().vintage
    )
