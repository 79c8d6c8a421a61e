"""Publications folded into the tables in order: each is judged, compared, and written as a step that can be undone."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from typing import cast

from db.database import Store
from db.models import Accepted, Listing, ListName, PageState, Publication, StandingRulings
from db.queries import derived_rows, fold_steps, publications
from db.queries.fold_steps import Step
from db.queries.snapshots import count_other_rows, load_rows
from monitor.changelog import change_status, diff
from monitor.changelog.state import ChangeBook, Ledger
from monitor.changelog.state_tables import ListingBook, read_ledger, write_ledger
from monitor.changelog.which_list import ListJudge
from monitor.matching.side_by_side import Question, SideBySide
from monitor.publications import check
from monitor.publications.hold_or_accept import Acceptance, Held, stated_totals

#: The newest steps can each be undone alone; of older ones, so many together.
SINGLE_STEPS = 8
STEPS_TOGETHER = 16

Progress = Callable[[int, int], None]
Rows = tuple[tuple[int, ...], tuple[int, ...]]


def chain_steps(
    before: str, sequence: Sequence[Publication], rulings: StandingRulings, pages: Sequence[PageState],
    ruled_form: Callable[[Publication], ListName | None],
) -> Iterator[str]:  # fmt: skip
    """Yield for each publication what stands for it and everything before it.

    `ruled_form` returns which list a reviewer says that lists of the publication's form are.
    """
    for p in sequence:
        totals = stated_totals(p, pages)
        inputs = [before, *publications.publication_row(p), rulings.lists.get(p.sha256), str(totals)]
        inputs += [["form", form]] if (form := ruled_form(p)) else []
        inputs += [rulings.named[p.sha256]] if p.sha256 in rulings.named else []
        before = hashlib.sha256(json.dumps(inputs).encode()).hexdigest()[:20]
        yield before


class Fold:
    """Folds publications into the tables, from the state they are in."""

    def __init__(
        self,
        store: Store,
        together: SideBySide,
        rulings: StandingRulings,
        pages: Sequence[PageState],
        rows_of: Callable[[str], Rows],
    ) -> None:
        self._store, self._connection = store, store.connection
        self._rulings = rulings
        self._listings = ListingBook(store)
        self.ledger = Ledger(self._listings, together, rulings.pairs, ChangeBook(self._connection))
        read_ledger(self._connection, self.ledger)
        self._next = 1 + max(self.ledger.dates, default=-1)  # position of the next accepted publication
        self._held_before = read_held(self._connection)
        self._acceptance = Acceptance(rulings, pages, dict(self._held_before))
        self._judge = ListJudge(self._connection, self._listings, self.ledger.latest, rulings)
        self._moved: dict[tuple[str, str, str], Publication] = {}
        self._seen: dict[tuple[ListName, frozenset[int]], str] = {}
        self._steps: list[Step] = []
        self._answers: list[tuple[Question, bool, int]] = []
        self._rows_of = rows_of  # a document, by its sha256
        self._count_others = cache(partial(count_other_rows, self._connection))

    def run(
        self, added: Sequence[Publication], chains: Sequence[str], believed: Container[int], first: int,
        progress: Progress | None = None,
    ) -> None:  # fmt: skip
        """Fold the publications, as steps from number `first` on; `believed` numbers the steps that are evidence."""
        checkpoint, past = first, first + len(added)
        self._judge.load_heads([p.sha256 for p in added])
        for number, (p, chain) in enumerate(zip(added, chains, strict=True), first):
            if progress is not None:
                progress(number, past)
            single = number >= past - SINGLE_STEPS or number % STEPS_TOGETHER == 0
            if single and number > checkpoint:
                self.flush(checkpoint)
                checkpoint = number
            self._steps.append(Step(p.key, chain, number == checkpoint, number in believed))
            self._admit(replace(p, reasons=list(p.reasons)))
            asked = self.ledger.together.take_asked()
            self._answers += [(question, answer, number) for question, answer in asked.items()]
            self._let_old_steps_merge(number)
        self.flush(checkpoint)

    def _let_old_steps_merge(self, number: int) -> None:
        """Let steps that are no longer among the newest be undone only together."""
        if number % STEPS_TOGETHER == 0 and number >= 2 * STEPS_TOGETHER:
            first = number - 2 * STEPS_TOGETHER
            derived_rows.merge_steps(self._connection, first, first + STEPS_TOGETHER)

    def load_listings(self, ids: set[int] | None) -> None:
        """Read listings in one go; with None all of them, and which changes there are, for a fold of many lists."""
        self._listings.load(ids)
        if ids is None:
            self.ledger.changes.load_ids()

    def flush(self, step: int) -> None:
        """Write what moved, as part of the step."""
        fold_steps.add_steps(self._connection, step, self._steps)
        fold_steps.save_answers(self._connection, self._answers)
        self._steps, self._answers = [], []
        write_ledger(self._connection, step, self.ledger)
        rows = [publications.publication_row(p) for p in self._moved.values()]
        derived_rows.write_rows(self._connection, step, derived_rows.PUBLICATIONS, [as_row(row) for row in rows])
        self._moved.clear()
        held = self._acceptance.held
        if held != self._held_before:
            gone = [(name,) for name in self._held_before if name not in held]
            derived_rows.drop_rows(self._connection, step, derived_rows.HELD, gone)
            kept = [(name, *h.publication.key, json.dumps(sorted(h.lacking))) for name, h in held.items()]
            derived_rows.write_rows(self._connection, step, derived_rows.HELD, kept)
            self._held_before = dict(held)

    def _admit(self, publication: Publication) -> None:
        """Accept the publication and take it into the ledger, or let it say why not."""
        self._moved[publication.key] = publication
        ids = self._rows_of(publication.sha256)[0]
        verdict = self._judge.judge(publication, ids)
        name = publication.list_name = verdict.list_name
        first = name not in self.ledger.latest
        others = self._doubt_other_rows(publication, len(ids))
        if not self._acceptance.lets_in(publication, ids, verdict, first=first, others=others):
            return
        accepted = self._as_accepted(publication)
        named = [reason for reason in (verdict.note, self._judge.describe_form(name, ids)) if reason]
        if first:
            publication.reasons += named
            self._listings.load(set(ids))
            self._take(publication, accepted, None)
            return
        comparison = diff.compare(self.ledger, accepted)
        difference = diff.differ(self.ledger, accepted, comparison, lambda: self._all_rows(accepted))
        hold, note = self._acceptance.doubts(publication, difference, self._all_rows(accepted), others)
        released = self._acceptance.is_released(publication) or self._judge.is_first_ruled(name, ids)
        if hold and not released:
            lacking, shown = frozenset(g.agreement.id for g in comparison.ending), frozenset(ids)
            goes_on = len(set(self.ledger.listed[name].values()) - lacking)
            agreed = self._acceptance.hold(
                publication, hold, shown, lacking, self._file_with(name, shown), goes_on=goes_on
            )
            if agreed is not None:
                self._moved[agreed.key] = agreed
                self._take(agreed, self._as_accepted(agreed), None)
                self._admit(publication)
            return
        unchanged = not comparison.gone and not comparison.new
        self._acceptance.accept(publication, unchanged=unchanged, note=[*named, *note])
        self._take(publication, accepted, comparison)

    def _take(self, publication: Publication, accepted: Accepted, comparison: diff.Comparison | None) -> None:
        self._confirm_until(publication, accepted.list)
        diff.step(self.ledger, accepted, comparison)
        publication.status, publication.position = "accepted", accepted.position
        self._seen.setdefault((accepted.list, frozenset(accepted.listing_ids)), publication.file)
        self._next += 1

    def _confirm_until(self, publication: Publication, name: ListName) -> None:
        """Confirm the endings that stood before the list was first seen: by time, or by a reviewer."""
        previous, seen_at = self.ledger.latest.get(name), publication.first_seen_at
        if previous is not None and self.ledger.waiting:
            until = publications.load_served_until(self._connection, previous.sha256, seen_at)
            change_status.confirm_served(self.ledger, name, until)
            change_status.confirm_ruled(self.ledger, name, self._rulings, seen_at)

    def _doubt_other_rows(self, publication: Publication, rows: int) -> str:
        """Return why the rows of the list that are no agreements hold it; "" when they do not."""
        latest = self.ledger.latest.get(cast(ListName, publication.list_name))
        before = self._count_others(latest.sha256).all if latest is not None else 0
        return check.doubt_other_rows(rows, self._count_others(publication.sha256), before)

    def _file_with(self, name: ListName, shown: frozenset[int]) -> str | None:
        """Return the file of the oldest accepted publication of the list with just these rows."""
        older = publications.find_same_rows(self._connection, name, shown)
        return older or self._seen.get((name, shown))

    def _as_accepted(self, p: Publication) -> Accepted:
        return as_accepted(p, self._next, self._rows_of(p.sha256))

    def _all_rows(self, accepted: Accepted) -> Iterator[Listing]:
        """Yield the listing of every row; nothing is read until the first is asked for."""
        self._listings.load(set(accepted.listing_ids))
        yield from (self._listings[i] for i in accepted.listing_ids)


def as_accepted(p: Publication, position: int, rows: Rows) -> Accepted:
    """Return the publication as the comparison sees it."""
    return Accepted(position, cast(ListName, p.list_name), p.sha256, p.file, p.published_on, *rows)


def read_held(connection: sqlite3.Connection) -> dict[ListName, Held]:
    """Return the list of each name that waits for a person, or for the next list to agree with it."""
    found: Mapping[ListName, Held] = {
        cast(ListName, row[0]): Held(
            publications.load_publication(connection, (row[1], row[2], row[3])),
            frozenset(load_rows(connection, row[1])[0]),
            frozenset(json.loads(row[4])),
        )
        for row in derived_rows.read_rows(connection, derived_rows.HELD)
    }
    return dict(found)


def as_row(row: derived_rows.Row) -> derived_rows.Row:
    """Return a publication's row with its key (document, file, promise) in front."""
    return (*row[2:5], *row[:2], *row[5:])
