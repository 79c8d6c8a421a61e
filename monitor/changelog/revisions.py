"""What the log said and when: each time it says something new of a change, that is written down and stays.

`known_at` of a change is when it was first stated. A change that better rules or older lists overturned is no longer
derived; its last wording stays, retracted, with the reason.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection
from typing import Any

from db.database import Store
from db.queries import changes, derived_rows, statement_log
from db.queries.agreements import agency_views, view_row
from db.queries.changes import Statement
from db.queries.derived_rows import Row
from db.queries.publications import reference_row, references
from db.records import ChangeRecord
from monitor.changelog import log

OVERTURNED = "overturned: the lists known now, or better rules, no longer say so"
OVERRULED = "overturned by a reviewer's ruling"
#: Parts of a record that statements and deliveries give, not the lists.
_STATED = ("status", "needs_review", "reason", "known_at", "told")


class Memory:
    """What the tables said before a derivation, as far as it changes them: for wording what it overturns or rewords."""

    def __init__(self, store: Store) -> None:
        self._connection, self._store = store.connection, store
        self._ids: set[str] | None = None  # of the changes there were
        self._rows: dict[str, Row] = {}
        self._agencies: dict[Row, Row | None] = {}  # by key, as they stood before; None: there was none
        self._publications: dict[Row, Row | None] = {}
        self._first: int | None = None  # this step and all later ones are of this derivation
        self._all = False

    def remember(self, step: int) -> None:
        """Remember what may go or be described otherwise, before `step` and all later ones are undone or made."""
        self._remember_changes(derived_rows.load_made_since(self._connection, step))
        self._remember_replaced()
        if not self._all:
            for table, known in self._tables():
                keys = derived_rows.load_replaced(self._connection, table, step).keys() - known.keys()
                known |= dict.fromkeys(keys) | derived_rows.load_rows(self._connection, table, keys)
        self._first = step if self._first is None else min(self._first, step)

    def remember_all(self) -> None:
        """Remember everything, before the tables are emptied."""
        self._remember_changes(None)
        self._remember_replaced()
        if not self._all:
            for table, known in self._tables():
                known |= derived_rows.load_rows(self._connection, table) | known
        self._all = True

    def word_overturned(self) -> dict[str, str]:
        """Return the last wording (JSON) of each remembered change that is derived no more."""
        now = changes.load_ids(self._connection) if self._rows else set()
        gone = [changes.change_of(row) for change_id, row in self._rows.items() if change_id not in now]
        if not gone:
            return {}
        self._remember_replaced()
        agencies, publications = (
            [row for row in ((derived_rows.load_rows(self._connection, table) | known).values()) if row is not None]
            for table, known in self._tables()
        )
        cited = references(reference_row(row) for row in publications)
        entries = log.present(self._store, gone, {}, cited, agency_views(view_row(row) for row in agencies))
        return {entry["id"]: json.dumps(entry, ensure_ascii=False) for entry in entries}

    def load_reworded(self) -> set[str]:
        """Return the ids of the changes whose agency or lists are now described in other words."""
        self._remember_replaced()
        renamed = self._load_differing(derived_rows.AGENCIES, self._agencies, view_row)
        moved = self._load_differing(derived_rows.PUBLICATIONS, self._publications, reference_row)
        moved = [position for position in moved if position is not None]
        return changes.load_ids_showing(self._connection, renamed, moved) if renamed or moved else set()

    def _tables(self) -> tuple[tuple[derived_rows.Table, dict[Row, Row | None]], ...]:
        return (derived_rows.AGENCIES, self._agencies), (derived_rows.PUBLICATIONS, self._publications)

    def _remember_changes(self, ids: set[str] | None) -> None:
        if ids is None or ids:
            self._ids = changes.load_ids(self._connection) if self._ids is None else self._ids
            wanted = self._ids if ids is None else ids & self._ids
            self._rows |= changes.load_change_rows(self._connection, wanted - self._rows.keys())

    def _remember_replaced(self) -> None:
        """Remember what the steps of this derivation replaced, unless it is known: it stood there before them."""
        if self._first is not None and not self._all:
            for table, known in self._tables():
                known |= derived_rows.load_replaced(self._connection, table, self._first) | known

    def _load_differing(
        self, table: derived_rows.Table, before: dict[Row, Row | None], shown: Callable[[Row], Row]
    ) -> list[Any]:
        """Return the first of what is shown of each row that is shown otherwise now."""
        now = derived_rows.load_rows(self._connection, table, before)
        return [
            shown(row)[0]
            for key, row in before.items()
            if row is not None and (key not in now or shown(now[key]) != shown(row))
        ]


def state(store: Store, now: str, memory: Memory, touched: Collection[str] | None, *, by_ruling: bool) -> list[str]:
    """State at `now` whatever the derived log says that was not stated last; return the ids, sorted.

    A change whose record differs in other ways only is logged as amended; that is no news, so its id is not returned.

    `touched` names the changes that can differ from what was stated last (None: any may).
    """
    connection, overturned = store.connection, memory.word_overturned()
    last = changes.load_newest_statements(connection, touched)
    current = changes.load_current(connection, touched)
    fresh = [said for i, said in sorted(current.items()) if i not in last or last[i] != said]
    why = OVERRULED if by_ruling else OVERTURNED
    gone = [Statement(i, "retracted", False, why, body) for i, body in sorted(overturned.items())]
    changes.add_statements(connection, now, [*fresh, *gone], by_ruling=by_ruling)
    stated = sorted(said.change_id for said in [*fresh, *gone])
    shown = None if touched is None else {*touched, *memory.load_reworded()}
    records = log.present(store, changes.load_changes(connection, shown), {})
    statement_log.log_statements(connection, now, stated, {r["id"]: _digest(r) for r in records})
    return stated


def _digest(record: ChangeRecord) -> str:
    """What tells whether the record of a change differs but for what is stated of it."""
    worded = {name: value for name, value in record.items() if name not in _STATED}
    return hashlib.sha256(json.dumps(worded, sort_keys=True).encode()).hexdigest()[:16]
