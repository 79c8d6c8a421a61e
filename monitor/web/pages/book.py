"""Everything the pages show, in memory, as it is at one version of the data."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from db.desk_models import ReviewedFact, RulingRecord
from db.queries.search_index import SearchIndex
from db.records import ChangeRecord, PublicationRecord
from monitor.documents.library import Library
from monitor.search.find import Finder

if TYPE_CHECKING:
    from monitor.web.pages.place_status import PlaceStatus

#: Fields whose amendment is spelling, and those whose amendment is a link: hidden at first.
SPELLING, LINKS = frozenset({"agency", "county", "type"}), frozenset({"moa", "addendum"})
#: Rules after which an amended name may be another office: never hidden.
TELLING_RULES = frozenset({"relabelled", "ruled_same", "state_corrected", "support_type_corrected", "date_corrected"})


class PageChange(ChangeRecord):
    """A change as the pages show it."""

    noise: str  # what it amends when that is only "spelling" or "link"; "" for a change that matters


@dataclass(frozen=True, slots=True)
class ListFile:
    """An accepted list: its file and date."""

    file: str
    sha256: str
    published_on: str


@dataclass(frozen=True, slots=True)
class StatedOnPage:
    """The totals that ICE's own page stated."""

    on: str  # the date it states them for, or the date on which the page was seen
    seen_at: str
    sentence: str
    agreements: int | None
    by_support_type: Mapping[str, tuple[int | None, int | None]]  # code -> agreements, states


@dataclass(frozen=True, slots=True)
class FactOnPage:
    """A fact that a reviewer found out, as an agency's or agreement's page tells it: without the reviewer's name."""

    fact: str  # one of `monitor.review.facts.FACTS`
    value: str
    detail: str
    source: str
    note: str
    stated_on: str
    others: tuple[tuple[str, str], ...] = ()  # of "one" and "distinct": (id, name) of the other agencies


@dataclass(slots=True)
class Spell:
    """An unbroken stretch of lists that show an agreement."""

    first: int  # positions of the first and the last list that show it
    last: int
    first_on: str
    last_on: str
    missing_on: str | None  # date of the first list without it; None while it is listed


@dataclass(frozen=True, slots=True)
class PrintedSpan:
    """A row as ICE printed it, on every list from one to another."""

    state: str | None
    agency: str | None
    type: str | None
    county: str | None
    support_type: str | None
    signed: str | None
    moa: str | None
    moa_url: str | None
    addendum_url: str | None
    row: int  # sheet row on the first of the lists
    first: int  # positions of the first and the last list
    last: int
    first_on: str
    last_on: str
    open: bool  # whether the newest list still shows it


@dataclass(slots=True)
class Agreement:
    """One agreement with the lists that show it and its changes."""

    id: str
    list_name: str
    agency_id: str
    support: str | None
    signed_on: str | None
    status: str  # listed, ended, pending, pending_ended, renewed, second_row
    first_on: str = ""
    last_on: str = ""
    from_start: bool = False  # the first list of its kind kept here shows it: it may be older
    ended_on: str | None = None  # the date of the list that first lacks it
    ended_by: PageChange | None = None  # the change that says so
    moa: str | None = None
    documents: list[str] = field(default_factory=list)
    spells: list[Spell] = field(default_factory=list)
    counted: list[Spell] = field(default_factory=list)  # those in which it is no second row of another agreement
    rows: list[PrintedSpan] = field(default_factory=list)
    changes: list[PageChange] = field(default_factory=list)
    reviewed: list[FactOnPage] = field(default_factory=list)  # what reviewers found out about it

    @property
    def first_between(self) -> list[str] | None:
        """The days of the list before the first that shows it, and of that list; None when that is the first of all."""
        shown = (c for c in self.changes if c["listed_on"] == self.first_on and c["first_listed_in"] is not None)
        return next((c["listed_between"] for c in shown), None)


