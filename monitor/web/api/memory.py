"""What the API knows of a store: its version, cheaply; the log and the lists in memory as long as they are true."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from db.database import Store
from db.records import ChangeRecord
from monitor.changelog.known_at import open_known
from monitor.changelog.log import read_log

#: Whatever an answer depends on leaves a mark here; a mark whose table is not there yet is left out.
_MARKS = {
    "derivation": "select derived_at || rules || last_sighting || '/' || last_ruling from derivation",
    "statements": "select max(id) from statements",
    "sightings": "select max(id) from sightings",
    "page_checks": "select max(id) from page_checks",
    "told": "select count(*) from told",
}
#: How many are kept of what is large: stores as of a known time, whole logs, lists, all else.
KEPT_HISTORIES, KEPT_LOGS, KEPT_LISTS, KEPT_ELSE = 2, 2, 12, 8

Row = dict[str, Any]


class Kept:
    """The newest of some values by key; each is made once, however many ask at a time."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._values: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.RLock()

    def get(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """The value of the key, made now when it is not at hand."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            else:
                self._values[key] = make()
                if len(self._values) > self._size:
                    self._values.popitem(last=False)
            return self._values[key]


class Memory:
    """A store read by many threads: every answer is of one state of the database."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._threads = threading.local()
        self._histories = Kept(KEPT_HISTORIES)
        self._kept = {"log": Kept(KEPT_LOGS), "listed": Kept(KEPT_LISTS), "listed on": Kept(200), "totals": Kept(200)}
        self._rest = Kept(KEPT_ELSE)
        self._version_query: str | None = None

    def store(self) -> Store:
        """This thread's connection; raises `DatabaseError` when there is no database."""
        store = getattr(self._threads, "store", None)
        if store is None:
            store = self._threads.store = Store.open(self._home, read_only=True)
        return store

    @contextmanager
    def reading(self) -> Iterator[Store]:
        """The store as it is at this moment, whatever is written meanwhile."""
        store = self.store()
        if store.connection.in_transaction:
            yield store
            return
        store.connection.execute("begin")
        try:
            yield store
        finally:
            store.connection.execute("rollback")

    def version(self) -> tuple[Any, ...]:
        """Differs whenever an answer may; some ten microseconds."""
        connection = self.store().connection
        if self._version_query is None:
            there = {str(row[0]) for row in connection.execute("select name from sqlite_master where type = 'table'")}
            self._version_query = "select " + ", ".join(f"({q})" for name, q in _MARKS.items() if name in there)
        return tuple(connection.execute(self._version_query).fetchone())

    def derived_at(self) -> str | None:
        """When the derived tables were last made to say what the facts say."""
        row = self.store().connection.execute("select derived_at from derivation").fetchone()
        return str(row[0]) if row else None

    def keep(self, name: str, key: Hashable, make: Callable[[Store], Any]) -> Any:
        """A value that holds as long as the version does."""
        with self.reading() as store:
            return self._kept.get(name, self._rest).get((name, key, self.version()), lambda: make(store))

    def log(self, known_at: str | None) -> tuple[list[ChangeRecord], list[bytes]]:
        """Every change, oldest first, and each as JSON."""

        def make(store: Store) -> tuple[list[ChangeRecord], list[bytes]]:
            entries = read_log(self.known(store, known_at))
            return entries, [to_json(e) for e in entries]

        with self.reading() as store:
            return self.keep("log", self._stated_by(store.connection, known_at), make)  # type: ignore[no-any-return]

    def known(self, store: Store, known_at: str | None) -> Store:
        """A store that answers as of then; the present one when no time is given."""
        if known_at is None:
            return store
        key = (self.known_by(known_at), self.version()[0])
        return self._histories.get(key, lambda: open_known(store, known_at))  # type: ignore[no-any-return]

    def known_by(self, known_at: str | None) -> tuple[int, ...] | None:
        """How many facts were known then: two times with the same facts have the same answers."""
        if known_at is None:
            return None
        row = self.store().connection.execute(
            "select (select count(*) from sightings where known_at <= ?1), (select count(*) from rulings where"
            " made_at <= ?1), (select ifnull(max(id), 0) from fetches where requested_at <= ?1)",
            [known_at],
        )
        return tuple(row.fetchone())

    @staticmethod
    def _stated_by(connection: sqlite3.Connection, known_at: str | None) -> int | None:
        if known_at is None:
            return None
        row = connection.execute("select count(*) from statements where known_at <= ?", [known_at]).fetchone()
        return int(row[0])


def to_json(value: Mapping[str, Any] | list[Any]) -> bytes:
    """The value as the API sends it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
