"""The log as it was known at an earlier time: the same derivation, and the same queries, over what was known then.

A connection of its own gets temporary views of the facts known by then, and temporary copies of the derived tables.
SQLite reads these instead of the stored ones, which stay as they are. The copies are rolled back to where the facts
of then and of now part, and folded on from there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from db.database import Store
from db.desk_models import Verdict
from db.queries.known_facts import shadowing
from monitor.changelog.rebuild import fold_facts


def open_known(store: Store, moment: str) -> Store:
    """Return what `as_known` yields; the caller closes it."""
    return _open(store, moment, ())


@contextmanager
def as_known(store: Store, moment: str) -> Iterator[Store]:
    """Yield a store whose every answer is the one that could be given at `moment` (UTC, as the store writes it).

    It may be kept for many questions; it costs a derivation when it is made, and sees nothing of what comes later.
    """
    with open_known(store, moment) as then:
        yield then


@contextmanager
def as_ruled(store: Store, rulings: Iterable[Verdict], *, instead: bool = False) -> Iterator[Store]:
    """Yield a store that says what these rulings would make of the log, added to those made or `instead` of them."""
    with _open(store, None, rulings, instead=instead) as then:
        yield then


def _open(store: Store, moment: str | None, rulings: Iterable[Verdict], *, instead: bool = False) -> Store:
    then = Store.open(store.home, read_only=True)
    with shadowing(then.connection, moment, rulings, instead=instead):
        fold_facts(then, whole=True)
    return then
