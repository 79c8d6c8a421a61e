"""Compare: two days of ICE's lists by support type and state, or in a few places, with figure and table to keep."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from urllib.parse import urlencode

from monitor.web.pages.book import Book
from monitor.web.pages.charts import SUPPORT
from monitor.web.pages.comparing import TERMS, TwoDays, compare_days, draw_comparison
from monitor.web.pages.render_page import Page
from monitor.web.pages.site import PageRequest, Site
from monitor.web.pages.spreadsheet import XLSX, Value, write_workbook
from monitor.web.pages.typeset import svg_to_png
from monitor.web.pages.views.as_of_page import is_day

_DAY = r"\d{4}-\d{2}-\d{2}"
PARAMETERS = ("since", "until", "places")
_COLUMNS = [
    ("place", "string"), ("code", "string"), ("support_type", "string"), ("since", "date"),
    ("agreements_since", "integer"), ("until", "date"), ("agreements_until", "integer"), ("difference", "integer"),
]  # fmt: skip


def routes(site: Site) -> None:
    """Add the addresses of this module's pages and files to the site. Published are those from the days terms began."""
    day = rf"compare/(?P<since>{_DAY})/"
    site.add(r"compare/", show_comparison, lambda book: iter([("compare/", book.version)]), parameters=PARAMETERS)
    site.add(day, show_comparison, _listed(""), parameters=PARAMETERS)
    site.add(
        rf"{day}figure\.(?P<form>svg|png)", send_figure, _listed("figure.svg", "figure.png"), parameters=PARAMETERS
    )
    site.add(rf"{day}table\.(?P<form>csv|xlsx)", send_table, _listed("table.csv", "table.xlsx"), parameters=PARAMETERS)


def show_comparison(request: PageRequest, since: str = "") -> Page | None:
    """Show two days beside each other; without a first day, the president's term so far."""
    found = _find(request, since)
    query = {name: request.get(name) for name in ("until", "places") if request.get(name)}
    values = {
        "found": found, "terms": first_days(request.book), "support": SUPPORT, "places": request.get("places"),
        "files": f"compare/{found.asked_since}/" if found else "", "narrowed": f"?{urlencode(query)}" if query else "",
        "newest": request.book.newest,
        "sources": request.language.join([f"{f.file} (sha256 {f.sha256})" for f in found.files]) if found else "",
    }  # fmt: skip
    return Page("compare.html", values, status=404 if since and found is None else 200)


def send_figure(request: PageRequest, since: str, form: str) -> Page | None:
    """Send the figure as a file."""
    found = _find(request, since)
    if found is None:
        return None
    public = request.site.public_url
    address = f"{public}/{request.language.prefix}compare/{since}/" if public else ""
    svg = draw_comparison(found, request.language, address)
    name = f"287g-{found.since}-{found.until}.{form}"
    if form == "png":
        return Page(body=svg_to_png(svg), media="image/png", file=name)
    return Page(body=svg.encode(), media="image/svg+xml", file=name)


def send_table(request: PageRequest, since: str, form: str) -> Page | None:
    """Send the table as a file: a row for each place and support type."""
    found = _find(request, since)
    if found is None:
        return None
    name, rows = f"287g-{found.since}-{found.until}.{form}", list(_rows(found))
    if form == "xlsx":
        return Page(body=write_workbook(_COLUMNS, rows, found.until), media=XLSX, file=name)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([column for column, _ in _COLUMNS])
    writer.writerows(rows)
    return Page(body=out.getvalue().encode(), media="text/csv; charset=utf-8", file=name)


def first_days(book: Book) -> Sequence[str]:
    """Return the first days of terms since the first list kept here, newest first."""
    return [day for day in reversed(TERMS) if book.steps and book.first_day <= day <= book.steps[-1][0]]


def _find(request: PageRequest, since: str) -> TwoDays | None:
    book = request.book
    if not book.steps:
        return None
    asked = since or request.get("since") or next(iter(first_days(book)), book.first_day)
    until = request.get("until") or book.steps[-1][0]
    if not (is_day(asked) and is_day(until)):
        return None
    return compare_days(book, asked, until, re.findall(r"[A-Za-z]{2}|\d{5}", request.get("places")))


def _rows(found: TwoDays) -> Iterator[Sequence[Value]]:
    for line in (found.whole, *found.lines):
        for code, (before, after) in line.counts.items():
            yield (line.name or "United States", line.code or "US", code, found.since, before, found.until, after,
                   after - before)  # fmt: skip


def _listed(*files: str) -> Callable[[Book], Iterator[tuple[str, str]]]:
    """The files of each first day of a term; those of the first list where no term began since."""

    def listed(book: Book) -> Iterator[tuple[str, str]]:
        days = first_days(book) or ([book.first_day] if book.steps and files != ("",) else [])
        return ((f"compare/{day}/{file}", book.version) for day in days for file in files)

    return listed
