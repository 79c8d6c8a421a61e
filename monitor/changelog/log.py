"""The change log as the contract gives it: one object a change, with both rows and the lists that show them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from db.database import Store
from db.models import COLUMNS, Listing
from db.queries.snapshots import load_listings
from monitor.changelog.history import Change
from monitor.changelog.known_at import replay
from monitor.changelog.stored_state import CHANGE, change_from_row
from monitor.matching.names import normal_form

KINDS = {
    "signing": "first listed by ICE",
    "termination": "no longer listed by ICE",
    "renewal": "the same agency and support type signed anew, and the older agreement gone",
    "switch": "another support type signed after the agency's older one was gone",
    "amendment": "the same agreement, some cells changed",
    "reinstatement": "listed again after having been no longer listed",
    "pending_listed": "first listed as pending",
    "pending_withdrawn": "no longer listed as pending",
    "list_event": "something happened to a list as a whole",
}
STATUSES = {
    "provisional": "one list lacks the agreement; the next one decides",
    "confirmed": "the statement stands",
    "retracted": "the statement does not stand; the reason says why",
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


def read_log(store: Store, wanted: Filter = Filter()) -> list[dict[str, Any]]:
    """The log, oldest first, as it stands (or as it stood at `known_at`), overturned statements included."""
    stated = _stated(store, wanted.known_at)
    entries = _entries(store, stated, known_at=wanted.known_at)
    entries = [e for e in entries if _fits(e, wanted)]
    entries.sort(key=lambda e: (e["listed_on"], e["state"] or "", e["agency"] or "", e["support_type"] or "", e["id"]))
    return entries


def read_entries(store: Store, ids: Iterable[str]) -> list[dict[str, Any]]:
    """The changes of those ids as they stand, oldest first; what was overturned in its last wording."""
    asked = json.dumps(sorted(set(ids)))
    entries = _entries(store, _stated(store, None, asked), asked)
    return sorted(entries, key=lambda e: (e["listed_on"], e["state"] or "", e["agency"] or "", e["id"]))


def _entries(
    store: Store, stated: Mapping[str, dict[str, Any]], asked: str | None = None, known_at: str | None = None
) -> list[dict[str, Any]]:
    """Stated changes in the contract's form: all, or those whose ids are in the JSON list `asked`."""
    rows = [
        change_from_row(row)
        for row in store.connection.execute(
            f"select {', '.join(CHANGE)} from changes where ?1 is null or id in (select value from json_each(?1))",  # noqa: S608 - fixed names
            [asked],
        )
    ]
    entries = recall(store, known_at, stated) if known_at is not None else []
    recalled = {e["id"] for e in entries}
    if known_at is not None:  # what was overturned by then is told in its words of then
        rows = [c for c in rows if _body(store, c.id, known_at) is None]
    entries += present(store, [c for c in rows if c.id in stated and c.id not in recalled], stated)
    derived = {c.id for c in rows} | recalled
    told = told_ids(store.connection)
    for change_id, said in stated.items():
        if change_id not in derived and (body := _body(store, change_id, known_at)):
            entries.append({**body, "status": said["status"], "needs_review": said["needs_review"],
                            "known_at": said["known_at"], "reason": said["why"] or body.get("reason", ""),
                            "told": change_id in told})  # fmt: skip
    return entries


def told_ids(connection: sqlite3.Connection) -> frozenset[str]:
    """Ids of the changes that some subscriber was told."""
    return frozenset(str(row[0]) for row in connection.execute("select change_id from told"))


