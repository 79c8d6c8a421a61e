"""The vocabulary as types: what each word of the project means, once (`db.records` has those that leave as JSON).

Times ending in ``_at`` are aware UTC, written ISO 8601 with a ``Z``; dates ending in ``_on`` are ISO dates.
Nothing here reads or writes; `scrapers` makes these, `monitor` judges them, `db` keeps them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

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
    role: Literal["page", "list", "robots"] = "list"
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
class WaitingList:
    """A list held for a person that no later accepted list has made up for."""

    sha256: str
    file: str
    list: str
    linked_as: str
    published_on: str
    published_at: str
    rows: int
    first_seen_at: str
    reasons: tuple[str, ...]
