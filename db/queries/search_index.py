"""A full-text index in memory: made from what it finds, so it can never disagree with it."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable


class SearchIndex:
    """Words by id; threads may share one."""

    def __init__(self, entries: Iterable[tuple[str, str]]) -> None:
        self._lock = threading.Lock()
        self._index = sqlite3.connect(":memory:", check_same_thread=False)
        self._index.execute(
            "create virtual table entries using fts5(id unindexed, words, tokenize = 'unicode61 remove_diacritics 2')"
        )
        self._index.executemany("insert into entries (id, words) values (?, ?)", entries)

    def find(self, asked: str) -> set[str]:
        """Return the ids of the entries that hold every word asked for, each as a beginning of a word."""
        terms = [f'"{bare}"*' for word in asked.split() if (bare := word.replace('"', "").replace("\0", ""))]
        if not terms:
            return set()
        with self._lock:
            rows = self._index.execute("select id from entries where entries match ?", [" ".join(terms)]).fetchall()
        return {str(row[0]) for row in rows}
