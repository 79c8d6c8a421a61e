"""The front page, and the pages of plain words: about, method, glossary."""

from __future__ import annotations

from monitor.web.pages.map.shapes import read_shapes
from monitor.web.pages.place_status import standing_of
from monitor.web.pages.render_page import Page
from monitor.web.pages.site import Ask, Site

WORDS = ("about", "method", "glossary")


def routes(site: Site) -> None:
    """The views' addresses are the site's."""
    site.add(r"", show_home, lambda book: iter([("", book.version)]))
    site.add(rf"(?P<name>{'|'.join(WORDS)})/", show_words, lambda book: ((f"{name}/", "") for name in WORDS))


def show_home(ask: Ask) -> Page | None:
    """The state of things in one sentence, the newest changes, the ways in."""
    book = ask.book
    telling = [
        e for e in book.changes if not e["noise"] and e["status"] != "retracted" and e["list"] == "participating"
    ]
    standing = standing_of(book.agencies.values())
    listed_in = {book.agencies[a.agency_id].state for a in standing.listed}
    return Page("home.html", {
        "newest": book.newest, "changes": telling[:8], "standing": standing,
        "agencies": len({a.agency_id for a in standing.listed}), "states_listed": len(listed_in),
        "support": {c: sum(a.support == c for a in standing.listed) for c in ("JEM", "WSO", "TFM")},
        "gone": [e for e in telling if e["kind"] == "termination"][:5],
    })  # fmt: skip


def show_words(ask: Ask, name: str) -> Page | None:
    """A page of plain words."""
    return Page(f"{name}.html", {"vintage": read_shapes().vintage})
