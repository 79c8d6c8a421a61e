"""The ledger: agencies, names, agreements and changes as they stand after the newest publication.

It knows who is who and what stands where; it decides nothing (`monitor.matching.assign`) and words nothing
(`monitor.changelog.record`). What moved since the last `clear_dirty` is in `dirty`, for whoever keeps the tables.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from db.models import Listing, ListName
from db.queries.snapshots import content_hash
from monitor import policy
from monitor.changelog.history import (
    Accepted,
    Agency,
    Agreement,
    Change,
    NameKey,
    NameUse,
    agency_slug,
    agreement_slug,
    county_fips,
    document_key,
    name_key,
    name_of,
)
from monitor.matching.names import Name, canonical_name
from monitor.matching.rules import AGAINST, Judgement
from monitor.matching.similarity import compare
from monitor.places.located import locate

#: Two names that were taken never to have stood on one list together: list, support type, name, name.
Apart = tuple[str, str, NameKey, NameKey]


@dataclass(slots=True, eq=False)
class Gone:
    """A row of an agreement that a publication no longer shows."""

    agreement: Agreement
    listing_id: int
    listing: Listing
    whole: bool  # whether the agreement has no other row left


@dataclass(slots=True, eq=False)
class New:
    """A row that the publication before did not show."""

    listing_id: int
    row: int
    listing: Listing


class Occurrences(Protocol):
    """Knows which names ever stood on one list together, also on lists later than the one at hand."""

    def overlap(self, list_name: str, support: str, a: NameKey, b: NameKey) -> bool:
        """Whether some accepted publication of the list shows both names under the support type."""


@dataclass(slots=True)
class Span:
    """An unbroken run of publications that show one row of an agreement; `last` is None while it goes on."""

    agreement_id: str
    listing_id: int
    row: int
    first: int
    last: int | None
    list: ListName


@dataclass(slots=True)
class Dirty:
    """What moved: ids of agencies, names, agreements and changes, and spans opened or closed."""

    agencies: set[str] = field(default_factory=set)
    names: set[NameKey] = field(default_factory=set)
    agreements: set[str] = field(default_factory=set)
    changes: set[str] = field(default_factory=set)
    spans: list[Span] = field(default_factory=list)
    apart: set[Apart] = field(default_factory=set)


class ChangeBook:
    """The log in memory: changes by id."""

    def __init__(self) -> None:
        self.at_hand: dict[str, Change] = {}

    def __contains__(self, change_id: object) -> bool:
        return change_id in self.at_hand

    def find(self, change_id: str) -> Change | None:
        """The change, None when there is none."""
        return self.at_hand.get(change_id)

    def add(self, change: Change) -> None:
        """The change is in the log."""
        self.at_hand[change.id] = change

    def of_agency(self, agency_id: str) -> list[Change]:
        """Every change of the agency."""
        return [change for change in self.at_hand.values() if change.agency_id == agency_id]


class Ledger:
    """Agencies, names, agreements and changes, with the look-ups that pairing needs."""

    def __init__(self, occurrences: Occurrences, listings: Mapping[int, Listing], changes: ChangeBook) -> None:
        self.listings = listings
        self.agencies: dict[str, Agency] = {}
        self.names: dict[NameKey, NameUse] = {}
        self.loose: dict[NameKey, set[NameKey]] = defaultdict(set)  # (state, loose key) -> names
        self.agreements: dict[str, Agreement] = {}
        self.by_agency: dict[str, set[str]] = defaultdict(set)
        self.listed: dict[ListName, dict[int, str]] = {"participating": {}, "pending": {}}
        self.latest: dict[ListName, Accepted] = {}
        self.changed_at: dict[ListName, int] = {}  # position of the newest publication that moved anything
        self.dates: dict[int, str] = {}  # position -> listed_on
        self.changes = changes
        self.endings: dict[str, str] = {}  # agreement id -> id of its newest ending, while that is not retracted
        self.signings: dict[str, str] = {}  # agreement id -> id of the change that listed it
        self.waiting: dict[str, str] = {}  # agreement id -> id of its ending that waits for confirmation
        self.rulings: dict[tuple[str, str], str] = {}  # (agreement id, agreement id) -> same | distinct
        self.apart: dict[NameKey, set[Apart]] = defaultdict(set)  # names taken never to have stood together
        self.occurrences = occurrences
        self.assumption_broken = False
        self.dirty = Dirty()

    def begin(self, publication: Accepted) -> None:
        """The publication is the newest of its list."""
        self.latest[publication.list] = publication
        self.dates[publication.position] = publication.listed_on

    # -- who is who -------------------------------------------------------------------------------------------

    def agency_for(self, listing: Listing) -> Agency | None:
        """The agency a listing's name belongs to, None when it is a new one."""
        use = self.names.get(name_key(listing))
        if use is not None:
            return self.agencies[use.agency_id]
        name, state = name_of(listing), listing.state_code
        alike = {self.names[key].agency_id for key in self.loose.get((state or "", name.loose), ())}
        fitting = [
            agency
            for agency_id in sorted(alike)
            for agency in [self.agencies[agency_id]]
            if not compare(canonical_name(agency.state, agency.name), name, agency.state, state).against
        ]
        return fitting[0] if len(fitting) == 1 else None

    def agency_of(self, listing: Listing, position: int) -> Agency:
        """The agency a listing's name belongs to; it is made when the name is a new one."""
        agency = self.agency_for(listing)
        if agency is None:
            name = name_of(listing)
            agency_id = _free(agency_slug(listing), self.agencies)
            agency = Agency(agency_id, listing.state_code, name.printed, name.body, first_position=position)
            self.agencies[agency_id] = agency
        self.name_agency(agency, listing, position)
        return agency

    def name_agency(self, agency: Agency, listing: Listing, position: int) -> None:
        """The agency goes by the listing's name from now on."""
        key, name = name_key(listing), name_of(listing)
        use = self.names.get(key)
        if use is None:
            use = self.names[key] = NameUse(key[0], key[1], agency.id, name.printed, position, position)
        use.agency_id, use.printed, use.last_position = agency.id, name.printed, position
        self.loose[(key[0], name.loose)].add(key)
        agency.name, agency.body = name.printed, name.body
        agency.state = listing.state_code or agency.state  # an unreadable state is no other state
        location = locate(listing.state_code, listing.county, name.printed, listing.type)
        if location is not None:
            agency.county_fips, agency.county = location.county.fips, location.county.name
        self.dirty.agencies.add(agency.id)
        self.dirty.names.add(key)

    def merge_agencies(self, kept: Agency, other: Agency) -> None:
        """Two agencies turn out to be one: `other`'s names, agreements and former ids are `kept`'s."""
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
        """The agreement is another agency's, and so is what was said of it."""
        self.by_agency[agreement.agency_id].discard(agreement.id)
        agreement.agency_id = agency.id
        self.by_agency[agency.id].add(agreement.id)
        self.dirty.agreements.add(agreement.id)

    # -- what stands where ------------------------------------------------------------------------------------

    def open_agreement(self, publication: Accepted, new: New) -> Agreement:
        """A new agreement of the listing's agency; no row is put on yet."""
        listing = new.listing
        agency = self.agency_of(listing, publication.position)
        agreement_id = _free(agreement_slug(listing), self.agreements)
        agreement = Agreement(
            agreement_id, publication.list, agency.id, listing.support_code, listing.signed_on, publication.position,
            new.listing_id, new.row, publication.position,
        )  # fmt: skip
        self.agreements[agreement_id] = agreement
        self.by_agency[agency.id].add(agreement_id)
        return agreement

    def put_on(self, publication: Accepted, agreement: Agreement, new: New) -> None:
        """The publication shows the agreement in this row."""
        position, listing = publication.position, new.listing
        agreement.rows[new.listing_id] = (new.row, position)
        self.listed[publication.list][new.listing_id] = agreement.id
        agreement.status, agreement.missing_position = "listed", None
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
        """The row is gone; `previous` was the last publication of the list to show it."""
        agreement = gone.agreement
        row, first = agreement.rows.pop(gone.listing_id)
        del self.listed[agreement.list][gone.listing_id]
        agreement.last_listing, agreement.last_seen = gone.listing_id, previous.position
        agreement.last_row = previous.row_of(gone.listing_id)
        self.dirty.spans.append(Span(agreement.id, gone.listing_id, row, first, previous.position, agreement.list))
        self.dirty.agreements.add(agreement.id)

    # -- look-ups ---------------------------------------------------------------------------------------------

    def find_double(self, listing: Listing, *, exact: bool, leaving: Collection[str] = ()) -> Agreement | None:
        """The listed agreement that the row is a second row of: same agency and support type, and the same date
        (`exact`) or one within the bounds of a correction."""
        agency = self.agency_for(listing)
        if agency is None and listing.state_code is None:
            agency = self._only_agency_named(name_of(listing).key)
        if agency is None:
            return None
        for agreement in self._of(agency.id, listing):
            if agreement.status != "listed" or agreement.id in leaving or not agreement.rows:
                continue
            if self.of_two_counties(agreement, listing):
                continue
            if agreement.signed_on == listing.signed_on or (not exact and _near(agreement, listing)):
                return agreement
        return None

    def find_missing(self, listing: Listing) -> Agreement | None:
        """The agreement gone on an earlier list that the row is: same agency, support type and signing date."""
        agency = self.agency_for(listing)
        if agency is None:
            return None
        found = [
            a
            for a in self._of(agency.id, listing)
            if a.status in ("missing", "withdrawn") and a.signed_on == listing.signed_on
        ]
        return max(found, key=lambda a: (a.last_seen, a.id), default=None)

    def last_gone(self, listing: Listing, *, other_support: bool) -> Agreement | None:
        """The agency's newest agreement that is missing: of the same support type, or of another."""
        agency = self.agency_for(listing)
        if agency is None:
            return None
        found = [
            a
            for agreement_id in self.by_agency[agency.id]
            for a in [self.agreements[agreement_id]]
            if a.list == listing.list and a.status == "missing" and (a.support != listing.support_code) == other_support
        ]
        return max(found, key=lambda a: (a.missing_position or 0, a.id), default=None)

    def other_listed(self, agreement: Agreement) -> Agreement | None:
        """Another listed agreement of the same agency, list and support type; the newest signed."""
        found = [
            a
            for agreement_id in self.by_agency[agreement.agency_id]
            for a in [self.agreements[agreement_id]]
            if a.id != agreement.id and a.list == agreement.list and a.support == agreement.support and a.rows
            and not self.of_two_counties(a, self.listings[agreement.last_listing])
        ]  # fmt: skip
        return max(found, key=lambda a: (a.signed_on or "", a.id), default=None)

    def of_two_counties(self, agreement: Agreement, listing: Listing) -> bool:
        """Whether the cells name two counties, as for two townships of one name, and no document says otherwise."""
        here, there = county_fips(self.listings[agreement.last_listing]), county_fips(listing)
        if here is None or there is None or here == there:
            return False
        return document_key(listing.moa_url) not in agreement.documents and agreement.signed_on != listing.signed_on

    def recently_missing(self, publication: Accepted) -> list[Agreement]:
        """Agreements of the list whose ending is recent enough for a new row to be theirs."""
        return [
            a
            for agreement_id in sorted(self.endings)
            for a in [self.agreements[agreement_id]]
            if a.list == publication.list
            and a.status == "missing"
            and self.gap_days(a, publication) <= policy.RETURN_DAYS
        ]

    def gap_days(self, agreement: Agreement, publication: Accepted) -> int:
        """Days from the list that first lacked the agreement to `publication`, at least 1."""
        assert agreement.missing_position is not None
        since = self.dates[agreement.missing_position]
        return max(1, (date.fromisoformat(publication.listed_on) - date.fromisoformat(since)).days)

    def canonical(self, agency: Agency) -> Name:
        """The canonical form of the name that the agency goes by."""
        return canonical_name(agency.state, agency.name)

    def listed_in(self, list_name: ListName, state: str | None, support: str | None) -> Iterator[Agreement]:
        """Listed agreements of a state and support type, in order of id."""
        for agreement_id in sorted(set(self.listed[list_name].values())):
            agreement = self.agreements[agreement_id]
            if agreement.support == support and self.agencies[agreement.agency_id].state == state:
                yield agreement

    def side_by_side(self, list_name: ListName, support: str | None, a: NameKey, b: NameKey) -> bool:
        """Whether the two names ever stood on one list under the support type; when not, that is remembered."""
        if a == b:
            return False
        if self.occurrences.overlap(list_name, support or "", a, b):
            return True
        pair: Apart = (list_name, support or "", *min((a, b), (b, a)))
        self.apart[a].add(pair)
        self.apart[b].add(pair)
        self.dirty.apart.add(pair)
        return False

    def check_assumptions(self, arrived: Iterable[tuple[NameKey, str]], list_name: ListName) -> None:
        """`assumption_broken` is set when a name that arrived stands beside one it was taken never to stand beside."""
        for key, support in arrived:
            for pair in self.apart.get(key, ()):
                if pair[0] == list_name and pair[1] == support:
                    other = pair[3] if pair[2] == key else pair[2]
                    if self.occurrences.overlap(list_name, support, key, other):
                        self.assumption_broken = True

    def listed_besides(self, agreement: Agreement) -> bool:
        """Whether the agency has another listed agreement on the list, under whatever support type."""
        return any(
            self.agreements[other].rows and other != agreement.id and self.agreements[other].list == agreement.list
            for other in self.by_agency[agreement.agency_id]
        )

    def signed_meanwhile(self, pending: Agreement) -> Agreement | None:
        """The listed participating agreement that a pending one became: same agency and support type."""
        found = [
            a
            for agreement_id in sorted(self.by_agency[pending.agency_id])
            for a in [self.agreements[agreement_id]]
            if a.list == "participating" and a.support == pending.support and a.rows
        ]
        return max(found, key=lambda a: (a.first_position, a.id), default=None)

    # -- the log ----------------------------------------------------------------------------------------------

    def add_change(self, change: Change) -> None:
        """The change is in the log."""
        self.changes.add(change)
        self.dirty.changes.add(change.id)
        if change.kind in ("signing", "switch", "renewal", "pending_listed") and change.agreement_id is not None:
            self.signings.setdefault(change.agreement_id, change.id)

    def free_change_id(self, wanted: str) -> str:
        """The id, or a numbered one where the same statement is made again on another list."""
        return _free(wanted, self.changes)

    def signing_id(self, agreement: Agreement) -> str:
        """The id of the change that listed the agreement; empty for one of the first list."""
        return self.signings.get(agreement.id, "")

    def restore_signing(self, agreement: Agreement) -> None:
        """A second row that was withdrawn is back: the change that listed it stands again."""
        change = self.changes.find(self.signing_id(agreement))
        if change is not None:
            change.status, change.reason = "confirmed", ""
            self.dirty.changes.add(change.id)

    def content(self, listing_id: int) -> str:
        """What names a listing in a change's id: its content, whatever number the store gave it."""
        return content_hash(self.listings[listing_id]).hex()

    def as_candidate(self, agreement: Agreement, listing_id: int, judgement: Judgement) -> dict[str, Any]:
        """The agreement under its older row, as a candidate of an amendment that a person should look at."""
        listing = self.listings[listing_id]
        return {
            "agreement_id": agreement.id, "agency_id": agreement.agency_id, "agency": name_of(listing).printed,
            "state": listing.state_code, "signed_on": listing.signed_on, "score": round(judgement.score, 2),
            "reasons": [AGAINST[code] for code in judgement.against],
        }  # fmt: skip

    # -- more look-ups ----------------------------------------------------------------------------------------

    def document_shared(self, list_name: ListName, document: str, agreement_id: str, leaving: Collection[str]) -> bool:
        """Whether another agreement that stays listed links the document too."""
        return any(
            other != agreement_id and other not in leaving and document == self.agreements[other].document
            for other in set(self.listed[list_name].values())
        )

    def _only_agency_named(self, key: str) -> Agency | None:
        """The one agency of whatever state that goes by the name; None when there is none or more than one."""
        found = {use.agency_id for use in self.names.values() if use.key == key}
        return self.agencies[found.pop()] if len(found) == 1 else None

    def _of(self, agency_id: str, listing: Listing) -> list[Agreement]:
        """The agency's agreements on the listing's list with its support type, in order of id."""
        return [
            a
            for agreement_id in sorted(self.by_agency[agency_id])
            for a in [self.agreements[agreement_id]]
            if a.list == listing.list and a.support == listing.support_code
        ]


def _near(agreement: Agreement, listing: Listing) -> bool:
    """Whether the two dates could be one date and its misprint."""
    if agreement.signed_on is None or listing.signed_on is None:
        return True
    days = (date.fromisoformat(agreement.signed_on) - date.fromisoformat(listing.signed_on)).days
    return abs(days) <= policy.REDATE_LINKED_DAYS


def _free(stem: str, taken: Container[str]) -> str:
    """`stem`, or the first of stem-2, stem-3, … that is not taken."""
    name, number = stem, 2
    while name in taken:
        name, number = f"{stem}-{number}", number + 1
    return name
