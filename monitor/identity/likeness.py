"""How alike two names are, and what speaks against their being one agency.

Likeness alone never decides: `monitor.identity.rules` weighs it with dates, documents, counties and what stood side
by side. Distances are Damerau-Levenshtein (optimal string alignment) counts of single-letter slips.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from rapidfuzz.distance import OSA

from monitor.identity.names import Name
from monitor.places import gazetteer

Kind = Literal["equal", "loosely equal", "reordered", "retyped", "near", "contained", "same place", "unlike"]

_DIRECTIONS = frozenset(
    "north south east west northern southern eastern western central upper lower new old beach heights".split()
)


@dataclass(frozen=True, slots=True)
class Likeness:
    """How two names are alike (`kind`), how many letters apart, and the reasons against (codes, see docs)."""

    kind: Kind
    distance: int
    against: tuple[str, ...]

    @property
    def strong(self) -> bool:
        """Whether the names alone could be one name retyped, expanded, cut or reordered, with nothing against."""
        return self.kind not in ("near", "same place", "unlike") and not self.against


@lru_cache(maxsize=65536)
def compare(a: Name, b: Name, state_a: str | None, state_b: str | None) -> Likeness:
    """The likeness of two names as printed in the given states."""
    if a.key == b.key:
        return Likeness("equal", 0, ())
    against: list[str] = []
    if a.digits != b.digits:
        against.append("digits_differ")
    if a.rank and b.rank and a.rank != b.rank:
        against.append("city_and_town")
    if a.loose == b.loose:
        return Likeness("loosely equal", 0, tuple(against))
    if sorted(a.words) == sorted(b.words):
        return Likeness("reordered", 0, tuple(against))
    extra = _extra_words(a, b)
    if extra is not None:
        if a.place != b.place and (_both_real(a, b, state_a, state_b) or extra & _DIRECTIONS):
            against.append("both_real_places")
        return Likeness("contained", 0, tuple(against))
    if a.place == b.place and a.place:
        return Likeness("retyped" if _office_slip(a, b) else "same place", 0, tuple(against))
    distance = _slips(a, b)
    if _both_real(a, b, state_a, state_b):
        against.append("both_real_places")
    if _direction_swapped(a, b):
        against.append("other_direction")
    length = max(len(a.loose if not a.place else a.place), 1)
    if a.body == b.body and distance <= (1 if length < 6 else 2 if length < 12 else 3):
        return Likeness("retyped", distance, tuple(against))
    if a.body == b.body and distance <= max(2, round(0.45 * length)):
        return Likeness("near", distance, tuple(against))
    return Likeness("unlike", distance, tuple(against))


def place_of(name: Name) -> str:
    """The place a name serves, with its kind where the name says it: "ellis county", "marco island"."""
    if f" {name.place} county " in f" {name.loose} ":
        return f"{name.place} county"
    if f" {name.place} parish " in f" {name.loose} ":
        return f"{name.place} parish"
    return name.place


@lru_cache(maxsize=65536)
def is_real(name: Name, state: str | None) -> bool:
    """Whether the place a name serves is a real county, independent city or town of the state."""
    if not state or not name.place:
        return False
    place = place_of(name)
    if gazetteer.is_place(state, place):
        return True
    match = gazetteer.find_county(state, place)  # "Hopewell County", Virginia: a city that is its own county
    return match is not None and match.county.is_city


def _extra_words(a: Name, b: Name) -> frozenset[str] | None:
    """The words one name has beyond the other's, when it has all of the other's; else None."""
    first, second = set(a.words), set(b.words)
    if first < second:
        return frozenset(second - first)
    if second < first:
        return frozenset(first - second)
    return None


def _both_real(a: Name, b: Name, state_a: str | None, state_b: str | None) -> bool:
    if not a.place or not b.place or a.place == b.place:
        return False
    if a.place.replace(" ", "") == b.place.replace(" ", ""):
        return False  # "La Salle" and "LaSalle" are one place
    return is_real(a, state_a) and is_real(b, state_b)


def _office_slip(a: Name, b: Name) -> bool:
    """Whether the office words differ by a slip of the hand or a filler, not by another office."""
    if a.body != b.body:
        return False
    return OSA.distance(a.loose, b.loose) <= 2 or set(a.words) ^ set(b.words) <= {"county", "city", "town", "office"}


def _slips(a: Name, b: Name) -> int:
    """Letters apart: of the places when both name one, and of the rest of the names as well."""
    if not a.place or not b.place:
        return OSA.distance(a.loose, b.loose)
    rest_a = " ".join(w for w in a.words if w not in a.place.split())
    rest_b = " ".join(w for w in b.words if w not in b.place.split())
    return OSA.distance(a.place, b.place) + (OSA.distance(rest_a, rest_b) if rest_a != rest_b else 0)


def _direction_swapped(a: Name, b: Name) -> bool:
    """Whether one place is the other with a direction put in or changed: West Florida and Florida, North and South."""
    difference = set(a.place.split()) ^ set(b.place.split())
    return bool(difference & _DIRECTIONS)
