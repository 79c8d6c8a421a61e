"""The delivery log and the outbox, as the operator reads them; whom returned mail is about."""

from __future__ import annotations

import sqlite3

from db.alert_models import AttemptRow, WaitingRow


def list_waiting(connection: sqlite3.Connection) -> list[WaitingRow]:
    """Return every statement and message that has not left: statements first, each soonest first."""
    rows = connection.execute(
        "select * from (select d.due_at, s.channel, s.address, d.what, d.change_id from deliveries d"
        " join subscribers s on s.id = d.subscriber_id where d.status = 'waiting' order by d.due_at, s.address, d.id)"
        " union all select * from (select m.next_at, ifnull(s.channel, 'mail'), s.address, m.kind, m.about"
        " from messages m left join subscribers s on s.id = m.subscriber_id"
        " where m.kind != 'alert' and m.status in ('waiting', 'sending') order by m.id)"
    )
    return [WaitingRow(due_at=r[0], channel=r[1], address=r[2], what=r[3], change_id=r[4]) for r in rows]


def list_attempts(
    connection: sqlite3.Connection, subscriber_id: int | None, *, failed: bool, limit: int
) -> list[AttemptRow]:
    """Return every try of every message (of one subscriber; of those that failed), newest first."""
    rows = connection.execute(
        "select a.at, ifnull(s.channel, 'mail'), ifnull(s.address, ifnull(m.recipient, '')), m.kind, m.status,"
        " a.outcome, a.code, a.detail, m.message_id from attempts a join messages m on m.id = a.message"
        " left join subscribers s on s.id = m.subscriber_id where (?1 is null or m.subscriber_id = ?1)"
        " and (not ?2 or m.status = 'failed') order by a.id desc limit ?3",
        [subscriber_id, failed, limit],
    )
    return [
        AttemptRow(
            at=r[0], channel=r[1], address=r[2], kind=r[3], status=r[4], outcome=r[5], code=r[6], detail=r[7],
            message_id=r[8],
        )
        for r in rows
    ]  # fmt: skip


def find_recipient(connection: sqlite3.Connection, message: int) -> int | None:
    """Return the subscriber that the message of this number was for."""
    row = connection.execute("select subscriber_id from messages where id = ?", [message]).fetchone()
    return int(row[0]) if row and row[0] is not None else None


def find_recipient_by_message_id(connection: sqlite3.Connection, message_id: str) -> int | None:
    """Return the subscriber that the message with this Message-ID was for."""
    row = connection.execute("select subscriber_id from messages where message_id = ?", [message_id]).fetchone()
    return int(row[0]) if row and row[0] is not None else None
