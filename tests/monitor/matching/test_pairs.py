"""Two real agencies of one state, listed side by side, are never taken for one: 10,000 pairs drawn from the corpus.

`python -m tests.monitor.matching.test_pairs` prints how many of the pairs are within three letters of each other.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import combinations

import pytest
from rapidfuzz.distance import OSA

from db.models import Change, Listing
from monitor.matching.judging import side_of_new
from monitor.matching.names import canonical_name
from monitor.matching.same_agreement import Setting, judge
from tests.monitor.folded import CORPUS, Row, fold_lists, read_rows
from tests.monitor.folded import corpus_rows as rows_of

PAIRS = 10_000
pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared lists are not here")


@cache
def drawn() -> tuple[tuple[Row, Row], ...]:
    """All pairs within three letters, and others at random up to 10,000; support type and date made equal."""
    agencies: dict[str, dict[str, Row]] = {}
    for file in ("participatingAgencies09302025pm.xlsx", "participatingAgencies07142025am.xlsx"):
        for row in rows_of(f"participating/{file}"):
            state = row.state.strip().upper()
            name = canonical_name(None, row.agency)
            plain = replace(row, state=state, support_type="Task Force Model", signed="2025-03-10", moa="", link=None)
            agencies.setdefault(state, {}).setdefault(f"{name.place} {name.body}", plain)
    every = [
        pair for names in agencies.values() for pair in combinations([names[k] for k in sorted(names)], 2)
    ]  # fmt: skip
    near = [pair for pair in every if within_three(*pair)]
    rest = random.Random(20250930).sample([pair for pair in every if not within_three(*pair)], PAIRS - len(near))
    return tuple(near + rest)


def within_three(a: Row, b: Row) -> bool:
    """Whether the printed names are three letters apart or less."""
    return OSA.distance(a.agency.strip().casefold(), b.agency.strip().casefold(), score_cutoff=3) <= 3


def changes_of(pair: Sequence[Row]) -> list[Change]:
    """What stands in the log when both are listed, then one is gone, then it is back, the other gone instead."""
    a, b = pair
    return fold_lists([[a, b], [b], [a], [a]]).standing()


def test_ten_thousand_pairs_side_by_side_are_never_one() -> None:
    """Judged as the rules judge a row that is gone and one that is new, with all else equal."""
    merged = []
    for a, b in drawn():
        first, second = map(only_listing, (a, b))
        together = Setting("2025-06-03", 0, lambda: True, False, unique=True)
        for old, new in ((first, second), (second, first)):
            verdict = judge(side_of_new(old), side_of_new(new), together)
            if verdict.verdict == "same":
                merged.append((a.state, a.agency, b.agency, verdict.rule))
    assert len(drawn()) == PAIRS
    assert merged == []


def test_the_pairs_within_three_letters_are_many_and_end_each_for_itself() -> None:
    """The whole way through the diff: the one that is gone ends, and never becomes the other."""
    near = [pair for pair in drawn() if within_three(*pair)]
    assert len(near) >= 50
    for pair in near:
        found = changes_of(pair)
        assert [c.kind for c in found] == ["termination"], (pair, found)


@cache
def only_listing(row: Row) -> Listing:
    (listing,) = read_rows([row])
    return listing


if __name__ == "__main__":
    print(f"{PAIRS} pairs, {sum(within_three(*pair) for pair in drawn())} of them within three letters")
