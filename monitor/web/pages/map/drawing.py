"""The country and its states as SVG, painted by how each county stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from markupsafe import Markup, escape

from monitor.web.pages.book import Agreement, Book
from monitor.web.pages.map.shapes import drawn_as, read_shapes
from monitor.web.pages.place_index import County, State, counties, states
from monitor.web.pages.place_status import paint

LAYERS = ("support", "status", "administration", "number")
#: The colors of each class on paper and in images; the pages' style sheet says the same (a test compares them).
#: Told apart by people who see no red or no green: they differ in lightness as well.
COLORS = {
    "tj": "#8f3b1b", "t": "#e69f00", "jw": "#1b2f6b", "j": "#2f7fc1", "w": "#8fd0f0",
    "listed": "#1f5fa8", "pending": "#f0b429", "ended": "#c77cb5", "never": "#e9e7e1",
    "bush": "#332288", "obama": "#88ccee", "trump1": "#ddaa33", "biden": "#117733", "trump2": "#bb5566",
    "n1": "#c3d9ee", "n2": "#7fb2dc", "n3": "#3d85c0", "n4": "#165a99", "n6": "#08305f",
}  # fmt: skip


#: Those that differ where the reader's screen is dark.
DARK = {
    "never": "#35332e", "jw": "#7384d6", "tj": "#c95f35", "bush": "#7a68d8", "listed": "#4a90dd", "ended": "#dc9ccb",
    "biden": "#3fa864", "n1": "#24415c", "n2": "#2f6291", "n3": "#4a8fca", "n4": "#85bbe8", "n6": "#d5e9fa",
}  # fmt: skip
#: Paper, ink and borders of a picture, and what they are in the dark.
_GROUND = {"#fff": "#171715", "#1d1d1b": "#eceae3", "#6b6963": "#a19d92"}


@dataclass(frozen=True, slots=True)
class Drawing:
    """A state: its box, the address of its picture or its counties as SVG, and the path of the county it is about."""

    left: int
    top: int
    width: int
    height: int
    picture: str = ""
    counties: str = ""
    meant: str = ""


def dark_style(colors: Iterable[str]) -> str:
    """Return the style element that darkens a picture where the reader's screen is dark: these classes and its ground.

    Paper, and what makes a PNG of the picture, leave it out: the attributes of the picture hold.
    """
    changed = {**_GROUND, **{COLORS[code]: DARK[code] for code in ("never", *colors) if code in DARK}}
    rules = "".join(
        f'[{kind}="{light}"]{{{kind}:{dark}}}' for light, dark in changed.items() for kind in ("fill", "stroke")
    )
    return f"<style>@media screen and (prefers-color-scheme:dark){{{rules}}}</style>"


def by_shape(book: Book) -> dict[str, list[Agreement]]:
    """Return the agreements of each drawn county."""
    found: dict[str, list[Agreement]] = {}
    for fips, agencies in book.in_county.items():
        if (shape := drawn_as(fips)) in read_shapes().counties:  # those of territories are not
            found.setdefault(shape, []).extend(g for a in agencies for g in a.agreements)
    return found


def painted(book: Book, layer: str, day: str) -> dict[str, str]:
    """Return FIPS code -> class of every county that has one on the day."""
    shades = {fips: paint(agreements, day, layer) for fips, agreements in sorted(by_shape(book).items())}
    return {fips: shade for fips, shade in shades.items() if shade}


def outline_place(state: State, county: County | None = None) -> Drawing | None:
    """Return the state as a picture of its own address, with one county outlined; None where it is not drawn."""
    if (box := _box_of(state.code)) is None:
        return None
    meant = read_shapes().counties[drawn_as(county.fips)][0] if county else ""
    return Drawing(*box, picture=f"map/states/{state.slug}.svg", meant=meant)


def draw_state(book: Book, state: State) -> Drawing | None:
    """Return the state by the status of its counties, each a link from the state's page; None where it is not drawn."""
    if (box := _box_of(state.code)) is None:
        return None
    shapes, shades = read_shapes().counties, newest_status(book)
    parts = []
    for county in state.counties.values():
        code = drawn_as(county.fips)
        shade = f' class="{shades[code]}"' if code in shades else ""
        title = f"<title>{escape(county.name)}</title>"
        parts.append(f'<a href="{county.slug}/" tabindex="-1"><path{shade} d="{shapes[code][0]}">{title}</path></a>')
    return Drawing(*box, counties=Markup("".join(parts)))  # noqa: S704 - digits, letters and names of our own


def state_shades(book: Book, state: State) -> dict[str, str]:
    """Return the FIPS codes of a state's drawing, each with its class on the newest list; "" for none."""
    shapes, shades = read_shapes().counties, newest_status(book)
    codes = dict.fromkeys(drawn_as(c.fips) for c in state.counties.values())
    return {code: shades.get(code, "") for code in codes if code in shapes}


def newest_status(book: Book) -> Mapping[str, str]:
    """Return FIPS code -> class by status on the newest list; computed once a version."""
    if not book.shades and book.steps:
        book.shades.update(painted(book, "status", book.steps[-1][0]))
    return book.shades


@cache
def _box_of(code: str) -> tuple[int, int, int, int] | None:
    """The box around a state: left, top, width, height."""
    pad = 6
    box = read_shapes().box([drawn_as(c.fips) for c in states()[code].counties.values()])
    return box and (box[0] - pad, box[1] - pad, box[2] - box[0] + 2 * pad, box[3] - box[1] + 2 * pad)


def draw_paths(fips: Sequence[str], shades: Mapping[str, str], colors: bool = False) -> str:
    """Return the counties as SVG paths, each with the class (or the color) of its shade."""
    shapes = read_shapes()
    parts = []
    for code in fips:
        shade = shades.get(code, "")
        named = f' class="{shade}"' if shade else ""
        mark = f' fill="{COLORS.get(shade, COLORS["never"])}"' if colors else named
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
