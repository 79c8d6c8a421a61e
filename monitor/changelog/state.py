"""What the lists so far say: agencies, names, agreements and changes after the newest publication.

The state knows who is who and what stands where; `monitor.matching` decides what is the same, and `record` writes
what changed into the log. What moved since the tables were last written is in `dirty`.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Container, Mapping
from dataclasses import dataclass, field

from db.models import (
    Accepted,
    Agency,
    Agreement,
    Change,
    Gone,
    Listing,
    ListName,
    NameKey,
    NameUse,
    New,
    Span,
)
from db.printed_cells import says_nothing
from db.queries.changes import find_change, load_ids, load_ids_of_agency
from db.queries.snapshots import content_hash
from monitor.matching.find_known import agency_for
from monitor.matching.ids import agency_slug, agreement_slug, document_key, name_key, name_of
from monitor.matching.known import SideKey
from monitor.matching.linked_documents import claim_of_row
from monitor.matching.same_agreement import Side
from monitor.matching.side_by_side import LINKED, SideBySide
from monitor.places.agency_county import locate


@dataclass(slots=True)
class Dirty:
    """What moved: ids of agencies, names, agreements and changes, and spans opened or closed."""

    agencies: set[str] = field(default_factory=set)
    names: set[NameKey] = field(default_factory=set)
    agreements: set[str] = field(default_factory=set)
    changes: set[str] = field(default_factory=set)
    spans: list[Span] = field(default_factory=list)


class ChangeBook:
    """The log: a change is read from the database when it is first asked for."""

    def __init__(self, connection: sqlite3.Connection | None = None) -> None:
        self.at_hand: dict[str, Change] = {}
        self._connection = connection
        self._ids: set[str] | None = None  # of the changes in the database, once they are read

    def __contains__(self, change_id: object) -> bool:
        return isinstance(change_id, str) and self.find(change_id) is not None

    def find(self, change_id: str | None) -> Change | None:
        """Return the change; None when there is none."""
        change = None if change_id is None else self.at_hand.get(change_id)
        if change is None and change_id is not None and self._connection is not None:
            change = find_change(self._connection, change_id) if change_id in (self._ids or (change_id,)) else None
            if change is not None:
                self.at_hand[change_id] = change
        return change

    def load_ids(self) -> None:
        """Read which changes there are, so that the database is asked for no others."""
        assert self._connection is not None
        self._ids = load_ids(self._connection) | {""}

    def of_agency(self, agency_id: str) -> list[Change]:
        """Return every change of the agency."""
        for change_id in load_ids_of_agency(self._connection, agency_id) if self._connection is not None else ():
            self.find(change_id)
        return [change for change in self.at_hand.values() if change.agency_id == agency_id]


class Ledger:
    """Agencies, names, agreements and changes, kept consistent with one another."""

    def __init__(
        self, listings: Mapping[int, Listing], together: SideBySide, rulings: Mapping[tuple[str, str], str],
        changes: ChangeBook,
    ) -> None:  # fmt: skip
        self.listings = listings
        self.agencies: dict[str, Agency] = {}
        self.names: dict[NameKey, NameUse] = {}
        self.loose: dict[NameKey, set[NameKey]] = defaultdict(set)  # (state, loose key) -> names
        self.agreements: dict[str, Agreement] = {}
        self.by_agency: dict[str, set[str]] = defaultdict(set)
        self.opened: dict[int, list[str]] = defaultdict(list)  # position -> participating agreements first listed there
        self.opened_between: dict[tuple[str, str], list[Agreement]] = {}  # those of two days, by id, once asked for
        self.by_state: dict[str | None, set[str]] = defaultdict(set)  # agencies; may hold merged or moved ones
        self.listed: dict[ListName, dict[int, str]] = {"participating": {}, "pending": {}}
        self.missing: dict[ListName, dict[int, set[str]]] = {"participating": {}, "pending": {}}
        self.sides: dict[SideKey, tuple[Listing, Side]] = {}
        self.latest: dict[ListName, Accepted] = {}
        self.changed_at: dict[ListName, int] = {}  # position of the newest publication that moved anything
        self.dates: dict[int, str] = {}  # position -> date of the list
        self.changes = changes
        self.settled_on: str | None = None  # since a list of that day nothing moved that could name a pending row
        self.waiting: dict[str, str] = {}  # agreement id -> id of its ending that waits for confirmation
        self.named_pending: dict[str, str | None] = {}  # agreement -> the pending one its signing names, if looked up
        self.rulings = rulings
        self.ruled = {agreement_id for pair in rulings for agreement_id in pair}
        self.together = together
        self.dirty = Dirty()

    def begin(self, publication: Accepted) -> None:
        """Make the publication the newest of its list."""
        self.latest[publication.list] = publication
        self.dates[publication.position] = publication.listed_on

    def side_by_side(self, list_name: ListName, support: str | None, a: NameKey, b: NameKey) -> bool:
        """Return whether the two names ever stood on one list under the support type."""
        return a != b and self.together.overlap(list_name, support or "", a, b)

    def links(self, list_name: ListName, row: Listing, claim: str) -> bool:
        """Return whether on some list, also a later one, the row links an MOA of which the claim is true."""
        name = name_key(row)
        claimed = claim_of_row(name, row.signed_on, claim)
        return self.together.overlap(list_name, (row.support_code or "") + LINKED, name, claimed)

    # -- who is who -------------------------------------------------------------------------------------------

    def agency_of(self, listing: Listing, position: int) -> Agency:
        """Return the agency that a listing's name belongs to; make it when the name is a new one."""
        agency = agency_for(self, listing)
        if agency is None:
            name = name_of(listing)
            agency_id = _free(agency_slug(listing), self.agencies)
            agency = Agency(agency_id, listing.state_code, name.printed, name.body, first_position=position)
            self.agencies[agency_id] = agency
        self.name_agency(agency, listing, position)
        return agency

    def name_agency(self, agency: Agency, listing: Listing, position: int) -> None:
        """Let the agency go by the listing's name from now on."""
        key, name = name_key(listing), name_of(listing)
        if says_nothing(listing.agency or ""):
            return
        use = self.names.get(key)
        if use is None:
            use = self.names[key] = NameUse(key[0], key[1], agency.id, name.printed, position, position)
        use.agency_id, use.printed, use.last_position = agency.id, name.printed, position
        self.loose[(key[0], name.loose)].add(key)
        agency.name, agency.body = name.printed, name.body
        agency.state = listing.state_code or agency.state  # an unreadable state is no other state
        self.by_state[agency.state].add(agency.id)
        location = locate(listing.state_code, listing.county, name.printed, listing.type)
        if location is not None:
            agency.county_fips, agency.county = location.county.fips, location.county.name
        self.dirty.agencies.add(agency.id)
        self.dirty.names.add(key)

    def merge_agencies(self, kept: Agency, other: Agency) -> None:
        """Give `other`'s names, agreements and former ids to `kept`: the two turn out to be one agency."""
        if kept.id == other.id:
            return
        for key, use in self.names.items():
            if use.agency_id == other.id:
                use.agency_id = kept.id
                self.dirty.names.add(key)
        for agreement_id in sorted(self.by_agency.pop(other.id, set())):
            self.agreements[agreement_id].agency_id = kept.id
            self.by_agency[kept.id].add(agreement_id)
            self.dirty.agreements.add(agreement_id)
        for change in self.changes.of_agency(other.id):
            change.agency_id = kept.id
            self.dirty.changes.add(change.id)
        kept.former_ids = sorted({*kept.former_ids, other.id, *other.former_ids} - {kept.id})
        kept.first_position = min(kept.first_position, other.first_position)
        del self.agencies[other.id]
        self.dirty.agencies |= {kept.id, other.id}

    def move_agreement(self, agreement: Agreement, agency: Agency) -> None:
        """Move the agreement to another agency."""
        self.by_agency[agreement.agency_id].discard(agreement.id)
        agreement.agency_id = agency.id
        self.by_agency[agency.id].add(agreement.id)
        self.dirty.agreements.add(agreement.id)

    # -- what stands where ------------------------------------------------------------------------------------

    def open_agreement(self, publication: Accepted, new: New) -> Agreement:
        """Return a new agreement of the listing's agency, without a row yet."""
        listing = new.listing
        agency = self.agency_of(listing, publication.position)
        agreement_id = _free(agreement_slug(listing), self.agreements)
        agreement = Agreement(
            agreement_id, publication.list, agency.id, listing.support_code, listing.signed_on, publication.position,
            new.listing_id, new.row, publication.position,
        )  # fmt: skip
        self.note_agreement(agreement)
        return agreement

    def note_agreement(self, agreement: Agreement) -> None:
        """Make the agreement one of those known."""
        self.agreements[agreement.id] = agreement
        self.by_agency[agreement.agency_id].add(agreement.id)
        if agreement.list == "participating":
            self.opened[agreement.first_position].append(agreement.id)
            self.opened_between.clear()

    def put_on(self, publication: Accepted, agreement: Agreement, new: New) -> None:
        """Show the agreement in this row of the publication."""
        position, listing = publication.position, new.listing
        agreement.rows[new.listing_id] = (new.row, position)
        self.listed[publication.list][new.listing_id] = agreement.id
        self.set_status(agreement, "listed", None)
        agreement.last_listing, agreement.last_row, agreement.last_seen = new.listing_id, new.row, position
        if listing.signed_on and (agreement.signed_on is None or listing.signed_on <= publication.listed_on):
            agreement.signed_on = listing.signed_on  # a date after the list itself is a misprint
        agreement.support = listing.support_code or agreement.support
        agreement.document = document_key(listing.moa_url)
        if agreement.document:
            agreement.documents.add(agreement.document)
        self.name_agency(self.agencies[agreement.agency_id], listing, position)
        self.dirty.spans.append(Span(agreement.id, new.listing_id, new.row, position, None, publication.list))
        self.dirty.agreements.add(agreement.id)

    def take_off(self, gone: Gone, previous: Accepted) -> None:
        """Take the row away; `previous` was the last publication of the list to show it."""
        agreement = gone.agreement
        row, first = agreement.rows.pop(gone.listing_id)
        del self.listed[agreement.list][gone.listing_id]
        agreement.last_listing, agreement.last_seen = gone.listing_id, previous.position
        agreement.last_row = previous.row_of(gone.listing_id)
        self.dirty.spans.append(Span(agreement.id, gone.listing_id, row, first, previous.position, agreement.list))
        self.dirty.agreements.add(agreement.id)

    def set_status(self, agreement: Agreement, status: str, missing_position: int | None) -> None:
        """Set whether the agreement is listed, missing, renewed or withdrawn, and since which publication."""
        if agreement.missing_position is not None:
            self.missing[agreement.list].get(agreement.missing_position, set()).discard(agreement.id)
        agreement.status, agreement.missing_position = status, missing_position
        self.note_missing(agreement)
        self.dirty.agreements.add(agreement.id)

    def note_missing(self, agreement: Agreement) -> None:
        """Make the agreement one of the missing ones, when it is."""
        if agreement.status == "missing" and agreement.missing_position is not None:
            self.missing[agreement.list].setdefault(agreement.missing_position, set()).add(agreement.id)

    # -- the log ----------------------------------------------------------------------------------------------

    def add_change(self, change: Change) -> None:
        """Put the change into the log."""
        self.changes.at_hand[change.id] = change
        self.dirty.changes.add(change.id)
        if change.kind in ("signing", "switch", "renewal", "pending_listed") and change.agreement_id is not None:
            agreement = self.agreements[change.agreement_id]
            if agreement.signing is None:
                agreement.signing = change.id
                self.dirty.agreements.add(agreement.id)

    def free_change_id(self, wanted: str) -> str:
        """Return the id, or a numbered one where the same statement is made again on another list."""
        return _free(wanted, self.changes)

    def content(self, listing_id: int) -> str:
        """Return what names a listing in a change's id: its content, whatever number the store gave it."""
        return content_hash(self.listings[listing_id]).hex()


def _free(stem: str, taken: Container[str]) -> str:
    """Return `stem`, or the first of stem-2, stem-3, … that is not taken."""
    name, number = stem, 2
    while name in taken:
        name, number = f"{stem}-{number}", number + 1
    return name
