"""Deliveries: each statement about a change to a subscriber, from the outbox to what became of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from db.alert_models import Delivery, Due, DueDelivery, Match, What


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
    connection: sqlite3.Connection, change_id: str, what: What, now: str, due: Iterable[tuple[Match, Due]], effect: int
) -> int:
    """Store a first delivery about the change for each subscription; return how many.

    `effect` is what the change does to the number of listed agreements: 1, 0 or -1.
    """
    return connection.executemany(
        "insert or ignore into deliveries (subscriber_id, subscription_id, change_id, turn, what, status, queued_at,"
        " due_at, latest_at, effect) values (?, ?, ?, 1, ?, 'waiting', ?, ?, ?, ?)",
        [
            (match.subscriber_id, match.subscription_id, change_id, what, now, when.due_at, when.latest_at, effect)
            for match, when in due
        ],
    ).rowcount


def insert_reply(
    connection: sqlite3.Connection, origin: Delivery, change_id: str, what: What, *, turn: int, now: str, due: Due,
    effect: int = 0, answers: int | None = None,
) -> int:  # fmt: skip
    """Store a further delivery to the subscriber of `origin`, when they are still active; return how many (0 or 1)."""
    return connection.execute(
        "insert into deliveries (subscriber_id, subscription_id, change_id, turn, what, status, answers, queued_at,"
        " due_at, latest_at, effect) select id, ?, ?, ?, ?, 'waiting', ?, ?, ?, ?, ? from subscribers"
        " where id = ? and status = 'active'",
        [origin.subscription_id, change_id, turn, what, answers, now, due.due_at, due.latest_at, effect,
         origin.subscriber_id],
    ).rowcount  # fmt: skip


def withdraw_delivery(connection: sqlite3.Connection, delivery: Delivery) -> None:
    """Drop a delivery that has not left, and its message when that has nothing else to say."""
    drop_deliveries(connection, [delivery.id])
    if delivery.message is not None:
        connection.execute(
            "update messages set status = 'dropped' where id = ? and status = 'waiting' and not exists"
            " (select 1 from deliveries d where d.message = messages.id and d.status = 'waiting')",
            [delivery.message],
        )


def list_due_subscribers(connection: sqlite3.Connection, now: str, after: int, limit: int, enough: int) -> list[int]:
    """Return the next subscribers (ids above `after`) for whom something must leave at `now`, or `enough` may."""
    rows = connection.execute(
        "select subscriber_id from deliveries where status = 'waiting' and message is null and due_at <= ?1"
        " and subscriber_id > ?2 group by subscriber_id"
        " having min(ifnull(latest_at, due_at)) <= ?1 or count(*) >= ?4 order by subscriber_id limit ?3",
        [now, after, limit, enough],
    )
    return [int(row[0]) for row in rows]


def list_due(connection: sqlite3.Connection, subscriber_id: int, now: str) -> list[DueDelivery]:
    """Return the deliveries to the subscriber that are in no message yet and due, or only wait for company.

    What cannot wait comes first, then the rest by how long it may.
    """
    rows = connection.execute(
        "select d.id, a.status, d.due_at, ifnull(d.latest_at, d.due_at), d.subscription_id, p.counts_only, d.effect"
        " from deliveries d join subscriptions p on p.id = d.subscription_id"
        " left join deliveries a on a.id = d.answers where d.subscriber_id = ?"
        " and d.status = 'waiting' and d.message is null and (d.due_at <= ? or d.latest_at > d.due_at)"
        " order by ifnull(d.latest_at, d.due_at), d.id",
        [subscriber_id, now],
    )
    return [DueDelivery(*row) for row in rows]


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
