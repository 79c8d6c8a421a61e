"""A drift generator: from a list, successors as ICE could have published them, with the truth known.

Every agreement has a truth id. From list to list some rows are misprinted (and put right again), relabelled,
missing for a while, ended, signed again, renewed, printed twice or under a wrong state; `drift_score` then counts
what a log got wrong.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from tests.monitor.folded import Row
from tests.monitor.matching.misprints import CELL_MISPRINTS, MISPRINTS, NAME_MISPRINTS
from tests.monitor.material import code_of, decidable, is_twin, neighbor, new_row, relabel, same_cells

FIRST = date(2025, 10, 1)
_SECOND_SPELLINGS = ("city_of", "short_form", "spaces", "sheriff_words", "typo")


@dataclass(slots=True)
class Drift:
    """Lists in order, and what really happened to each agreement."""

    lists: list[list[Row]]
    ended: dict[str, str] = field(default_factory=dict)  # truth id -> what ended it: ended, renewed
    signed: dict[str, str] = field(default_factory=dict)  # truth id -> new, renewal
    story: dict[str, list[str]] = field(default_factory=dict)  # truth id -> what was done to its row, in order
    undecidable: set[str] = field(default_factory=set)  # truth ids that a careful reader could judge either way


def drift(rng: random.Random, rows: Sequence[Row], *, steps: int = 6, rate: float = 0.08, twice: bool = True) -> Drift:
    """`steps` lists after the first, on each of which about `rate` of the rows are touched.

    The last two only bring back what is missing, so that every question is decided. `twice` allows second rows.
    """
    world = _World(rng, rows, rate, twice)
    for step in range(1, steps + 1):
        world.publish(FIRST + timedelta(days=step), quiet=step > steps - 2)
    return world.out


class _World:
    """What ICE's sheet says at the moment, and what would be right."""

    def __init__(self, rng: random.Random, rows: Sequence[Row], rate: float, twice: bool) -> None:
        self.rng, self.rate, self.twice = rng, rate, twice
        self.current = {row.truth: row for row in rows}
        self.right = dict(self.current)
        self.ever = list(rows)
        self.absent: dict[str, int] = {}  # truth id -> lists it stays away
        self.second: list[Row] = []
        self.out = Drift([list(rows)])
        self.states = sorted({row.state.strip() for row in rows})

    def publish(self, day: date, *, quiet: bool) -> None:
        """The next list is out."""
        self.second = []
        touched = self._bring_back(quiet)
        if not quiet:
            for truth in sorted(set(self.current) - set(self.absent) - touched):
                if self.rng.random() < self.rate:
                    self._touch(truth, day)
            for _ in range(max(1, int(len(self.current) * self.rate / 8))):
                code = code_of(self.rng.choice(sorted(row.state for row in self.current.values())))
                if code:
                    self._sign(new_row(self.rng, code, "", day - timedelta(days=1)), "new", "signed")
            if self.rng.random() < 0.15:
                self._misspell_a_state()
        shown = [row for truth, row in self.current.items() if truth not in self.absent] + self.second
        self.rng.shuffle(shown)
        self.out.lists.append(shown)

    def _touch(self, truth: str, day: date) -> None:
        rng, row, right = self.rng, self.current[truth], self.right[truth]
        chance = rng.random()
        if chance < 0.10:
            self._tell(truth, "ended")
            self.out.ended[truth] = "ended"
            del self.current[truth]
            if rng.random() < 0.4:
                self._sign(neighbor(rng, right, day - timedelta(days=rng.choice((0, 1, 3)))), "new", "beside an end")
        elif chance < 0.15:
            self.absent[truth] = rng.randint(1, 4)
            self._tell(truth, f"missing {self.absent[truth]}")
        elif chance < 0.18:
            if (day - date.fromisoformat(right.signed)).days > 95:  # sooner it would be a date corrected
                self.out.ended[truth] = "renewed"
                del self.current[truth]
                again = replace(right, signed=(day - timedelta(days=1)).isoformat(), moa="Link Pending", link=None)
                self._sign(again, "renewal", f"renews {truth}")
        elif chance < 0.25:
            self._sign(neighbor(rng, right, day - timedelta(days=1)), "new", f"neighbor of {truth}")
        elif chance < 0.28:
            self._relabel(truth, day)
        elif chance < 0.31:
            self._print_twice(truth)
        elif chance < 0.35:
            self._mistake_the_state(truth)
        elif chance < 0.45 and row != right:
            self.current[truth] = right
            self._tell(truth, "put right")
        else:
            self._misprint(truth, NAME_MISPRINTS if rng.random() < 0.65 else CELL_MISPRINTS)

    def _relabel(self, truth: str, day: date) -> None:
        """The row goes on under another office; now and then its old name is signed by another body that day."""
        row = self.current[truth]
        other = relabel(self.rng, row)
        if other is None or self._is_taken(other):
            return
        self.current[truth] = self.right[truth] = other
        self.out.undecidable.add(truth)
        self._tell(truth, f"relabelled {other.agency}")
        if self.rng.random() < 0.2:
            rival = f"n{len(self.out.signed)}"
            signed = replace(
                row, truth=rival, signed=(day - timedelta(days=1)).isoformat(), moa="Link Pending", link=None
            )
            self.current[rival] = self.right[rival] = signed
            self.ever.append(signed)
            self.out.signed[rival] = "rival"
            self.out.undecidable.add(rival)
            self._tell(rival, f"rival of {truth}")

    def _bring_back(self, quiet: bool) -> set[str]:
        back = {truth for truth, left in self.absent.items() if left <= 1}
        for truth in sorted(back):
            del self.absent[truth]
            self._tell(truth, "back")
            if self.rng.random() < 0.4 and not quiet:
                self._misprint(truth, NAME_MISPRINTS)
        self.absent = {truth: 1 if quiet else left - 1 for truth, left in self.absent.items()}
        return back

    def _sign(self, row: Row | None, how: str, story: str) -> None:
        """The row is a new agreement, unless it could be taken for one that was ever listed."""
        if row is None or (how == "new" and any(same_cells(row, other) or is_twin(row, other) for other in self.ever)):
            return
        truth = f"n{len(self.out.signed)}"
        self.current[truth] = self.right[truth] = signed = replace(row, truth=truth)
        self.ever.append(signed)
        self.out.signed[truth] = how
        self._tell(truth, f"{story}: {row.agency}")

    def _print_twice(self, truth: str) -> None:
        if not self.twice:
            return
        other = MISPRINTS[self.rng.choice(_SECOND_SPELLINGS)](self.rng, self.current[truth])
        second = other if other is not None and self.rng.random() < 0.5 else self.current[truth]
        self.second.append(second)
        self._tell(truth, f"twice {second.agency!r}")

    def _mistake_the_state(self, truth: str) -> None:
        row = self.current[truth]
        other = replace(row, state=self.rng.choice(self.states))
        if code_of(other.state) == code_of(row.state) or any(same_cells(other, r) for r in self.ever):
            return
        self.current[truth] = other
        self._tell(truth, f"state {row.state} -> {other.state}")
        if not decidable(row, other):
            self.out.undecidable.add(truth)

    def _misspell_a_state(self) -> None:
        state = self.rng.choice(sorted({row.state for row in self.current.values()}))
        wrong = state[:-1] + self.rng.choice(("", state[-1] * 2, state[-1] + "J", "XQZ"))
        for truth, row in self.current.items():
            if row.state == state:
                self.current[truth] = replace(row, state=wrong)
                self._tell(truth, f"whole state {wrong!r}")

    def _misprint(self, truth: str, kinds: Sequence[str]) -> None:
        """One misprint, of a name's in a quarter of the cases together with another cell's."""
        row = self.current[truth]
        for _ in range(8):
            kind = self.rng.choice(kinds)
            other = self._apply(kind, row)
            if other is None or self._is_taken(other):
                continue
            if kind in NAME_MISPRINTS and self.rng.random() < 0.25:
                second = self.rng.choice(CELL_MISPRINTS)
                other, kind = self._apply(second, other) or other, f"{kind}+{second}"
            self.current[truth] = other
            self._tell(truth, f"{kind}: {row} -> {other}")
            return

    def _apply(self, kind: str, row: Row) -> Row | None:
        try:
            return MISPRINTS[kind](self.rng, row)
        except ValueError:  # a date that an earlier misprint made impossible
            return None

    def _is_taken(self, row: Row) -> bool:
        return any(same_cells(row, other) for truth, other in self.current.items() if truth != row.truth)

    def _tell(self, truth: str, what: str) -> None:
        self.out.story.setdefault(truth, []).append(f"{len(self.out.lists)}: {what}")
