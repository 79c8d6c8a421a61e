"""What the log said and when: each time it says something new of a change, that is written down and stays.

`known_at` of a change is when it was first stated. A change that better rules or older lists overturned is no longer
derived; its last wording stays, retracted, with the reason.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection

from db.database import Store
from db.queries import changes, statement_log
from db.queries.agreements import agency_views, load_view_rows
from db.queries.changes import Statement
from db.queries.derived_rows import Row
from db.queries.publications import load_reference_rows, references
from db.records import ChangeRecord
from monitor.changelog import log

OVERTURNED = "overturned: the lists known now, or better rules, no longer say so"
OVERRULED = "overturned by a reviewer's ruling"
#: Parts of a record that statements and deliveries give, not the lists.
_STATED = ("status", "needs_review", "reason", "known_at", "told")


class Memory:
    """The changes as they stood before a derivation, for wording those that it overturns."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._ids: set[str] | None = None  # of the changes there were
        self._rows: dict[str, Row] = {}
        self._agencies = load_view_rows(store.connection)
        self._references = load_reference_rows(store.connection)

    def remember(self, ids: set[str] | None) -> None:
        """Remember the changes that may go, before the tables are touched; None: all."""
        connection = self._store.connection
        if self._ids is None:
            self._ids = changes.load_ids(connection)
        wanted = self._ids if ids is None else ids & self._ids
        self._rows |= changes.load_change_rows(connection, wanted - self._rows.keys())

    def word_overturned(self) -> dict[str, str]:
        """Return the last wording (JSON) of each remembered change that is derived no more."""
        if not self._rows:
            return {}
        now = changes.load_ids(self._store.connection)
        gone = [changes.change_of(row) for change_id, row in self._rows.items() if change_id not in now]
        entries = log.present(self._store, gone, {}, references(self._references), agency_views(self._agencies))
        return {entry["id"]: json.dumps(entry, ensure_ascii=False) for entry in entries}

    def load_reworded(self) -> set[str]:
        """Return the ids of the changes whose agency or lists are now described in other words."""
        connection = self._store.connection
        renamed = [row[0] for row in set(self._agencies).difference(load_view_rows(connection))]
        moved = [row[0] for row in set(self._references).difference(load_reference_rows(connection))]
        return changes.load_ids_showing(connection, renamed, moved) if renamed or moved else set()


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
