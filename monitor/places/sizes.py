"""The county of a ZIP code, and how many people live in a place. Data made by `make_search_data.py`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from monitor.places.gazetteer import HERE, normal


@cache
def zip_codes() -> Mapping[str, str]:
    """Return ZIP code -> FIPS code of its county."""
    found: dict[str, str] = {}
    for line in (HERE / "zip_codes.tsv").read_text(encoding="utf-8").splitlines():
        fips, _, codes = line.partition("\t")
        found |= dict.fromkeys(codes.split(), fips)
    return found


def zip_county(zip_code: str) -> str | None:
    """Return the FIPS code of the county of a ZIP code of five digits; None if it is not known."""
    return zip_codes().get(zip_code)


@cache
def sizes() -> Mapping[tuple[str, str], tuple[str, int]]:
    """Return (state, normal name) -> (name as it is written, people) of every place of 5,000 and more."""
    found: dict[tuple[str, str], tuple[str, int]] = {}
    state = ""
    for line in (HERE / "place_sizes.tsv").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            state = line.strip("[]")
        else:
            name, _, people = line.partition("\t")
            found[state, normal(name)] = (name, int(people))
    return found
