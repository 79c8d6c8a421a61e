"""What ICE listed on a day: the rows of the newest accepted list by then, and the totals they add up to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import us

from db.database import Store
from db.errors import NotFoundError
from db.models import Listing
from db.queries.snapshots import StoredSnapshot, load_listings, load_snapshots
from monitor.changelog.known_at import replay
from monitor.changelog.log import listing_view
from monitor.changelog.state import Ledger
from monitor.matching.names import normal_form
from monitor.publications.gather import Publication

SUPPORT_TYPES = ("JEM", "WSO", "TFM")
#: What `replay` gives: the ledger as it follows from what was known, and its publications.
Replayed = tuple[Ledger, list[Publication]]


@dataclass(frozen=True, slots=True)
class AsOf:
    """The publication that answers for a day, and whose agreement each of its rows is."""

    position: int
    file: str
    sha256: str
    url: str
    published_on: str
    workbook_modified_at: str | None
    snapshot: StoredSnapshot
    listings: Mapping[int, Listing]
    agreements: Mapping[int, Mapping[str, Any]]  # listing id -> agreement and agency as columns


def listed_agreements(
    store: Store, *, as_of: str | None = None, known_at: str | None = None, list_name: str = "participating",
    state: str | None = None, county: str | None = None, agency: str | None = None, replayed: Replayed | None = None,
) -> list[dict[str, Any]]:  # fmt: skip
    """The rows of the list in force on `as_of` (the newest when None), after exact duplicates, in the list's order.

    With `known_at`, only what was known by then counts (`replayed` is that history when the caller has it
    at hand). Raises `NotFoundError` when no list was out by that day.
    """
    found = find_list(store, as_of, known_at, list_name, replayed)
    return [r for r in list_rows(found) if _fits(r, state, county, agency)]


def list_rows(found: AsOf) -> list[dict[str, Any]]:
    """The rows of a list that was found, after exact duplicates, in the list's order."""
    rows: dict[tuple[str, ...], dict[str, Any]] = {}
    for listing_id, sheet_row in zip(found.snapshot.listing_ids, found.snapshot.rows, strict=True):
        listing = found.listings[listing_id]
        key = same_row(listing)
        if key in rows:
            rows[key]["rows"].append(sheet_row)
            continue
        rows[key] = _entry(found, listing, sheet_row, found.agreements.get(listing_id, {}))
    return list(rows.values())


def totals(
    store: Store, *, as_of: str | None = None, known_at: str | None = None, replayed: Replayed | None = None
) -> dict[str, Any]:
    """How many agreements, agencies, states and territories ICE listed on a day, per support type, and a sentence."""
    found = find_list(store, as_of, known_at, "participating", replayed)
    return count_totals(found, list_rows(found), as_of)


def count_totals(found: AsOf, rows: Sequence[Mapping[str, Any]], as_of: str | None = None) -> dict[str, Any]:
    """The totals of a list that was found and of its rows."""
    whole = count_listed(rows)
    support = {code: count_listed([r for r in rows if r["support_type"] == code]) for code in SUPPORT_TYPES}
    other = [r for r in rows if r["support_type"] not in SUPPORT_TYPES]
    if other:
        support["other"] = count_listed(other)
    return {
        "as_of": as_of or found.published_on, "publication": _publication(found, None), **whole,
        "support_types": support, "sentence": totals_sentence(found.published_on, whole, support),
    }  # fmt: skip


def totals_sentence(published_on: str, whole: Mapping[str, int], support: Mapping[str, Mapping[str, int]]) -> str:
    """The totals as one sentence in the form ICE's page uses; the date is the list's."""
    day = date.fromisoformat(published_on)
    parts = [f"{code} {counts['agreements']:,} in {_covered(counts)}" for code, counts in support.items()]
    return (
        f"As of {day:%B} {day.day}, {day.year}, ICE listed {whole['agreements']:,} agreements with"
        f" {whole['agencies']:,} agencies covering {_covered(whole)}: {', '.join(parts)}."
    )


def find_list(
    store: Store, as_of: str | None, known_at: str | None, list_name: str, replayed: Replayed | None = None
) -> AsOf:
    """The newest accepted publication of the list by the end of `as_of`."""
    if known_at is not None:
        return _find_known(store, as_of, known_at, list_name, replayed)
    row = store.connection.execute(
        "select position, file, sha256, url, published_on, workbook_modified_at from publications where list = ? and"
        " position is not null and (? is null or published_on <= ?) order by position desc limit 1",
        [list_name, as_of, as_of],
    ).fetchone()
    if row is None:
        raise _no_list(store, as_of, list_name)
    snapshot = load_snapshots(store, [row[2]])[row[2]]
    names = ("agreement_id", "agency_id", "agency", "state", "county", "county_fips", "status")
    spans = store.connection.execute(
        "select s.listing_id, a.id, g.id, g.name, g.state, g.county, g.county_fips, a.status from spans s"
        " join agreements a on a.id = s.agreement_id join agencies g on g.id = a.agency_id"
        " where s.list = ? and s.first_position <= ? and (s.last_position is null or s.last_position >= ?)",
        [list_name, row[0], row[0]],
    )
    agreements = {span[0]: dict(zip(names, span[1:], strict=True)) for span in spans}
    listings = load_listings(store, set(snapshot.listing_ids))
    return AsOf(row[0], row[1], row[2], row[3], row[4], row[5], snapshot, listings, agreements)