def recall(store: Store, known_at: str, stated: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The changes stated by `known_at` as the lists known then make them: what came later moves none of their parts."""
    ledger, known = replay(store, until=known_at)
    publications = {
        p.position: {
            "file": p.file, "list": p.list_name, "sha256": p.sha256, "url": p.url, "published_on": p.published_on,
            "workbook_modified_at": p.workbook_modified_at,
        }
        for p in known if p.position is not None
    }  # fmt: skip
    agencies = {a.id: (a.id, a.state, a.name, a.county, a.county_fips) for a in ledger.agencies.values()}
    changes = [c for c in ledger.changes.at_hand.values() if c.id in stated]
    return present(store, changes, stated, publications, agencies)


def present(
    store: Store, changes: Iterable[Change], stated: Mapping[str, Mapping[str, Any]],
    publications: Mapping[int, dict[str, Any]] | None = None, agencies: Mapping[str, Any] | None = None,
) -> list[dict[str, Any]]:  # fmt: skip
    """Changes in the contract's form. `stated` gives each its known_at, status and needs_review.

    The publications and agencies they refer to are those of the tables when none are given.
    """
    changes = list(changes)
    ids = {i for c in changes for i in (c.before_listing, c.after_listing) if i is not None}
    listings = load_listings(store, ids if len(ids) < 2000 else None)
    publications = _publications(store) if publications is None else publications
    if agencies is None:
        rows = "select a.id, a.state, a.name, a.county, a.county_fips from agencies a"
        agencies = {r[0]: r for r in store.connection.execute(rows)}
    told = told_ids(store.connection)
    return [_entry(c, listings, publications, agencies, stated.get(c.id, {}), c.id in told) for c in changes]


def listing_view(listing: Listing | None) -> dict[str, Any] | None:
    """A listing as ICE printed it, with its normalised values where they differ."""
    if listing is None:
        return None
    view: dict[str, Any] = {("signed_on" if name == "signed" else name): getattr(listing, name) for name in COLUMNS}
    normal = {
        "state": listing.state_code, "support_type": listing.support_code, "signed_on": listing.signed_on,
        "moa": listing.moa_url, "addendum": listing.addendum_url,
    }  # fmt: skip
    for name in ("agency", "county", "type"):
        if view[name] is not None and " ".join(view[name].split()) != view[name]:
            normal[name] = " ".join(view[name].split())
    view["normalised"] = {name: value for name, value in normal.items() if value is not None and value != view[name]}
    if listing.extra:
        view["extra"] = dict(listing.extra)
    return view


def _entry(
    c: Change, listings: Mapping[int, Listing], publications: Mapping[int, dict[str, Any]],
    agencies: Mapping[str, Any], said: Mapping[str, Any], told: bool,
) -> dict[str, Any]:  # fmt: skip
    before = listings.get(c.before_listing) if c.before_listing is not None else None
    after = listings.get(c.after_listing) if c.after_listing is not None else None
    newest = after or before
    agency = agencies.get(c.agency_id or "")
    gone = c.kind in ("termination", "pending_withdrawn")
    return {
        "id": c.id, "kind": c.kind, "status": said.get("status", c.status),
        "needs_review": bool(said.get("needs_review", c.needs_review)),
        "state": agency[1] if agency else (newest.state_code if newest else None),
        "agency": agency[2] if agency else None, "agency_id": c.agency_id, "agreement_id": c.agreement_id,
        "county": agency[3] if agency else None, "county_fips": agency[4] if agency else None,
        "support_type": (newest.support_code or newest.support_type) if newest else None,
        "signed_on": newest.signed_on if newest else None, "fields": c.fields,
        "before": listing_view(before), "after": listing_view(after), "rule": c.rule, "evidence": c.evidence,
        "candidates": c.candidates, "reason": said.get("why", c.reason), "list": c.list_name,
        "last_listed_in": _reference(publications, c.last_listed),
        "first_missing_from": _reference(publications, (c.first_missing, 0)) if c.first_missing is not None else None,
        "first_listed_in": None if gone else _reference(publications, c.first_listed),
        "listed_on": c.listed_on, "known_at": said.get("known_at"), "told": told,
    }  # fmt: skip


def _reference(publications: Mapping[int, dict[str, Any]], place: tuple[int, int] | None) -> dict[str, Any] | None:
    if place is None or place[0] not in publications:
        return None
    return {**publications[place[0]], "row": place[1] or None}


def _publications(store: Store) -> dict[int, dict[str, Any]]:
    names = ("file", "list", "sha256", "url", "published_on", "workbook_modified_at")
    rows = store.connection.execute(f"select position, {', '.join(names)} from publications where position is not null")  # noqa: S608 - fixed names
    return {row[0]: dict(zip(names, row[1:], strict=True)) for row in rows}


def _stated(store: Store, known_at: str | None, asked: str | None = None) -> dict[str, dict[str, Any]]:
    """What was last stated of each change by `known_at` (or ever), and when it was first stated."""
    rows = store.connection.execute(
        "select change_id, known_at, status, needs_review, why from statements where (?1 is null or known_at <= ?1)"
        " and (?2 is null or change_id in (select value from json_each(?2))) order by id",
        [known_at, asked],
    )
    said: dict[str, dict[str, Any]] = {}
    for change_id, at, status, needs_review, why in rows:
        first = said.get(change_id, {}).get("known_at", at)
        said[change_id] = {"known_at": first, "status": status, "needs_review": bool(needs_review), "why": why}
    return said


def _body(store: Store, change_id: str, known_at: str | None) -> dict[str, Any] | None:
    row = store.connection.execute(
        "select body from statements where change_id = ? and body is not null and (? is null or known_at <= ?)"
        " order by id desc limit 1",
        [change_id, known_at, known_at],
    ).fetchone()
    return json.loads(row[0]) if row else None


def _fits(entry: Mapping[str, Any], wanted: Filter) -> bool:
    if wanted.since and entry["listed_on"] < wanted.since:
        return False
    if wanted.until and entry["listed_on"] > wanted.until:
        return False
    if wanted.state and (entry["state"] or "").upper() != wanted.state.upper():
        return False
    if wanted.county and not _is_county(entry, wanted.county):
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


def _is_county(entry: Mapping[str, Any], county: str) -> bool:
    """Whether the county asked for, by FIPS code or name with or without "County", is the entry's."""
    if county == entry.get("county_fips"):
        return True
    asked, name = normal_form(county), normal_form(entry["county"])
    return bool(name) and asked in (name, name.removesuffix(" county").removesuffix(" parish"))


def fits(entry: Mapping[str, Any], wanted: Filter) -> bool:
    """Whether an entry of the log is one of those asked for (`known_at` aside)."""
    return _fits(entry, wanted)
