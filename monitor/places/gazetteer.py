"""Recognize a printed county or city as a real one: names, FIPS codes, and the few typos with one reading.

Data: `counties.csv` (Census Bureau) and `place_names.tsv` (GeoNames, ZIP codes), made by `make_gazetteer.py`;
`docs/places.md` says where they come from and what they leave out. Both are read when first asked for, a state at a
time. A FIPS code is the county's five digits.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from rapidfuzz.distance import OSA

HERE = Path(__file__).parent

_WORDS = {"st": "saint", "ste": "sainte", "ft": "fort", "mt": "mount"}
_APOSTROPHES = re.compile("['`\u00b4\u02bb\u02bc\u02b9\u2018\u2019\u201b\u2032]")
_MC = re.compile(r"\b(mc) (?=[a-z])")  # the Postal Service's "Mc Lean"
_NOT_A_WORD = re.compile(r"[\W_]+")
#: What the Census Bureau puts after a county's name; the longest is tried first. "city" is an independent city.
_SUFFIXES = (
    " city and borough", " planning region", " census area", " municipality", " municipio", " borough", " county",
    " parish", " island", " city",
)  # fmt: skip
_PREFIXES = ("city and borough of ", "municipality of ", "municipio of ", "county of ", "parish of ", "borough of ")
_CITY_PREFIXES = ("independent city of ", "city of ")
_PLACE_PREFIX = re.compile(r"^(?:the )?(?:city|town|township|village|borough) of (?:the )?(?=\w)")
_COUNTY_WORDS = ("county", "parish", "borough", "municipality", "municipio")
_JOINT = re.compile(r"\s*[-/\u2010-\u2015]\s*")
_UNIFIED = re.compile(r"\b(?:unified|urban|metropolitan|metro|consolidated|government|county|parish)\b")
_LIST = re.compile(r"[,;/\n|]| and .*\bcount(?:y|ies)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class County:
    """One county or equivalent, as the Census Bureau lists it."""

    fips: str  # five digits
    state: str  # USPS code
    name: str  # official, with its kind: "Pasco County", "Fairfax city"

    @property
    def is_city(self) -> bool:
        """True for an independent city, which the Census Bureau writes with a small "city"."""
        return self.name.endswith(" city") or self.fips == "32510"  # Carson City, Nevada


@dataclass(frozen=True, slots=True)
class CountyMatch:
    """The county a printed text means, and whether its spelling had to be put right for that."""

    county: County
    snapped: bool


@cache
def normal(text: str) -> str:
    """Return the text folded for comparing: one case, no accents or punctuation; St., Ste., Ft. and Mt. spelled out."""
    bare = _APOSTROPHES.sub("", text)
    if not bare.isascii():
        bare = "".join(c for c in unicodedata.normalize("NFKD", bare) if not unicodedata.combining(c))
        bare = _APOSTROPHES.sub("", bare)
    words = _NOT_A_WORD.sub(" ", bare.lower().replace("&", " and ")).split()
    return _MC.sub(r"\1", " ".join(_WORDS.get(word, word) for word in words))


@cache
def _county_rows() -> Mapping[str, list[County]]:
    rows: dict[str, list[County]] = {}
    with (HERE / "counties.csv").open(encoding="utf-8", newline="") as lines:
        reader = csv.reader(lines)
        next(reader)
        for fips, state, name in reader:
            rows.setdefault(state, []).append(County(fips, state, name))
    return rows


def _short(county: County) -> str:
    name = normal(county.name)
    if county.fips == "32510":
        return name
    return next(
        (name.removesuffix(s) for s in _SUFFIXES if name.endswith(s) and (s != " city" or county.is_city)), name
    )


@cache
def counties(state_code: str) -> Mapping[str, County]:
    """Return the state's counties by short normal name; an independent city named like a county keeps "city"."""
    short: dict[str, County] = {}
    for county in sorted(_county_rows().get(state_code, ()), key=lambda c: c.is_city):
        name = _short(county)
        short[f"{name} city" if name in short else name] = county
    return MappingProxyType(short)


