"""The log: newest first, filtered by plain addresses, searched; and a permanent page for each change."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from db.moa_models import MoaRecord
from db.records import PrintedRow
from monitor.alerts.describe_change import is_dated_by_document
from monitor.changelog import change_words
from monitor.i18n.labels import KINDS, STATUSES
from monitor.matching.reasons import RULES
from monitor.places.gazetteer import normal
from monitor.web.pages import place_index
from monitor.web.pages.book import Book, PageChange
from monitor.web.pages.fingerprints import change_mark, mark_of
from monitor.web.pages.render_page import Page
from monitor.web.pages.site import PageRequest, Site

PER_PAGE = 60
COLUMNS = ("state", "agency", "type", "county", "support_type", "signed_on", "moa", "addendum")
FILTERS = ("state", "county", "agency", "support_type", "kind", "status", "since", "until", "ended")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
#: What a cell prints, and where its link leads.
Cell = tuple[str | None, str | None]
#: Column, cell before, cell after, whether they differ, whether a reader sees the same in both.
Difference = tuple[str, Cell, Cell, bool, bool]


def routes(site: Site) -> None:
    """Add the addresses of this module's pages to the site."""
    site.add(
        r"changes/",
        show_changes,
        lambda book: iter([("changes/", book.version)]),
        parameters=(*FILTERS, "q", "all", "page"),
    )
    site.add(r"changes/(?P<month>\d{4}-\d{2})/", show_month, list_months)
    site.add(r"changes/(?P<change_id>[0-9a-f]{12})/", show_change, list_changes)


