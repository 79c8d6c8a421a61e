"""How alike two names are, and what speaks against their being one agency.

Likeness alone never decides: `monitor.matching.same_agreement` weighs it with dates, documents, counties and what stood
side by side. Distances are Damerau-Levenshtein (optimal string alignment) counts of single-letter slips.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import us
from rapidfuzz.distance import OSA

from monitor.matching.misspellings import DIRECTIONS, read_together, telling_words
from monitor.matching.names import Name, canonical_name, fold
from monitor.places import gazetteer

Kind = Literal["equal", "loosely equal", "reordered", "retyped", "near", "contained", "same place", "unlike"]

_KINDS_OF_TOWN = frozenset("city town village borough township".split())


@dataclass(frozen=True, slots=True)
class Likeness:
    """How two names are alike (`kind`), how many letters apart, and the reasons against (codes, see docs)."""

    kind: Kind
    distance: int
    against: tuple[str, ...]
    doubt: tuple[str, ...] = ()  # reasons for a person to look, though they decide nothing

    @property
    def strong(self) -> bool:
        """Whether the names alone could be one name retyped, expanded, cut or reordered, with nothing against."""
        return self.kind not in ("near", "same place", "unlike") and not self.against


@lru_cache(maxsize=65536)
def compare(a: Name, b: Name, state_a: str | None, state_b: str | None) -> Likeness:
    """The likeness of two names as printed in the given states."""
    if state_a != state_b:  # what a state's own words and counties are called must not part one name
        a, b = canonical_name(state_b or state_a, a.printed), canonical_name(state_b or state_a, b.printed)
    if a.key == b.key:
        return Likeness("equal", 0, ())
    slips = 0
    if a.loose != b.loose:
        a, b, slips = read_together(a, b, state_a, state_b)
    against: list[str] = []
    named = a.digits and b.digits  # a name without its number is a name cut short
    if a.digits != b.digits and (named or a.place != b.place or a.body != b.body):
        against.append("digits_differ")
    if a.rank and b.rank and a.rank != b.rank:
        against.append("city_and_town")
    if a.loose == b.loose:
        return Likeness("retyped" if slips else "loosely equal", slips, tuple(against))
    if sorted(a.words) == sorted(b.words) or sorted(a.key.split()) == sorted(b.key.split()):
        return Likeness("reordered", slips, tuple(against))
    extra = _extra_words(a, b)
    if extra is not None:
        return _contained(a, b, state_a, state_b, extra, slips, against)
    if a.place == b.place and a.place:
        return Likeness("retyped" if _office_slip(a, b) else "same place", slips, tuple(against))
    distance = _slips(a, b) + slips
    if _both_real(a, b, state_a, state_b):
        against.append("both_real_places")
    if _direction_swapped(a, b):
        against.append("other_direction")
    length = max(len(a.loose if not a.place else a.place), 1)
    if a.body == b.body and distance - slips <= (1 if length < 6 else 2 if length < 12 else 3):
        return Likeness("retyped", distance, tuple(against))
    whole = min(
        OSA.distance(x.replace(" ", ""), y.replace(" ", ""), score_cutoff=2)
        for x, y in ((a.key, b.key), (fold(a.printed), fold(b.printed)))
    )
    if whole <= 2 and length >= 6:  # slips that split or joined words: no word of the office need be whole
        return Likeness("retyped", whole + slips, tuple(against))
    if a.body == b.body and distance - slips <= max(2, round(0.45 * length)):
        return Likeness("near", distance, tuple(against))
    return Likeness("unlike", distance, tuple(against))


def _contained(
    a: Name, b: Name, state_a: str | None, state_b: str | None, extra: frozenset[str], slips: int, against: list[str]
) -> Likeness:
    """One name has all words of the other: expanded or cut, unless the words added make another place of it."""
    doubt: tuple[str, ...] = ()
    if a.place != b.place and (_both_real(a, b, state_a, state_b) or extra & DIRECTIONS):
        against.append("both_real_places")
    elif extra <= _KINDS_OF_TOWN and _both_listed(a, b, state_a, state_b):
        doubt = ("both_real_places",)
    elif extra & (telling_words(a, state_a) | telling_words(b, state_b)) or not _in_order(a.words, b.words):
        doubt = ("name_differs",)
    return Likeness("contained", slips, tuple(against), doubt)


def _in_order(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    """Whether the shorter name's words stand in the longer one in the same order."""
    short, long = sorted((a, b), key=len)
    rest = iter(long)
    return all(word in rest for word in short)


