"""Where the facts differ from those the tables were made from, and the fold from there on.

A newer list is one more step; an older list, a held or released one, or a ruling rolls back to the first step that it
touches. What time, ICE's page and reviewers add is the last step, undone first and made again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

from db.database import Store
from db.models import ListName, NameKey, Publication, StandingRulings
from db.queries import derivation, derived_rows, fold_steps, publications
from db.queries.rulings import load_folded_rulings, load_standing_rulings
from db.queries.snapshots import load_rows
from monitor import policy
from monitor.changelog import change_status, revisions, stood_together
from monitor.changelog.apply_rulings import apply_rulings, first_ruled_step
from monitor.changelog.fold import STEPS_TOGETHER, Fold, Progress, Rows, as_accepted, as_row, chain_steps
from monitor.changelog.list_events import note_lists_gone
from monitor.matching.find_known import days_between
from monitor.matching.ids import name_key
from monitor.publications.check import find_odd_lists
from monitor.publications.dating import eastern_day
from monitor.publications.gather import gather, gather_newest
from monitor.publications.hold_or_accept import is_kept_out

#: Raised when a rule changes what a list says, so that a newer program derives once more what an older one derived.
RULES_VERSION = "6"
#: The step after all lists: what time, ICE's page and reviewers add. It is undone first and made again.
LAST = 1_000_000_000
#: The numbers of the lists whose rows are evidence, and which list each is.
Beliefs = tuple[frozenset[int], list[ListName]]


@dataclass(slots=True)
class Derived:
    """What a derivation did."""

    folded: int = 0  # publications folded in
    kept: int = 0  # publications folded in before, and left as they were
    stated: list[str] = field(default_factory=list)  # ids of changes stated for the first time or in a new state
    held: list[str] = field(default_factory=list)  # files of lists that wait for a person


class Refold:
    """One run: what the facts are, what the tables hold, and how far back to go."""

    def __init__(self, store: Store, progress: Progress | None, before: revisions.Memory | None) -> None:
        self._store, self._connection = store, store.connection
        self._progress, self._before = progress, before
        self._rulings = load_standing_rulings(self._connection)
        self._pages = publications.load_page_states(self._connection)
        self._rows: dict[str, Rows] = {}
        self._done = Derived()
        self._touched: set[str] | None = set()

    def run(self, *, from_scratch: bool, whole: bool) -> tuple[Derived, set[str] | None]:
        """Go the shortest way: nothing to do, one more list, or as far back as the facts differ."""
        derived_rows.begin(self._connection)
        marks = None if from_scratch else derivation.load_marks(self._connection)
        if marks is None or marks.rules != RULES_VERSION:
            self._fold_all(None)
            return self._done, self._touched
        fresh = publications.load_new_documents(self._connection, marks.last_sighting)
        if whole or not self._holds(marks):
            self._fold_all(marks)
        elif not fresh:
            if self._is_due(marks.last_page) or derivation.has_new_rulings(self._connection):
                self._finish(self._resume(()))
        elif not self._add_newest(fresh):
            self._fold_all(marks)
        return self._done, self._touched

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

    # -- newer lists ------------------------------------------------------------------------------------------

    def _add_newest(self, fresh: Sequence[str]) -> bool:
        """Fold on with lists newer than all others; return False when more than that is called for."""
        connection = self._connection
        added = gather_newest(connection, fresh)
        first, chain = fold_steps.load_last_step(connection)
        if added is None or first == 0 or any(is_kept_out(p, self._rulings.lists) for p in added):
            return False
        if not fold_steps.is_settled(connection):
            return False
        derived_rows.mark(connection)
        fine = self._fold_newest(first, chain, added)
        if not fine:
            derived_rows.go_back_to_mark(connection)
            self._touched = set()
        derived_rows.drop_mark(connection)
        return fine

    def _fold_newest(self, first: int, before: str, added: list[Publication]) -> bool:
        """Fold the lists as steps from `first` on, after the chain `before`; return False when it takes more.

        Where they change what few steps before relied on, those are folded again. What stands on a list that turns
        out not to be believed is no evidence: then it is done once more without it.
        """
        connection, believed = self._connection, {p.key for p in added}
        for _ in range(2):
            fold = self._resume([p for p in added if p.key in believed])
            changed = stood_together.first_changed(connection, fold.ledger.together, self._arrivals(fold, added))
            if changed is not None:
                steps = fold_steps.load_steps(connection)
                start = max((n for n, step in enumerate(steps[: changed + 1]) if step.checkpoint), default=0)
                again = self._gather_steps(steps, start) if first - start <= STEPS_TOGETHER else None
                if not again:
                    return False
                self._roll_back(start)
                first, before, added = start, steps[start - 1].chain, [*again, *added]
                believed |= {step.key for step in steps[start:] if step.believed}
                fold = self._resume([p for p in added if p.key in believed])
            self._remember(first)
            chains = list(chain_steps(before, added, self._rulings, self._pages))
            evidence = {n for n, p in enumerate(added, first) if p.key in believed}
            fold.run(added, chains, evidence, first, self._progress)
            if fold_steps.load_lists(connection, first) != [p.list_name for p in added]:
                return False
            if fold_steps.is_settled(connection):
                self._done.folded, self._done.kept = len(added), first
                self._finish(fold)
                return True
            accepted = fold_steps.load_accepted(connection)
            believed = {p.key for n, p in enumerate(added, first) if n in accepted}
            self._roll_back(first)
        return False

    def _gather_steps(self, steps: Sequence[fold_steps.Step], start: int) -> list[Publication]:
        """Return the publications of the steps from `start` on; none when `start` is 0 or a fact of them differs."""
        found = {p.key: p for p in gather(self._connection, [step.key[0] for step in steps[start:]])}
        again = [found[step.key] for step in steps[start:] if start > 0 and step.key in found]
        chains = chain_steps(steps[start - 1].chain, again, self._rulings, self._pages)
        return again if list(chains) == [step.chain for step in steps[start:]] else []

    def _resume(self, added: Sequence[Publication]) -> Fold:
        """Return a fold that goes on after the newest list; `added` are the lists it will be given."""
        self._roll_back(LAST)
        latest = {
            name: publications.load_accepted(self._connection, newest)
            for name, (newest, _) in publications.load_newest_positions(self._connection).items()
        }
        position = 1 + max((accepted.position for accepted in latest.values()), default=-1)
        following = [as_accepted(p, n, self._rows_of(p)) for n, p in enumerate(added, position)]
        together = stood_together.extend_evidence(self._connection, latest, following)
        return Fold(self._store, together, self._rulings, self._pages, self._rows)

    def _arrivals(self, fold: Fold, added: Sequence[Publication]) -> set[NameKey]:
        """Return the names of the rows that the newest lists do not have."""
        new: set[int] = set()
        for p in added:
            latest = fold.ledger.latest.get(cast(ListName, p.list_name))
            new |= set(self._rows_of(p)[0]).difference(latest.listing_ids if latest else ())
        fold.load_listings(new)
        return {name_key(fold.ledger.listings[i]) for i in new}

    # -- everything else --------------------------------------------------------------------------------------

    def _fold_all(self, marks: derivation.Marks | None) -> None:
        """Compare all facts with those folded in, go back to where they differ, and fold on (None: from nothing).

        What stands on a list that turns out not to be believed is no evidence: then it is done once more without it.
        """
        connection, every = self._connection, gather(self._connection)
        sequence = [p for p in every if p.status == "accepted"]
        chains = list(chain_steps("", sequence, self._rulings, self._pages))
        if marks is None:
            self._clear()
        lists = [(cast(ListName, p.list_name), self._rows_of(p)[0]) for p in sequence]
        believed = frozenset(n for n, p in enumerate(sequence) if not is_kept_out(p, self._rulings.lists))
        guess = (believed - find_odd_lists(lists), [name for name, _ in lists])
        same, beliefs = self._count_same(chains, marks), self._believe_as_before(chains, guess)
        tried: list[Beliefs] = []
        kept, fold = len(sequence), None
        bits = stood_together.Bits(connection, lists, beliefs[1])
        while True:
            believed, kinds = beliefs
            together = bits.believing(believed)
            changed = stood_together.first_changed(connection, together)
            first = self._go_back(min(same, len(sequence) if changed is None else changed))
            if fold is None or first < len(sequence):
                fold = Fold(self._store, together, self._rulings, self._pages, self._rows)
                if len(sequence) - first > STEPS_TOGETHER:
                    fold.load_listings(None)
                self._remember(first)
                fold.run(sequence[first:], chains[first:], believed, first, self._progress)
                self._touch(fold.written)
            kept, same = min(kept, first), len(sequence)
            fold_steps.save_believed(connection, believed)
            judged = (fold_steps.load_accepted(connection), fold_steps.load_lists(connection))
            if judged == beliefs or judged in tried:
                break
            if tried or beliefs == guess:
                tried.append(beliefs)
                beliefs = judged
            else:  # what was believed before serves only if it is right at once
                beliefs = guess
            if beliefs[1] != kinds:
                bits = stood_together.Bits(connection, lists, beliefs[1])
        self._done.folded, self._done.kept = len(sequence) - kept, kept
        self._write_others([p for p in every if p.status != "accepted"])
        self._finish(fold)

    def _believe_as_before(self, chains: Sequence[str], guess: Beliefs) -> Beliefs:
        """Return the guess, put right for the first lists by what was found of them when they were folded in."""
        steps = fold_steps.load_steps(self._connection) if fold_steps.is_settled(self._connection) else []
        known = [step.believed for step, chain in zip(steps, chains, strict=False) if step.chain == chain]
        believed = {n for n, is_believed in enumerate(known) if is_believed}
        return (
            frozenset(believed | {n for n in guess[0] if n >= len(known)}),
            [*fold_steps.load_lists(self._connection)[: len(known)], *guess[1][len(known) :]],
        )

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
        self._clear()
        return 0

    def _clear(self) -> None:
        if self._before is not None:
            self._before.remember_all()
        derived_rows.clear(self._connection)
        self._touched = None

    def _roll_back(self, step: int) -> None:
        self._remember(step)
        undone = derived_rows.roll_back(self._connection, step)
        self._touch(undone)

    def _remember(self, step: int) -> None:
        """Keep in mind what the tables say, before `step` and all later ones are undone or made."""
        if self._before is not None:
            self._before.remember(step)

    def _write_others(self, others: Sequence[Publication]) -> None:
        """Keep the publications that are no steps: repeats, old lists put out again, unreadable ones."""
        wanted = {p.key: publications.publication_row(p) for p in others}
        known = publications.load_others(self._connection)
        stale = [key for key in known if key not in wanted]
        derived_rows.drop_rows(self._connection, 0, derived_rows.PUBLICATIONS, stale)
        rows = [as_row(row) for key, row in wanted.items() if known.get(key) != row]
        derived_rows.write_rows(self._connection, 0, derived_rows.PUBLICATIONS, rows)

    # -- after the lists --------------------------------------------------------------------------------------

    def _finish(self, fold: Fold) -> None:
        """Add what time, ICE's page and reviewers say, as the last step."""
        ledger = fold.ledger
        for name, newest in ledger.latest.items():
            until = publications.load_served_until(self._connection, newest.sha256)
            change_status.confirm_served(ledger, name, until)
        note_lists_gone(ledger, self._pages)
        apply_rulings(ledger, self._rulings)
        fold.flush(LAST)
        self._touch(fold.written)

    def _touch(self, ids: set[str]) -> None:
        if self._touched is not None:
            self._touched |= ids

    def _rows_of(self, p: Publication) -> Rows:
        if p.sha256 not in self._rows:
            self._rows[p.sha256] = load_rows(self._connection, p.sha256)
        return self._rows[p.sha256]
