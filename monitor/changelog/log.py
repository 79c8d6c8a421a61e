"""The change log as the contract gives it: one object a change, with both rows and the lists that show them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import cast

from db.database import Store
from db.models import COLUMNS, Change, Listing
from db.queries import changes
from db.queries.agreements import AgencyView, load_agency_views
from db.queries.changes import Stated
from db.queries.last_seen import load_times_seen
from db.queries.publications import load_references
from db.queries.snapshots import load_listings
from db.records import ChangeRecord, ListReference, PrintedRow
from monitor.changelog.county_filter import is_county
from monitor.changelog.listed_between import find_lists_before

KINDS = {
    "signing": "first listed by ICE",
    "termination": "no longer listed by ICE",
    "renewal": "the same agency and support type signed again, and the older agreement gone",
    "switch": "another support type signed after the agency's older one was gone",
    "amendment": "the same agreement, some cells changed",
    "reinstatement": "listed again after having been no longer listed",
    "pending_listed": "first listed as pending",
    "pending_withdrawn": "no longer listed as pending",
    "list_event": "something happened to a list as a whole",
}
STATUSES = {
    "provisional": "the newest lists lack the agreement; ten days from the first of them decide",
    "confirmed": "the statement holds",
    "retracted": "the statement was withdrawn; the reason says why",
}


@dataclass(frozen=True, slots=True)
class Filter:
    """Which changes are asked for; None asks for all."""

    since: str | None = None  # listed_on from this date
    until: str | None = None  # listed_on to this date
    state: str | None = None
    county: str | None = None
    agency: str | None = None
    support_type: str | None = None
    kind: str | None = None
    status: str | None = None
    needs_review: bool | None = None
    known_at: str | None = None


def read_log(store: Store, wanted: Filter = Filter()) -> list[ChangeRecord]:
    """Return the log, oldest first, as it stands (or as it stood at `known_at`), overturned statements included."""
    if wanted.known_at is not None:
        from monitor.changelog.known_at import as_known  # it asks for the log in turn

        with as_known(store, wanted.known_at) as then:
            return read_log(then, replace(wanted, known_at=None))
    ids = None
    if wanted.kind or wanted.since or wanted.until or wanted.state:  # the others need not be put into words
        ids = changes.find_ids(
            store.connection, kind=wanted.kind, since=wanted.since, until=wanted.until, state=wanted.state
        )
    return in_order([entry for entry in _entries(store, ids) if fits(entry, wanted)])


def in_order(entries: Iterable[ChangeRecord]) -> list[ChangeRecord]:
    """Return changes in the order of the log, oldest first."""
    return sorted(
        entries,
        key=lambda e: (e["listed_on"], e["state"] or "", e["agency"] or "", e["support_type"] or "", e["id"]),
    )


def read_entries(store: Store, ids: Iterable[str]) -> list[ChangeRecord]:
    """Return the changes of those ids as they stand, oldest first; what was overturned in its last wording.

    Changes that rulings stated and took back are among them, though they are no part of the log.
    """
    return in_order(_entries(store, set(ids), whole=True))


def _entries(store: Store, ids: Collection[str] | None, *, whole: bool = False) -> list[ChangeRecord]:
    """Return stated changes in the contract's form: all, or those asked for."""
    connection = store.connection
    stated = changes.load_stated(connection, ids, whole=whole)
    derived = [change for change in changes.load_changes(connection, ids) if change.id in stated]
    overturned = word_overturned(store, stated, {change.id for change in derived})
    return [*present(store, derived, stated), *overturned]


def word_overturned(store: Store, stated: Mapping[str, Stated], derived: Collection[str]) -> list[ChangeRecord]:
    """Return the stated changes that are not among those `derived` any more, each in its last wording."""
    overturned = stated.keys() - set(derived)
    if not overturned:
        return []
    told = changes.load_told(store.connection)
    found: list[ChangeRecord] = []
    for change_id, body in changes.load_last_wordings(store.connection, overturned).items():
        said = stated[change_id]
        current: ChangeRecord = {
            "listed_between": None, **body, "status": said.status, "needs_review": said.needs_review,
            "known_at": said.known_at, "reason": said.why or body["reason"], "told": change_id in told,
        }  # fmt: skip
        found.append(current)
    return found


