"""The country and its states as SVG, painted by how each county stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from monitor.web.pages.book import Agreement, Book
from monitor.web.pages.map.shapes import drawn_as, read_shapes
from monitor.web.pages.place_index import County, State, counties, states
from monitor.web.pages.place_status import paint

LAYERS = ("support", "status", "administration", "number")
#: The colours of each class on paper and in images; the pages' style sheet says the same (a test compares them).
#: Told apart by people who see no red or no green: they differ in lightness as well.
COLOURS = {
    "tj": "#8f3b1b", "t": "#e69f00", "jw": "#1b2f6b", "j": "#2f7fc1", "w": "#8fd0f0",
    "listed": "#1f5fa8", "pending": "#f0b429", "ended": "#c77cb5", "never": "#e9e7e1",
    "bush": "#332288", "obama": "#88ccee", "trump1": "#ddaa33", "biden": "#117733", "trump2": "#bb5566",
    "n1": "#c3d9ee", "n2": "#7fb2dc", "n3": "#3d85c0", "n4": "#165a99", "n6": "#08305f",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Drawing:
    """A part of the country: its view box, its painted counties as SVG, and the path of the one it is about."""

    box: str
    ratio: float  # height by width
    counties: Markup
    meant: str = ""


def by_shape(book: Book) -> dict[str, list[Agreement]]:
    """Return the agreements of each drawn county."""
    found: dict[str, list[Agreement]] = {}
    for fips, agencies in book.in_county.items():
        found.setdefault(drawn_as(fips), []).extend(g for a in agencies for g in a.agreements)
    return found


def painted(book: Book, layer: str, day: str) -> dict[str, str]:
    """Return FIPS code -> class of every county that has one on the day."""
    shades = {fips: paint(agreements, day, layer) for fips, agreements in sorted(by_shape(book).items())}
    return {fips: shade for fips, shade in shades.items() if shade}


def draw_place(book: Book, state: State, county: County | None = None) -> Drawing | None:
    """Return the state by the status of its counties, with one county outlined; None where it is not drawn."""
    shapes = read_shapes()
    fips = list(dict.fromkeys(drawn_as(c.fips) for c in state.counties.values()))
    box = shapes.box(fips)
    if box is None:
        return None
    pad = 6
    left, top, width, height = box[0] - pad, box[1] - pad, box[2] - box[0] + 2 * pad, box[3] - box[1] + 2 * pad
    if state.code not in book.drawn:
        shades = painted(book, "status", book.steps[-1][0]) if book.steps else {}
        for code, other in states().items():
            codes = dict.fromkeys(drawn_as(c.fips) for c in other.counties.values())
            book.drawn[code] = draw_paths([f for f in codes if f in shapes.counties], shades)
    meant = shapes.counties[drawn_as(county.fips)][0] if county else ""
    return Drawing(f"{left} {top} {width} {height}", height / width, Markup(book.drawn[state.code]), meant)  # noqa: S704 - digits and letters of our own


def draw_paths(fips: Sequence[str], shades: Mapping[str, str], colours: bool = False) -> str:
    """Return the counties as SVG paths, each with the class (or the colour) of its shade."""
    shapes = read_shapes()
    parts = []
    for code in fips:
        shade = shades.get(code, "")
        named = f' class="{shade}"' if shade else ""
        mark = f' fill="{COLOURS.get(shade, COLOURS["never"])}"' if colours else named
        parts.append(f'<path{mark} d="{shapes.counties[code][0]}"/>')
    return "".join(parts)


def draw_country(book: Book, layer: str, day: str) -> Markup:
    """Return every county as SVG paths with `id`, painted; the page's script repaints them by these ids."""
    shapes = read_shapes()
    shades = painted(book, layer, day)
    parts = []
    for fips, (path, _) in shapes.counties.items():
        shade = f' class="{shades[fips]}"' if fips in shades else ""
        parts.append(f'<path id="c{fips}"{shade} d="{path}"/>')
    return Markup("".join(parts))  # noqa: S704 - digits and letters of our own


def placed_counties() -> dict[str, County]:
    """Return every county by the FIPS code of its shape, the first where two share one."""
    found: dict[str, County] = {}
    for fips, county in counties().items():
        found.setdefault(drawn_as(fips), county)
    return found