def show_changes(request: PageRequest) -> Page | None:
    """Show a page of the log, newest first, as the query's filters say."""
    chosen = [e for e in request.book.changes if _fits(e, request)]
    if words := request.get("q"):
        ids = request.book.search_index.find(words)
        chosen = [e for e in chosen if e["id"] in ids]
    noise = [e for e in chosen if e["noise"]]
    shown = chosen if request.get("all") else [e for e in chosen if not e["noise"]]
    pages = max(1, -(-len(shown) // PER_PAGE))
    number = min(max(1, int(request.get("page")) if request.get("page").isdecimal() else 1), pages)
    part = shown[(number - 1) * PER_PAGE : number * PER_PAGE]
    asked = {k: request.get(k) for k in (*FILTERS, "q", "all")}
    return Page("changes.html", {
        "days": by_day(part), "total": len(shown), "noise": len(noise), "page": number, "pages": pages,
        "asked": asked, "filtered": any(asked[k] for k in (*FILTERS, "all")), "kinds": KINDS, "statuses": STATUSES,
        "years": years(request.book),
    })  # fmt: skip


def show_month(request: PageRequest, month: str) -> Page | None:
    """Show every change of a month, those of spelling and links hidden at first."""
    found = [e for e in request.book.changes if e["listed_on"].startswith(month)]
    if not found:
        return None
    return Page("month.html", {
        "month": month, "days": by_day(found), "years": years(request.book), "total": len(found),
    })  # fmt: skip


def show_change(request: PageRequest, change_id: str) -> Page | None:
    """Show a change with both rows, the lists that show them, its rule and what else was considered."""
    entry = request.book.change_by_id.get(change_id)
    if entry is None:
        return None
    agreements, words = request.book.agreements, request.language
    candidates = [(c, agreements.get(c["agreement_id"])) for c in entry["candidates"]]
    own = entry["agreement_id"]
    return Page("change.html", {
        "change": entry, "agency": request.book.agencies.get(entry["agency_id"] or ""),
        "agreement": agreements.get(own or ""), "said": change_words.say_kind(entry, words),
        "how_sure": change_words.say_status(entry, words), "withdrawn": change_words.say_reason(entry, words),
        "withdrawn_for": agreements.get(change_words.find_reason_agreement(entry)),
        "sides": change_words.name_sides(entry, words), "rule": RULES.get(entry["rule"], ""),
        "evidence": [(name, said, agreements.get(said)) for name, said in change_words.say_evidence(entry, words)],
        "taken_for": [(c, g) for c, g in candidates if c["agreement_id"] == own],
        "candidates": [(c, g) for c, g in candidates if c["agreement_id"] != own],
        "differs": _differences(entry), "documents": _documents(request.book, entry),
        "dated_by_document": is_dated_by_document(entry),
    })  # fmt: skip


def list_months(book: Book) -> Iterator[tuple[str, str]]:
    """Yield the address of every month with changes."""
    for month, entries in groupby(book.changes, lambda e: e["listed_on"][:7]):
        yield f"changes/{month}/", mark_of([change_mark(book, e) for e in entries], months(book))


def list_changes(book: Book) -> Iterator[tuple[str, str]]:
    """Yield the address of every change."""
    for e in book.changes:
        agency, agreement = book.agencies.get(e["agency_id"] or ""), book.agreements.get(e["agreement_id"] or "")
        yield (
            f"changes/{e['id']}/",
            mark_of(
                change_mark(book, e), agreement and agreement.status, agency and (agency.id, agency.name, agency.fips),
                [c["agreement_id"] in book.agreements for c in e["candidates"]],
                [said in book.agreements for _, said in change_words.say_evidence(e)],
                change_words.find_reason_agreement(e) in book.agreements,
                [(d["sha256"], d["file"]) for d in _documents(book, e)],
            ),
        )  # fmt: skip


def months(book: Book) -> Sequence[str]:
    """Return the months with changes, newest first."""
    return list(dict.fromkeys(e["listed_on"][:7] for e in book.changes))


def years(book: Book) -> Mapping[str, Sequence[str]]:
    """Return year -> its months with changes."""
    return {year: list(group) for year, group in groupby(months(book), lambda m: m[:4])}


def by_day(entries: Sequence[PageChange]) -> list[tuple[str, list[PageChange], list[PageChange]]]:
    """Return (day, changes that matter, changes of spelling and links), in the order given."""
    days = []
    for day, group in groupby(entries, lambda e: str(e["listed_on"])):
        found = list(group)
        days.append((day, [e for e in found if not e["noise"]], [e for e in found if e["noise"]]))
    return days


def _fits(e: PageChange, request: PageRequest) -> bool:
    get = request.get
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
    if get("ended") and not request.book.ends_now(e):
        return False
    if (agency := get("agency")) and agency != e["agency_id"] and normal(agency) not in normal(e["agency"] or ""):
        return False
    return not (county := get("county")) or _in_county(e, county)


def _in_county(e: PageChange, county: str) -> bool:
    if county.isdecimal():
        return bool(e["county_fips"] == county)
    place = place_index.counties().get(e["county_fips"] or "")
    name = normal(place.name if place else e["county"] or "")
    return bool(name) and name.startswith(normal(county))


def _differences(change: PageChange) -> list[Difference]:
    """Every column that either row has, as it was printed and where its link leads."""
    before, after = change["before"], change["after"]
    rows = []
    for name in COLUMNS:
        old, new = _cell(before, name), _cell(after, name)
        if old[0] is not None or new[0] is not None:
            same = bool(before and after) and _seen(old) == _seen(new)
            both_say = None not in (old[0], new[0])
            rows.append((name, old, new, name in change["fields"] or (both_say and not same), same))
    return rows


def _documents(book: Book, change: PageChange) -> list[MoaRecord]:
    """Return the kept documents that rows of the change's agreement link."""
    return [record for record in book.library.of_agreement(change["agreement_id"] or "") if record["sha256"]]


def _seen(cell: Cell) -> tuple[list[str] | None, str | None]:
    """Return what a reader sees of a cell: browsers show several blanks as one, and none at the ends."""
    text, link = cell
    return None if text is None else text.split(), link


def _cell(row: PrintedRow | None, name: str) -> Cell:
    if row is None:
        return None, None
    printed: str | None = row[name]  # type: ignore[literal-required] # one of `COLUMNS`
    return printed, row["normalised"].get(name) if name in ("moa", "addendum") else None
