"""What the lists so far say: agencies, agreements, the rows they stand in, and the changes between lists.

These are the derived tables in memory. `monitor.changelog.diff` moves them on by one publication and
`monitor.changelog.stored_state` writes what moved. Positions number the accepted publications of both lists in order
of evidence, from 0.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from db.models import Listing, ListName
from monitor.matching.names import Name, canonical_name, normal_form, printed_form, slug
from monitor.places import gazetteer

NameKey = tuple[str, str]  # (USPS code or "", strict key)


@dataclass(slots=True)
class Accepted:
    """An accepted publication as the diff sees it."""

    position: int
    list: ListName
    sha256: str
    file: str
    listed_on: str
    listing_ids: tuple[int, ...]
    rows: tuple[int, ...]

    def row_of(self, listing_id: int) -> int:
        """The sheet row in which this publication shows the listing (the first of them)."""
        return self.rows[self.listing_ids.index(listing_id)]


@dataclass(slots=True)
class Agency:
    """One law-enforcement body in one state, whatever its spelling."""

    id: str
    state: str | None
    name: str  # the name we use today: as last printed
    body: str
    county: str | None = None  # as the Census Bureau writes it
    county_fips: str | None = None
    former_ids: list[str] = field(default_factory=list)
    first_position: int = 0


@dataclass(slots=True)
class NameUse:
    """A canonical name as printed on lists, and whose it is."""

    state: str
    key: str
    agency_id: str
    printed: str
    first_position: int
    last_position: int  # of the newest publication that began to show a row under this name


@dataclass(slots=True)
class Agreement:
    """One agency, support type and signing; it lives across publications."""

    id: str
    list: ListName
    agency_id: str
    support: str | None
    signed_on: str | None
    first_position: int
    last_listing: int
    last_row: int
    last_seen: int  # position of the newest publication that shows it; only right while it is gone
    status: str = "listed"  # listed, missing (an ending that waits or stands), renewed, withdrawn (a second row)
    missing_position: int | None = None
    rows: dict[int, tuple[int, int]] = field(default_factory=dict)  # listing id -> (sheet row, first position)
    documents: set[str] = field(default_factory=set)  # every agreement document (MOA) it ever linked
    document: str | None = None  # the one its newest row links
    endings: int = 0
    baseline: bool = False


@dataclass(slots=True)
class Change:
    """A dated statement about one agreement, or a list as a whole."""

    id: str
    kind: str
    status: str
    list_name: ListName
    agreement_id: str | None
    agency_id: str | None
    position: int
    listed_on: str
    rule: str
    needs_review: bool = False
    before_listing: int | None = None
    after_listing: int | None = None
    fields: list[str] = field(default_factory=list)
    evidence: dict[str, Any] = field(default_factory=dict)
    candidates: list[dict[str, Any]] = field(default_factory=list)
    reason: str = ""
    last_listed: tuple[int, int] | None = None  # (position, sheet row)
    first_missing: int | None = None
    first_listed: tuple[int, int] | None = None


def change_id(*content: object) -> str:
    """A change's id: twelve hexadecimal digits of what it states."""
    return hashlib.sha256("|".join(str(part) for part in content).encode()).hexdigest()[:12]


def name_of(listing: Listing) -> Name:
    """The canonical name of a listing's agency."""
    return canonical_name(listing.state_code, listing.agency or "")


def name_key(listing: Listing) -> NameKey:
    """The state and strict key that a listing's agency goes by."""
    return (listing.state_code or "", name_of(listing).key)


def agency_slug(listing: Listing) -> str:
    """The id a new agency gets: its state and its name as first printed."""
    return f"{(listing.state_code or 'xx').lower()}-{slug(listing.agency or '')}"


def agreement_slug(listing: Listing) -> str:
    """The id a new agreement gets: agency, support type and signing date as first printed."""
    support = (listing.support_code or slug(listing.support_type or "unknown")).lower()
    if listing.list == "pending":
        return f"pending-{agency_slug(listing)}-{support}"
    return f"{agency_slug(listing)}-{support}-{listing.signed_on or 'undated'}"


@lru_cache(maxsize=65536)
def document_key(url: str | None) -> str | None:
    """What makes two links the same document: host and path without case, query or fragment."""
    if not url:
        return None
    bare = url.split("#", 1)[0].split("?", 1)[0].split("://", 1)[-1].casefold().rstrip("/")
    return bare.removeprefix("www.") or None


@lru_cache(maxsize=65536)
def county_of(state: str | None, county: str | None, agency: str) -> tuple[str, str] | None:
    """(FIPS code, official name) of the county a listing's cell names, else of the county in the agency's own name."""
    match = gazetteer.find_county(state, county)
    if match is None and state:
        words = agency.split()
        for end, word in enumerate(words):
            if word.casefold() in ("county", "parish"):
                match = gazetteer.find_county(state, " ".join(words[: end + 1]))
                match = None if match is not None and match.snapped else match
                break
    return (match.county.fips, match.county.name) if match else None


def county_fips(listing: Listing) -> str | None:
    """The FIPS code of a listing's county, None when it has none or names no one county."""
    found = county_of(listing.state_code, listing.county, printed_form(listing.agency))
    return found[0] if found else None


def differing_fields(before: Listing, after: Listing) -> list[str]:
    """The columns in which two rows of one agreement say different things; spaces, case and apostrophes set aside.

    A column that one of the lists does not have says nothing.
    """
    pairs = {
        "agency": (normal_form(before.agency), normal_form(after.agency)),
        "state": (before.state_code or normal_form(before.state), after.state_code or normal_form(after.state)),
        "county": (_cell(before.county), _cell(after.county)),
        "type": (_cell(before.type), _cell(after.type)),
        "support_type": (
            before.support_code or normal_form(before.support_type),
            after.support_code or normal_form(after.support_type),
        ),
        "signed_on": (before.signed_on or _cell(before.signed), after.signed_on or _cell(after.signed)),
        "moa": (document_key(before.moa_url), document_key(after.moa_url)),
        "addendum": (document_key(before.addendum_url), document_key(after.addendum_url)),
    }
    columns = {"signed_on": "signed"}
    fields = []
    for name, (old, new) in pairs.items():
        column = columns.get(name, name)
        if old != new and getattr(before, column) is not None and getattr(after, column) is not None:
            fields.append(name)
    return fields


def _cell(text: str | None) -> str | None:
    """A cell for comparing; ways of writing "not applicable" and blank are one."""
    form = normal_form(text)
    return "" if form in ("#n/a", "#na", "#n?a", "n/a", "na") else form
