"""All that the pages tell, in memory, as it stands at one version of the data. Made anew when the data change."""

from __future__ import annotations

import sqlite3
import threading
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Entry = dict[str, Any]

#: Fields whose amendment is spelling, and those whose amendment is a link: folded away at first.
SPELLING, LINKS = frozenset({"agency", "county", "type"}), frozenset({"moa", "addendum"})
#: Rules after which an amended name may be another office: never folded away.
TELLING_RULES = frozenset({"relabelled", "ruled_same", "state_corrected", "support_type_corrected", "date_corrected"})


@dataclass(slots=True)
class Spell:
    """An unbroken stretch of lists that show an agreement."""

    first: int  # positions of the first and the last list that show it
    last: int
    first_on: str
    last_on: str
    missing_on: str | None  # date of the first list without it; None while it is listed


@dataclass(slots=True)
class Agreement:
    """One agreement with its stretches, rows and changes."""

    id: str
    list_name: str
    agency_id: str
    support: str | None
    signed_on: str | None
    status: str  # listed, ended, pending, pending_ended, renewed, second_row
    first_on: str = ""
    last_on: str = ""
    ended_on: str | None = None  # the date of the list that first lacks it
    ended_by: Entry | None = None  # the change that says so
    moa: str | None = None
    documents: list[str] = field(default_factory=list)
    spells: list[Spell] = field(default_factory=list)
    rows: list[Entry] = field(default_factory=list)
    changes: list[Entry] = field(default_factory=list)


@dataclass(slots=True)
class Agency:
    """One agency: where it is, every name ICE printed, its agreements."""

    id: str
    state: str | None
    name: str
    county: str | None
    fips: str | None
    placed_by: str  # list: ICE's COUNTY cell or the name; zip: the one county of the city's ZIP codes; "": none
    near: tuple[str, ...]  # counties that a city's ZIP codes reach, where they are several
    body: str
    names: list[tuple[str, str, str]] = field(default_factory=list)  # as printed, first and last listed under
    agreements: list[Agreement] = field(default_factory=list)
    changes: list[Entry] = field(default_factory=list)


@dataclass(slots=True)
class Book:
    """The data of one version: changes (newest first), agencies, agreements, lists, and who is where."""

    version: str
    changes: list[Entry]
    change_by_id: dict[str, Entry]
    agencies: dict[str, Agency]
    agreements: dict[str, Agreement]
    publications: list[Entry]  # newest first
    page_checks: list[Entry]
    dates: dict[int, str]  # position -> published_on
    files: dict[int, Entry]  # position -> file, sha256, published_on
    steps: list[tuple[str, int]]  # (date, position) of the last participating list of each date, oldest first
    in_county: dict[str, list[Agency]]
    near_county: dict[str, list[Agency]]
    in_state: dict[str, list[Agency]]
    shown_by: dict[str, list[Entry]]  # sha256 -> the changes that the document shows
    search_index: sqlite3.Connection
    lock: threading.Lock = field(default_factory=threading.Lock)
    marks: dict[str, str] = field(default_factory=dict)  # kept by `monitor.web.pages.fingerprints`
    drawn: dict[str, str] = field(default_factory=dict)  # kept by `monitor.web.pages.map.drawing`

    @property
    def newest(self) -> Entry | None:
        """The newest accepted participating list; None before there is one."""
        return next((p for p in self.publications if p["list"] == "participating" and p["status"] == "accepted"), None)

    def search(self, words: str) -> set[str]:
        """Ids of changes whose agency, place or cells hold every word (as a beginning)."""
        terms = ['"' + word.replace('"', "") + '"*' for word in words.split() if word.replace('"', "")]
        if not terms:
            return set()
        with self.lock:
            rows = self.search_index.execute("select id from log where log match ?", [" ".join(terms)]).fetchall()
        return {str(row[0]) for row in rows}

    def position_on(self, date: str) -> tuple[str, int] | None:
        """(date, position) of the participating list in force at the end of the date."""
        index = bisect_right(self.steps, (date, 1 << 60)) - 1
        return self.steps[index] if index >= 0 else None


def noise_of(entry: Mapping[str, Any]) -> str:
    """ "spelling" or "link" for an amendment that changes nothing but these; "" for a change that tells."""
    fields = set(entry["fields"])
    if entry["kind"] != "amendment" or entry["needs_review"] or entry["rule"] in TELLING_RULES or not fields:
        return ""
    if fields <= LINKS:
        return "link"
    return "spelling" if fields <= SPELLING | LINKS else ""
