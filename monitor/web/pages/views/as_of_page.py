"""As of: what ICE listed on a day, and what was known of it at a time, beside what ICE's own page stated."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from markupsafe import Markup, escape

from db.database import Store
from db.errors import NotFoundError
from db.queries.page_data import find_last_known_at
from db.records import ListedAgreement
from monitor.changelog.as_of import count_totals, find_list, list_rows
from monitor.changelog.known_at import open_known
from monitor.i18n.safe_text import reveal_invisible
from monitor.web.pages import place_index
from monitor.web.pages.book import Book, StatedOnPage
from monitor.web.pages.charts import SUPPORT
from monitor.web.pages.fingerprints import mark_of
from monitor.web.pages.render_page import Page
from monitor.web.pages.site import AsOfAnswer, PageRequest, Site

_DAY = r"\d{4}-\d{2}-\d{2}"
PARAMETERS = ("date", "known_at", "state", "support_type")
#: How many days after a list a page of ICE's still speaks of it.
STATED_DAYS = 4
#: Answers kept for the next reader who asks the same: one has two megabytes, and the finished page is kept besides.
MOST_KEPT = 3


@dataclass(slots=True)
class StateGroup:
    """The rows of a list in one state: how many by support type (`all` for all), and those to show, as HTML."""

    code: str  # "" for rows without a state
    name: str
    counts: Counter[str] = field(default_factory=Counter)
    fit: int = 0  # how many are shown
    lines: str = ""


def routes(site: Site) -> None:
    """Add the addresses of this module's pages to the site."""
    site.add(r"as-of/", ask_day, lambda book: iter([("as-of/", book.version)]), parameters=PARAMETERS)
    site.add(rf"as-of/(?P<day>{_DAY})/", show_day, list_days, parameters=PARAMETERS)


def ask_day(request: PageRequest) -> Page | None:
    """Show the form with the answer for the date asked for; for the newest list without one."""
    newest = request.book.steps[-1][0] if request.book.steps else ""
    return _show(request, request.get("date") or newest, status=400, up="../")


def show_day(request: PageRequest, day: str) -> Page | None:
    """Show the answer for a day, at an address of its own."""
    return _show(request, day, status=404, up="../../")


def _show(request: PageRequest, day: str, status: int, up: str) -> Page:
    """The answer for a day; `status` is that of an answer to what is no date, `up` leads to the language's root."""
    book = request.book
    values: dict[str, Any] = {
        "day": day, "problem": "", "found": None, "groups": [], "stated": None, "fit": 0,
        "asked": {k: request.get(k) for k in PARAMETERS},
    }  # fmt: skip
    known_on = request.get("known_at")
    if not is_day(day) or (known_on and not is_day(known_on)):
        values["problem"] = "date"
        return Page("asof.html", values, status=status if day else 200)
    try:
        rows, found = find_answer(request, day, f"{known_on}T23:59:59Z" if known_on else None)
    except NotFoundError:
        values["problem"] = "none"
        return Page("asof.html", values, status=404)
    published_on = found["publication"]["published_on"]
    groups = _group_by_state(rows, request, up)
    values |= {
        "found": found, "stated": find_stated(book, day, published_on), "groups": groups,
        "fit": sum(group.fit for group in groups), "newest": book.steps[-1][0],
        "earlier": max((d for d, _ in book.steps if d < published_on), default=None),
        "later": min((d for d, _ in book.steps if d > day), default=None),
    }  # fmt: skip
    return Page("asof.html", values)


def list_days(book: Book) -> Iterator[tuple[str, str]]:
    """Yield the days on which a list came out; a page depends on its list, its rows' agencies and its neighbors."""
    shown = [0] * len(book.steps)
    place = {day: number for number, (day, _) in enumerate(book.steps)}
    for g in book.agreements.values():
        agency = book.agencies.get(g.agency_id)
        if g.list_name != "participating" or agency is None:
            continue
        mark = int.from_bytes(mark_of(g.id, agency.id, agency.fips).encode())
        for spell in g.spells:
            for number in range(place[spell.first_on], place.get(spell.missing_on or "", len(shown))):
                shown[number] ^= mark
    for number, (day, position) in enumerate(book.steps):
        beside = [d for d, _ in book.steps[max(0, number - 1) : number + 2]]
        yield f"as-of/{day}/", mark_of(book.files[position], shown[number], beside, find_stated(book, day, day))


