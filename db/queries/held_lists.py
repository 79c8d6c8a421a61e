"""Lists that wait for a person: held, and not made up for by a later accepted list."""

from __future__ import annotations

import json
import sqlite3

from db.service_models import WaitingList


def read_waiting_lists(connection: sqlite3.Connection) -> list[WaitingList]:
    """Return the held lists that nobody has ruled on and no later accepted list has made up for, oldest first."""
    rows = connection.execute(
        "select sha256, file, list, linked_as, published_on, published_at, rows, first_seen_at, reasons"
        " from publications h where status = 'held' and not exists (select 1 from publications p"
        " where p.status = 'accepted' and p.published_at > h.published_at"
        " and p.list = iif(h.linked_as = '', h.list, h.linked_as))"
        " order by published_at, file"
    )
    return [WaitingList(*(*row[:-1], tuple(json.loads(row[-1])))) for row in rows]
