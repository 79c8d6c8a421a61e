"""Counties and places of the country by the names people write: exact, begun, or a slip away; the largest first."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler

from monitor.places.gazetteer import County, counties, former_names, normal, place_names, state_codes
from monitor.places.homes import home_county
from monitor.places.sizes import sizes

#: Connecticut's planning regions: the site has a page for each of the eight counties.
_LATER = re.compile(r"091[1-9]0")
COUNTY_WORDS = ("county", "parish", "borough", "municipality", "municipio", "census area", "condado", "parroquia")
_BEFORE = re.compile(r"^(?:el |the )?(?:condado|parroquia|municipio|county|parish|borough)(?: de| del| of)? (?=\w)")
_CITY_BEFORE = re.compile(r"^(?:la |the )?(?:ciudad|pueblo|villa|city|town|village|township)(?: de| del| of)? (?=\w)")
_CITY_AFTER = re.compile(r"(?<=\w) (?:city|town|village|township|twp)$")

#: From this many people on, a bare name means the city rather than the county around it: Dallas, but not St. Johns.
LARGE_CITY = 100_000

Kind = Literal["county", "place"]


@dataclass(frozen=True, slots=True)
class Place:
    """A county, or a city, town or village with the county it is known to lie in."""

    kind: Kind
    state: str
    name: str
    fips: str | None
    people: int  # in its towns of 5,000 and more; 0 for a smaller place


@dataclass(frozen=True, slots=True)
class Wanted:
    """A folded name with the kind that the words around it say: "county", "place" or ""."""

    name: str
    kind: str
    word: str = ""  # the kind of county that was written


def read_wanted(text: str) -> list[Wanted]:
    """Return what a folded text can ask for, the likeliest first."""
    if found := _BEFORE.match(text):
        return [Wanted(text[found.end() :], "county")]
    head, _, last = text.rpartition(" ")
    if head.endswith(" census") and last == "area":
        return [Wanted(head.removesuffix(" census"), "county")]
    if head and len(last) >= 4 and any(OSA.distance(last, w, score_cutoff=2) <= 2 for w in COUNTY_WORDS):
        return [Wanted(head, "county", last), Wanted(text, "")]
    if found := _CITY_BEFORE.match(text):
        return [Wanted(text, ""), Wanted(text[found.end() :], "place")]
    if found := _CITY_AFTER.search(text):
        return [Wanted(text, ""), Wanted(text[: found.start()], "place")]
    return [Wanted(text, "")]


def joined(name: str) -> str:
    """Return a folded name without blanks."""
    return name.replace(" ", "")


@cache
def by_name() -> Mapping[str, Sequence[Place]]:
    """Return name without blanks -> counties and places of that name."""
    found: dict[str, list[Place]] = defaultdict(list)
    people: dict[str, int] = defaultdict(int)
    for state in state_codes():
        for (name, home), written in _towns(state).items():
            size = sizes().get((state, name), ("", 0))[1]
            found[joined(name)].append(Place("place", state, written, home, size))
            people[home or ""] += size
    for state in state_codes():
        for short, county in (*counties(state).items(), *former_names(state).items()):
            if not _LATER.fullmatch(county.fips):
                place = Place("county", state, county.name, county.fips, people[county.fips])
                for name in sorted({joined(short), joined(normal(county.name))}):
                    if place not in found[name]:
                        found[name].append(place)
    return found


def _towns(state: str) -> dict[tuple[str, str | None], str]:
    """(Normal name, home county) -> name as written of the state's places, independent cities left out."""
    own = {joined(name) for short, c in counties(state).items() if c.is_city for name in (short, normal(c.name))}
    found: dict[tuple[str, str | None], str] = {}
    for name in sorted({*place_names(state), *(n for s, n in sizes() if s == state)}):
        if joined(name) not in own:
            written = sizes()[state, name][0] if (state, name) in sizes() else _capitals(name)
            found[name, home_county(state, name)] = written
    return found


def _capitals(name: str) -> str:
    return " ".join(
        w.capitalize() if i == 0 or w not in ("of", "the", "and") else w for i, w in enumerate(name.split())
    )


@cache
def _sorted_names() -> Sequence[str]:
    return sorted(by_name())


def find_exact(wanted: Wanted, state: str | None) -> list[Place]:
    """Return the counties and places of exactly this name, blanks aside."""
    found = _ranked(_fitting(by_name().get(joined(wanted.name), ()), wanted, state))
    return sorted(found, key=lambda p: not normal(p.name).endswith(wanted.word))


def find_begun(wanted: Wanted, state: str | None) -> list[Place]:
    """Return the counties and places whose names begin so, as while typing."""
    start = joined(wanted.name)
    if len(start) < 3:
        return []
    names = _sorted_names()
    begun: list[Place] = []
    for name in names[bisect_left(names, start) :]:
        if not name.startswith(start):
            break
        begun += by_name()[name]
    return _ranked(_fitting(begun, wanted, state))[:20]


def find_near(wanted: Wanted, state: str | None) -> list[Place]:
    """Return the counties and places whose names are a slip or two away, the nearest first."""
    name = joined(wanted.name)
    if len(name) < 4:
        return []
    allowed = 1 if len(name) < 7 else 2 if len(name) < 12 else 3
    found = process.extract(name, _sorted_names(), scorer=OSA.distance, score_cutoff=allowed, limit=40)
    for distance in range(1, allowed + 1):
        places = [p for near, far, _ in found if far == distance for p in by_name()[near]]
        if fitting := _ranked(_fitting(places, wanted, state)):
            same_start = [p for p in fitting if normal(p.name)[0] == name[0]]
            return same_start or fitting
    if state is None:
        return []
    # within one state a longer slip has one reading: "Hilsboro County, Florida"
    here = [n for n in _sorted_names() if any(_fitting(by_name()[n], wanted, state))]
    best = process.extractOne(name, here, scorer=JaroWinkler.similarity, score_cutoff=0.9)
    return _ranked(_fitting(by_name()[best[0]], wanted, state)) if best else []


def _fitting(places: Iterable[Place], wanted: Wanted, state: str | None) -> Iterator[Place]:
    for place in places:
        right_kind = wanted.kind in ("", place.kind) or (wanted.kind == "place" and place.name.endswith(" city"))
        if right_kind and state in (None, place.state):
            yield place


def _ranked(places: Iterable[Place]) -> list[Place]:
    """The largest first; of a county and a town of one name, the county, unless the town is a large city."""
    unique = list(dict.fromkeys(places))
    people = {p.fips: p.people for p in unique if p.kind == "county"}
    beside = {(p.state, p.name.removesuffix(" County")): p.people for p in unique if p.kind == "county"}

    def order(p: Place) -> tuple[int, int, str, str]:
        large = p.kind == "place" and p.people >= LARGE_CITY
        standing = 1 if p.kind == "county" else 0 if large else 2
        namesake = beside.get((p.state, p.name), 0) if large else 0  # Baltimore County, which Baltimore is not in
        return -max(p.people, people.get(p.fips, 0), namesake), standing, p.state, p.name

    return sorted(unique, key=order)


def county_by_fips(fips: str) -> County | None:
    """Return the county of a FIPS code."""
    return _counties_by_fips().get(fips)


@cache
def _counties_by_fips() -> Mapping[str, County]:
    return {c.fips: c for state in state_codes() for c in counties(state).values() if not _LATER.fullmatch(c.fips)}


def state_fips(code: str) -> str:
    """Return the two digits of a state with which the FIPS codes of its counties begin."""
    return next(c.fips[:2] for c in counties(code).values())
