"""Every state, territory and county of the country as a place with an address of its own."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

import us

from monitor import places
from monitor.places.gazetteer import slug_of
from monitor.web.pages.map.shapes import read_shapes

#: Planning regions that Connecticut counts by since 2022: ICE prints the eight counties, so those are the places.
_LATER = re.compile(r"091[1-9]0")


@dataclass(frozen=True, slots=True)
class County:
    """A county or equivalent: FIPS code, state, name as the Census Bureau writes it, its address within the state."""

    fips: str
    state: str
    name: str
    slug: str
    neighbors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class State:
    """A state, the District or a territory, with its counties by address."""

    code: str
    name: str
    territory: bool
    counties: Mapping[str, County]

    @property
    def slug(self) -> str:
        """Its part of an address."""
        return self.code.lower()


@cache
def states() -> Mapping[str, State]:
    """Return every state, the District and every territory by USPS code, in order of name."""
    rows: dict[str, dict[str, County]] = {}
    neighbors = read_shapes().neighbors
    for fips, code, name in _rows():
        county = County(fips, code, name, slug_of(name), tuple(neighbors.get(fips, ())))
        rows.setdefault(code, {})[county.slug] = county
    known = [*us.states.STATES, us.states.DC, *us.states.TERRITORIES]
    found = [
        State(s.abbr, s.name, bool(s.is_territory), MappingProxyType(rows.get(s.abbr, {})))
        for s in known
        if s.abbr in rows
    ]
    return MappingProxyType({s.code: s for s in sorted(found, key=lambda s: (s.territory, s.name))})


@cache
def counties() -> Mapping[str, County]:
    """Return every county by FIPS code."""
    return MappingProxyType({c.fips: c for s in states().values() for c in s.counties.values()})


def state_name(code: str | None) -> str:
    """Return the state's name; the code itself where it is none."""
    state = states().get((code or "").upper())
    return state.name if state else (code or "")


def _rows() -> list[tuple[str, str, str]]:
    with (Path(places.__file__).parent / "counties.csv").open(encoding="utf-8", newline="") as lines:
        reader = csv.reader(lines)
        next(reader)
        return [(fips, state, name) for fips, state, name in reader if not _LATER.fullmatch(fips)]
