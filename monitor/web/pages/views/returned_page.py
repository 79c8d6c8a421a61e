"""Ended and came back: agreements that were missing from lists for a time, and support types that were exchanged."""

from __future__ import annotations

from monitor.web.pages.find_returns import find_returns
from monitor.web.pages.render_page import Page
from monitor.web.pages.site import PageRequest, Site


def routes(site: Site) -> None:
    """Add the address of this module's page to the site."""
    site.add(r"returned/", show_returned, lambda book: iter([("returned/", book.version)]))


def show_returned(request: PageRequest) -> Page | None:
    """Show every return and every exchange, newest first."""
    found = find_returns(request.book)
    return Page("returned.html", {
        "back": [r for r in found if not r.switched], "switched": [r for r in found if r.switched],
        "newest": request.book.newest,
    })  # fmt: skip
