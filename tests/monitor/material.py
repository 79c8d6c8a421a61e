"""Rows to make lists of: those of a real list when the corpus is there, else made-up ones of real places."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from datetime import date
from functools import cache

import us
from rapidfuzz.distance import OSA

from monitor.matching.names import canonical_name
from monitor.places import gazetteer
from monitor.places.homes import possible_counties
from tests.monitor.folded import CORPUS, Row, corpus_rows

SUPPORT = ("Jail Enforcement Model", "Warrant Service Officer", "Task Force Model")
OFFICES = ("Attorney's Office", "Board of County Commissioners", "Department of Corrections", "Jail", "Prison")


def material() -> list[Row]:
    """The rows of a real list when the corpus is there, else made-up ones of real places."""
    return list(_material())


@cache
def _material() -> tuple[Row, ...]:
    if CORPUS.is_dir():
        newest = sorted((CORPUS / "participating").glob("participatingAgencies09302025*.xlsx"))[-1]
        rows = corpus_rows(f"participating/{newest.name}")
        return tuple(r for r in rows if re.fullmatch(r"\d{4}-\d\d-\d\d", r.signed))
    return tuple(made_up_rows(random.Random(7), 900))


def made_up_rows(rng: random.Random, count: int) -> list[Row]:
    """Rows of sheriffs and police of real counties and towns, no two of one agency and support type."""
    rows: dict[tuple[str, str, str], Row] = {}
    while len(rows) < count:
        row = new_row(rng, rng.choice("FL TX PA GA VA MO KS OK AL TN".split()), f"m{len(rows)}", date(2025, 3, 1))
        rows.setdefault((row.state, row.agency, row.support_type), row)
    return list(rows.values())


def new_row(rng: random.Random, state: str, truth: str, day: date) -> Row:
    """A row of a sheriff or police that the state could have, its MOA pending."""
    known = us.states.lookup(state)
    assert known is not None
    name = known.name.upper()
    county = rng.choice(sorted(gazetteer.counties(state).values(), key=lambda c: c.fips))
    kind = rng.random()
    printed, of_type, cell = f"{county.name} Sheriff's Office", "County", county.name
    if county.is_city or kind < 0.5:
        town = rng.choice(town_names(state)).title()
        printed, of_type, cell = f"{town} Police Department", "Municipality", county_of_town(state, town)
    elif kind < 0.58:
        printed = f"{county.name} Constable Precinct {rng.randint(1, 8)}"
    return Row(name, printed, rng.choice(SUPPORT), day.isoformat(), cell, of_type, truth=truth)


def county_of_town(state: str, town: str) -> str:
    """The first county that the town may reach into, as ICE prints it; empty when that is not known."""
    known = {county.fips: county.name for county in gazetteer.counties(state).values()}
    return next((known[fips] for fips in sorted(possible_counties(state, town)) if fips in known), "")


@cache
def town_names(state: str) -> tuple[str, ...]:
    """Towns of the state as the gazetteer has them."""
    text = gazetteer.HERE.joinpath("place_names.tsv").read_text(encoding="utf-8")
    block = text.split(f"[{state}]\n", 1)[1].split("\n[", 1)[0]
    return tuple(line.partition("\t")[0] for line in block.splitlines() if len(line.partition("\t")[0]) > 3)


def neighbor(rng: random.Random, row: Row, day: date) -> Row | None:
    """Another real agency of the state whose name is like the row's: within three letters, or with a word more."""
    code = code_of(row.state)
    if code is None:
        return None
    digits = re.search(r"(Precinct|Pct\.?) (\d)", row.agency)
    if digits:
        other = row.agency.replace(digits[0], f"{digits[1]} {(int(digits[2]) % 8) + 1}")
        return replace(row, agency=other, signed=day.isoformat(), moa="Link Pending", link=None)
    found = re.match(r"(?:City of |Town of )?(.+?) (County Sheriff|Police Department)", row.agency)
    if not found:
        return None
    place = found[1].lower()
    pool = list(gazetteer.counties(code)) if found[2].startswith("County") else list(town_names(code))
    near = [
        p
        for p in pool
        if p != place
        and (OSA.distance(p, place, score_cutoff=3) <= 3 or p.startswith(place + " ") or p.endswith(" " + place))
    ]
    if not gazetteer.is_place(code, place + (" county" if found[2].startswith("County") else "")):
        return None  # of a misprinted name a real neighbor may be the correction
    near = [p for p in near if p.replace(" ", "") != place.replace(" ", "")]
    if not near:
        return None
    name = rng.choice(sorted(near)).title()
    other = row.agency.replace(found[1], name, 1)
    county = other.split(" Sheriff")[0] if "Sheriff" in other else county_of_town(code, name)
    return replace(row, agency=other, signed=day.isoformat(), county=county, moa="Link Pending", link=None)


def relabel(rng: random.Random, row: Row) -> Row | None:
    """The row under another office, as ICE has done before an MOA was linked and after.

    A sheriff's becomes the jail's or the board's, a town's police the county's sheriff, a constable the district's.
    """
    constable = re.match(r"(.*) Constable Precinct (\d+)", row.agency)
    if constable:
        return replace(row, agency=f"County Constable, District {constable[2]}")
    police = re.match(r"(?:City of |Town of )?(.+?) Police Department", row.agency)
    if police and row.county.strip():
        return replace(row, agency=f"{police[1]} County Sheriff's Office")
    found = re.match(r"(.+ County) Sheriff", row.agency)
    if not found:
        return None
    office = rng.choice(OFFICES)
    return replace(row, agency=f"{found[1]} {office}")


def decidable(row: Row, other: Row) -> bool:
    """Whether the place that the row names is real in one of the two states only."""
    found = re.match(r"(?:City of |Town of )?(.+?) (?:Sheriff|SO|Police|PD)", row.agency)
    if row.link or found is None:
        return row.link is not None
    a, b = code_of(row.state), code_of(other.state)
    return a is not None and b is not None and gazetteer.is_place(a, found[1]) != gazetteer.is_place(b, found[1])


def code_of(state: str) -> str | None:
    """The USPS code that a printed state means."""
    known = us.states.lookup(state.strip())
    return known.abbr if known else None


def same_cells(a: Row, b: Row) -> bool:
    """Whether two rows would be the same agency's with the same support type, by their cells."""
    return (a.state.strip().casefold(), a.agency.strip().casefold(), a.support_type) == (
        b.state.strip().casefold(),
        b.agency.strip().casefold(),
        b.support_type,
    )


def is_twin(a: Row, b: Row) -> bool:
    """Whether a made-up row would be a real agency's by another spelling: then the truth would not be known."""
    state = a.state[:3]
    return (
        b.state.strip().upper().startswith(state.upper())
        and a.support_type.strip() == b.support_type.strip()
        and canonical_name(None, a.agency).loose == canonical_name(None, b.agency).loose
    )
