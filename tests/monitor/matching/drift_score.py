"""What a log got wrong about lists of which the truth is known."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field

from tests.monitor.folded import Folded, fold_lists
from tests.monitor.matching.drift import FIRST, Drift, drift
from tests.monitor.material import material


@dataclass(slots=True)
class Score:
    """What a log got wrong, by truth id.

    `asked` counts the changes that ask for a person; `flagged` those among them that the evidence decides, which is
    not so of a row that goes on under another office.
    """

    false_endings: list[str] = field(default_factory=list)
    false_signings: list[str] = field(default_factory=list)
    missed_endings: list[str] = field(default_factory=list)
    missed_signings: list[str] = field(default_factory=list)
    unflagged: list[str] = field(default_factory=list)
    flagged: int = 0
    asked: int = 0
    changes: int = 0
    events: Counter[str] = field(default_factory=Counter)


def judge_log(made: Drift, folded: Folded, of_list: dict[int, set[str]]) -> Score:
    """What the log got wrong. `of_list` gives each listing number the truths whose row it is."""
    score = Score()
    endings: dict[str, list[bool]] = {}
    renewals: dict[str, list[bool]] = {}
    signings: dict[str, list[bool]] = {}
    reviewed: set[str] = set()
    for change in folded.standing():
        score.changes += 1
        score.events[change.kind] += 1
        before = of_list.get(change.before_listing or 0, set())
        after = of_list.get(change.after_listing or 0, set())
        if change.needs_review:
            reviewed |= before | after
            score.asked += 1
            score.flagged += not (before | after) & made.undecidable
        for truth in before:
            if change.kind == "termination":
                endings.setdefault(truth, []).append(change.needs_review)
            if change.kind in ("renewal", "switch"):
                renewals.setdefault(truth, []).append(change.needs_review)
        for truth in after:
            if change.kind in ("signing", "renewal", "switch"):
                signings.setdefault(truth, []).append(change.needs_review)
    for truth in {t for truths in of_list.values() for t in truths}:
        ended, new = truth in made.ended, truth in made.signed
        if not ended and truth in endings | renewals:
            flags = endings.get(truth, []) + renewals.get(truth, [])
            if truth not in made.undecidable:
                score.false_endings.append(truth)
            elif not all(flags):
                score.unflagged.append(truth)
        if ended and truth not in endings | renewals:
            score.missed_endings.append(truth)
        if not new and truth in signings:
            if truth not in made.undecidable:
                score.false_signings.append(truth)
            elif not all(signings[truth]):
                score.unflagged.append(truth)
        if new and truth not in signings:
            score.missed_signings.append(truth)
    return score


def run(seed: int, **options: object) -> tuple[Drift, Folded, Score]:
    """A drift of some states' rows, its ledger and its score."""
    rng = random.Random(seed)
    rows = material()
    states = sorted({r.state.strip() for r in rows})
    chosen = set(rng.sample(states, 5)) | {rng.choice(("FLORIDA", "TEXAS", "PENNSYLVANIA"))}
    made = drift(rng, [r for r in rows if r.state.strip() in chosen], **options)  # type: ignore[arg-type]
    folded = fold_lists(made.lists, first=FIRST)
    return made, folded, judge_log(made, folded, truths_of(made, folded))


def truths_of(made: Drift, folded: Folded) -> dict[int, set[str]]:
    """Which truths each listing number stands for."""
    out: dict[int, set[str]] = {}
    for rows, ids in zip(made.lists, folded.ids, strict=True):
        for row, number in zip(rows, ids, strict=True):
            out.setdefault(number, set()).add(row.truth)
    return out