@dataclass(slots=True)
class Agency:
    """One agency: where it is, every name ICE printed, its agreements."""

    id: str
    state: str | None
    name: str
    county: str | None
    fips: str | None
    placed_by: (
        str  # county_cell, agency_name, city (the one in its name), city_not_cell, zip (of the city's); "": not placed
    )
    near: tuple[str, ...]  # counties that a city's ZIP codes reach, where they are several
    body: str
    is_state: bool = False  # a body of the state, as ICE's TYPE cell says
    names: list[tuple[str, str, str]] = field(default_factory=list)  # as printed, first and last listed under
    agreements: list[Agreement] = field(default_factory=list)
    moved: list[Agreement] = field(default_factory=list)  # once printed under its name, and another agency's now
    changes: list[PageChange] = field(default_factory=list)
    reviewed: list[FactOnPage] = field(default_factory=list)  # what reviewers found out about it

    @property
    def found_out(self) -> list[FactOnPage]:
        """What reviewers found out about the agency and its agreements."""
        return [*self.reviewed, *(fact for agreement in self.agreements for fact in agreement.reviewed)]


@dataclass(slots=True)
class Book:
    """The data of one version: changes (newest first), agencies, agreements, lists, and who is where."""

    version: str
    changes: list[PageChange]
    change_by_id: dict[str, PageChange]
    agencies: dict[str, Agency]
    agreements: dict[str, Agreement]
    publications: list[PublicationRecord]  # newest first
    stated: list[StatedOnPage]  # oldest first
    files: dict[int, ListFile]  # by position
    steps: list[tuple[str, int]]  # (date, position) of the last participating list of each date, oldest first
    in_county: dict[str, list[Agency]]
    near_county: dict[str, list[Agency]]
    in_state: dict[str, list[Agency]]
    shown_by: dict[str, list[PageChange]]  # sha256 -> the changes that the document shows
    search_index: SearchIndex
    finder: Finder
    library: Library  # the agreement documents
    reviewed: list[ReviewedFact]  # facts that stand, oldest first
    standing_rulings: list[RulingRecord]  # those in force, remarks left out, oldest first
    last_day: str  # date of the newest list of either kind; "" before there is one
    checked_at: str | None = None  # when ICE's page and lists were last asked for without a failure
    marks: dict[str, str] = field(default_factory=dict)  # kept by `monitor.web.pages.fingerprints`
    reviewed_county: dict[str, list[Agency]] = field(default_factory=dict)  # FIPS -> those a reviewer places there
    drawn: dict[str, str] = field(default_factory=dict)  # kept by `monitor.web.pages.map.image`
    shades: dict[str, str] = field(default_factory=dict)  # kept by `monitor.web.pages.map.drawing`
    statuses: dict[str, PlaceStatus] = field(default_factory=dict)  # of counties, kept by `views.places_page`
    written_rows: dict[tuple[str | None, ...], str] = field(default_factory=dict)  # kept by `views.as_of_page`

    @property
    def newest(self) -> PublicationRecord | None:
        """The newest accepted participating list; None before there is one."""
        return next((p for p in self.publications if p["list"] == "participating" and p["status"] == "accepted"), None)

    @property
    def newest_pending(self) -> PublicationRecord | None:
        """The newest accepted pending list; None before there is one."""
        return next((p for p in self.publications if p["list"] == "pending" and p["status"] == "accepted"), None)

    def held_since(self, list_name: str) -> str | None:
        """Return the day since when newer lists behind that link are held; None when none is."""
        since = None
        for p in self.publications:  # newest first
            if p["list"] == list_name and p["status"] == "accepted":
                break
            if p["status"] == "held" and (p["linked_as"] or p["list"]) == list_name:
                since = p["published_on"]
        return since

    @property
    def first_day(self) -> str:
        """The date of the first participating list kept here; "" before there is one."""
        return self.steps[0][0] if self.steps else ""

    def ends_now(self, change: PageChange) -> bool:
        """Return whether the change is why an agreement is not on the newest list."""
        agreement = self.agreements.get(change["agreement_id"] or "")
        return agreement is not None and agreement.status == "ended" and agreement.ended_by is change

    def step_on(self, date: str) -> tuple[str, int] | None:
        """Return (date, position) of the participating list in force at the end of the date; None before the first."""
        index = bisect_right(self.steps, (date, 1 << 60)) - 1
        return self.steps[index] if index >= 0 else None


def find_noise(change: Mapping[str, Any]) -> str:
    """Return "spelling" or "link" for an amendment that changes nothing but these; "" for a change that matters."""
    fields = set(change["fields"])
    if change["kind"] != "amendment" or change["needs_review"] or change["rule"] in TELLING_RULES or not fields:
        return ""
    if fields <= LINKS:
        return "link"
    return "spelling" if fields <= SPELLING | LINKS else ""
