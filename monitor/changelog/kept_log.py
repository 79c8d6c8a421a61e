"""The log kept in memory between two readings: a change is worded again only when what it rests on differs."""

from __future__ import annotations

import threading
from typing import Any

from db.database import Store
from db.queries import changes
from db.queries.agreements import load_agency_views
from db.queries.publications import load_references
from db.records import ChangeRecord, ListReference
from monitor.changelog import log


class KeptLog:
    """Reads the log of one database again and again, also from several threads. Nobody may alter what it returns."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._references: dict[int, ListReference] = {}
        self._worded: dict[str, tuple[tuple[Any, ...], ChangeRecord]] = {}  # change id -> what it rests on, record

    def read(self, store: Store) -> list[ChangeRecord]:
        """Return the log as `read_log` does, oldest first, overturned statements included."""
        connection = store.connection
        stated, rows = changes.load_stated(connection), changes.load_change_rows(connection)
        agencies, told = load_agency_views(connection), changes.load_told(connection)
        references = load_references(connection)
        bases = {i: (row, stated[i], i in told, agencies.get(row[6])) for i, row in rows.items() if i in stated}
        with self._lock:
            kept = self._worded if self._references == references else {}
            fresh = [changes.change_of(rows[i]) for i, basis in bases.items() if i not in kept or kept[i][0] != basis]
            worded = {i: kept[i] for i in bases.keys() & kept.keys()}
            for record in log.present(store, fresh, stated, references, agencies):
                worded[record["id"]] = bases[record["id"]], record
            self._worded, self._references = worded, references
        entries = [record for _, record in worded.values()]
        return log.in_order([*entries, *log.word_overturned(store, stated, bases)])
