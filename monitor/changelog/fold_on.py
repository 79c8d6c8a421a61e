"""Few lists, newer than nearly all others, folded on from what the tables hold; and what follows after all lists.

What time, ICE's page and reviewers add is the last step, undone first and made again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from typing import cast

from db.database import Store
from db.models import ListName, NameKey, Publication
from db.queries import derived_rows, fold_steps, publications
from db.queries.rulings import load_standing_rulings
from db.queries.snapshots import load_listings, load_rows
from monitor.changelog import change_status, revisions, stood_together
from monitor.changelog.apply_rulings import apply_rulings
from monitor.changelog.fold import STEPS_TOGETHER, Fold, Progress, as_accepted, chain_steps
from monitor.changelog.list_events import note_lists_gone
from monitor.matching.ids import name_key
from monitor.publications.classify import form_key
from monitor.publications.gather import gather, gather_newest, order_of
from monitor.publications.hold_or_accept import is_kept_out

#: The step after all lists: what time, ICE's page and reviewers add. It is undone first and made again.
LAST = 1_000_000_000


@dataclass(slots=True)
class Derived:
    """What a derivation did."""

    folded: int = 0  # publications folded in
    kept: int = 0  # publications folded in before, and left as they were
    stated: list[str] = field(default_factory=list)  # ids of changes stated for the first time or in a new state
    held: list[str] = field(default_factory=list)  # files of lists that wait for a person


class FoldOn:
    """The tables as they are, and how they are taken on by newer lists."""

    def __init__(self, store: Store, progress: Progress | None, before: revisions.Memory | None) -> None:
        self._store, self._connection = store, store.connection
        self._progress, self._before = progress, before
        self._rulings = load_standing_rulings(self._connection)
        self._pages = publications.load_page_states(self._connection)
        self._rows_of = cache(partial(load_rows, self._connection))  # a document, by its sha256
        self._done = Derived()

    def add_newest(self, fresh: Sequence[str]) -> bool:
        """Fold in documents that come after nearly all others; return False when more than that is called for."""
        added, first = gather_newest(self._connection, fresh), fold_steps.count_steps(self._connection)
        if added is None or first == 0 or any(is_kept_out(p, self._rulings.lists) for p in added):
            return False
        if not fold_steps.is_settled(self._connection):
            return False
        derived_rows.mark(self._connection)
        fine = self._fold_newest(first, added)
        if not fine:
            derived_rows.go_back_to_mark(self._connection)
        derived_rows.drop_mark(self._connection)
        return fine

    def _fold_newest(self, first: int, added: list[Publication]) -> bool:
        """Fold the lists in after `first` steps, the last few of which are done again where that is called for.

        Those are steps that the lists come before, or that relied on what the lists change. What stands on a list that
        turns out not to be believed is no evidence: then it is done once more without it. Return whether that did.
        """
        connection, believed, place = self._connection, {p.key for p in added}, self._find_place(first, added)
        for _ in range(2):
            fold = self._resume([p for p in added if p.key in believed])
            changed = stood_together.first_changed(connection, fold.ledger.together, self._arrivals(fold, added))
            start = min(place, first if changed is None else changed)
            if start < first:
                steps = fold_steps.load_steps(connection)
                earlier = max((n for n, step in enumerate(steps[: start + 1]) if step.checkpoint), default=0)
                if earlier == 0 or first - earlier > 2 * STEPS_TOGETHER:
                    return False
                again = {step.key for step in steps[earlier:]} | {p.key for p in added}
                added = [p for p in gather(connection, [key[0] for key in again]) if p.key in again]
                if len(added) < len(again) or any(p.status != "accepted" for p in added):
                    return False
                believed |= {step.key for step in steps[earlier:] if step.believed}
                self._roll_back(earlier)
                first = place = earlier
                fold = self._resume([p for p in added if p.key in believed])
            if self._run(fold, first, added, believed):
                return True
            accepted = fold_steps.load_accepted(connection)
            disbelieved = {p.key for n, p in enumerate(added, first) if n not in accepted} & believed
            if not disbelieved or fold_steps.load_lists(connection, first) != [p.list_name for p in added]:
                return False
            believed -= disbelieved
            self._roll_back(first)
        return False

    def _find_place(self, first: int, added: Sequence[Publication]) -> int:
        """Return the number of the step that the lists come before: `first` after all, 0 before more than a few."""
        earliest, place = min(order_of(p) for p in added), first
        for key in fold_steps.load_newest_keys(self._connection, STEPS_TOGETHER):
            newest = [p for p in gather(self._connection, [key[0]]) if p.key == key]
            if newest and order_of(newest[0]) < earliest:
                return place
            place -= 1
        return 0

    def _run(self, fold: Fold, first: int, added: Sequence[Publication], believed: set[tuple[str, str, str]]) -> bool:
        """Fold the lists as steps from `first` on; finish, and return True, if they turn out as believed."""
        self._remember(first)
        chains = self._chain(fold_steps.load_chain(self._connection, first - 1), added)
        evidence = {n for n, p in enumerate(added, first) if p.key in believed}
        fold.run(added, chains, evidence, first, self._progress)
        judged = fold_steps.load_lists(self._connection, first)
        if judged != [p.list_name for p in added] or not fold_steps.is_settled(self._connection):
            return False
        self._done.folded, self._done.kept = len(added), first
        self._finish(fold)
        return True

    def _resume(self, added: Sequence[Publication]) -> Fold:
        """Return a fold that goes on after the newest list; `added` are the lists it will be given."""
        self._roll_back(LAST)
        latest = {
            name: publications.load_accepted(self._connection, newest)
            for name, (newest, _) in publications.load_newest_positions(self._connection).items()
        }
        position = 1 + max((accepted.position for accepted in latest.values()), default=-1)
        following = [as_accepted(p, n, self._rows_of(p.sha256)) for n, p in enumerate(added, position)]
        together = stood_together.extend_evidence(self._connection, latest, following)
        return Fold(self._store, together, self._rulings, self._pages, self._rows_of)

    def _arrivals(self, fold: Fold, added: Sequence[Publication]) -> set[NameKey]:
        """Return the names of the rows that the newest lists do not have."""
        new: set[int] = set()
        for p in added:
            latest = fold.ledger.latest.get(cast(ListName, p.list_name))
            new |= set(self._rows_of(p.sha256)[0]).difference(latest.listing_ids if latest else ())
        fold.load_listings(new)
        return {name_key(fold.ledger.listings[i]) for i in new}

    def _roll_back(self, step: int) -> None:
        self._remember(step)
        derived_rows.roll_back(self._connection, step)

    def _remember(self, step: int) -> None:
        """Keep in mind what the tables say, before `step` and all later ones are undone or made."""
        if self._before is not None:
            self._before.remember(step)

    def _finish(self, fold: Fold) -> None:
        """Add what time, ICE's page and reviewers say, as the last step."""
        ledger = fold.ledger
        for name, newest in ledger.latest.items():
            until = publications.load_served_until(self._connection, newest.sha256)
            change_status.confirm_served(ledger, name, until)
        note_lists_gone(ledger, self._pages)
        apply_rulings(ledger, self._rulings)
        fold.flush(LAST)

    def _chain(self, before: str, sequence: Sequence[Publication]) -> list[str]:
        return list(chain_steps(before, sequence, self._rulings, self._pages, self._ruled_form))

    def _ruled_form(self, p: Publication) -> ListName | None:
        """Return which list a reviewer says that lists of this one's form are; None when nobody does."""
        ids = self._rows_of(p.sha256)[0][:1] if self._rulings.forms else ()
        rows = load_listings(self._store, ids).values()
        return next((self._rulings.forms.get(form_key(row)) for row in rows), None)
