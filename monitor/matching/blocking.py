"""Which rows are worth comparing, when very many are gone and new at once.

Two rows can only be one agreement when their names share a like word, or they link one document, or they stand for one
county and signing date. On an ordinary list everything is compared with everything; on a list that turned over whole
that would be hundreds of thousands of pairs, so the rows are looked up by the telling words of their names.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from db.models import Agreement, Listing, New
from monitor import policy
from monitor.matching.ids import county_fips, document_key, is_untyped, name_of
from monitor.matching.known import Known
from monitor.matching.misspellings import DIRECTIONS
from monitor.matching.names import Name, canonical_name, office_words

_COMMON = frozenset("precinct university college board trustees ward judicial circuit independent school".split())
_ALIKE = 0.5  # of the letters of the longer word: "lake" and "lee"; no pair that a rule joins is less alike


class NearRows:
    """New rows, found by a row that is gone."""

    def __init__(self, new: Sequence[New]) -> None:
        self._new = new
        self._blocks: dict[tuple[str | None, str | None], _Words] = {}
        self._by_document: dict[str, list[int]] = defaultdict(list)
        self._by_name: dict[str, list[int]] = defaultdict(list)
        self._by_county: dict[tuple[str | None, ...], list[int]] = defaultdict(list)
        for index, n in enumerate(new):
            name = name_of(n.listing)
            self._blocks.setdefault((n.listing.state_code, n.listing.support_code), _Words()).add(name, index)
            self._by_name[name.loose].append(index)
            if key := document_key(n.listing.moa_url):
                self._by_document[key].append(index)
            if county := county_fips(n.listing):
                self._by_county[(county, n.listing.support_code, n.listing.signed_on)].append(index)

    def of(self, agreement: Agreement, listing: Listing) -> list[New]:
        """The new rows worth comparing with an agreement's row that is gone, in their order."""
        name = name_of(listing)
        found, untyped = set(self._by_name.get(name.loose, ())), is_untyped(listing)
        for (state, support), block in self._blocks.items():
            readable = state is not None and listing.state_code is not None
            if (untyped or support == listing.support_code) and not (readable and state != listing.state_code):
                found |= block.near(name)
        for document in agreement.documents:
            found |= set(self._by_document.get(document, ()))
        if county := county_fips(listing):
            found |= set(self._by_county.get((county, listing.support_code, listing.signed_on), ()))
        return [self._new[i] for i in sorted(found)]


def near_rows(left: Sequence[object], new: Sequence[New]) -> NearRows | None:
    """Return the new rows for looking up, when comparing each with each would take too long; else None."""
    return NearRows(new) if len(left) * len(new) > policy.FULL_COMPARISONS else None


class NearListed:
    """Listed agreements of a list, found by the name of one that ended; what it says holds for one step."""

    def __init__(self, known: Known, agreements: Iterable[Agreement]) -> None:
        self._agreements: list[Agreement] = sorted(agreements, key=lambda a: a.id)
        self._blocks: dict[tuple[str | None, str | None], _Words] = {}
        for index, agreement in enumerate(self._agreements):
            agency = known.agencies[agreement.agency_id]
            block = self._blocks.setdefault((agency.state, agreement.support), _Words())
            block.add(canonical_name(agency.state, agency.name), index)

    def of(self, state: str | None, support: str | None, name: Name) -> list[Agreement]:
        """Agreements of the state and support type whose agency's name shares a like word, in order of id."""
        block = self._blocks.get((state, support))
        return [self._agreements[i] for i in sorted(block.near(name))] if block else []


class _Words:
    """Numbers by the telling words of the names they stand for."""

    def __init__(self) -> None:
        self._by_word: dict[str, set[int]] = defaultdict(set)
        self._wordless: set[int] = set()
        self._all: set[int] = set()
        self._like: dict[str, set[int]] = {}

    def add(self, name: Name, index: int) -> None:
        words = telling_words(name)
        self._all.add(index)
        for word in words:
            self._by_word[word].add(index)
        if not words:
            self._wordless.add(index)

    def near(self, name: Name) -> set[int]:
        words = telling_words(name)
        if not words:
            return self._wordless | (self._all if len(self._all) < 50 else set())
        found = set(self._wordless)
        for word in words:
            if word not in self._like:
                hits = process.extract(
                    word, list(self._by_word), scorer=OSA.normalized_similarity, score_cutoff=_ALIKE, limit=None
                )
                self._like[word] = set().union(*(self._by_word[hit[0]] for hit in hits)) if hits else set()
            found |= self._like[word]
        return found


@lru_cache(maxsize=65536)
def share_word(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    """Whether one of the telling words of a name is like one of another's."""
    return any(OSA.normalized_similarity(x, y) >= _ALIKE for x in a for y in b)


@lru_cache(maxsize=65536)
def share_nothing(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    """Whether two names have telling words, and neither one of them nor all of them are alike."""
    if not a or not b or share_word(a, b):
        return False
    return OSA.normalized_similarity("".join(a), "".join(b)) < _ALIKE


@lru_cache(maxsize=16384)
def telling_words(name: Name) -> tuple[str, ...]:
    """The words of a name that other offices of the state do not share."""
    common = office_words() | DIRECTIONS | _COMMON
    return tuple(word for word in name.words if word not in common and not word.isdigit())
