"""The home page, and the pages of plain words: about, method, glossary."""

from __future__ import annotations

from monitor.web.pages.briefing import choose_changes, count_periods
from monitor.web.pages.charts import draw_trend
from monitor.web.pages.map.shapes import read_shapes
from monitor.web.pages.place_status import status_of
from monitor.web.pages.render_page import Page
from monitor.web.pages.site import PageRequest, Site

WORDS = ("about", "method", "glossary")


def routes(site: Site) -> None:
    """Add the addresses of this module's pages to the site."""
    site.add(r"", show_home, lambda book: iter([("", book.version)]))
    site.add(rf"(?P<name>{'|'.join(WORDS)})/", show_words, lambda book: ((f"{name}/", "") for name in WORDS))


def show_home(request: PageRequest) -> Page | None:
    """Show the newest list in one sentence, how much changed lately, what matters most of it, and the ways in."""
    book = request.book
    status = status_of(book.agencies.values())
    listed_in = {book.agencies[a.agency_id].state for a in status.listed}
    today = max(book.last_day, (book.checked_at or "")[:10])
    return Page("home.html", {
        "newest": book.newest, "status": status, "checked_at": book.checked_at,
        "agencies": len({a.agency_id for a in status.listed}), "states_listed": len(listed_in),
        "support": {c: sum(a.support == c for a in status.listed) for c in ("JEM", "WSO", "TFM")},
        "periods": count_periods(book, today) if book.newest else [], "told": choose_changes(book),
        "held_since": {name: book.held_since(name) for name in ("participating", "pending")},
        "pending_list": book.newest_pending, "trend": draw_trend(book, list(book.agreements.values()), 90),
    })  # fmt: skip


def show_words(request: PageRequest, name: str) -> Page | None:
    """Show a page of plain words."""
    return Page(f"{name}.html", {"vintage": read_shapes().vintage})
