"""From facts to the change log: the tables are rolled back to where the facts differ, and folded on from there.

There is one way to derive, whatever came: see `monitor.changelog.refold`. A rebuild begins with nothing. All ways
give the same tables.
"""

from __future__ import annotations

import gc
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import NamedTuple, Protocol

from db.database import Store
from db.queries import changes, derivation, known_facts, publications, rulings
from monitor.changelog import revisions
from monitor.changelog.fold import Progress
from monitor.changelog.fold_on import Derived
from monitor.changelog.refold import RULES_VERSION, Refold

__all__ = ["Derived", "Tell", "derive", "fold_facts"]


class Tell(Protocol):
    """Called inside the transaction with the ids of what was stated; `since` is when the log was derived before."""

    def __call__(
        self, store: Store, now: str, stated_ids: Iterable[str], /, *, first_import: bool, since: str | None
    ) -> object: ...


def derive(
    store: Store, *, now: str, from_scratch: bool = False, progress: Progress | None = None,
    tell: Tell | None = None,
) -> Derived:  # fmt: skip
    """Make the derived tables say what the facts say, and state at `now` what that changes in the log.

    `from_scratch` begins with nothing. `tell` is called in the same transaction with what was stated.
    """
    if store.connection.in_transaction:  # part of what is written together or not at all
        return _derive_inside(store, now, from_scratch=from_scratch, progress=progress, tell=tell)
    if not from_scratch:
        with store.writing() as connection, _no_collection():
            before, memory = _load_before(connection), revisions.Memory(store)
            short = Refold(store, progress, memory)
            if short.run_short():
                return _state(store, now, before, memory, short.done, tell)
    return _derive_beside(store, now, from_scratch=from_scratch, progress=progress, tell=tell)


def _derive_inside(
    store: Store, now: str, *, from_scratch: bool, progress: Progress | None, tell: Tell | None
) -> Derived:
    """Derive within the transaction that goes on."""
    before, memory = _load_before(store.connection), revisions.Memory(store)
    done = fold_facts(store, from_scratch=from_scratch, progress=progress, before=memory)
    return _state(store, now, before, memory, done, tell)


def _derive_beside(
    store: Store, now: str, *, from_scratch: bool, progress: Progress | None, tell: Tell | None
) -> Derived:
    """Derive in copies of the tables, and store what differs: it takes seconds, and others may write meanwhile.

    Where facts came meanwhile, it is done once more, with nobody else writing.
    """
    connection = store.connection
    try:
        with known_facts.beside(connection):
            facts, before = known_facts.read_fact_marks(connection), _load_before(connection)
            memory = revisions.Memory(store)
            done = fold_facts(store, from_scratch=from_scratch, progress=progress, before=memory)
        with store.writing():
            same = known_facts.read_fact_marks(connection) == facts
            if same:
                known_facts.store_copies(connection)
            known_facts.drop_copies(connection)
            if same:
                return _state(store, now, before, memory, done, tell)
            return _derive_inside(store, now, from_scratch=from_scratch, progress=progress, tell=tell)
    finally:
        known_facts.drop_copies(connection)


class _Before(NamedTuple):
    """What was noted of the derivation before."""

    derived_at: str | None  # when; None if never
    ruled: bool  # whether rulings came since
    taken_back: str | None  # when the earliest ruling was made that those undo


def _load_before(connection: sqlite3.Connection) -> _Before:
    since, ruled = derivation.load_derived_at(connection), derivation.has_new_rulings(connection)
    return _Before(since, ruled, derivation.find_taken_back(connection))


def _state(
    store: Store, now: str, before: _Before, memory: revisions.Memory, done: Derived, tell: Tell | None
) -> Derived:
    """State what the tables say now and did not say before, and note up to which facts they go."""
    connection = store.connection
    derivation.save_marks(connection, RULES_VERSION, now)
    done.stated = revisions.state(store, now, memory, by_ruling=before.ruled)
    if tell is not None:
        tell(store, now, done.stated, first_import=before.derived_at is None, since=before.derived_at)
    if before.ruled:  # after telling, which drops what has not left
        overruled = rulings.find_touched_by_overruled(connection) if before.taken_back else ()
        changes.take_back(connection, done.stated, overruled, before.taken_back)
    done.held = publications.load_held_files(connection)
    return done


def fold_facts(
    store: Store, *, from_scratch: bool = False, whole: bool = False,
    progress: Progress | None = None, before: revisions.Memory | None = None,
) -> Derived:  # fmt: skip
    """Make the derived tables say what the facts say; return what was done.

    `whole` compares all facts, whatever is noted of them. `before` is asked to remember what may differ afterwards.
    """
    with _no_collection():
        return Refold(store, progress, before).run(from_scratch=from_scratch, whole=whole)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Leave cyclic garbage alone meanwhile: a ledger is thousands of objects without cycles."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
