"""The book as the store's present state makes it."""

from __future__ import annotations

import hashlib
import sqlite3
from collections import defaultdict
from collections.abc import Mapping, Sequence

from db.database import Store
from db.queries import fetches
from monitor.changelog.log import read_log
from monitor.cli.log_commands import read_publications
from monitor.places.gazetteer import place_counties
from monitor.web.pages import place_index
from monitor.web.pages.book import Agency, Agreement, Book, Entry, Spell, noise_of


def data_version(store: Store) -> str:
    """A short text that differs whenever the derived data or the statements differ."""
    row = store.connection.execute(
        "select (select max(derived_at || rules || last_sighting || '/' || last_ruling) from derivation),"
        " (select max(id) from statements), (select count(*) from publications), (select max(id) from page_checks)"
    ).fetchone()
    return hashlib.sha256(repr(row).encode()).hexdigest()[:16]


def read_book(store: Store) -> Book:
    """The book of the store's present state."""
    version = data_version(store)
    entries = [_marked(e) for e in reversed(read_log(store))]
    dates, files, steps = _dates(store)
    agencies = _agencies(store, dates)
    agreements = _agreements(store, dates, agencies)
    for entry in entries:
        if agency := agencies.get(entry["agency_id"] or ""):
            agency.changes.append(entry)
        if agreement := agreements.get(entry["agreement_id"] or ""):
            agreement.changes.append(entry)
            ends = entry["kind"] in ("termination", "pending_withdrawn") and entry["status"] != "retracted"
            if ends and agreement.ended_by is None and agreement.status in ("ended", "pending_ended"):
                agreement.ended_by = entry
                agreement.ended_on = entry["listed_on"]
    in_county, near, in_state = defaultdict(list), defaultdict(list), defaultdict(list)
    for agency in agencies.values():
        in_state[agency.state or ""].append(agency)
        if agency.fips:
            in_county[agency.fips].append(agency)
        for fips in agency.near:
            near[fips].append(agency)
    return Book(
        version, entries, {e["id"]: e for e in entries}, agencies, agreements, [{**p} for p in read_publications(store)][::-1],
        fetches.page_checks(store), dates, files, steps, dict(in_county), dict(near), dict(in_state),
        _shown_by(entries),
        _index(entries, agencies),
    )  # fmt: skip


def _shown_by(entries: Sequence[Entry]) -> dict[str, list[Entry]]:
    """The list that first shows the row shows the change; for an ending, the list that first lacks it."""
    found: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        for place in (entry["first_listed_in"], entry["first_missing_from"]):
            if place and (place["sha256"] not in found or found[place["sha256"]][-1] is not entry):
                found[place["sha256"]].append(entry)
    return dict(found)


def _marked(entry: Entry) -> Entry:
    return {**entry, "noise": noise_of(entry)}


def _dates(store: Store) -> tuple[dict[int, str], dict[int, Entry], list[tuple[str, int]]]:
    rows = store.connection.execute(
        "select position, list, published_on, file, sha256 from publications where position is not null"
        " order by position"
    ).fetchall()
    last = {day: position for position, name, day, _, _ in rows if name == "participating"}
    files = {row[0]: {"file": row[3], "sha256": row[4], "published_on": row[2]} for row in rows}
    return {row[0]: row[2] for row in rows}, files, sorted(last.items())


def _agencies(store: Store, dates: Mapping[int, str]) -> dict[str, Agency]:
    found: dict[str, Agency] = {}
    rows = store.connection.execute("select id, state, name, county, county_fips, body from agencies order by id")
    for agency_id, state, name, county, fips, body in rows:
        placed, near = "list" if fips else "", tuple[str, ...]()
        if not fips and state:
            near = _near(state, name)
            if len(near) == 1:
                fips, placed, near = near[0], "zip", ()
                county = place_index.counties()[fips].name
        found[agency_id] = Agency(agency_id, state, name, county, fips, placed, near, body)
    names = store.connection.execute(
        "select agency_id, name, first_position, last_position from agency_names order by first_position, name"
    )
    for agency_id, printed, first, last in names:
        if agency_id in found:
            found[agency_id].names.append((printed, dates.get(first, ""), dates.get(last, "")))
    return found