def state_codes() -> list[str]:
    """Return the USPS codes of every state and territory with counties, in order."""
    return sorted(_county_rows())


@cache
def _all_short_names() -> frozenset[str]:
    return frozenset(short for state in _county_rows() for short in counties(state))


def _wanted(text: str) -> tuple[str, str]:
    """Return (kind, name): the printed kind, "county", "city" or "", and the normal name without it."""
    name = normal(text)
    for prefix in _CITY_PREFIXES:
        if name.startswith(prefix):
            return "city", name.removeprefix(prefix)
    for prefix in _PREFIXES:
        if name.startswith(prefix):
            return "county", name.removeprefix(prefix)
    for suffix in _SUFFIXES:
        if name.endswith(suffix):
            return ("city" if suffix == " city" else "county"), name.removesuffix(suffix)
    head, _, last = name.rpartition(" ")
    if head and len(last) >= 4 and any(OSA.distance(last, word, score_cutoff=2) <= 2 for word in _COUNTY_WORDS):
        return "county", head
    return "", name


def _without_state(text: str, state_code: str) -> str:
    """Return the text without a closing ", TX": that is not a second county."""
    head, comma, last = text.rpartition(",")
    return head if comma and last.strip().upper() == state_code else text


def find_county(state_code: str | None, text: str | None) -> CountyMatch | None:
    """Return the one county the text can mean in that state; None if blank, a list of several, or ambiguous.

    A bare name shared by a county and an independent city (Roanoke, St. Louis) has two readings, so none.
    """
    if not state_code or not text:
        return None
    text = _without_state(text.strip(), state_code)
    known = counties(state_code)
    whole = normal(text)
    if not whole or not known:
        return None
    kind, name = _wanted(text)
    if former := former_names(state_code).get(whole) or (kind != "city" and former_names(state_code).get(name)):
        return CountyMatch(former, snapped=False)
    twin = f"{name} city" in known and not known.get(name, known[f"{name} city"]).is_city
    if kind == "" and twin:
        return None
    if kind == "city":
        exact = known.get(whole) or known.get(f"{name} city")  # "Carson City", "Charles City"; then a city with a twin
        if exact is None and name in known and known[name].is_city:
            exact = known[name]
        return CountyMatch(exact, snapped=False) if exact else None
    if exact := known.get(name) or known.get(whole):
        return CountyMatch(exact, snapped=kind == "county" and exact.is_city)
    if joined := _joined_with_its_seat(state_code, text):
        return CountyMatch(joined, snapped=False)
    if _LIST.search(text) or any(c.isdigit() for c in whole):
        return None
    return _snapped(state_code, kind, name)


@cache
def former_names(state_code: str) -> Mapping[str, County]:
    """Return the counties of the state by names they had, or go by besides their official one."""
    today = {county.fips: county for county in _county_rows().get(state_code, ())}
    lines = (HERE / "former_counties.tsv").read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return {name: today[fips] for state, name, fips in rows if state == state_code}


def _joined_with_its_seat(state_code: str, text: str) -> County | None:
    """Return the county of a name such as "Athens-Clarke": one county, joined to a town that lies in it."""
    parts = [_UNIFIED.sub("", normal(part)).strip() for part in _JOINT.split(text)]
    if len(parts) != 2:
        return None
    known = counties(state_code)
    found = {
        known[name].fips: known[name]
        for part, other in (parts, parts[::-1])
        if (name := _wanted(part)[1]) in known and known[name].fips in place_counties(state_code, other)
    }
    return next(iter(found.values())) if len(found) == 1 else None