def find_answer(request: PageRequest, day: str, known_at: str | None) -> AsOfAnswer:
    """Return the rows and totals of the list in force; one history at a time is computed, and kept for the next."""
    site = request.site
    known = known_before(request, known_at)
    key = (request.book.version, day if known is None else f"{day} {known}")
    with site.as_of_lock:
        kept = site.as_of_answers
        if key not in kept:
            found = find_list(site.store if known is None else _store_known(site, known), day, None, "participating")
            rows: Any = list_rows(found)
            totals: Any = count_totals(found, day)
            if len(kept) >= MOST_KEPT:
                kept.clear()
            kept[key] = (rows, totals)
        return kept[key]


def _store_known(site: Site, known: str) -> Store:
    """The store as it was known then; the last one stays open, so that another day is asked of it at once."""
    key = (site.version(), known)
    if site.known_store is None or site.known_store[0] != key:
        if site.known_store is not None:
            site.known_store[1].close()
        site.known_store = key, open_known(site.store, known)
    return site.known_store[1]


def known_before(request: PageRequest, known_at: str | None) -> str | None:
    """Return the last moment by then at which something became known; None when nothing did since.

    So the times that differ are as few as the times at which something happened, whatever readers ask.
    """
    if known_at is None:
        return None
    last, is_newest = find_last_known_at(request.site.store.connection, known_at)
    return None if is_newest else (last or known_at)


def find_stated(book: Book, day: str, published_on: str) -> StatedOnPage | None:
    """Return ICE's own totals nearest to the day: from the list's date to some days after the day asked for."""
    near = [s for s in book.stated if published_on <= s.on and _days_between(s.on, day) <= STATED_DAYS]
    return min(near, key=lambda stated: abs(_days_between(stated.on, day)), default=None)


def _days_between(a: str, b: str) -> int:
    return (date.fromisoformat(a) - date.fromisoformat(b)).days


def _group_by_state(rows: Sequence[ListedAgreement], request: PageRequest, up: str) -> list[StateGroup]:
    """The rows by state in order of its name, rows without one last: all counted, those that fit the query shown."""
    state, support = request.get("state").upper(), request.get("support_type")
    found: dict[str, StateGroup] = {}
    lines: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        code = row["state"] or ""
        if code not in found:
            found[code] = StateGroup(code, place_index.state_name(code))
        found[code].counts["all"] += 1
        found[code].counts[row["support_type"] or ""] += 1
        if state in ("", code) and support in ("", row["support_type"]):
            lines[code].append(write_row(request.book, row, up))
    for code, written in lines.items():
        found[code].fit = len(written)
        found[code].lines = Markup("".join(written))  # noqa: S704 - of texts that `write_row` escaped
    return sorted(found.values(), key=lambda group: (not group.name, group.name))


def write_row(book: Book, row: ListedAgreement, up: str) -> str:
    """Return a row of the table as HTML, without end tags that may be left out; lists of many days have the same."""
    key = (row["agency_id"], row["listed"]["agency"], row["county_fips"], row["support_type"],
           row["signed_on"] or row["listed"]["signed_on"], up)  # fmt: skip
    if key not in book.written_rows:
        agency_id, printed, fips, support, signed, _ = key
        name: str = _shown(printed)
        county = place_index.counties().get(fips or "")
        if agency_id:
            name = f'<a href="{up}agencies/{agency_id}/">{name}</a>'
        marked = f" class={support}" if support in SUPPORT else ""
        at = f"{up}places/{county.state.lower()}/{county.slug}/" if county else ""
        place = f'<a href="{at}">{escape(county.name)}</a>' if county else ""
        book.written_rows[key] = f"<tr><th>{name}<td>{place}<td{marked}>{_shown(support)}<td>{_shown(signed)}"
    return f"{book.written_rows[key]}<td>{', '.join(map(str, row['rows']))}"


def _shown(text: str | None) -> Markup:
    return escape(reveal_invisible(text))


def is_day(text: str) -> bool:
    """Return whether the text is a day of the calendar, written as 2025-05-30."""
    if not re.fullmatch(_DAY, text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
