"""What a reader's browser needs to find what `find.py` finds, for published pages: `static/find.js` reads it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping

from rapidfuzz.distance import OSA

from monitor.places.gazetteer import normal, place_words, state_codes
from monitor.places.sizes import zip_codes
from monitor.search import agency_names, place_names
from monitor.search.find import MOST, Finder
from monitor.search.state_words import official_name, state_names


def write_places() -> bytes:
    """Return the counties and places of the country by state, and the words that the search knows, as JSON."""
    lines: dict[str, list[str]] = defaultdict(list)
    for place, names in _names_of_places().items():
        written = [names] if names != [place_names.joined(normal(place.name))] else []
        parts = [place.name, (place.fips or "")[2:], str(place.people or ""), "c" if place.kind == "county" else ""]
        lines[place.state].append("\t".join([*parts, *(",".join(n) for n in written)]).rstrip("\t"))
    known = agency_names.AGENCY_WORDS
    return _as_json({
        "states": {code: [official_name(code), place_names.state_fips(code)] for code in state_codes()},
        "state_names": state_names(), "places": {code: "\n".join(found) for code, found in lines.items()},
        "county_words": place_names.COUNTY_WORDS, "large_city": place_names.LARGE_CITY, "most": MOST,
        "long": agency_names.LONG, "empty": sorted(agency_names.EMPTY), "agency_words": sorted(known),
        "bodies": sorted(agency_names.BODIES), "body_words": sorted(agency_names.BODY_WORDS),
        "place_words": sorted(
            word for word in place_words()
            if len(word) >= 5 and word not in known
            and any(OSA.distance(word, other, score_cutoff=2) <= 2 for other in known)
        ),
    })  # fmt: skip


def write_zip_codes() -> bytes:
    """Return FIPS code -> the ZIP codes of the county, as JSON."""
    found: dict[str, list[str]] = defaultdict(list)
    for code, fips in zip_codes().items():
        found[fips].append(code)
    return _as_json({fips: " ".join(codes) for fips, codes in found.items()})


def write_agencies(finder: Finder) -> bytes:
    """Return every agency as [id, name, state, FIPS code, whether it is listed, other names], as JSON."""
    return _as_json([
        [a.id, a.name, a.state, a.fips, int(a.listed), list(texts)] for a, texts in finder.agencies.searched
    ])  # fmt: skip


def _names_of_places() -> Mapping[place_names.Place, list[str]]:
    found: dict[place_names.Place, list[str]] = {}
    for name, place in _pairs():
        found.setdefault(place, []).append(name)
    return found


def _pairs() -> Iterator[tuple[str, place_names.Place]]:
    return ((name, place) for name, found in place_names.by_name().items() for place in found)


def _as_json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=True).encode()