def _snapped(state_code: str, kind: str, name: str) -> CountyMatch | None:
    """Return the only county within a slip of the hand of the misspelt name, if no other is near.

    A county's name from another state is a slip only when it is long and one letter off (Alleghany, Allegheny).
    """
    close = name.replace(" ", "")
    if len(close) < 3:
        return None
    # a hand slips inside a word: only counties with the same first letter can be meant
    ranked = sorted(
        (OSA.distance(close, short.replace(" ", "")), short, county)
        for short, county in counties(state_code).items()
        if not county.is_city and short[0] == close[0]
    )[:2]
    if not ranked:
        return None
    best, _, county = ranked[0]
    second = ranked[1][0] if len(ranked) > 1 else best + 9
    if best == 0:  # "La Salle" and "LaSalle": the same letters
        return CountyMatch(county, snapped=False)
    if kind == "" and _is_town(state_code, name):
        return None
    allowed = 1 if len(close) < 7 else 2 if len(close) < 12 else 3
    apart = 1 if len(close) < 5 else 2  # of three or four letters, nearly every pair is two apart
    if best > allowed or second - best < apart:
        return None
    if name in _all_short_names() and (best > 1 or len(close) < 8):
        return None  # a Texas sheriff printed under Oklahoma: "Wichita County" is no slip for Washita
    return CountyMatch(county, snapped=True)


@cache
def _place_text() -> str:
    return "\n" + (HERE / "place_names.tsv").read_text(encoding="utf-8")


@cache
def place_names(state_code: str) -> Mapping[str, str]:
    """Return normal name -> the counties of its ZIP codes, three digits each, as one string."""
    text, mark = _place_text(), f"\n[{state_code}]\n"
    start = text.find(mark)
    if start < 0:
        return {}
    start += len(mark)
    end = text.find("\n[", start)
    block = text[start : end if end >= 0 else len(text)]
    lines = (line.partition("\t") for line in block.splitlines())
    return {name: codes for name, _, codes in lines}


def _town_names(name: str) -> Iterator[str]:
    yield name
    yield _PLACE_PREFIX.sub("", name)
    for suffix in (" township", " borough", " village", " town"):
        yield name.removesuffix(suffix)


def _is_town(state_code: str, name: str) -> bool:
    places = place_names(state_code)
    return any(form in places for form in _town_names(name))


def is_town_exactly(state_code: str, name: str) -> bool:
    """Return whether the state has a town of just this name, its "Village" or "Township" counted as part of it."""
    return normal(name) in place_names(state_code)


def is_place(state_code: str, name: str) -> bool:
    """Return whether the state has a county, city, town or village of exactly this name; "X County" only for a county.

    Two names of which this is true are two places, unless they differ in spaces only ("La Mesa", "Lamesa").
    """
    whole = normal(name)
    if not whole:
        return False
    known = counties(state_code)
    kind, short = _wanted(name)
    if kind == "county" and whole.endswith(_SUFFIXES):
        if short in known and not known[short].is_city:
            return True
        return not whole.endswith(" county") and _is_town(state_code, whole)
    if kind == "city" and (known.get(f"{short} city") or (short in known and known[short].is_city)):
        return True
    return whole in known or _is_town(state_code, whole)


def place_counties(state_code: str, city: str) -> frozenset[str]:
    """Return the FIPS codes of the counties of the city's ZIP codes; empty if the city or its counties are unknown."""
    places = place_names(state_code)
    for form in _town_names(normal(city)):
        if form in places:
            state_fips = next(iter(counties(state_code).values())).fips[:2]
            return frozenset(state_fips + code for code in places[form].split(",") if code)
    return frozenset()


@cache
def place_words() -> frozenset[str]:
    """Return every word in the name of any county or place of the country, folded."""
    words = {word for line in _place_text().splitlines() for word in line.partition("\t")[0].split()}
    return frozenset(words | {word for name in _all_short_names() for word in name.split()})


def slug_of(name: str) -> str:
    """Return a name as a part of an address: `dona-ana-county`."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", name.lower()) if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]+", "-", re.sub(r"['’.]", "", bare)).strip("-")
