"""What the API keeps of a store: its version, cheaply; the log and the lists in memory for as long as they are true."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from db.database import Store
from db.queries import api_data

#: How many are kept of what is large: whole logs, lists of a megabyte each; and of all else. What was known at earlier
#: times is kept apart and less of it, so that who asks for many times drops nothing that others ask for, and nobody
#: waits for its making.
KEPT, KEPT_ELSE = {"log": 2, "listed": 4, "list": 200, "totals": 200, "agency records": 8}, 8
KEPT_OF_THEN, KEPT_ELSE_OF_THEN = {"known": 1, "log": 1, "listed": 2, "list": 50, "totals": 50}, 4

Value = TypeVar("Value")


class Kept:
    """The most recent of some values by key; each is made once, however many threads ask at a time."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._values: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.RLock()

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """Return the value of the key, which is made now when it is not at hand."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            else:
                self._values[key] = make()
                if len(self._values) > self._size:
                    self._values.popitem(last=False)
            value: Value = self._values[key]
            return value


class Memory:
    """A store read by many threads: every answer is of one state of the database."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._threads = threading.local()
        self._kept = {name: Kept(size) for name, size in KEPT.items()}
        self._rest = Kept(KEPT_ELSE)
        self._kept_of_then = {name: Kept(size) for name, size in KEPT_OF_THEN.items()}
        self._rest_of_then = Kept(KEPT_ELSE_OF_THEN)
        self._version_queries: dict[bool, str] = {}

    def store(self) -> Store:
        """Return this thread's connection; raise `DatabaseError` when there is no database."""
        store: Store | None = getattr(self._threads, "store", None)
        if store is None:
            store = self._threads.store = Store.open(self._home, read_only=True)
        return store

    @contextmanager
    def reading(self) -> Iterator[Store]:
        """Hold the store as it is at this moment, whatever is written meanwhile."""
        store = self.store()
        with store.reading():
            yield store

    def version(self, *, of_log: bool = False) -> tuple[object, ...]:
        """Return what differs whenever an answer may (`of_log`: any but of documents); some ten microseconds."""
        connection = self.store().connection
        if of_log not in self._version_queries:
            self._version_queries[of_log] = api_data.version_query(connection, of_log=of_log)
        return api_data.read_version(connection, self._version_queries[of_log])

    def keep(self, name: str, key: Hashable, make: Callable[[], Value], *, of_then: bool = False) -> Value:
        """Return a value that holds for as long as the version of the log does, within `reading`.

        `of_then` says that it is of an earlier log.
        """
        kept = self._kept_of_then.get(name, self._rest_of_then) if of_then else self._kept.get(name, self._rest)
        return kept.get((name, key, self.version(of_log=True)), make)


def to_json(value: Mapping[str, Any] | Sequence[Any]) -> bytes:
    """Return the value as the API sends it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
