"""Two names read in the light of each other: a slip in a word that all offices share is no other word.

"Corydon Police eDpartment" beside "Corydon Police Department" names no place called Edpartment. A word is put right
only when it is no known word itself, a slip of the hand away from a known one that stands in the other name only, and
no part of a real place's name. Slips in the place's own name stay: whether they matter is for the gazetteer to say.
"""

from __future__ import annotations

from functools import cache, lru_cache

import us
from rapidfuzz.distance import DamerauLevenshtein

from monitor.matching.names import ORDINALS, Name, canonical_name, fold, office_words
from monitor.places import gazetteer

DIRECTIONS = frozenset(
    "north south east west northern southern eastern western central upper lower new old beach heights".split()
)
_SHORT = 5  # in words shorter than this one letter may differ, in others two
_LONG = 7  # in words shorter than this two may differ only when the names differ in little else
_FEW = 6  # names that differ in more words than this are not one name mistyped


@lru_cache(maxsize=65536)
def read_together(a: Name, b: Name, state_a: str | None, state_b: str | None) -> tuple[Name, Name, int]:
    """Both names with the slips in shared words put right, and how many letters that took."""
    words_a, words_b = _words(a.printed), _words(b.printed)
    only_a, only_b = set(words_a).difference(words_b), set(words_b).difference(words_a)
    if not only_a or not only_b or max(len(only_a), len(only_b)) > _FEW:
        return a, b, 0
    slips = 0
    alone = max(len(only_a), len(only_b)) <= 2  # nothing else differs
    found = sorted(
        (distance, x, y) for x in only_a for y in only_b if (distance := _slip(x, y, state_a, state_b, alone))
    )
    right_a: dict[str, str] = {}
    right_b: dict[str, str] = {}
    for distance, x, y in found:
        if x in right_a or y in right_b:
            continue
        if is_known(x, state_a):
            right_b[y] = x
        else:
            right_a[x] = y
        slips += distance
    if not slips or _names_real_place(a, state_a, right_a) or _names_real_place(b, state_b, right_b):
        return a, b, 0
    return _put_right(a, words_a, right_a, state_a), _put_right(b, words_b, right_b, state_b), slips


@lru_cache(maxsize=16384)
def _words(printed: str) -> tuple[str, ...]:
    return tuple(fold(printed).split())


@lru_cache(maxsize=16384)
def telling_words(name: Name, state: str | None) -> frozenset[str]:
    """The words of a name that are neither an office's nor the state's own, numbers aside."""
    known = office_words() | _state_words(state)
    return frozenset(word for word in name.words if word not in known and not word[0].isdigit())


@lru_cache(maxsize=16384)
def is_known(word: str, state: str | None) -> bool:
    """Whether the word is an office's, a direction, a number or part of the state's own name."""
    return word in DIRECTIONS or word in ORDINALS or word in office_words() or word in _state_words(state)


def _slip(x: str, y: str, state_a: str | None, state_b: str | None, alone: bool) -> int:
    """Letters between a known word and one that is none, when they are few; else 0."""
    short = min(len(x), len(y))
    allowed = 1 if short < _SHORT or (short < _LONG and not alone) else 2  # "Guard" is no "Board"
    if short <= 2 or abs(len(x) - len(y)) > allowed or is_known(x, state_a) == is_known(y, state_b):
        return 0
    distance = DamerauLevenshtein.distance(x, y, score_cutoff=allowed)
    return distance if distance <= allowed else 0


def _names_real_place(name: Name, state: str | None, right: dict[str, str]) -> bool:
    """Whether one of the words to be put right is part of the name of a real place of the state."""
    if not state or not right or not name.place:
        return False
    return any(word in name.place.split() for word in right) and gazetteer.is_place(state, name.place)


def _put_right(name: Name, words: tuple[str, ...], right: dict[str, str], state: str | None) -> Name:
    return canonical_name(state, " ".join(right.get(word, word) for word in words)) if right else name


@cache
def _state_words(state: str | None) -> frozenset[str]:
    known = us.states.lookup(state) if state else None
    return frozenset(fold(known.name).split()) if known else frozenset()
