"""The home page, and the pages of plain words: about, method, glossary."""

from __future__ import annotations

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
    """Show the newest list in one sentence, the newest changes, and the ways in."""
    book = request.book
    telling = [
        e for e in book.changes if not e["noise"] and e["status"] != "retracted" and e["list"] == "participating"
    ]
    status = status_of(book.agencies.values())
    listed_in = {book.agencies[a.agency_id].state for a in status.listed}
    return Page("home.html", {
        "newest": book.newest, "changes": telling[:8], "status": status,
        "agencies": len({a.agency_id for a in status.listed}), "states_listed": len(listed_in),
        "support": {c: sum(a.support == c for a in status.listed) for c in ("JEM", "WSO", "TFM")},
        "gone": [e for e in book.changes if book.ends_now(e)][:5],
    })  # fmt: skip


def show_words(request: PageRequest, name: str) -> Page | None:
    """Show a page of plain words."""
    return Page(f"{name}.html", {"vintage": read_shapes().vintage})
