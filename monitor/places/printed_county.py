"""How the county of an agency is found: from the list's county cell, else from the agency's own name."""

from __future__ import annotations

from functools import lru_cache

from monitor.places import gazetteer


@lru_cache(maxsize=65536)
def county_of(state: str | None, county: str | None, agency: str) -> tuple[str, str] | None:
    """Return (FIPS code, official name) of the county in a listing's cell, else in the agency's own name."""
    match = gazetteer.find_county(state, county)
    if match is None and state:
        words = agency.split()
        for end, word in enumerate(words):
            if word.casefold() in ("county", "parish"):
                match = gazetteer.find_county(state, " ".join(words[: end + 1]))
                match = None if match is not None and match.snapped else match
                break
    return (match.county.fips, match.county.name) if match else None
