"""The days on which a document is known to have been what ICE served, by our own fetches and by the archive's index."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping


def load_days_seen(connection: sqlite3.Connection, documents: Iterable[str]) -> Mapping[str, list[str]]:
    """Return, by sha256, every day (UTC) on which ICE served the document, as far as anybody looked."""
    found: dict[str, list[str]] = {}
    rows = connection.execute(
        "with asked as (select value as sha256 from json_each(?))"
        " select f.sha256, substr(f.requested_at, 1, 10) from asked join fetches f using (sha256)"
        " where f.role in ('page', 'list') and f.outcome in ('new', 'same', 'not_modified') group by 1, 2"
        " union select c.sha256, substr(s.captured_at, 1, 10) from asked join archive_captures c using (sha256)"
        " join archive_seen s using (digest) order by 2",
        [json.dumps(sorted(set(documents)))],
    )
    for sha256, day in rows:
        found.setdefault(str(sha256), []).append(str(day))
    return found


def record_seen(connection: sqlite3.Connection, captures: Iterable[tuple[str, str]]) -> None:
    """Record (digest, time) of captures that the archive's index names; within a transaction."""
    connection.executemany("insert or ignore into archive_seen (digest, captured_at) values (?, ?)", captures)
