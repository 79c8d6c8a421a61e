"""From due tellings to messages: all that is due for one reader goes into one message (or parts, when it is much)."""

from __future__ import annotations

import sqlite3

from db.database import Store
from monitor import policy
from monitor.alerts.operator_mail import make_message_id

_BATCH = 500
_DUE = (
    "select distinct subscriber_id from deliveries where status = 'waiting' and message is null and due_at <= ?"
    " and subscriber_id > ? order by subscriber_id limit ?"
)


def compose_due(store: Store, now: str) -> int:
    """Every telling that is due at `now` is in a message; returns how many messages were made."""
    made, last = 0, 0
    while True:
        with store.writing() as connection:
            readers = [int(row[0]) for row in connection.execute(_DUE, [now, last, _BATCH])]
            for reader in readers:
                made += _compose_for(connection, reader, now)
        if len(readers) < _BATCH:
            return made
        last = readers[-1]


def _compose_for(connection: sqlite3.Connection, reader: int, now: str) -> int:
    active = connection.execute("select 1 from subscribers where id = ? and status = 'active'", [reader]).fetchone()
    if active is None:
        connection.execute(
            "update deliveries set status = 'dropped' where subscriber_id = ? and status = 'waiting'"
            " and message is null",
            [reader],
        )
        return 0
    due = connection.execute(
        "select d.id, a.status from deliveries d left join deliveries a on a.id = d.answers where d.subscriber_id = ?"
        " and d.status = 'waiting' and d.message is null and d.due_at <= ? order by d.id",
        [reader, now],
    ).fetchall()
    # A correction waits until it is known whether what it corrects was taken; if it never was, nothing is corrected.
    for telling in [row[0] for row in due if row[1] in ("failed", "dropped")]:
        connection.execute("update deliveries set status = 'dropped' where id = ?", [telling])
    ready = [row[0] for row in due if row[1] in (None, "sent")]
    made = 0
    while ready:
        message, room, new = _open_message(connection, reader, now)
        part, ready = ready[:room], ready[room:]
        connection.executemany("update deliveries set message = ? where id = ?", [(message, i) for i in part])
        made += new
    return made


def _open_message(connection: sqlite3.Connection, reader: int, now: str) -> tuple[int, int, int]:
    """(message, how many more tellings it takes, whether it is new): one that was surely not taken yet, or a new one.

    So a reader whose server was away gets one message when it is back, not one for each change meanwhile.
    """
    row = connection.execute(
        "select m.id, (select count(*) from deliveries d where d.message = m.id) from messages m where"
        " m.subscriber_id = ? and m.status = 'waiting' and m.kind = 'alert' order by m.id desc limit 1",
        [reader],
    ).fetchone()
    if row is not None and row[1] < policy.MESSAGE_CHANGES:
        return int(row[0]), policy.MESSAGE_CHANGES - int(row[1]), 0
    cursor = connection.execute(
        "insert into messages (subscriber_id, kind, message_id, status, created_at, next_at)"
        " values (?, 'alert', ?, 'waiting', ?, ?)",
        [reader, make_message_id(), now, now],
    )
    return int(cursor.lastrowid or 0), policy.MESSAGE_CHANGES, 1
