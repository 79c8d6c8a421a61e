"""The log: newest first, filtered by plain addresses, searched; and a permanent page for each change."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from monitor.changelog.log import KINDS, STATUSES
from monitor.matching.reasons import RULES
from monitor.places.gazetteer import normal
from monitor.web.pages import place_index
from monitor.web.pages.book import Book, Entry
from monitor.web.pages.fingerprints import mark_of
from monitor.web.pages.render_page import Page
from monitor.web.pages.site import Ask, Site

PER_PAGE = 60
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def routes(site: Site) -> None:
    """The views' addresses are the site's."""
    site.add(r"changes/", show_changes, lambda book: iter([("changes/", book.version)]))
    site.add(r"changes/(?P<month>\d{4}-\d{2})/", show_month, list_months)
    site.add(r"changes/(?P<change_id>[0-9a-f]{12})/", show_change, list_changes)


def show_changes(ask: Ask) -> Page | None:
    """The log, newest first, a page of it, as the question's filters say."""
    chosen = [e for e in ask.book.changes if _fits(e, ask)]
    if words := ask.get("q"):
        ids = ask.book.search(words)
        chosen = [e for e in chosen if e["id"] in ids]
    noise = [e for e in chosen if e["noise"]]
    shown = chosen if ask.get("all") else [e for e in chosen if not e["noise"]]
    pages = max(1, -(-len(shown) // PER_PAGE))
    number = min(max(1, int(ask.get("page")) if ask.get("page").isdecimal() else 1), pages)
    part = shown[(number - 1) * PER_PAGE : number * PER_PAGE]
    asked = {k: ask.get(k) for k in (*FILTERS, "q", "all")}
    return Page("changes.html", {
        "days": by_day(part), "total": len(shown), "noise": len(noise), "page": number, "pages": pages,
        "asked": asked, "filtered": any(asked[k] for k in (*FILTERS, "all")), "kinds": KINDS, "statuses": STATUSES,
        "years": years(ask.book),
    })  # fmt: skip


def show_month(ask: Ask, month: str) -> Page | None:
    """Every change of a month, spelling and links folded away below each day."""
    found = [e for e in ask.book.changes if e["listed_on"].startswith(month)]
    if not found:
        return None
    return Page("month.html", {
        "month": month, "days": by_day(found), "years": years(ask.book), "total": len(found),
    })  # fmt: skip


def show_change(ask: Ask, change_id: str) -> Page | None:
    """A change with both rows, the lists that show them, its rule and what else was considered."""
    entry = ask.book.change_by_id.get(change_id)
    if entry is None:
        return None
    return Page("change.html", {
        "change": entry, "agency": ask.book.agencies.get(entry["agency_id"] or ""),
        "agreement": ask.book.agreements.get(entry["agreement_id"] or ""), "rule": RULES.get(entry["rule"], ""),
        "evidence": [(k.replace("_", " "), v) for k, v in sorted(entry["evidence"].items())],
        "candidates": [(c, ask.book.agreements.get(c["agreement_id"])) for c in entry["candidates"]],
        "differs": _differences(entry),
    })  # fmt: skip


def list_months(book: Book) -> Iterator[tuple[str, str]]:
    """The addresses of the months there are changes in."""
    for month, entries in groupby(book.changes, lambda e: e["listed_on"][:7]):
        yield f"changes/{month}/", mark_of([*entries], months(book))


def list_changes(book: Book) -> Iterator[tuple[str, str]]:
    """The address of every change."""
    for e in book.changes:
        agreement = book.agreements.get(e["agreement_id"] or "")
        yield f"changes/{e['id']}/", mark_of(e, agreement.status if agreement else "", e["agency"])


def months(book: Book) -> Sequence[str]:
    """The months there are changes in, newest first."""
    return list(dict.fromkeys(e["listed_on"][:7] for e in book.changes))


def years(book: Book) -> Mapping[str, Sequence[str]]:
    """Year -> its months there are changes in."""
    return {year: list(group) for year, group in groupby(months(book), lambda m: m[:4])}


def by_day(entries: Sequence[Entry]) -> list[tuple[str, list[Entry], list[Entry]]]:
    """(day, changes that tell, changes of spelling and links), in the order given."""
    days = []
    for day, group in groupby(entries, lambda e: str(e["listed_on"])):
        found = list(group)
        days.append((day, [e for e in found if not e["noise"]], [e for e in found if e["noise"]]))
    return days


FILTERS = ("state", "county", "agency", "support_type", "kind", "status", "since", "until")


def _fits(e: Mapping[str, Any], ask: Ask) -> bool:
    get = ask.get
    if (since := get("since")) and _DAY.fullmatch(since) and e["listed_on"] < since:
        return False
    if (until := get("until")) and _DAY.fullmatch(until) and e["listed_on"] > until:
        return False
    if (state := get("state")) and (e["state"] or "") != state.upper():
        return False
    if (support := get("support_type")) and e["support_type"] != support:
        return False
    if (kind := get("kind")) and e["kind"] != kind:
        return False
    if (status := get("status")) and e["status"] != status:
        return False
    if (agency := get("agency")) and agency != e["agency_id"] and normal(agency) not in normal(e["agency"] or ""):
        return False
    return not (county := get("county")) or _in_county(e, county)


def _in_county(e: Mapping[str, Any], county: str) -> bool:
    if county.isdecimal():
        return bool(e.get("county_fips") == county)
    place = place_index.counties().get(e.get("county_fips") or "")
    name = normal(place.name if place else e["county"] or "")
    return bool(name) and name.startswith(normal(county))


def _differences(entry: Mapping[str, Any]) -> list[tuple[str, Any, Any, bool]]:
    """(column, cell before, cell after, whether it differs) for every column that either row has."""
    before, after = entry["before"] or {}, entry["after"] or {}
    columns = ("state", "agency", "type", "county", "support_type", "signed_on", "moa", "addendum")
    rows = []
    for name in columns:
        old, new = before.get(name), after.get(name)
        if old is None and new is None:
            continue
        links = ((r.get("normalised") or {}).get(name) for r in (before, after)) if name in ("moa", "addendum") else ()
        pair = list(links) or [None, None]
        rows.append((name, (old, pair[0]), (new, pair[1]), name in entry["fields"]))
    return rows
