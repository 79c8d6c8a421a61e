"""Where the facts differ from those the tables were made from, and the fold from there on.

A newer list is one more step; an older list, a held or released one, or a ruling rolls back to the first step that it
touches. What time, ICE's page and reviewers add is the last step, undone first and made again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import cast

from db.models import ListName, Publication, StandingRulings
from db.queries import derivation, derived_rows, fold_steps, publications
from db.queries.rulings import load_folded_rulings
from monitor import policy
from monitor.changelog import stood_together
from monitor.changelog.apply_rulings import first_ruled_step
from monitor.changelog.fold import STEPS_TOGETHER, Fold, as_row
from monitor.changelog.fold_on import LAST, Derived, FoldOn
from monitor.matching.find_known import days_between
from monitor.publications.check import find_odd_lists
from monitor.publications.dating import eastern_day
from monitor.publications.gather import gather
from monitor.publications.hold_or_accept import is_kept_out

#: Raised when a rule changes what a list says, so that a newer program derives once more what an older one derived.
RULES_VERSION = "9"
#: The numbers of the lists whose rows are evidence, and which list each is.
Beliefs = tuple[frozenset[int], list[ListName]]


class Refold(FoldOn):
    """One run: what the facts are, what the tables hold, and how far back to go."""

    def run(self, *, from_scratch: bool, whole: bool) -> Derived:
        """Go the shortest way: nothing to do, one more list, or as far back as the facts differ."""
        if from_scratch or whole or not self.run_short():
            derived_rows.begin(self._connection)
            marks = None if from_scratch else derivation.load_marks(self._connection)
            self._fold_all(None if marks is None or marks.rules != RULES_VERSION else marks)
        return self._done

    def run_short(self) -> bool:
        """Do what is nothing or one more list; return False, with nothing done, when all facts are to be compared."""
        derived_rows.begin(self._connection)
        marks = derivation.load_marks(self._connection)
        if marks is None or marks.rules != RULES_VERSION or not self._holds(marks):
            return False
        fresh = publications.load_new_documents(self._connection, marks.last_sighting)
        if fresh:
            return self.add_newest(fresh)
        if self._is_due(marks.last_page) or derivation.has_new_rulings(self._connection):
            self._finish(self._resume(()))
        return True

    @property
    def done(self) -> Derived:
        """Return what was done."""
        return self._done

    def _holds(self, marks: derivation.Marks) -> bool:
        """Return whether the rulings on lists and pairs are those that were folded in."""
        if not derivation.has_new_rulings(self._connection):
            return True
        folded = load_folded_rulings(self._connection, marks.last_ruling)
        if any(getattr(folded, kind) != getattr(self._rulings, kind) for kind in ("pairs", "lists", "named", "forms")):
            return False
        return not self._confirmed_otherwise(folded)

    def _confirmed_otherwise(self, folded: StandingRulings) -> list[int]:
        """Return the steps of endings confirmed by a reviewer before the newest list and folded otherwise."""
        differing = dict(folded.confirmed.items() ^ self._rulings.confirmed.items())
        return fold_steps.load_ending_steps(self._connection, differing)

    def _is_due(self, last_page: int) -> bool:
        """Return whether time or ICE's page has something to add though no list and no ruling came."""
        if last_page != derivation.load_last_page(self._connection):
            return True
        return any(
            days_between(first_missing, eastern_day(served_until)) >= policy.ENDING_DAYS
            for first_missing, served_until in publications.load_waiting_served(self._connection)
        )

    def _fold_all(self, marks: derivation.Marks | None) -> None:
        """Compare all facts with those folded in, go back to where they differ, and fold on (None: from nothing)."""
        every = gather(self._connection)
        sequence = [p for p in every if p.status == "accepted"]
        chains = self._chain("", sequence)
        if marks is None:
            self._clear(from_nothing=True)
        steps, same = fold_steps.load_steps(self._connection), self._count_same(chains, marks)
        alike = [step.chain for step in steps] == chains and fold_steps.is_settled(self._connection)
        if alike and same >= len(sequence):
            self._done.kept, fold = len(sequence), self._resume(())
        else:
            fold = self._fold_from(same, sequence, chains, alike=alike)
        self._write_others([p for p in every if p.status != "accepted"])
        self._finish(fold)

    def _fold_from(self, same: int, sequence: Sequence[Publication], chains: Sequence[str], *, alike: bool) -> Fold:
        """Go back to the first `same` steps, or further where that is called for, and fold on; return the fold.

        What stands on a list that turns out not to be believed is no evidence: then it is done once more without it.
        While the evidence is `alike` to that of before, so are the answers.
        """
        connection = self._connection

        @cache
        def load_ids() -> list[frozenset[int]]:
            return [frozenset(self._rows_of(p.sha256)[0]) for p in sequence]

        @cache
        def guess() -> Beliefs:
            believed = frozenset(n for n, p in enumerate(sequence) if not is_kept_out(p, self._rulings.lists))
            names = [cast(ListName, p.list_name) for p in sequence]
            return believed - find_odd_lists(zip(names, load_ids(), strict=True)), names

        beliefs, tried = self._believe_as_before(chains, guess), list[Beliefs]()
        kept, fold = len(sequence), None
        bits = stood_together.Bits(connection, load_ids, beliefs[1])
        while True:
            believed, kinds = beliefs
            together = bits.believing(believed, stood_together.load_known(connection) if alike else None)
            changed = None if alike else stood_together.first_changed(connection, together)
            first = self._go_back(min(same, len(sequence) if changed is None else changed))
            if fold is None or first < len(sequence):
                fold = Fold(self._store, together, self._rulings, self._pages, self._rows_of)
                if len(sequence) - first > STEPS_TOGETHER:
                    fold.load_listings(None)
                self._remember(first)
                fold.run(sequence[first:], chains[first:], believed, first, self._progress)
            kept, same, alike = min(kept, first), len(sequence), False
            fold_steps.save_believed(connection, believed)
            judged = (fold_steps.load_accepted(connection), fold_steps.load_lists(connection))
            if judged == beliefs or judged in tried:
                break
            if tried or beliefs == guess():
                tried.append(beliefs)
                beliefs = judged
            else:  # what was believed before serves only if it is right at once
                beliefs = guess()
            if beliefs[1] != kinds:
                bits = stood_together.Bits(connection, load_ids, beliefs[1])
        self._done.folded, self._done.kept = len(sequence) - kept, kept
        return fold

    def _believe_as_before(self, chains: Sequence[str], guess: Callable[[], Beliefs]) -> Beliefs:
        """Return what was found of the first lists when they were folded in, and the guess for those after them."""
        steps = fold_steps.load_steps(self._connection) if fold_steps.is_settled(self._connection) else []
        known = [step.believed for step, chain in zip(steps, chains, strict=False) if step.chain == chain]
        believed = frozenset(n for n, is_believed in enumerate(known) if is_believed)
        kinds = fold_steps.load_lists(self._connection)[: len(known)]
        if len(known) == len(chains):
            return believed, kinds
        numbers, names = guess()
        return believed | {n for n in numbers if n >= len(known)}, [*kinds, *names[len(known) :]]

    def _count_same(self, chains: Sequence[str], marks: derivation.Marks | None) -> int:
        """Return how many steps were made from the same facts, and are touched by no ruling made since."""
        if marks is None:
            return 0
        same = 0
        for step, chain in zip(fold_steps.load_steps(self._connection), chains, strict=False):
            if step.chain != chain:
                break
            same += 1
        folded = load_folded_rulings(self._connection, marks.last_ruling)
        changed = {tuple(sorted(pair)) for pair, _ in folded.pairs.items() ^ self._rulings.pairs.items()}
        ruled = [first_ruled_step(self._store, a, b) for a, b in changed]
        return min([same, *ruled, *self._confirmed_otherwise(folded)])

    def _go_back(self, step: int) -> int:
        """Roll back to the state before `step`, or to the nearest one before it; return the next step's number."""
        steps = fold_steps.load_steps(self._connection)
        if step >= len(steps):
            self._roll_back(LAST)
            return len(steps)
        while step > 0 and not steps[step].checkpoint:
            step -= 1
        if step > 0:
            self._roll_back(step)
            return step
        self._clear(from_nothing=False)
        return 0

    def _clear(self, *, from_nothing: bool) -> None:
        if self._before is not None:
            self._before.remember_all(from_nothing=from_nothing)
        derived_rows.clear(self._connection)

    def _write_others(self, others: Sequence[Publication]) -> None:
        """Keep the publications that are no steps: repeats, old lists put out again, unreadable ones."""
        wanted = {p.key: publications.publication_row(p) for p in others}
        known = publications.load_others(self._connection)
        stale = [key for key in known if key not in wanted]
        derived_rows.drop_rows(self._connection, 0, derived_rows.PUBLICATIONS, stale)
        rows = [as_row(row) for key, row in wanted.items() if known.get(key) != row]
        derived_rows.write_rows(self._connection, 0, derived_rows.PUBLICATIONS, rows)
