"""From facts to the change log: the tables are rolled back to where the facts differ, and folded on from there.

There is one way to derive, whatever came: see `monitor.changelog.refold`. A rebuild begins with nothing. All ways
give the same tables.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Protocol

from db.database import Store
from db.queries import changes, derivation, publications
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
    with store.writing() as connection:
        before, ruled = derivation.load_derived_at(connection), derivation.has_new_rulings(connection)
        taken_back = derivation.find_taken_back(connection)
        memory = revisions.Memory(store)
        done = fold_facts(store, from_scratch=from_scratch, progress=progress, before=memory)
        derivation.save_marks(connection, RULES_VERSION, now)
        done.stated = revisions.state(store, now, memory, by_ruling=ruled)
        if tell is not None:
            tell(store, now, done.stated, first_import=before is None, since=before)
        if ruled and done.stated:  # after telling, which drops what has not left
            changes.take_back(connection, done.stated, taken_back)
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