def place_of(name: Name) -> str:
    """The place a name serves, with its kind where the name says it: "ellis county", "marco island"."""
    if f" {name.place} county " in f" {name.loose} ":
        return f"{name.place} county"
    if f" {name.place} parish " in f" {name.loose} ":
        return f"{name.place} parish"
    return name.place


#: Words that say what kind of place a name is of, and states' codes behind a comma: they tell no two places apart.
_KINDS_OF_PLACE = _KINDS_OF_TOWN | {"county", "parish", "place"}


@lru_cache(maxsize=65536)
def shares_place(a: Name, b: Name) -> bool:
    """Return whether the place of one name is the other's, aside from what kind of place it is called.

    "St. Charles Place" and "St. Charles Parish", "Monroeville Constable Office, PA" and "Constable Monroeville".
    """
    first, second = (_bare_place(name) for name in (a, b))
    both_numbered = bool(a.digits and b.digits)
    return bool(first) and first == second and not (both_numbered and a.digits != b.digits)


@lru_cache(maxsize=65536)
def one_body(a: Name, b: Name, state: str | None) -> bool:
    """Return whether two names of one place can only be one body's: the same office, or one names none.

    Places of two kinds (a township, a borough) are two bodies, unless one of the kinds is no place's of the state:
    Pennsylvania has no Damascus County.
    """
    if not shares_place(a, b) or (a.body != b.body and "other" not in (a.body, b.body)):
        return False
    if a.body != b.body and not any(name.words == tuple(name.loose.split()) == _place_words(name) for name in (a, b)):
        return False  # an office that the tables do not know is another one
    kinds = [_KINDS_OF_PLACE.intersection(name.loose.split()) for name in (a, b)]
    if not all(kinds) or kinds[0] == kinds[1]:
        return True
    return state is not None and not all(
        gazetteer.is_place(state, " ".join([*_bare_place(name), kind])) or kind in _KINDS_OF_TOWN
        for name, found in zip((a, b), kinds, strict=True)
        for kind in found
    )


def _place_words(name: Name) -> tuple[str, ...]:
    kinds = _KINDS_OF_PLACE | {state.abbr.lower() for state in us.states.STATES}
    return tuple(word for word in name.loose.split() if word in name.place.split() or word in kinds)


def _bare_place(name: Name) -> tuple[str, ...]:
    codes = {state.abbr.lower() for state in us.states.STATES}
    words = name.place.split()
    while words and (words[-1] in codes or words[-1] in _KINDS_OF_PLACE):
        words.pop()
    return tuple(words)


@lru_cache(maxsize=65536)
def is_real(name: Name, state: str | None) -> bool:
    """Whether the place a name serves is a real county, independent city or town of the state."""
    if not state or not name.place:
        return False
    name = canonical_name(state, name.printed)
    place = place_of(name)
    if gazetteer.is_place(state, place):
        return True
    if place == name.place and gazetteer.is_place(state, _with_kind(name)):  # "League City" is no League
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


def _both_listed(a: Name, b: Name, state_a: str | None, state_b: str | None) -> bool:
    """Whether the gazetteer has the place with and without the word that tells a village or township."""
    if not state_a or not state_b or not a.place:
        return False
    forms = [_with_kind(name) for name in (a, b)]
    return all(gazetteer.is_town_exactly(state, form) for state, form in zip((state_a, state_b), forms, strict=True))


def _with_kind(name: Name) -> str:
    """The place with the kind of town that follows it, as in "melbourne village"."""
    rest = f" {name.loose} ".partition(f" {name.place} ")[2].split()
    return f"{name.place} {rest[0]}" if rest and rest[0] in _KINDS_OF_TOWN else name.place


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
    return bool(difference & DIRECTIONS)
