"""As of: what ICE listed on a day, and what was known of it at a time, beside what ICE's own page claimed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from db.errors import NotFoundError
from monitor.changelog.as_of import count_totals, find_list, list_rows
from monitor.web.pages.book import Book, Entry
from monitor.web.pages.fingerprints import mark_of
from monitor.web.pages.render_page import Page
from monitor.web.pages.site import Ask, Site

_DAY = r"\d{4}-\d{2}-\d{2}"
#: How many days after a list a page of ICE's still speaks of it.
CLAIM_DAYS = 4


def routes(site: Site) -> None:
    """The views' addresses are the site's."""
    site.add(r"as-of/", ask_day, lambda book: iter([("as-of/", book.version)]))
    site.add(rf"as-of/(?P<day>{_DAY})/", show_day, list_days)


def ask_day(ask: Ask) -> Page | None:
    """The form, and with a date the answer; the newest list without one."""
    day = ask.get("date")
    if not day:
        return _answer(ask, ask.book.steps[-1][0] if ask.book.steps else "")
    return _answer(ask, day)


def show_day(ask: Ask, day: str) -> Page | None:
    """The answer for a day, at an address of its own."""
    return _answer(ask, day)


def list_days(book: Book) -> Iterator[tuple[str, str]]:
    """The days on which a list came out; a day's page depends on its list, its rows' agencies and its neighbours."""
    shown = [0] * len(book.steps)
    place = {day: number for number, (day, _) in enumerate(book.steps)}
    for g in book.agreements.values():
        agency = book.agencies.get(g.agency_id)
        if g.list_name != "participating" or agency is None:
            continue
        mark = int(mark_of(g.id, agency.id, agency.fips), 16)
        for spell in g.spells:
            for number in range(place[spell.first_on], place.get(spell.missing_on or "", len(shown))):
                shown[number] ^= mark
    for number, (day, position) in enumerate(book.steps):
        beside = [d for d, _ in book.steps[max(0, number - 1) : number + 2]]
        claim = find_claim(book, day, day)
        yield f"as-of/{day}/", mark_of(book.files[position], shown[number], beside, claim)


def _answer(ask: Ask, day: str) -> Page | None:
    told: dict[str, Any] = {
        "day": day, "problem": "", "found": None, "rows": [], "claim": None, "by_state": [], "steps": ask.book.steps,
        "asked": {k: ask.get(k) for k in ("date", "known_at", "state", "support_type")},
    }  # fmt: skip
    known_at = _moment(ask.get("known_at"))
    if not _is_day(day) or (ask.get("known_at") and known_at is None):
        told["problem"] = "date"
        return Page("asof.html", told, status=400 if day else 200)
    try:
        rows, found = _listed(ask, day, known_at)
    except NotFoundError:
        told["problem"] = "none"
        return Page("asof.html", told, status=404)
    told |= {
        "found": found, "claim": find_claim(ask.book, day, found["publication"]["published_on"]),
        "by_state": _by_state(rows), "all": len(rows),
        "rows": [r for r in rows if _fits(r, ask)],
        "earlier": max((d for d, _ in ask.book.steps if d < found["publication"]["published_on"]), default=None),
        "later": min((d for d, _ in ask.book.steps if d > day), default=None),
    }  # fmt: skip
    return Page("asof.html", told)


def _listed(ask: Ask, day: str, known_at: str | None) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The rows and totals of the list in force; one made-again history at a time, kept for the next who asks."""
    book = ask.book
    known = known_before(ask, known_at)
    with ask.site.slow:
        key = (book.version, day if known is None else f"{day} {known}")
        kept = ask.site.found
        if key not in kept:
            found = find_list(ask.site.store, day, known, "participating")
            rows = list_rows(found)
            if len(kept) > 40:
                kept.clear()
            kept[key] = (rows, count_totals(found, rows, day))
        rows, totals = kept[key]
        return rows, totals


def known_before(ask: Ask, known_at: str | None) -> str | None:
    """The last moment by then at which something became known; None when nothing did since.

    So the times that differ are as few as the times at which something happened, whatever readers ask.
    """
    if known_at is None:
        return None
    query = "select max(at) from (select known_at at from sightings union select made_at from rulings) where at <= ?"
    connection = ask.site.store.connection
    last = connection.execute(query, [known_at]).fetchone()[0]
    newest = connection.execute(query, ["9999"]).fetchone()[0]
    return None if last == newest else (last or known_at)


def find_claim(book: Book, day: str, published_on: str) -> Entry | None:
    """ICE's own totals nearest to the day: from the list's day to some days after the day asked for."""
    last = (date.fromisoformat(day) + timedelta(days=CLAIM_DAYS)).isoformat()
    best: Entry | None = None
    for check in book.page_checks:
        stated = check["totals"]
        if not stated:
            continue
        on = stated["as_of_on"] or check["seen_at"][:10]
        if published_on <= on <= last and (best is None or abs(_gap(on, day)) < abs(_gap(best["on"], day))):
            best = {**stated, "on": on, "seen_at": check["seen_at"], "sha256": check["sha256"]}
    return best


def _gap(a: str, b: str) -> int:
    return (date.fromisoformat(a) - date.fromisoformat(b)).days


def _fits(row: Mapping[str, Any], ask: Ask) -> bool:
    if (state := ask.get("state")) and (row["state"] or "") != state.upper():
        return False
    return not (support := ask.get("support_type")) or row["support_type"] == support


def _by_state(rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, dict[str, int]]]:
    counts: dict[str, dict[str, int]] = {}
    for row in rows:
        state = counts.setdefault(row["state"] or "", {"all": 0})
        state["all"] += 1
        state[row["support_type"] or "other"] = state.get(row["support_type"] or "other", 0) + 1
    return sorted(counts.items(), key=lambda item: item[0])


def _is_day(text: str) -> bool:
    if not re.fullmatch(_DAY, text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _moment(text: str) -> str | None:
    return f"{text}T23:59:59Z" if _is_day(text) else None