def _near(state: str, name: str) -> tuple[str, ...]:
    """The counties of the city that the agency's name begins with, by its ZIP codes."""
    city = name
    for word in ("Police", "Marshal", "Public Safety", "Department", "Dept", "PD", "Constable", "Board", "Office"):
        city = city.partition(f" {word}")[0]
    if city == name:
        return ()
    return tuple(sorted(f for f in place_counties(state, city) if f in place_index.counties()))


_STATUS = {
    ("participating", "listed"): "listed", ("participating", "missing"): "ended", ("pending", "listed"): "pending",
    ("pending", "missing"): "pending_ended", ("participating", "renewed"): "renewed",
}  # fmt: skip


def _agreements(store: Store, dates: Mapping[int, str], agencies: Mapping[str, Agency]) -> dict[str, Agreement]:
    found: dict[str, Agreement] = {}
    rows = store.connection.execute(
        "select id, list, agency_id, support_type, signed_on, status from agreements order by first_position, id"
    )
    for key, name, agency_id, support, signed_on, status in rows:
        found[key] = Agreement(key, name, agency_id, support, signed_on, _STATUS.get((name, status), "second_row"))
    order = {
        name: [p for p in sorted(dates) if p in positions]
        for name, positions in _positions(store).items()
    }  # fmt: skip
    spans = store.connection.execute(
        "select s.agreement_id, s.row, s.first_position, s.last_position, l.list, l.state, l.agency, l.type, l.county,"
        " l.support_type, l.signed, l.moa, l.moa_url, l.addendum_url from spans s join listings l on l.id ="
        " s.listing_id order by s.first_position, s.row"
    )
    for key, row, first, last, name, *cells in spans:
        if key in found:
            end = last if last is not None else order[name][-1]
            columns = ("state", "agency", "type", "county", "support_type", "signed", "moa", "moa_url", "addendum_url")
            found[key].rows.append({
                **dict(zip(columns, cells, strict=True)), "row": row, "first": first, "last": end,
                "first_on": dates[first], "last_on": dates[end], "open": last is None,
            })  # fmt: skip
    for agreement in found.values():
        _finish(agreement, order.get(agreement.list_name, []), dates)
        if agreement.agency_id in agencies:
            agencies[agreement.agency_id].agreements.append(agreement)
    return found


def _positions(store: Store) -> dict[str, set[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for name, position in store.connection.execute(
        "select list, position from publications where position is not null"
    ):
        found[name].add(position)
    return found


def _finish(agreement: Agreement, order: Sequence[int], dates: Mapping[int, str]) -> None:
    """Stretches, dates and the newest link follow from the rows."""
    place = {position: index for index, position in enumerate(order)}
    stretches: list[list[int]] = []
    for row in sorted(agreement.rows, key=lambda r: r["first"]):
        if stretches and place[row["first"]] <= place[stretches[-1][1]] + 1:
            stretches[-1][1] = max(stretches[-1][1], row["last"])
        else:
            stretches.append([row["first"], row["last"]])
    for first, last in stretches:
        after = place[last] + 1
        missing = dates[order[after]] if after < len(order) else None
        agreement.spells.append(Spell(first, last, dates[first], dates[last], missing))
    if agreement.spells:
        agreement.first_on, agreement.last_on = agreement.spells[0].first_on, agreement.spells[-1].last_on
        agreement.ended_on = agreement.spells[-1].missing_on
    linked = [row["moa_url"] for row in agreement.rows if row["moa_url"]]
    agreement.moa = linked[-1] if linked else None
    agreement.documents = list(dict.fromkeys(linked[::-1]))


def _index(entries: Sequence[Entry], agencies: Mapping[str, Agency]) -> sqlite3.Connection:
    """A full-text index of the log in memory: it can never disagree with the log it was made from."""
    index = sqlite3.connect(":memory:", check_same_thread=False)
    index.execute(
        "create virtual table log using fts5(id unindexed, words, tokenize = 'unicode61 remove_diacritics 2')"
    )
    rows = []
    for e in entries:
        agency = agencies.get(e["agency_id"] or "")
        words = [
            e["agency"],
            place_index.state_name(e["state"]),
            e["state"],
            e["county"],
            e["support_type"],
            e["reason"],
        ]
        words += [agency.county if agency else None, *(name for name, _, _ in (agency.names if agency else ()))]
        for row in (e["before"], e["after"]):
            words += [row[k] for k in ("agency", "county", "type", "moa")] if row else []
        rows.append((e["id"], " ".join(dict.fromkeys(w for w in words if w))))
    index.executemany("insert into log (id, words) values (?, ?)", rows)
    return index
