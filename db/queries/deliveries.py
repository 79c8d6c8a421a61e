"""Deliveries: each statement about a change to a subscriber, from the outbox to what became of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from db.alert_models import Delivery, What


def list_deliveries(connection: sqlite3.Connection, change_id: str) -> list[Delivery]:
    """Return every delivery about the change, by subscriber and turn."""
    rows = connection.execute(
        "select d.id, d.subscriber_id, d.subscription_id, d.turn, d.what, d.status, d.answers, d.message,"
        " ifnull(m.status = 'sending', 0) from deliveries d left join messages m on m.id = d.message"
        " where d.change_id = ? order by d.subscriber_id, d.turn",
        [change_id],
    )
    return [Delivery(*(*row[:-1], bool(row[-1]))) for row in rows]


def insert_deliveries(
    connection: sqlite3.Connection, change_id: str, what: What, now: str, due: Iterable[tuple[int, int, str]]
) -> int:
    """Store a first delivery about the change for each (subscriber, subscription, time it is due); return how many."""
    return connection.executemany(
        "insert or ignore into deliveries (subscriber_id, subscription_id, change_id, turn, what, status, queued_at,"
        " due_at) values (?, ?, ?, 1, ?, 'waiting', ?, ?)",
        [(subscriber, subscription, change_id, what, now, due_at) for subscriber, subscription, due_at in due],
    ).rowcount


def insert_reply(
    connection: sqlite3.Connection, origin: Delivery, change_id: str, what: What, *, turn: int, now: str, due_at: str,
    answers: int | None = None,
) -> int:  # fmt: skip
    """Store a further delivery to the subscriber of `origin`, when they are still active; return how many (0 or 1)."""
    return connection.execute(
        "insert into deliveries (subscriber_id, subscription_id, change_id, turn, what, status, answers, queued_at,"
        " due_at) select id, ?, ?, ?, ?, 'waiting', ?, ?, ? from subscribers where id = ? and status = 'active'",
        [origin.subscription_id, change_id, turn, what, answers, now, due_at, origin.subscriber_id],
    ).rowcount


def withdraw_delivery(connection: sqlite3.Connection, delivery: Delivery) -> None:
    """Drop a delivery that has not left, and its message when that has nothing else to say."""
    drop_deliveries(connection, [delivery.id])
    if delivery.message is not None:
        connection.execute(
            "update messages set status = 'dropped' where id = ? and status = 'waiting' and not exists"
            " (select 1 from deliveries d where d.message = messages.id and d.status = 'waiting')",
            [delivery.message],
        )


def list_due_subscribers(connection: sqlite3.Connection, now: str, after: int, limit: int) -> list[int]:
    """Return the next subscribers (ids above `after`) with a delivery due at `now` that is in no message yet."""
    rows = connection.execute(
        "select distinct subscriber_id from deliveries where status = 'waiting' and message is null and due_at <= ?"
        " and subscriber_id > ? order by subscriber_id limit ?",
        [now, after, limit],
    )
    return [int(row[0]) for row in rows]


def list_due(connection: sqlite3.Connection, subscriber_id: int, now: str) -> list[tuple[int, str | None]]:
    """Return (id, status of the delivery it corrects) of each delivery due at `now` that is in no message yet."""
    return connection.execute(
        "select d.id, a.status from deliveries d left join deliveries a on a.id = d.answers where d.subscriber_id = ?"
        " and d.status = 'waiting' and d.message is null and d.due_at <= ? order by d.id",
        [subscriber_id, now],
    ).fetchall()


def assign_to_message(connection: sqlite3.Connection, message: int, deliveries: Sequence[int]) -> None:
    """Put the deliveries into the message."""
    connection.executemany("update deliveries set message = ? where id = ?", [(message, i) for i in deliveries])


def drop_deliveries(connection: sqlite3.Connection, deliveries: Iterable[int]) -> None:
    """Drop the deliveries: they are never made."""
    connection.executemany("update deliveries set status = 'dropped' where id = ?", [(i,) for i in deliveries])


def drop_unassigned(connection: sqlite3.Connection, subscriber_id: int) -> None:
    """Drop what waits for the subscriber and is in no message yet."""
    connection.execute(
        "update deliveries set status = 'dropped' where subscriber_id = ? and status = 'waiting' and message is null",
        [subscriber_id],
    )


def drop_of_subscription(connection: sqlite3.Connection, subscription_id: int) -> None:
    """Drop what waits for an ended subscription; corrections of what it was told are still sent."""
    connection.execute(
        "update deliveries set status = 'dropped' where subscription_id = ? and status = 'waiting'"
        " and what != 'correction' and message is null",
        [subscription_id],
    )


def drop_waiting(connection: sqlite3.Connection, subscriber_id: int) -> None:
    """Drop everything that waits for the subscriber; a message that is just leaving is left to its outcome."""
    connection.execute(
        "update messages set status = 'dropped' where subscriber_id = ? and status = 'waiting'", [subscriber_id]
    )
    connection.execute(
        "update deliveries set status = 'dropped' where subscriber_id = ? and status = 'waiting' and (message is null"
        " or message in (select m.id from messages m where m.id = deliveries.message and m.status = 'dropped'))",
        [subscriber_id],
    )


def note_told(connection: sqlite3.Connection, change_ids: Iterable[str], now: str) -> None:
    """Store that somebody was told of the changes."""
    connection.executemany(
        "insert or ignore into told (change_id, first_told_at) values (?, ?)", [(i, now) for i in change_ids]
    )


def restore_failed(connection: sqlite3.Connection, message: int) -> None:
    """Let the failed deliveries of the message wait again, but those whose change was retracted meanwhile."""
    connection.execute(
        "update deliveries set status = 'waiting' where message = ? and status = 'failed'"
        " and (what = 'correction' or (select status from statements"
        " where change_id = deliveries.change_id order by id desc limit 1) != 'retracted')",
        [message],
    )
