"""Lists that drift as ICE's do, with the truth known: how often the log is wrong, and how often it asks a person.

Quick seeds must be flawless; the long run bounds the rates over thousands of misprints, of which some are beyond
deciding (two slips in a short direction word, a date moved twice beyond every bound).
"""

from __future__ import annotations

import random
import time
from collections import Counter
from dataclasses import replace

import pytest

from tests.monitor.folded import fold_lists
from tests.monitor.matching.drift_score import Score, judge_log, run, truths_of
from tests.monitor.matching.misprints import MISPRINTS
from tests.monitor.material import made_up_rows

WRONG = ("false_endings", "false_signings", "missed_endings", "missed_signings", "unflagged")


def total(seeds: range) -> tuple[Counter[str], list[tuple[object, ...]]]:
    """Sums over the seeds, and each error with the story of its row."""
    sums: Counter[str] = Counter()
    errors: list[tuple[object, ...]] = []
    for seed in seeds:
        made, _, score = run(seed)
        sums["touched"] += sum(len(events) for events in made.story.values())
        sums["ended"] += len(made.ended)
        sums["changes"] += score.changes
        sums["flagged"] += score.flagged
        sums["asked"] += score.asked
        for kind in WRONG:
            sums[kind] += len(getattr(score, kind))
            errors += [(seed, kind, truth, made.story.get(truth)) for truth in getattr(score, kind)]
    return sums, errors


def test_ten_drifts_are_told_without_an_error() -> None:
    sums, errors = total(range(10))
    assert errors == []
    assert sums["touched"] > 1000
    assert sums["ended"] > 80
    assert sums["flagged"] < 0.03 * sums["changes"]
    assert sums["asked"] < 0.08 * sums["changes"]


@pytest.mark.long
def test_a_hundred_drifts_go_wrong_at_most_once_in_a_thousand_rows() -> None:
    sums, errors = total(range(100, 200))
    assert sums["touched"] > 10_000
    for kind in WRONG:
        assert sums[kind] <= sums["touched"] / 1000, errors
    assert sums["flagged"] < 0.03 * sums["changes"]
    assert sums["asked"] < 0.05 * sums["changes"]


def test_the_generator_makes_every_misprint() -> None:
    """No misprint of the table is only there by name: each changes some row."""
    rng = random.Random(5)
    rows = made_up_rows(rng, 60)
    rows += [replace(rows[0], agency="Georgia Department of Corrections", type="State Agency", state="GEORGIA")]
    made = {name for name, change in MISPRINTS.items() for row in rows if change(rng, row) not in (None, row)}
    assert made == set(MISPRINTS)


def test_scoring_sees_each_kind_of_error() -> None:
    """Judged against a wrong truth, the same log is wrong in each way."""
    made, folded, score = run(3)
    assert not any(getattr(score, kind) for kind in WRONG)
    of = truths_of(made, folded)
    ended, signed = next(iter(made.ended)), next(iter(made.signed))
    quiet = next(
        t for t in sorted({t for ts in of.values() for t in ts}) if t not in made.ended and t not in made.signed
    )
    lied: Score = judge_log(replace(made, ended={quiet: "ended"}, signed={quiet: "new"}), folded, of)
    assert ended in lied.false_endings
    assert signed in lied.false_signings
    assert lied.missed_endings == [quiet]
    assert lied.missed_signings == [quiet]


def test_a_list_that_turned_over_is_compared_in_under_three_seconds() -> None:
    """500 rows gone and 500 new, all of one state, support type and signing date: the worst case for pairing."""
    rows = [replace(r, state="FLORIDA", support_type="Task Force Model") for r in made_up_rows(random.Random(1), 1900)]
    rows = list({row.agency: row for row in rows}.values())[:1500]
    start = time.process_time()
    folded = fold_lists([rows[:1000], rows[500:]])
    assert time.process_time() - start < 3
    assert len(folded.ids[0]) == len(folded.ids[1]) == 1000
