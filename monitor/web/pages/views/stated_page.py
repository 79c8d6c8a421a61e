"""What ICE's page stated, day by day, beside what its list held."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.web.pages.book import Book, StatedOnPage
from monitor.web.pages.charts import SUPPORT, count_over_time
from monitor.web.pages.render_page import Page
from monitor.web.pages.site import PageRequest, Site


@dataclass(frozen=True, slots=True)
class Comparison:
    """A statement of ICE's page beside the list in force on its day."""

    stated: StatedOnPage
    listed_on: str | None  # the date of the list; None when none of that day or before is kept
    listed: dict[str, int] | None  # support type -> agreements on it

    @property
    def total(self) -> int | None:
        """How many agreements the list holds."""
        return None if self.listed is None else sum(self.listed.values())

    @property
    def gap(self) -> int | None:
        """How many agreements the page states beyond those of the list."""
        if self.total is None or self.stated.agreements is None:
            return None
        return self.stated.agreements - self.total


def routes(site: Site) -> None:
    """Add the address of this module's page to the site."""
    site.add(r"stated/", show_stated, lambda book: iter([("stated/", book.version)]))


def show_stated(request: PageRequest) -> Page | None:
    """Show every statement, newest first."""
    return Page("stated.html", {"rows": compare_stated(request.book), "support": ("JEM", "WSO", "TFM")})


def compare_stated(book: Book) -> list[Comparison]:
    """Return each statement with the list in force on its day, newest first; one that is repeated counts once."""
    counts = dict(count_over_time(book, list(book.agreements.values())))
    found: dict[tuple[object, ...], Comparison] = {}
    for stated in book.stated:
        step = book.step_on(stated.on)
        listed_on = step[0] if step else None
        key = (stated.on, stated.agreements, *(stated.by_support_type.get(code, (None,))[0] for code in SUPPORT))
        found.setdefault(key, Comparison(stated, listed_on, counts[listed_on] if listed_on else None))
    return sorted(found.values(), key=lambda row: (row.stated.on, row.stated.seen_at), reverse=True)
