"""Figures as numbers ready to draw: a timeline of agreements, and agreements over time by support type."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from monitor.web.pages.book import Agency, Agreement, Book

Scale = Callable[[str], float]
WIDTH = 720
#: Labels that fit an axis on a phone.
MOST_TICKS = 6
SUPPORT = ("TFM", "WSO", "JEM")


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of time in which lists showed an agreement."""

    x: float
    width: float
    open: bool


@dataclass(frozen=True, slots=True)
class Timeline:
    """Bars in rows, one row an agreement, from the year of the first to that of the newest list."""

    width: int
    ticks: Sequence[Tick]
    rows: Sequence[tuple[Agreement, Agency, Sequence[Bar]]]


@dataclass(frozen=True, slots=True)
class Trend:
    """Agreements on each list by support type, stacked, with the ticks of both axes and the numbers themselves."""

    width: int
    height: int
    areas: Sequence[tuple[str, str]]  # support type, path
    ticks_x: Sequence[Tick]
    ticks_y: Sequence[Tick]
    points: Sequence[tuple[str, dict[str, int]]]  # (date, support type -> count), oldest first


def draw_timeline(book: Book, agencies: Iterable[Agency]) -> Timeline | None:
    """Return the timeline of the agencies' agreements, pending ones included; None where there are none."""
    pairs = [(g, a) for a in agencies for g in a.agreements if g.spells]
    if not pairs or not book.last_day:
        return None
    pairs.sort(key=lambda p: (p[0].first_on, p[0].id))
    # to the end of the year, so that no list changes the page: what is still listed reaches the edge
    first, last = f"{pairs[0][0].first_on[:4]}-01-01", f"{book.last_day[:4]}-12-31"
    scale = _scale(first, last, WIDTH)
    rows = []
    for agreement, agency in pairs:
        bars = []
        for spell in agreement.spells:
            x, end = scale(spell.first_on), scale(spell.missing_on or last)
            bars.append(Bar(round(x, 1), round(max(end - x, 2.0), 1), spell.missing_on is None))
        rows.append((agreement, agency, bars))
    return Timeline(WIDTH, _years(first, last, scale), rows)


def draw_trend(book: Book, agreements: Sequence[Agreement], height: int = 260) -> Trend | None:
    """Return how many of the agreements each list showed, by support type; None where no list showed any."""
    points = count_over_time(book, agreements)
    most = max((sum(c.values()) for _, c in points), default=0)
    if not most:
        return None
    first, last = points[0][0], points[-1][0]
    scale = _scale(first, last, WIDTH)
    top = _ceiling(most)
    areas, base = [], [0] * len(points)
    for code in (*SUPPORT, "other"):
        high = [b + c.get(code, 0) for b, (_, c) in zip(base, points, strict=True)]
        if high != base:
            areas.append((code, _area(points, base, high, scale, lambda v: height - v * height / top)))
        base = high
    marks = [Tick(round(height - top * i / 4 * height / top, 1), f"{top * i // 4:,}") for i in range(5)]
    return Trend(WIDTH, height, areas, _years(first, last, scale), marks, points)


def count_over_time(book: Book, agreements: Sequence[Agreement]) -> list[tuple[str, dict[str, int]]]:
    """Return (date, support type -> agreements listed at its end) for every date of a participating list."""
    moves: dict[str, dict[str, int]] = {}
    for agreement in agreements:
        code = agreement.support if agreement.support in SUPPORT else "other"
        for spell in agreement.counted if agreement.list_name == "participating" else ():
            if spell.missing_on == spell.first_on:
                continue
            moves.setdefault(spell.first_on, {}).setdefault(code, 0)
            moves[spell.first_on][code] += 1
            if spell.missing_on:
                moves.setdefault(spell.missing_on, {}).setdefault(code, 0)
                moves[spell.missing_on][code] -= 1
    now: dict[str, int] = dict.fromkeys((*SUPPORT, "other"), 0)
    points = []
    for day, _ in book.steps:
        for code, step in moves.get(day, {}).items():
            now[code] += step
        points.append((day, {k: v for k, v in now.items() if v or k != "other"}))
    return points


def _area(
    points: Sequence[tuple[str, dict[str, int]]],
    low: Sequence[int],
    high: Sequence[int],
    x: Scale,
    y: Callable[[float], float],
) -> str:
    """A stepped area: a number holds until the next list."""
    forth, back = [], []
    for i, (day, _) in enumerate(points):
        at = round(x(day), 1)
        if i:
            forth.append(f"H{at:g}")
            back.append(f"V{y(low[i - 1]):.1f}")
            back.append(f"H{at:g}")
        forth.append(f"V{y(high[i]):.1f}")
    start = f"M{x(points[0][0]):.1f} {y(low[0]):.1f}"
    return start + "".join(forth) + f"V{y(low[-1]):.1f}" + "".join(reversed(back)) + "z"


def _scale(first: str, last: str, width: float) -> Scale:
    start = date.fromisoformat(first).toordinal()
    days = max(1, date.fromisoformat(last).toordinal() - start)
    return lambda day: (date.fromisoformat(day).toordinal() - start) * width / days


def _years(first: str, last: str, scale: Scale) -> list[Tick]:
    """The years, or the quarters of a single year: as many as an axis has room for."""
    years = range(int(first[:4]), int(last[:4]) + 1)
    if len(years) == 1:
        days = [f"{first[:4]}-{month:02}-01" for month in (1, 4, 7, 10)]
    else:
        days = [f"{year}-01-01" for year in years][:: -(-len(years) // MOST_TICKS)]
    return [Tick(round(scale(day), 1), day[:7] if len(years) == 1 else day[:4]) for day in days if first <= day <= last]


def _ceiling(most: int) -> int:
    """The lowest round number of four equal steps that is not below `most`."""
    step = 1
    while True:
        for factor in (1, 2, 3, 4, 5):
            if step * factor * 4 >= most:
                return step * factor * 4
        step *= 10
