"""What the store needs done now and then: old checks folded, files that a crash left removed, the log truncated."""

from __future__ import annotations

import sqlite3
import time
from typing import NamedTuple

from db.database import Store
from db.disk_errors import describe_database_error
from db.errors import DatabaseError
from db.queries.folding import fold_old_checks

#: A temporary file this old was left by a crash: no document takes an hour to write.
STALE_SECONDS = 3600.0


class Swept(NamedTuple):
    """How much was folded and removed."""

    fetches: int
    runs: int
    files: int


def sweep(store: Store, before: str) -> Swept:
    """Fold checks made before that time, remove files that a crash left, and put the database in order."""
    fetches, runs = fold_old_checks(store, before)
    files = 0
    for left in store.archive.root.glob("[0-9a-f][0-9a-f]/.new-*"):
        if time.time() - left.stat().st_mtime > STALE_SECONDS:
            left.unlink(missing_ok=True)
            files += 1
    try:
        store.connection.execute("pragma optimize")
        store.connection.execute("pragma wal_checkpoint(truncate)")
    except sqlite3.Error as error:
        raise DatabaseError(describe_database_error(error, store.home)) from error
    return Swept(fetches, runs, files)
