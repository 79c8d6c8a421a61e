"""When a document is known to have been what ICE served: by sightings, our own fetches and the archive's index."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping


def load_times_seen(connection: sqlite3.Connection, documents: Iterable[str]) -> Mapping[str, list[str]]:
    """Return, by sha256, the last time on each day (UTC) at which ICE served the document, as far as anybody looked."""
    found: dict[str, list[str]] = {}
    rows = connection.execute(
        "with asked as (select value as sha256 from json_each(?))"
        " select f.sha256, max(f.requested_at) from asked join fetches f using (sha256)"
        " where f.role in ('page', 'list') and f.outcome in ('new', 'same', 'not_modified')"
        " group by f.sha256, substr(f.requested_at, 1, 10)"
        " union select c.sha256, s.captured_at from asked join archive_captures c using (sha256)"
        " join archive_seen s using (digest)"
        " union select s.sha256, s.seen_at from asked join sightings s using (sha256) where s.seen_at is not null"
        " order by 2",
        [json.dumps(sorted(set(documents)))],
    )
    for sha256, at in rows:
        found.setdefault(str(sha256), []).append(str(at))
    return found


def record_seen(connection: sqlite3.Connection, captures: Iterable[tuple[str, str]]) -> None:
    """Record (digest, time) of captures that the archive's index names; within a transaction."""
    connection.executemany("insert or ignore into archive_seen (digest, captured_at) values (?, ?)", captures)
