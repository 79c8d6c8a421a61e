"""Lists that wait for a person."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from db.models import HeldList


def read_waiting_lists(connection: sqlite3.Connection) -> list[HeldList]:
    """Return the held lists that nobody has ruled on and no later accepted list has made up for, oldest first."""
    return [held for held in read_held_lists(connection) if not held.superseded]


def read_held_lists(connection: sqlite3.Connection, also: Iterable[str] = ()) -> list[HeldList]:
    """Return every held list, and the lists with the sha256 `also` whatever their status; oldest first."""
    rows = connection.execute(
        "select sha256, file, list, linked_as, published_on, published_at, rows, first_seen_at, reasons,"
        " status = 'held', exists (select 1 from publications p where p.status = 'accepted' and p.list = h.list"
        " and p.published_at > h.published_at) from publications h"
        " where status = 'held' or sha256 in (select value from json_each(?)) order by published_at, file",
        [json.dumps(list(also))],
    )
    return [HeldList(*(*row[:8], tuple(json.loads(row[8])), bool(row[9]), bool(row[10]))) for row in rows]
