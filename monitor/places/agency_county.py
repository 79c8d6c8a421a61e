"""Find the county an agency serves: from ICE's COUNTY cell, from its own name, or from the city in its name.

Nothing here knows an agency: the rules read names, the gazetteer says what is real. Where the cell and the city
contradict each other, the answer says so, and nothing is chosen in silence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal, NamedTuple

import us

from monitor.places.bodies import body_kind
from monitor.places.gazetteer import County, CountyMatch, counties, find_county, is_town_exactly, normal
from monitor.places.homes import home_county, misspelt_city, possible_counties

Basis = Literal["county_cell", "agency_name", "city"]


class Location(NamedTuple):
    """The county an agency serves, what says so, and whether ICE's COUNTY cell says otherwise."""

    county: County
    basis: Basis
    contradicts: County | None = None  # the county that ICE's cell names, though the agency's city lies elsewhere


#: The first of these words ends the part of a name that can name a place.
_OFFICE = re.compile(
    r"\b(?:police|department|dept|pd|sheriffs?|so|constables?|marshals?|public safety|dps|board of|commissioners?|"
    r"precinct|ward|attorneys?|jail|corrections?|detention|division of|office of|bureau|first|second|third|fourth|"
    r"fifth|sixth|seventh|eighth|ninth|tenth|\d+(?:st|nd|rd|th))\b.*$"
)
_LEADING = re.compile(
    r"^(?:the )?(?:(?:office of the |department of |police department of |police of )?)?"
    r"(?:city|town|village|borough|municipality) of (?:the )?"
)
_CAMPUS = re.compile(
    r"\b(?:university|college|campus|state|community|technical|polytechnic|junior|board of trustees|of|at|the|system|"
    r"school|schools|district|independent|unified|isd)\b"
)
_AIRPORT = re.compile(
    r"\b(?:international|regional|municipal|executive|metropolitan|airports?|authority|aviation|field)\b"
)
_TOWNSHIP = re.compile(r"\b(?:township|twp|charter)\b")
#: Bodies that serve one county: a county's office, or an office of a town that lies in it.
_PLACED_BY_CITY = frozenset({"municipal", "campus", "airport", "port", None})


@lru_cache(maxsize=65_536)
def locate(
    state_code: str | None, county_cell: str | None, agency: str, type_cell: str | None = None
) -> Location | None:
    """Return where the agency is, or None if nothing says or several counties are meant.

    A body of the whole state has no county unless ICE's cell names one, or the territory is one. Townships are not
    placed by name: a state has many of one name, and the gazetteer does not know them. Where ICE's cell names another
    county than the agency's own name, or one in which its city does not lie, the agency's name counts, and
    `contradicts` says what the cell names.
    """
    if not state_code:
        return None
    city = _county_of_city(state_code, agency, type_cell)
    if match := find_county(state_code, county_cell):
        own = _own_county(state_code, agency)
        if own is not None and not own.snapped and own.county.fips != match.county.fips:
            return Location(own.county, "agency_name", match.county)
        if city and match.county.fips not in possible_counties(state_code, city[0]):
            return Location(city[1], "city", match.county)
        return Location(match.county, "county_cell")
    if named := _named_county(state_code, agency, type_cell):
        return Location(named, "agency_name")
    if city := city or _county_of_named_city(state_code, agency, type_cell):
        return Location(city[1], "city")
    whole = list({county.fips: county for county in counties(state_code).values()}.values())
    return Location(whole[0], "agency_name") if len(whole) == 1 else None


def _named_county(state_code: str, agency: str, type_cell: str | None) -> County | None:
    """Return the county in the agency's own name: "X County …", "… of X County", or "X …" of a county office."""
    if any(map(_is_county_word, agency.split())):
        own = _own_county(state_code, agency)
        return own.county if own else None
    if body_kind(state_code, agency, type_cell) != "county":
        return None
    prefix = _OFFICE.sub("", normal(agency)).strip()
    for form in (prefix, prefix.removesuffix(" place")):  # "Place" is what "Parish" becomes when it is typed in haste
        if form in counties(state_code):
            return counties(state_code)[form]
    return None


def _own_county(state_code: str, agency: str) -> CountyMatch | None:
    """Return the county that the agency's name has with its word: "X County …", "… of X County"."""
    words = agency.split()
    end = next(filter(lambda n: _is_county_word(words[n]), range(len(words))), 0)
    for start in range(end):
        match = find_county(state_code, " ".join(words[start : end + 1]))
        if match and (start == 0 or not match.snapped):
            return match
    return None


def _is_county_word(word: str) -> bool:
    return word.casefold().strip(",.;'’") in ("county", "parish")


def _county_of_city(state_code: str, agency: str, type_cell: str | None) -> tuple[str, County] | None:
    """Return the city in the agency's name and its county, if the gazetteer knows one city and one county."""
    kind = body_kind(state_code, agency, type_cell)
    if kind not in _PLACED_BY_CITY or _TOWNSHIP.search(normal(agency)):
        return None
    for city in _cities(state_code, agency, kind):
        if fips := home_county(state_code, city):
            return city, next(county for county in counties(state_code).values() if county.fips == fips)
        if possible_counties(state_code, city) or is_town_exactly(state_code, city):
            return None  # the city is known, and lies in several counties or in none that is known
    return None


def _county_of_named_city(state_code: str, agency: str, type_cell: str | None) -> tuple[str, County] | None:
    """Return the city and its county where a sheriff is named for the city, or the city's name has a letter wrong."""
    kind = body_kind(state_code, agency, type_cell)
    if kind not in ("county", "municipal", None) or _TOWNSHIP.search(normal(agency)):
        return None
    prefix = _LEADING.sub("", _OFFICE.sub("", normal(agency)).strip()).strip()
    city = prefix if kind == "county" else misspelt_city(state_code, prefix)
    fips = home_county(state_code, city) if city else None
    known = {county.fips: county for county in counties(state_code).values()}
    return (city, known[fips]) if city and fips in known else None


def _cities(state_code: str, agency: str, kind: str | None) -> Iterator[str]:
    """Yield what could be the city's name in the agency's name, the longest first."""
    name = normal(agency)
    state = us.states.lookup(state_code)
    own = normal(state.name) if state else ""
    prefix = _LEADING.sub("", _OFFICE.sub("", name).strip()).strip()
    yield prefix
    if kind == "campus":
        if " at " in f" {prefix} ":
            yield prefix.rpartition(" at ")[2]
        prefix = " ".join(_CAMPUS.sub(" ", prefix).split())
    elif kind == "airport":
        prefix = " ".join(_AIRPORT.sub(" ", prefix).split())
    else:
        return
    if prefix and prefix != own and own not in prefix:
        yield prefix
