"""What the accepted lists hold, read straight from their rows: the second way by which sentences are computed.

Which rows are one agreement, and where its agency lies, is taken from the tables; every date and number is not.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from db.queries.snapshots import load_rows


@dataclass(frozen=True)
class List:
    """An accepted list: its day, file and checksum, and the numbers of its rows' listings, each with its sheet row."""

    name: str
    day: str
    file: str
    sha256: str
    rows: dict[int, int]  # listing id -> sheet row
    length: int


@dataclass(frozen=True)
class Row:
    """One distinct row as printed, and its date and support type."""

    state: str
    agency: str
    county: str
    support: str
    signed_on: str


@dataclass
class Agreement:
    """An agreement: whose it is, and its rows."""

    id: str
    list: str
    agency: str
    listings: set[int] = field(default_factory=set)


class Truth:
    """The lists of a store in order, and questions about them."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.lists: dict[str, list[List]] = {"participating": [], "pending": []}
        for name, day, file, sha256 in connection.execute(
            "select list, published_on, file, sha256 from publications where position is not null order by position"
        ).fetchall():
            ids, numbers = load_rows(connection, sha256)
            self.lists[name].append(List(name, day, file, sha256, dict(zip(ids, numbers, strict=True)), len(ids)))
        self.rows = {
            row[0]: Row(*(cell or "" for cell in row[1:]))
            for row in connection.execute(
                "select id, state_code, agency, county, support_code, signed_on from listings"
            )
        }
        self.agreements: dict[str, Agreement] = {
            row[0]: Agreement(*row) for row in connection.execute("select id, list, agency_id from agreements")
        }
        for agreement_id, listing in connection.execute("select distinct agreement_id, listing_id from spans"):
            if agreement_id in self.agreements:
                self.agreements[agreement_id].listings.add(listing)
        self.homes: dict[str, tuple[str, str]] = {
            row[0]: (row[1] or "", row[2] or "")
            for row in connection.execute("select id, state, county_fips from agencies")
        }
        self.no_endings = {
            row[0] for row in connection.execute("select id from agreements where status in ('renewed', 'withdrawn')")
        }  # a later one took their place, or they were second rows of another
        self.second_rows = {
            row[0] for row in connection.execute("select id from agreements where status = 'withdrawn'")
        }  # fmt: skip

    @cached_property
    def by_agency(self) -> dict[str, list[Agreement]]:
        """The agreements of each agency."""
        found: dict[str, list[Agreement]] = defaultdict(list)
        for agreement in self.agreements.values():
            found[agreement.agency].append(agreement)
        return found

    def of(self, *, state: str = "", fips: str = "", agency: str = "") -> list[Agreement]:
        """The agreements of the agencies of a state, county or of one agency; of the country with nothing."""
        return [
            a for a in self.agreements.values()
            if (not agency or a.agency == agency)
            and (not state or self.homes[a.agency][0] == state) and (not fips or self.homes[a.agency][1] == fips)
        ]  # fmt: skip

    @cached_property
    def shown_on(self) -> dict[str, list[bool]]:
        """Agreement id -> for each list of the agreement's kind, whether it shows one of its rows."""
        places: dict[tuple[str, int], list[int]] = defaultdict(list)
        for name, lists in self.lists.items():
            for index, shown in enumerate(lists):
                for listing in shown.rows:
                    places[(name, listing)].append(index)
        found = {}
        for agreement in self.agreements.values():
            flags = [False] * len(self.lists[agreement.list])
            for listing in agreement.listings:
                for index in places[(agreement.list, listing)]:
                    flags[index] = True
            found[agreement.id] = flags
        return found

    def shown(self, agreement: Agreement) -> list[bool]:
        """For each list of the agreement's kind, whether it shows one of its rows."""
        return self.shown_on[agreement.id]

    def first_on(self, agreement: Agreement) -> str:
        """The day of the first list that shows it."""
        return self.lists[agreement.list][self.shown(agreement).index(True)].day

    def from_start(self, agreement: Agreement) -> bool:
        """Whether the first list kept of its kind shows it."""
        return self.shown(agreement)[0]

    def is_listed(self, agreement: Agreement) -> bool:
        """Whether the newest list of its kind shows it."""
        return self.shown(agreement)[-1]

    def missing_on(self, agreement: Agreement) -> set[str]:
        """The days of the lists on which it was missing first: once, or each time."""
        lists, shown = self.lists[agreement.list], self.shown(agreement)
        return {lists[i].day for i in range(1, len(lists)) if shown[i - 1] and not shown[i]}

    def listed(self, agreements: Iterable[Agreement], kind: str = "participating") -> list[Agreement]:
        """Those of the agreements that the newest list of the kind shows."""
        return [a for a in agreements if a.list == kind and self.is_listed(a)]

    def ended(self, agreements: Iterable[Agreement]) -> list[Agreement]:
        """Those that were on the participating list and are no longer, renewed ones and second rows left out."""
        return [
            a for a in agreements if a.list == "participating" and a.id not in self.no_endings and not self.is_listed(a)
        ]

    def printed(self, agreements: Iterable[Agreement]) -> Iterator[Row]:
        """Every row of the agreements."""
        for agreement in agreements:
            yield from (self.rows[i] for i in agreement.listings)

    def on(self, day: str, kind: str = "participating") -> List | None:
        """The last list of the kind by the end of the day."""
        return next((a for a in reversed(self.lists[kind]) if a.day <= day), None)

    def agreements_on(self, shown: List) -> list[Agreement]:
        """The agreements that have a row on the list, without second rows of one of them."""
        found = [a for a in self.agreements.values() if a.list == shown.name and not a.listings.isdisjoint(shown.rows)]
        first = {(a.agency, self._support(a)) for a in found if a.id not in self.second_rows}
        return [a for a in found if a.id not in self.second_rows or (a.agency, self._support(a)) not in first]

    def _support(self, agreement: Agreement) -> str:
        return self.rows[min(agreement.listings)].support
