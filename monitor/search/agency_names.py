"""Agencies by the words of every name ICE printed for them, of their county and of their state."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from monitor.places.gazetteer import normal, place_words
from monitor.search.state_words import official_name

#: What people shorten, and the Spanish for what ICE prints in English.
LONG = {
    "pd": "police department", "so": "sheriffs office", "dept": "department", "sheriff": "sheriffs",
    "policia": "police", "alguacil": "sheriffs", "oficina": "office", "departamento": "department",
    "universidad": "university", "aeropuerto": "airport", "condado": "county", "correctional": "corrections",
    "dps": "public safety", "twp": "township", "doc": "department of corrections", "patrulla": "patrol",
    "carcel": "jail", "fhp": "florida highway patrol", "fdle": "florida department of law enforcement",
}  # fmt: skip
#: Words that say an agency is asked for.
AGENCY_WORDS = frozenset({
    "sheriffs", "police", "department", "office", "marshal", "marshals", "constable", "constables", "patrol",
    "corrections", "university", "college", "campus", "airport", "jail", "troopers", "guard", "enforcement", "bureau",
    "agency", "attorney", "commission", "safety",
})  # fmt: skip
#: "Office" and "department" say nothing beside these: people take one for the other.
BODIES, BODY_WORDS = frozenset({"sheriffs", "police"}), frozenset({"office", "department"})
EMPTY = frozenset({"de", "del", "la", "el", "of", "the", "in", "en", "and", "y", "los", "las", "a"})


@dataclass(frozen=True, slots=True)
class FoundAgency:
    """An agency as the search knows it."""

    id: str
    name: str
    state: str | None
    fips: str | None
    listed: bool


def query_words(text: str) -> list[str]:
    """Return the words of a folded text that an agency is found by, shortened and Spanish ones written out."""
    return [word for given in text.split() for word in LONG.get(given, given).split() if word not in EMPTY]


def asked_words(text: str) -> list[str]:
    """Return the words of a folded text that somebody asks for."""
    words = query_words(text)
    return words if BODIES.isdisjoint(words) else [word for word in words if not _is_near(word, BODY_WORDS, 5)]


def names_agency(words: Iterable[str]) -> bool:
    """Return whether a word says that an agency is asked for, a slip of the hand forgiven."""
    return any(_is_agency_word(word) for word in words)


def without_agency_words(words: Iterable[str]) -> str:
    """Return the words that can name a place."""
    return " ".join(word for word in words if not _is_agency_word(word))


def as_one_name(words: Sequence[str]) -> list[str]:
    """Return the words with those that can name a place written as one: "zephyr hills police"."""
    return [without_agency_words(words).replace(" ", ""), *(word for word in words if _is_agency_word(word))]


def _is_agency_word(word: str) -> bool:
    return _is_near(word, AGENCY_WORDS, 6)


def _is_near(word: str, known: Collection[str], shortest: int) -> bool:
    """Return whether a word is one of those known, or, from so many letters on, a slip or two away from one."""
    if word in known:
        return True
    return (
        len(word) >= shortest
        and word not in place_words()
        and any(OSA.distance(word, other, score_cutoff=2) <= 2 for other in known)
    )


class AgencyNames:
    """The agencies by their words."""

    def __init__(self, agencies: Iterable[tuple[FoundAgency, Sequence[str]]]) -> None:
        """Take each agency with the texts it is found by: the names ICE printed and its county."""
        self.searched = list(agencies)
        self._agencies: list[tuple[FoundAgency, int]] = []
        self._by_word: Mapping[str, set[int]] = defaultdict(set)
        for number, (agency, texts) in enumerate(self.searched):
            own = set(query_words(normal(agency.name)))
            self._agencies.append((agency, len(own)))
            state = (agency.state or "", official_name(agency.state or ""))
            for text in (agency.name, *texts, *state):
                for word in query_words(normal(text)):
                    self._by_word[word].add(number)

    def find(self, words: Sequence[str], state: str | None = None) -> list[FoundAgency]:
        """Return the agencies with every word, whole, begun or a slip away; the nearest and the listed ones first."""
        far: dict[int, int] | None = None
        for word in words:
            near = self._near(word)
            far = {n: far[n] + near[n] for n in far.keys() & near.keys()} if far is not None else near
        ranked = sorted(
            (distance, not agency.listed, size, agency.name, agency.id, number)
            for number, distance in (far or {}).items()
            for agency, size in [self._agencies[number]]
            if state in (None, agency.state)
        )
        return [self._agencies[row[-1]][0] for row in ranked]

    def _near(self, word: str) -> dict[int, int]:
        """Number of each agency with the word -> how far its word is from it."""
        found = dict.fromkeys(self._by_word.get(word, ()), 0)
        if len(word) < 3:
            return found
        allowed = 0 if len(word) < 4 else 1 if len(word) < 7 else 2
        for known, numbers in self._by_word.items():
            if known.startswith(word):
                distance = 1
            elif found or known[0] != word[0]:
                continue
            else:
                distance = 2 * OSA.distance(word, known, score_cutoff=allowed)
                if distance > 2 * allowed:
                    continue
            for number in numbers:
                found[number] = min(found.get(number, 99), distance)
        return found
