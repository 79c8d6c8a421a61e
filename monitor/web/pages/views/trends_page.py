"""Trends: agreements by support type over time, for the country and each state, as a figure and its table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from monitor.web.pages import place_index
from monitor.web.pages.book import Book
from monitor.web.pages.charts import Trend, draw_trend
from monitor.web.pages.fingerprints import agency_mark, mark_of
from monitor.web.pages.place_status import agencies_of
from monitor.web.pages.render_page import Page
from monitor.web.pages.site import PageRequest, Site


def routes(site: Site) -> None:
    """Add the addresses of this module's pages to the site."""
    site.add(r"trends/", show_trends, lambda book: iter([("trends/", book.version)]))
    site.add(r"trends/(?P<code>[a-z]{2})/", show_trends, list_trends)


def show_trends(request: PageRequest, code: str = "") -> Page | None:
    """Show the figure of the country or of a state, with its table by month."""
    if code and code.upper() not in place_index.states():
        return None
    state = place_index.states()[code.upper()] if code else None
    agencies = agencies_of(request.book, state) if state else request.book.agencies.values()
    trend = draw_trend(request.book, [g for a in agencies for g in a.agreements])
    return Page("trends.html", {
        "state": state, "trend": trend, "months": by_month(trend) if trend else [],
        "present": [s for s in place_index.states().values() if request.book.in_state.get(s.code)],
    })  # fmt: skip


def by_month(trend: Trend) -> Sequence[tuple[str, dict[str, int]]]:
    """Return the last list of each month with its numbers, newest first."""
    last = {day[:7]: (day, counts) for day, counts in trend.points}
    return [last[month] for month in sorted(last, reverse=True)]


def list_trends(book: Book) -> Iterator[tuple[str, str]]:
    """Yield the address of every state's figure."""
    days = mark_of([day for day, _ in book.steps])
    for state in place_index.states().values():
        yield f"trends/{state.slug}/", mark_of(days, [agency_mark(book, a) for a in agencies_of(book, state)],
                                               sorted(book.in_state))  # fmt: skip