def present(
    store: Store, of: Iterable[Change], stated: Mapping[str, Stated],
    references: Mapping[int, ListReference] | None = None, agencies: Mapping[str, AgencyView] | None = None,
) -> list[ChangeRecord]:  # fmt: skip
    """Return changes in the contract's form. `stated` gives each its known_at, status and needs_review.

    The lists and agencies they refer to are those of the tables when none are given.
    """
    of = list(of)
    if not of:
        return []
    ids = {i for c in of for i in (c.before_listing, c.after_listing) if i is not None}
    listings = load_listings(store, ids if len(ids) < 2000 else None)
    few = len(of) < 500
    if references is None:
        references = load_references(store.connection, _positions(of) if few else None)
    if agencies is None:
        agencies = load_agency_views(store.connection, {c.agency_id for c in of if c.agency_id} if few else None)
    told = changes.load_told(store.connection)
    before = find_lists_before(references, lambda documents: load_times_seen(store.connection, documents))
    return [
        _entry(c, listings, references, agencies, stated.get(c.id), c.id in told, before.get(c.position)) for c in of
    ]


def _positions(of: Iterable[Change]) -> set[int]:
    """Return the positions of the lists that the changes refer to."""
    places = [(c.last_listed, c.first_listed) for c in of]
    found = {place[0] for pair in places for place in pair if place is not None}
    return found | {c.first_missing for c in of if c.first_missing is not None}


def listing_view(listing: Listing) -> PrintedRow:
    """Return a listing as ICE printed it, with its normalised values where they differ."""
    view = {("signed_on" if name == "signed" else name): getattr(listing, name) for name in COLUMNS}
    normal = {
        "state": listing.state_code, "support_type": listing.support_code, "signed_on": listing.signed_on,
        "moa": listing.moa_url, "addendum": listing.addendum_url,
    }  # fmt: skip
    for name in ("agency", "county", "type"):
        if view[name] is not None and " ".join(view[name].split()) != view[name]:
            normal[name] = " ".join(view[name].split())
    normalised = {name: value for name, value in normal.items() if value is not None and value != view[name]}
    found = cast(PrintedRow, {**view, "normalised": normalised})
    if listing.extra:
        found["extra"] = dict(listing.extra)
    return found


def _entry(
    c: Change, listings: Mapping[int, Listing], references: Mapping[int, ListReference],
    agencies: Mapping[str, AgencyView], said: Stated | None, told: bool, list_before_on: str | None,
) -> ChangeRecord:  # fmt: skip
    before = listings[c.before_listing] if c.before_listing is not None else None
    after = listings[c.after_listing] if c.after_listing is not None else None
    newest = after or before
    agency = agencies.get(c.agency_id or "")
    gone = c.kind in ("termination", "pending_withdrawn")
    return {
        "id": c.id, "kind": c.kind, "status": said.status if said else c.status,
        "needs_review": said.needs_review if said else c.needs_review,
        "state": agency.state if agency else (newest.state_code if newest else None),
        "agency": agency.name if agency else None, "agency_id": c.agency_id, "agreement_id": c.agreement_id,
        "county": agency.county if agency else None, "county_fips": agency.county_fips if agency else None,
        "support_type": (newest.support_code or newest.support_type) if newest else None,
        "signed_on": newest.signed_on if newest else None, "fields": c.fields,
        "before": listing_view(before) if before else None, "after": listing_view(after) if after else None,
        "rule": c.rule, "evidence": c.evidence, "candidates": c.candidates, "reason": said.why if said else c.reason,
        "list": c.list_name, "last_listed_in": _reference(references, c.last_listed),
        "first_missing_from": _reference(references, (c.first_missing, 0)) if c.first_missing is not None else None,
        "first_listed_in": None if gone else _reference(references, c.first_listed),
        "listed_on": c.listed_on, "listed_between": [list_before_on, c.listed_on] if list_before_on else None,
        "known_at": said.known_at if said else None, "told": told,
    }  # fmt: skip


def _reference(references: Mapping[int, ListReference], place: tuple[int, int] | None) -> ListReference | None:
    if place is None or place[0] not in references:
        return None
    return {**references[place[0]], "row": place[1] or None}


def fits(entry: ChangeRecord, wanted: Filter) -> bool:
    """Return whether an entry of the log is one of those asked for (`known_at` aside)."""
    if wanted.since and entry["listed_on"] < wanted.since:
        return False
    if wanted.until and entry["listed_on"] > wanted.until:
        return False
    if wanted.state and (entry["state"] or "").upper() != wanted.state.upper():
        return False
    if wanted.county and not is_county(wanted.county, entry["county"], entry["county_fips"]):
        return False
    if wanted.agency and wanted.agency not in (entry["agency_id"], entry["agency"]):
        return False
    if wanted.support_type and entry["support_type"] != wanted.support_type:
        return False
    if wanted.kind and entry["kind"] != wanted.kind:
        return False
    if wanted.status and entry["status"] != wanted.status:
        return False
    return wanted.needs_review is None or entry["needs_review"] == wanted.needs_review
