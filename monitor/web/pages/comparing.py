"""Two days beside each other: agreements by support type and state, or in a few places."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from monitor.i18n import labels
from monitor.i18n.language import Language
from monitor.web.pages import place_index
from monitor.web.pages.book import Agency, Book, ListFile
from monitor.web.pages.charts import SUPPORT
from monitor.web.pages.map.drawing import COLORS, dark_style
from monitor.web.pages.place_status import agencies_of, is_listed
from monitor.web.pages.typeset import FONT

MOST_PLACES = 5
#: The first days of presidents' terms: the days that comparisons begin with.
TERMS = ("2009-01-20", "2017-01-20", "2021-01-20", "2025-01-20")
#: Colors of the two days: they differ in lightness, so that they are told apart in gray.
_SHADES = ("n2", "n4")


@dataclass(frozen=True, slots=True)
class Line:
    """The numbers of one place: support type -> agreements on the first and on the second day; "all" for all."""

    name: str
    address: str  # of its page; "" for the country
    code: str  # USPS or FIPS code
    counts: dict[str, tuple[int, int]]

    @property
    def more(self) -> int:
        """How many agreements more there are on the second day."""
        before, after = self.counts["all"]
        return after - before


@dataclass(frozen=True, slots=True)
class TwoDays:
    """The comparison: the lists in force on both days, the whole, and each place."""

    asked_since: str
    since: str  # date of the list in force on the first day
    until: str
    whole: Line
    lines: Sequence[Line]
    files: Sequence[ListFile]  # those two lists


def compare_days(book: Book, since: str, until: str, places: Sequence[str] = ()) -> TwoDays | None:
    """Return the lists in force on both days beside each other; None where there is none.

    Places are USPS and FIPS codes; without any, every state that had an agreement on either day.
    """
    last = book.step_on(until)
    if not book.steps or last is None:
        return None
    first = book.step_on(since) or book.steps[0]
    days = (first[0], last[0])
    whole = _line("", "", "", book.agencies.values(), days)
    if places:
        lines = [line for code in places[:MOST_PLACES] if (line := _line_of(book, code, days))]
    else:
        found = [_state_line(book, state, days) for state in place_index.states().values()]
        lines = sorted((f for f in found if any(f.counts["all"])), key=lambda f: (-f.more, f.name))
    return TwoDays(since, *days, whole, lines, [book.files[first[1]], book.files[last[1]]])


def _line_of(book: Book, code: str, days: tuple[str, str]) -> Line | None:
    if state := place_index.states().get(code.upper()):
        return _state_line(book, state, days)
    if county := place_index.counties().get(code):
        name = f"{county.name}, {place_index.state_name(county.state)}"
        address = f"places/{county.state.lower()}/{county.slug}/"
        return _line(name, address, county.fips, agencies_of(book, fips=county.fips), days)
    return None


def _state_line(book: Book, state: place_index.State, days: tuple[str, str]) -> Line:
    return _line(state.name, f"places/{state.slug}/", state.code, agencies_of(book, state), days)


def _line(name: str, address: str, code: str, agencies: Iterable[Agency], days: tuple[str, str]) -> Line:
    signed = [g for a in agencies for g in a.agreements if g.list_name == "participating"]
    on = [[g.support for g in signed if is_listed(g, day)] for day in days]
    counts = {code: (on[0].count(code), on[1].count(code)) for code in SUPPORT}
    return Line(name, address, code, {**counts, "all": (len(on[0]), len(on[1]))})


def draw_comparison(found: TwoDays, language: Language, address: str) -> str:
    """Return a figure of the country by support type on both days, with its source and address on it."""
    say, number = language.say, language.number
    most = max((n for code in SUPPORT for n in found.whole.counts[code]), default=1) or 1
    parts, y = [], 150
    for code in SUPPORT:
        parts.append(f'<text x="40" y="{y}" font-weight="bold">{escape(say(labels.SUPPORT[code]))}</text>')
        for n, shade in zip(found.whole.counts[code], _SHADES, strict=True):
            width = round(680 * n / most, 1)
            parts.append(f'<rect x="40" y="{y + 12}" width="{max(width, 1)}" height="26" fill="{COLORS[shade]}"/>'
                         f'<text x="{50 + width}" y="{y + 33}">{number(n)}</text>')  # fmt: skip
            y += 32
        y += 56
    key = "".join(
        f'<rect x="{40 + 300 * i}" y="86" width="20" height="20" fill="{COLORS[shade]}"/>'
        f'<text x="{70 + 300 * i}" y="103">{escape(language.date(day))}</text>'
        for i, (day, shade) in enumerate(zip((found.since, found.until), _SHADES, strict=True))
    )
    title = say("287(g) agreements on ICE's lists, then and now")
    source = say("Source: ICE's lists of %(since)s and %(until)s.", since=language.date(found.since),
                 until=language.date(found.until))  # fmt: skip
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 975 {y + 30}" width="975" height="{y + 30}"'
        f' font-family="{FONT}" font-size="20" fill="#1d1d1b">{dark_style(_SHADES)}'
        f'<rect width="975" height="{y + 30}" fill="#fff"/><text x="40" y="56" font-size="30">{escape(title)}</text>'
        f'{key}{"".join(parts)}<text x="40" y="{y - 8}" font-size="16">{escape(source)}</text>'
        f'<text x="40" y="{y + 16}" font-size="16">{escape(address)}</text></svg>'
    )
