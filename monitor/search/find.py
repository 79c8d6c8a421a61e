"""What a person asks for, best first: states, counties, places and agencies. Pages and API ask the same function."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from db.database import Store
from db.queries import page_data
from db.records import SearchRecord
from monitor.places.gazetteer import counties, normal, place_counties, slug_of
from monitor.places.sizes import zip_county
from monitor.search.agency_names import (
    AgencyNames,
    FoundAgency,
    as_one_name,
    asked_words,
    names_agency,
    without_agency_words,
)
from monitor.search.place_names import (
    Place,
    county_by_fips,
    find_begun,
    find_exact,
    find_near,
    read_wanted,
)
from monitor.search.state_words import find_state, official_name, split_state

MOST = 20
LONGEST = 200  # characters that are read
_ZIP = re.compile(r"(?<!\d)(\d{5})(?:-\d{4})?(?!\d)")


def counties_of_city(state: str, name: str) -> tuple[str, ...]:
    """Return the counties of the city that an agency's name begins with, by its ZIP codes; () if it names none."""
    city = name
    for word in ("Police", "Marshal", "Public Safety", "Department", "Dept", "PD", "Constable", "Board", "Office"):
        city = city.partition(f" {word}")[0]
    if city == name:
        return ()
    return tuple(sorted(f for f in place_counties(state, city) if county_by_fips(f)))


@dataclass(frozen=True, slots=True)
class Finder:
    """The search at one version of the data."""

    agencies: AgencyNames
    listed_in_county: dict[str, int]  # FIPS code -> agencies with a listed agreement
    listed_in_state: dict[str, int]

    def find(self, asked: str, most: int = MOST) -> list[SearchRecord]:
        """Return what the text can mean, best first, at most so many; nothing for a text without letters or digits."""
        text = normal(asked.replace("\0", "")[:LONGEST])
        found: dict[str, SearchRecord] = {}
        for record in self._answers(text, asked):
            found.setdefault(record["url"], record)
            if len(found) >= most:
                break
        return list(found.values())

    def _answers(self, text: str, asked: str) -> Iterator[SearchRecord]:
        if not text:
            return
        if code := _ZIP.search(asked):
            fips = zip_county(code[1])
            if fips and (county := county_by_fips(fips)):
                yield self._of_place(Place("county", county.state, county.name, fips, 0))
            return
        words = asked_words(text)
        agencies = [self._of_agency(a) for a in self.agencies.find(words) or self.agencies.find(as_one_name(words))]
        if agencies and names_agency(words) and not _names_place(text):
            yield from agencies[:8]
            yield from self._around(without_agency_words(words))
            return
        if state := find_state(text):
            yield self._of_state(state)
            yield from self._of_places(text, exact_only=True)
            return
        yield from self._of_places(text)
        yield from agencies

    def _around(self, text: str) -> Iterator[SearchRecord]:
        """What the words beside an agency's mean: a state, a county, a place."""
        if state := find_state(text):
            yield self._of_state(state)
        elif text:
            yield from self._of_places(text)

    def _of_places(self, text: str, *, exact_only: bool = False) -> Iterator[SearchRecord]:
        """The counties and places, each place followed by its county; a state that was named along comes last."""
        readings = [(text, None), *split_state(text)]
        steps = (find_exact,) if exact_only else (find_exact, find_begun, find_near)
        for step in steps:
            # a state that is named narrows: only where nothing fits there is the whole text a name a slip away
            for name, state in readings if step is find_exact else [*readings[1:], readings[0]]:
                places = [p for wanted in read_wanted(name) for p in step(wanted, state)]
                if places:
                    yield from self._with_counties(places)
                    if state:
                        yield self._of_state(state)
                    return
        if not exact_only:
            for _, state in readings[1:]:
                if state:
                    yield self._of_state(state)

    def _with_counties(self, places: Sequence[Place]) -> Iterator[SearchRecord]:
        for place in places:
            yield self._of_place(place)
            if place.kind == "place" and place.fips and (county := county_by_fips(place.fips)):
                yield self._of_place(Place("county", county.state, county.name, county.fips, 0))

    def _of_state(self, code: str) -> SearchRecord:
        fips = next((c.fips[:2] for c in counties(code).values()), None)
        return _record("state", official_name(code), code, fips, f"/places/{code.lower()}/",
                       self.listed_in_state.get(code, 0))  # fmt: skip

    def _of_place(self, place: Place) -> SearchRecord:
        county = county_by_fips(place.fips or "")
        path = f"/places/{place.state.lower()}/"
        if county:
            path += f"{slug_of(county.name)}/"
        if place.kind == "place":
            path += f"#{slug_of(place.name)}"
        return _record(place.kind, place.name, place.state, place.fips, path,
                       self.listed_in_county.get(place.fips or "", 0))  # fmt: skip

    def _of_agency(self, agency: FoundAgency) -> SearchRecord:
        return _record("agency", agency.name, agency.state, agency.fips, f"/agencies/{agency.id}/", int(agency.listed))


def _names_place(text: str) -> bool:
    """Return whether the whole text is the name of a place, as "College Station" and "Marshall, Texas" are."""
    return any(find_exact(wanted, state) for name, state in ((text, None), *split_state(text))
               for wanted in read_wanted(name))  # fmt: skip


def _record(kind: str, name: str, state: str | None, fips: str | None, url: str, agencies: int) -> SearchRecord:
    return {"kind": kind, "name": name, "state": state, "fips": fips, "url": url, "agencies": agencies}


def read_finder(store: Store) -> Finder:
    """Return the search over the store's agencies as they stand now."""
    names: dict[str, list[str]] = defaultdict(list)
    for printed in page_data.read_printed_names(store.connection):
        names[printed.agency_id].append(printed.name)
    listed = {
        a.agency_id
        for a in page_data.read_agreements(store.connection)
        if a.list == "participating" and a.status == "listed"
    }
    in_county: dict[str, int] = defaultdict(int)
    in_state: dict[str, int] = defaultdict(int)
    found: list[tuple[FoundAgency, Sequence[str]]] = []
    for row in page_data.read_agencies(store.connection):
        fips = row.county_fips
        if not fips and row.state:
            with suppress(ValueError):
                (fips,) = counties_of_city(row.state, row.name)
        county = county_by_fips(fips or "")
        found.append((
            FoundAgency(row.id, row.name, row.state, fips, row.id in listed),
            [*names[row.id], county.name if county else ""],
        ))  # fmt: skip
        if row.id in listed:
            in_county[fips or ""] += 1
            in_state[row.state or ""] += 1
    return Finder(AgencyNames(found), in_county, in_state)
