"""Know the one county in which a city lies, where its ZIP codes reach into several or none of them is its own.

Data: `place_homes.tsv` beside this file, made by `make_homes.py`; docs/places.md says from what and by which rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache

from rapidfuzz.distance import OSA

from monitor.places.gazetteer import HERE, counties, is_place, normal, place_counties, place_names

_LETTERS = 8  # of a shorter name a single letter may make another place


@cache
def _homes() -> Mapping[str, Mapping[str, str]]:
    homes: dict[str, dict[str, str]] = {}
    state: dict[str, str] = {}
    for line in (HERE / "place_homes.tsv").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            state = homes.setdefault(line.strip("[]"), {})
        else:
            name, _, code = line.partition("\t")
            state[name] = code
    return homes


def home_county(state_code: str, city: str) -> str | None:
    """Return the FIPS code of the county the city lies in, or None if that is not known for sure."""
    known = counties(state_code)
    code = _homes().get(state_code, {}).get(normal(city))
    if code is not None and known:  # "": the sources contradict each other
        return next(iter(known.values())).fips[:2] + code if code else None
    possible = place_counties(state_code, city)
    return next(iter(possible)) if len(possible) == 1 else None


def possible_counties(state_code: str, city: str) -> frozenset[str]:
    """Return the FIPS codes of every county the city may reach into; empty if the city is not known."""
    home = home_county(state_code, city)
    return place_counties(state_code, city) | (frozenset({home}) if home else frozenset())


@lru_cache(maxsize=4096)
def misspelt_city(state_code: str, name: str) -> str | None:
    """Return the one city of the state that a long name misspells by a letter; None if it is a place, or two are near.

    A hand slips inside a word, so the first letter is right; the next city must be at least three letters off.
    """
    close = normal(name).replace(" ", "")
    if len(close) < _LETTERS or is_place(state_code, name):
        return None
    near = [
        (OSA.distance(close, city.replace(" ", "")), city)
        for city in place_names(state_code)
        if OSA.distance(close, city.replace(" ", ""), score_cutoff=2) <= 2
    ]
    distance, city = near[0] if len(near) == 1 else (2, "")
    return city if distance <= 1 and city[0] == close[0] else None
