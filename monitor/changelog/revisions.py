"""What the log said and when: each time it says something new of a change, that is written down and stays.

`known_at` of a change is when it was first stated. A change that better rules or older lists overturned is no longer
derived; its last wording stays, retracted, with the reason.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from db.database import Store
from db.queries import changes, derived_rows, statement_log
from db.queries.agreements import agency_views, view_row
from db.queries.changes import Statement
from db.queries.derived_rows import AGENCIES, CHANGES, PUBLICATIONS, Row, Table
from db.queries.publications import reference_row, references
from db.records import ChangeRecord
from monitor.changelog import log

OVERTURNED = "overturned: the lists known now, or better rules, no longer say so"
OVERRULED = "overturned by a reviewer's ruling"
#: Parts of a record that statements and deliveries give, not the lists.
_STATED = ("status", "needs_review", "reason", "known_at", "told")


class Memory:
    """What the tables said before a derivation, as far as it touches them: what it makes new, overturns or rewords."""

    def __init__(self, store: Store) -> None:
        self._connection, self._store = store.connection, store
        # rows by key, as they stood before; None: there was none
        self._before: dict[Table, dict[Row, Row | None]] = {CHANGES: {}, AGENCIES: {}, PUBLICATIONS: {}}
        self._now: dict[Table, dict[Row, Row]] = {}
        self._first: int | None = None  # this step and all later ones are of this derivation
        self._all = False  # whether all rows are remembered, for the tables are emptied
        self.from_nothing = False  # whether the log is made from nothing: rules, or how rows are read, may be others

    def remember(self, step: int) -> None:
        """Remember what is touched when `step` and all later ones are undone or made."""
        if not self._all:
            self.remember_replaced()
            for table, before in self._before.items():
                keys = derived_rows.load_keys(self._connection, table, step) - before.keys()
                before |= dict.fromkeys(keys) | derived_rows.load_rows(self._connection, table, keys)
            self._first = step if self._first is None else min(self._first, step)

    def remember_all(self, *, from_nothing: bool) -> None:
        """Remember everything, before the tables are emptied; `from_nothing` says that other rules may fill them."""
        if not self._all:
            self.remember_replaced()
            for table, before in self._before.items():
                before |= derived_rows.load_rows(self._connection, table) | before
        self._all, self.from_nothing = True, self.from_nothing or from_nothing

    def remember_replaced(self) -> None:
        """Remember what the steps of this derivation replaced, unless it is known: it stood there before them."""
        if self._first is not None and not self._all:
            for table, before in self._before.items():
                before |= derived_rows.load_replaced(self._connection, table, self._first, before)

    def word_overturned(self) -> dict[str, str]:
        """Return the last wording (JSON) of each remembered change that is derived no more."""
        before = self._before[CHANGES]
        now = self._load_now(CHANGES)
        gone = [changes.change_of(row) for key, row in before.items() if row is not None and key not in now]
        if not gone:
            return {}
        agencies, lists = (
            [row for row in (derived_rows.load_rows(self._connection, table) | self._before[table]).values() if row]
            for table in (AGENCIES, PUBLICATIONS)
        )
        cited = references(reference_row(row) for row in lists)
        entries = log.present(self._store, gone, {}, cited, agency_views(view_row(row) for row in agencies))
        return {entry["id"]: json.dumps(entry, ensure_ascii=False) for entry in entries}

    def load_differing(self) -> set[str]:
        """Return the ids of the changes that the tables did not have before, or not so."""
        before = self._before[CHANGES]
        return {row[0] for key, row in self._load_now(CHANGES).items() if row != before.get(key)}

    def load_reworded(self) -> set[str]:
        """Return the ids of the changes whose agency or lists are now described in other words."""
        renamed = self._load_otherwise(AGENCIES, view_row)
        moved = [position for position in self._load_otherwise(PUBLICATIONS, reference_row) if position is not None]
        return changes.load_ids_showing(self._connection, renamed, moved) if renamed or moved else set()

    def _load_now(self, table: Table) -> dict[Row, Row]:
        """Return by key the rows that the table has after the derivation, as far as those of before are remembered."""
        if table not in self._now:
            wanted = None if self._all else self._before[table]
            self._now[table] = derived_rows.load_rows(self._connection, table, wanted)
        return self._now[table]

    def _load_otherwise(self, table: Table, shown: Callable[[Row], Row]) -> list[Any]:
        """Return the first of what was shown of each row that is shown otherwise now."""
        before, now = self._before[table], self._load_now(table)
        return [
            shown(row)[0]
            for key, row in before.items()
            if row is not None and (key not in now or shown(now[key]) != shown(row))
        ]


def state(store: Store, now: str, memory: Memory, *, by_ruling: bool) -> list[str]:
    """State at `now` whatever the derived log says that was not stated last; return the ids, sorted.

    A change whose record differs in other ways only is logged as amended; that is no news, so its id is not returned.
    """
    memory.remember_replaced()
    connection, overturned = store.connection, memory.word_overturned()
    differing = None if memory.from_nothing else memory.load_differing()
    last = changes.load_newest_statements(connection, differing)
    current = changes.load_current(connection, differing)
    fresh = [said for i, said in sorted(current.items()) if i not in last or last[i] != said]
    why = OVERRULED if by_ruling else OVERTURNED
    gone = [Statement(i, "retracted", False, why, body) for i, body in sorted(overturned.items())]
    changes.add_statements(connection, now, [*fresh, *gone], by_ruling=by_ruling)
    stated = sorted(said.change_id for said in [*fresh, *gone])
    shown = None if differing is None else differing | memory.load_reworded()
    records = log.present(store, changes.load_changes(connection, shown), {})
    statement_log.log_statements(connection, now, stated, {r["id"]: _digest(r) for r in records})
    return stated


def _digest(record: ChangeRecord) -> str:
    """What tells whether the record of a change differs but for what is stated of it."""
    worded = {name: value for name, value in record.items() if name not in _STATED}
    return hashlib.sha256(json.dumps(worded, sort_keys=True).encode()).hexdigest()[:16]
