"""The vocabulary as types: what each word of the project means, once (`db.records` has those that leave as JSON).

Times ending in ``_at`` are aware UTC, written ISO 8601 with a ``Z``; dates ending in ``_on`` are ISO dates.
Nothing here reads or writes; `scrapers` makes these, `monitor` judges them, `db` keeps them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from db.printed_cells import has_date_digits, has_words
from db.records import Candidate, EvidenceValue

ListName = Literal["participating", "pending"]
SupportType = Literal["JEM", "WSO", "TFM"]

#: The columns a listing can have, in the order ICE prints them. `signed` is the printed cell of SIGNED.
COLUMNS = ("state", "agency", "type", "county", "support_type", "signed", "moa", "addendum")


@dataclass(frozen=True, slots=True)
class Listing:
    """One row of a list: the cells as printed, and what they say once normalised.

    A printed cell is ``None`` when the list has no such column, ``""`` when the cell is blank. Excel dates are
    printed as ISO dates. A normalised field is ``None`` when the cell does not say (blank, or no single reading).
    """

    list: ListName
    state: str | None  # printed cells, exactly as in the file (spaces kept)
    agency: str | None
    type: str | None
    county: str | None
    support_type: str | None
    signed: str | None
    moa: str | None
    addendum: str | None
    moa_link: str | None = None  # hyperlink target as in the file
    addendum_link: str | None = None
    extra: tuple[tuple[str, str], ...] = ()  # (header, cell) of columns we do not know
    state_code: str | None = None  # USPS code
    support_code: SupportType | None = None
    signed_on: str | None = None  # ISO date
    moa_url: str | None = None  # link unwrapped to ICE's own address
    addendum_url: str | None = None

    @property
    def is_incomplete(self) -> bool:
        """Whether the cell of its support type or, on the participating list, of its signing date says nothing."""
        dated = self.list != "participating" or self.signed is None or self.signed_on is not None
        if not dated and not has_date_digits(self.signed or ""):
            return True
        return self.support_type is not None and self.support_code is None and not has_words(self.support_type)


@dataclass(frozen=True, slots=True)
class Signal:
    """Something a reader met that a person may want to know: kept beside the snapshot, never a reason to drop a row."""

    code: str  # documented in docs/reasons.md
    row: int | None  # sheet row, 1-based
    column: str | None
    value: str  # as printed, at most 200 characters
    meaning: str = ""  # what it was taken for, when it was taken for something


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a document says: its listings in order, as one reader version read them."""

    list: ListName
    listings: tuple[Listing, ...]
    rows: tuple[int, ...]  # the sheet row of each listing, 1-based
    sheet: str
    reader: str  # e.g. "xlsx/1"
    workbook_modified_at: str | None = None
    signals: tuple[Signal, ...] = ()


@dataclass(frozen=True, slots=True)
class Fetch:
    """One HTTP exchange: every try is one, also those that failed."""

    url: str
    requested_at: str
    outcome: str  # "new", "same", "not_modified", or the reason it failed (docs/reasons.md)
    status: int | None = None  # HTTP status, None when no answer came
    sha256: str | None = None  # of the body, when it was kept
    final_url: str | None = None  # after redirects, when it differs
    role: Literal["page", "list", "robots", "archive"] = "list"
    linked_as: ListName | None = None  # what the page's link promised
    file_name: str | None = None  # the name ICE gave it: link, Content-Disposition or link text
    headers: dict[str, str] = field(default_factory=dict)  # validators and the few worth keeping
    detail: str = ""  # the error, in one line


@dataclass(frozen=True, slots=True)
class StatedTotals:
    """What ICE's page itself says of its lists, and the sentence it says it in."""

    sentence: str
    as_of_on: str | None
    agreements: int | None
    states: int | None
    territories: int | None
    by_support_type: dict[str, tuple[int | None, int | None]] = field(
        default_factory=dict
    )  # code -> (agreements, states)
    pending: int | None = None


@dataclass(frozen=True, slots=True)
class PageState:
    """One kept state of ICE's page: what it linked, and the totals it stated."""

    seen_at: str
    sha256: str
    linked: frozenset[str]  # the lists it links
    totals: StatedTotals | None


@dataclass(slots=True)
class Publication:
    """One distinct list as ICE put it out: a document under a name, the evidence of when, and what became of it."""

    sha256: str
    file: str
    linked_as: str
    url: str
    list_name: ListName | None  # which list it is; None when it could not be read
    published_at: str
    published_on: str
    workbook_modified_at: str | None
    first_seen_at: str
    fetched_at: str | None  # when it was first fetched from ICE, None when only imported
    rows: int
    status: str = "accepted"
    reasons: list[str] = field(default_factory=list)
    position: int | None = None  # its number among the accepted ones of both lists, from 0

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it one publication: document, name and the link's promise."""
        return (self.sha256, self.file, self.linked_as)


class RuledRows(NamedTuple):
    """What a ruling on a change is about: kind, agreement id, and the content hashes of both rows ("": none)."""

    kind: str = ""
    agreement_id: str = ""
    before: str = ""
    after: str = ""


@dataclass(slots=True)
class StandingRulings:
    """The rulings that count: for each subject the newest one, remarks left out."""

    pairs: dict[tuple[str, str], str] = field(default_factory=dict)  # (agreement id, agreement id) -> same | distinct
    lists: dict[str, str] = field(default_factory=dict)  # sha256 -> release | reject
    named: dict[str, ListName] = field(default_factory=dict)  # sha256 -> which list it was released as, if said
    forms: dict[str, ListName] = field(default_factory=dict)  # key of a form -> the list that lists of it are
    changes: dict[str, tuple[str, str]] = field(default_factory=dict)  # change id -> (confirm | dismiss, words)
    confirmed: dict[str, str] = field(default_factory=dict)  # change id -> when a reviewer confirmed it
    rows: dict[str, RuledRows] = field(default_factory=dict)  # change id -> what the ruling on it is about


NameKey = tuple[str, str]  # (USPS code or "", strict key of the name)


@dataclass(slots=True)
class Accepted:
    """An accepted publication as the comparison sees it; positions number the accepted ones of both lists from 0."""

    position: int
    list: ListName
    sha256: str
    file: str
    listed_on: str
    listing_ids: tuple[int, ...]
    rows: tuple[int, ...]

    def row_of(self, listing_id: int) -> int:
        """Return the sheet row in which this publication first shows the listing."""
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
    """A canonical name as printed on lists, and the agency it belongs to."""

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
    signing: str | None = None  # id of the change that listed it
    ending: str | None = None  # id of its newest ending, while that is not retracted


@dataclass(slots=True)
class Span:
    """An unbroken run of publications that show one row of an agreement; `last` is None while it goes on."""

    agreement_id: str
    listing_id: int
    row: int
    first: int
    last: int | None
    list: ListName


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


@dataclass(slots=True)
class Change:
    """A dated statement about one agreement, or about a list as a whole."""

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
    evidence: dict[str, EvidenceValue] = field(default_factory=dict)
    candidates: list[Candidate] = field(default_factory=list)
    reason: str = ""
    last_listed: tuple[int, int] | None = None  # (position, sheet row)
    first_missing: int | None = None
    first_listed: tuple[int, int] | None = None
