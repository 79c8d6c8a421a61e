"""The order in which the log said things: each statement, and each time that the record of a change came to differ."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping
from typing import NamedTuple


class LoggedStatement(NamedTuple):
    """What the log said of a change from `stated_at` on."""

    sequence: int
    change_id: str
    stated_at: str
    status: str
    needs_review: bool
    reason: str


def list_statements(connection: sqlite3.Connection) -> list[LoggedStatement]:
    """Return everything that the log said, in the order in which it said so."""
    rows = connection.execute(
        "select l.sequence, l.change_id, l.stated_at, s.status, s.needs_review, s.why from statement_log l"
        " join main.statements s on s.id = l.statement_id order by l.sequence"
    )
    return [LoggedStatement(r[0], r[1], r[2], r[3], bool(r[4]), r[5]) for r in rows]


def log_statements(
    connection: sqlite3.Connection, stated_at: str, stated: Collection[str], digests: Mapping[str, str]
) -> None:
    """Log what was just stated, and the changes whose record (given by its digest) is not what was last logged."""
    asked = json.dumps(sorted({*stated, *digests}))
    rows = connection.execute(
        "select change_id, digest, max(sequence) from statement_log"
        " where change_id in (select value from json_each(?)) group by change_id",
        [asked],
    ).fetchall()
    known = {change_id: (digest, sequence) for change_id, digest, sequence in rows}
    unnoted = [(digests[i], sequence) for i, (digest, sequence) in known.items() if digest is None and i in digests]
    connection.executemany("update statement_log set digest = ? where sequence = ?", unnoted)
    amended = {i for i, digest in digests.items() if i in known and known[i][0] not in (None, digest)}
    connection.executemany(
        "insert into statement_log (change_id, stated_at, statement_id, digest)"
        " select ?1, ?2, max(id), ?3 from statements where change_id = ?1",
        [(i, stated_at, digests.get(i)) for i in sorted({*stated, *amended})],
    )