def _find_known(store: Store, as_of: str | None, known_at: str, list_name: str, replayed: Replayed | None) -> AsOf:
    ledger, publications = replayed or replay(store, until=known_at)
    out = [
        p for p in publications
        if p.position is not None and p.list_name == list_name and (as_of is None or p.published_on <= as_of)
    ]  # fmt: skip
    if not out:
        raise NotFoundError(f"no {list_name} list was known at {known_at}" + (f" for {as_of}" if as_of else ""))
    p = max(out, key=lambda p: p.position or 0)
    agreements: dict[int, dict[str, Any]] = {}
    position = p.position or 0
    last_word = {(s.agreement_id, s.listing_id, s.first): s for s in ledger.dirty.spans if s.list == list_name}
    for span in last_word.values():
        if span.first <= position and (span.last is None or span.last >= position):
            agreement = ledger.agreements[span.agreement_id]
            agency = ledger.agencies[agreement.agency_id]
            agreements[span.listing_id] = {
                "agreement_id": agreement.id, "agency_id": agency.id, "agency": agency.name, "state": agency.state,
                "county": agency.county, "county_fips": agency.county_fips, "status": agreement.status,
            }  # fmt: skip
    listings = load_listings(store, set(p.snapshot.listing_ids))
    return AsOf(
        p.position or 0,
        p.file,
        p.sha256,
        p.url,
        p.published_on,
        p.workbook_modified_at,
        p.snapshot,
        listings,
        agreements,
    )


def _no_list(store: Store, as_of: str | None, list_name: str) -> NotFoundError:
    oldest = store.connection.execute(
        "select min(published_on) from publications where list = ? and position is not null", [list_name]
    ).fetchone()[0]
    if oldest is None:
        return NotFoundError(f"no {list_name} list is here yet; run `ice-agreements run` or `import` first")
    return NotFoundError(f"no {list_name} list is known for {as_of}; the oldest is of {oldest}")


def _entry(found: AsOf, listing: Listing, sheet_row: int, known: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "agreement_id": known.get("agreement_id"), "agency_id": known.get("agency_id"),
        "agency": known.get("agency"), "state": listing.state_code or known.get("state"),
        "county": known.get("county"), "county_fips": known.get("county_fips"),
        "support_type": listing.support_code or listing.support_type, "signed_on": listing.signed_on,
        "moa": listing.moa_url, "addendum": listing.addendum_url, "listed": listing_view(listing),
        "rows": [sheet_row], "publication": _publication(found, sheet_row),
    }  # fmt: skip


def _publication(found: AsOf, row: int | None) -> dict[str, Any]:
    reference = {
        "file": found.file, "list": found.snapshot.list, "sha256": found.sha256, "url": found.url,
        "published_on": found.published_on, "workbook_modified_at": found.workbook_modified_at,
    }  # fmt: skip
    return reference if row is None else {**reference, "row": row}


def same_row(listing: Listing) -> tuple[str, ...]:
    """What makes two rows of one list exact duplicates: state, agency, support type and date, spaces and case aside."""
    return (
        listing.state_code or normal_form(listing.state), normal_form(listing.agency),
        listing.support_code or normal_form(listing.support_type), listing.signed_on or normal_form(listing.signed),
    )  # fmt: skip


def count_listed(rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """How many agreements, agencies, states and territories some listed rows are."""
    codes = {r["state"] for r in rows if r["state"]}
    territories = {code for code in codes if _is_territory(code)}
    return {
        "agreements": len(rows), "agencies": len({r["agency_id"] for r in rows}),
        "states": len(codes - territories), "territories": len(territories),
    }  # fmt: skip


def _is_territory(code: str) -> bool:
    known = us.states.lookup(code)
    return bool(known and known.is_territory)


def _covered(counts: Mapping[str, int]) -> str:
    states = f"{counts['states']} state{'' if counts['states'] == 1 else 's'}"
    if not counts["territories"]:
        return states
    return f"{states} and {counts['territories']} U.S. territor{'y' if counts['territories'] == 1 else 'ies'}"


def _fits(row: Mapping[str, Any], state: str | None, county: str | None, agency: str | None) -> bool:
    if state and (row["state"] or "").upper() != state.upper():
        return False
    if county:
        name = normal_form(row["county"])
        if county != row["county_fips"] and normal_form(county) not in (name, name.removesuffix(" county")):
            return False
    return not agency or agency in (row["agency_id"], row["agency"], row["agreement_id"])


__all__ = [
    "AsOf",
    "count_listed",
    "count_totals",
    "find_list",
    "list_rows",
    "listed_agreements",
    "same_row",
    "totals",
    "totals_sentence",
]
