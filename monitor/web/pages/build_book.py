"""Build the book from the store's present state."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from db.database import Store
from db.queries import fetches, page_data, runs
from db.queries.agency_ids import list_former_ids
from db.queries.page_data import ListPosition
from db.queries.publication_list import read_publications
from db.queries.rulings import read_rulings
from db.queries.search_index import SearchIndex
from db.records import ChangeRecord
from monitor.changelog.log import read_log
from monitor.documents.library import Library
from monitor.i18n.labels import status_of_agreement
from monitor.matching.names import printed_form
from monitor.places.agency_county import locate
from monitor.review.facts import read_facts
from monitor.search.find import counties_of_city, read_finder
from monitor.web.pages import place_index
from monitor.web.pages.book import (
    Agency,
    Agreement,
    Book,
    ListFile,
    PageChange,
    PrintedSpan,
    Spell,
    StatedOnPage,
    find_noise,
)
from monitor.web.pages.reviewed import attach_facts


def read_book(store: Store) -> Book:
    """Return the book of the store's present state."""
    version = page_data.read_data_version(store.connection)
    log: Sequence[Any] = read_log(store)
    changes = [_as_page_change(change) for change in reversed(log)]
    positions = page_data.read_positions(store.connection)
    agencies = _read_agencies(store, positions)
    agreements = _read_agreements(store, positions, agencies)
    _attach_changes(changes, agencies, agreements)
    in_county, near, in_state = defaultdict(list), defaultdict(list), defaultdict(list)
    for agency in agencies.values():
        in_state[agency.state or ""].append(agency)
        if agency.fips:
            in_county[agency.fips].append(agency)
        for fips in agency.near:
            near[fips].append(agency)
    facts = [fact for fact in read_facts(store) if fact.counts and fact.fact != "withdrawn"]
    placed = attach_facts(facts, agencies, agreements, list_former_ids(store.connection))
    last = {p.published_on: p.position for p in positions if p.list == "participating"}
    return Book(
        version, changes, {c["id"]: c for c in changes}, agencies, agreements,
        read_publications(store.connection)[::-1], _read_stated(store),
        {p.position: ListFile(p.file, p.sha256, p.published_on) for p in positions}, sorted(last.items()),
        dict(in_county), dict(near), dict(in_state), _shown_by(changes),
        SearchIndex((c["id"], _words_of(c, agencies.get(c["agency_id"] or ""))) for c in changes),
        read_finder(store), Library(store.connection), facts,
        [r for r in read_rulings(store.connection) if r.counts and r.ruling not in ("note", "undo")],
        max((p.published_on for p in positions), default=""), runs.read_last_good_end(store.connection),
        reviewed_county=placed,
    )  # fmt: skip


def _as_page_change(change: ChangeRecord) -> PageChange:
    return {**change, "noise": find_noise(change)}


def _attach_changes(
    changes: Iterable[PageChange], agencies: Mapping[str, Agency], agreements: Mapping[str, Agreement]
) -> None:
    """Give each agency and agreement its changes, newest first, and each ended agreement the change that ended it."""
    for change in changes:
        if agency := agencies.get(change["agency_id"] or ""):
            agency.changes.append(change)
        if agreement := agreements.get(change["agreement_id"] or ""):
            agreement.changes.append(change)
            ends = change["kind"] in ("termination", "pending_withdrawn") and change["status"] != "retracted"
            if ends and agreement.ended_by is None and agreement.status in ("ended", "pending_ended"):
                agreement.ended_by = change
                agreement.ended_on = change["listed_on"]


def _shown_by(changes: Sequence[PageChange]) -> dict[str, list[PageChange]]:
    """The list that first shows the row shows the change; for an ending, the list that first lacks it."""
    found: dict[str, list[PageChange]] = defaultdict(list)
    for change in changes:
        places = (change["first_listed_in"], change["first_missing_from"])
        for sha256 in dict.fromkeys(place["sha256"] for place in places if place):
            found[sha256].append(change)
    return dict(found)


def _read_stated(store: Store) -> list[StatedOnPage]:
    """The totals on each kept state of ICE's page that states any."""
    found = []
    for check in fetches.page_checks(store):
        if stated := check["totals"]:
            on = stated["as_of_on"] or check["seen_at"][:10]
            by_type = {code: (counts[0], counts[1]) for code, counts in stated["by_support_type"].items()}
            found.append(StatedOnPage(on, check["seen_at"], stated["sentence"], stated["agreements"], by_type))
    return found


def _read_agencies(store: Store, positions: Sequence[ListPosition]) -> dict[str, Agency]:
    dates = {p.position: p.published_on for p in positions}
    found: dict[str, Agency] = {}
    for row in page_data.read_agencies(store.connection):
        county, fips, placed, near = row.county, row.county_fips, "", tuple[str, ...]()
        if not fips and row.state:
            near = counties_of_city(row.state, row.name)
            if len(near) == 1:
                fips, placed, near = near[0], "zip", ()
                county = place_index.counties()[fips].name
        found[row.id] = Agency(row.id, row.state, row.name, county, fips, placed, near, row.body)
    for printed in page_data.read_printed_names(store.connection):
        if agency := found.get(printed.agency_id):
            listed = (dates.get(printed.first_position, ""), dates.get(printed.last_position, ""))
            agency.names.append((printed.name, *listed))
    return found


def _read_agreements(
    store: Store, positions: Sequence[ListPosition], agencies: Mapping[str, Agency]
) -> dict[str, Agreement]:
    found: dict[str, Agreement] = {}
    for row in page_data.read_agreements(store.connection):
        status = status_of_agreement(row.list, row.status)
        found[row.id] = Agreement(row.id, row.list, row.agency_id, row.support_type, row.signed_on, status)
    dates = {p.position: p.published_on for p in positions}
    order = {name: [p.position for p in positions if p.list == name] for name in ("participating", "pending")}
    for span in page_data.read_spans(store.connection):
        if agreement := found.get(span.agreement_id):
            first = span.first_position
            last = order[span.list][-1] if span.last_position is None else span.last_position
            agreement.rows.append(PrintedSpan(
                span.state, span.agency, span.type, span.county, span.support_type, span.signed, span.moa,
                span.moa_url, span.addendum_url, span.row, first, last, dates[first], dates[last],
                span.last_position is None,
            ))  # fmt: skip
    for agreement in found.values():
        _find_spells(agreement, order[agreement.list_name], dates)
        if agreement.agency_id in agencies:
            agencies[agreement.agency_id].agreements.append(agreement)
    _find_moved(agencies)
    _find_counted(agencies)
    for agency in agencies.values():
        if agency.placed_by != "zip" and agency.fips:
            agency.placed_by = find_basis(agency)
        typed = [row for agreement in agency.agreements for row in agreement.rows if row.type]
        newest = max(typed, key=lambda row: row.last, default=None)
        agency.is_state = newest is not None and (newest.type or "").strip().casefold().startswith("state")
    return found


def _find_moved(agencies: Mapping[str, Agency]) -> None:
    """Give every agency the agreements that were printed under its name and go on as another agency's."""
    known_as = {(agency.state, name): agency for agency in agencies.values() for name, _, _ in agency.names}
    for agency in agencies.values():
        for agreement in agency.agreements:
            printed = {(agency.state, printed_form(row.agency)) for row in agreement.rows}
            for key in sorted(printed & known_as.keys(), key=str):
                if known_as[key] is not agency:
                    known_as[key].moved.append(agreement)


def _find_counted(agencies: Mapping[str, Agency]) -> None:
    """Say when each agreement counts: one that turned out to be a second row only until the other one stood there."""
    for agency in agencies.values():
        for agreement in agency.agreements:
            agreement.counted = agreement.spells
            if agreement.status == "second_row":
                agreement.counted = list(_alone(agreement, agency.agreements))


def _alone(second: Agreement, agreements: Sequence[Agreement]) -> Iterator[Spell]:
    kind = (second.list_name, second.support)
    others = [s for g in agreements if (g.list_name, g.support) == kind and g.status != "second_row" for s in g.spells]
    for spell in second.spells:
        beside = [other for other in others if other.first <= spell.last and other.last >= spell.first]
        first = min(beside, key=lambda other: other.first, default=None)
        if first is None:
            yield spell
        elif first.first > spell.first:
            yield replace(spell, missing_on=first.first_on)


def find_basis(agency: Agency) -> str:
    """Return what the newest row that gives the agency's county places it by: its cell, the name, or the city."""
    rows = (row for agreement in agency.agreements for row in agreement.rows)
    for row in sorted(rows, key=lambda row: row.last, reverse=True):
        location = locate(agency.state, row.county, printed_form(row.agency), row.type)
        if location and location.county.fips == agency.fips:
            return "city_not_cell" if location.contradicts and location.basis == "city" else location.basis
    return "county_cell"


def _find_spells(agreement: Agreement, order: Sequence[int], dates: Mapping[int, str]) -> None:
    """Derive the agreement's spells, dates and documents from its rows; `order` are its list's positions."""
    place = {position: index for index, position in enumerate(order)}
    stretches: list[list[int]] = []
    for row in sorted(agreement.rows, key=lambda r: r.first):
        if stretches and place[row.first] <= place[stretches[-1][1]] + 1:
            stretches[-1][1] = max(stretches[-1][1], row.last)
        else:
            stretches.append([row.first, row.last])
    for first, last in stretches:
        after = place[last] + 1
        missing = dates[order[after]] if after < len(order) else None
        agreement.spells.append(Spell(first, last, dates[first], dates[last], missing))
    if agreement.spells:
        agreement.first_on, agreement.last_on = agreement.spells[0].first_on, agreement.spells[-1].last_on
        agreement.ended_on = agreement.spells[-1].missing_on
        agreement.from_start = agreement.spells[0].first == order[0]
    linked = [row.moa_url for row in agreement.rows if row.moa_url]
    agreement.moa = linked[-1] if linked else None
    agreement.documents = list(dict.fromkeys(linked[::-1]))


def _words_of(change: PageChange, agency: Agency | None) -> str:
    """What a search finds the change by: its agency's names, its place, the cells of its rows."""
    words = [change["agency"], place_index.state_name(change["state"]), change["state"], change["county"],
             change["support_type"], change["reason"]]  # fmt: skip
    if agency:
        words += [agency.county, *(name for name, _, _ in agency.names)]
    for row in (change["before"], change["after"]):
        words += [row["agency"], row["county"], row["type"], row["moa"]] if row else []
    return " ".join(dict.fromkeys(word for word in words if word))
