"""Messages: what is sent to one address at one time, from waiting to what the other side answered."""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Collection, Sequence

from db.alert_models import OutgoingMessage, Statement, Told
from db.queries.subscribers import get_subscriber

_OPEN = "status in ('waiting', 'sending')"


def make_message_id() -> str:
    """Return the part of a Message-ID before the @. Nobody can guess it: a complaint that quotes it is ours."""
    return secrets.token_hex(12)


def insert_alert(connection: sqlite3.Connection, subscriber_id: int, now: str) -> int:
    """Store a new message that will hold deliveries; return its number."""
    cursor = connection.execute(
        "insert into messages (subscriber_id, kind, message_id, status, created_at, next_at)"
        " values (?, 'alert', ?, 'waiting', ?, ?)",
        [subscriber_id, make_message_id(), now, now],
    )
    return int(cursor.lastrowid or 0)


def insert_confirmation(connection: sqlite3.Connection, subscriber_id: int, subscription_id: int, now: str) -> None:
    """Store a message that asks to confirm the subscription, unless one is waiting."""
    waiting = connection.execute(
        f"select 1 from messages where kind = 'confirm' and subscription_id = ? and {_OPEN}",
        [subscription_id],
    ).fetchone()
    if waiting is None:
        connection.execute(
            "insert into messages (subscriber_id, subscription_id, kind, message_id, status, created_at, next_at)"
            " values (?, ?, 'confirm', ?, 'waiting', ?, ?)",
            [subscriber_id, subscription_id, make_message_id(), now, now],
        )


def insert_operator_notice(connection: sqlite3.Connection, about: str, now: str) -> bool:
    """Store a message to the operator, once for each `about`; return whether it is new."""
    return bool(
        connection.execute(
            "insert or ignore into messages (kind, message_id, status, about, created_at, next_at)"
            " values ('operator', ?, 'waiting', ?, ?, ?)",
            [make_message_id(), about, now, now],
        ).rowcount
    )


def number_parts(connection: sqlite3.Connection, parts: Sequence[int]) -> None:
    """Store that these messages are the parts of one digest, in this order."""
    connection.executemany(
        "update messages set part = ?, parts = ? where id = ?",
        [(number, len(parts), message) for number, message in enumerate(parts, 1)],
    )


def drop_decided_notices(connection: sqlite3.Connection, beginning: str, waiting: Collection[str]) -> int:
    """Drop unsent messages to the operator about what has been decided meanwhile; return how many.

    `waiting` is what is still to be decided, of all that begins with `beginning`.
    """
    return connection.execute(
        "update messages set status = 'dropped' where kind = 'operator' and status = 'waiting'"
        " and substr(about, 1, ?) = ? and about not in (select value from json_each(?))",
        [len(beginning), beginning, json.dumps(sorted(waiting))],
    ).rowcount


def find_open_alert(connection: sqlite3.Connection, subscriber_id: int) -> tuple[int, int] | None:
    """Return (message, how many deliveries it holds) of the subscriber's newest alert that surely was not taken."""
    row = connection.execute(
        "select m.id, (select count(*) from deliveries d where d.message = m.id) from messages m where"
        " m.subscriber_id = ? and m.status = 'waiting' and m.kind = 'alert' order by m.id desc limit 1",
        [subscriber_id],
    ).fetchone()
    return (int(row[0]), int(row[1])) if row else None


def list_open(connection: sqlite3.Connection, now: str, after: int, limit: int, *, mail: bool) -> list[int]:
    """Return the next messages (numbers above `after`) due at `now`; without `mail` those by other channels only."""
    others = "" if mail else " and subscriber_id in (select id from subscribers where channel != 'mail')"
    rows = connection.execute(
        f"select id from messages where {_OPEN} and id > ? and next_at <= ?{others} order by id limit ?",
        [after, now, limit],
    )
    return [int(row[0]) for row in rows]


def list_leaving(connection: sqlite3.Connection) -> list[int]:
    """Return the messages that may have been taken, and whose outcome is not known."""
    return [int(row[0]) for row in connection.execute("select id from messages where status = 'sending' order by id")]


def load_message(connection: sqlite3.Connection, message: int) -> OutgoingMessage | None:
    """Return the message with whom it is for; None when its subscriber is gone."""
    row = connection.execute(
        "select id, kind, message_id, about, subscription_id, created_at, status = 'sending', attempts,"
        " ifnull(recipient, ''), part, parts, subscriber_id from messages where id = ?",
        [message],
    ).fetchone()
    number, kind, message_id, about, subscription, created_at, unknown, attempts, to, part, parts, subscriber_id = row
    if subscriber_id is None and kind != "operator":
        return None
    subscriber = get_subscriber(connection, subscriber_id) if subscriber_id is not None else None
    return OutgoingMessage(
        number, kind, message_id, about, subscription, created_at, bool(unknown), attempts, to, subscriber,
        _load_statements(connection, message), part, parts,
    )  # fmt: skip


def _load_statements(connection: sqlite3.Connection, message: int) -> tuple[Statement, ...]:
    rows = connection.execute(
        "select d.change_id, d.what, d.answers, m.sent_at, m.subject, m.message_id from deliveries d"
        " left join deliveries a on a.id = d.answers left join messages m on m.id = a.message"
        " where d.message = ? and d.status in ('waiting', 'sent') order by d.id",
        [message],
    )
    return tuple(
        Statement(change_id, what, Told(sent_at, subject or "", told_in or "") if answers is not None else None)
        for change_id, what, answers, sent_at, subject, told_in in rows
    )


def set_recipient(connection: sqlite3.Connection, message: int, address: str) -> None:
    """Store whom a message to the operator goes to."""
    connection.execute("update messages set recipient = ? where id = ?", [address, message])


def drop_message(connection: sqlite3.Connection, message: int) -> None:
    """Drop the message and what it was to say."""
    connection.execute("update messages set status = 'dropped' where id = ?", [message])
    connection.execute("update deliveries set status = 'dropped' where message = ? and status = 'waiting'", [message])


def mark_sending(connection: sqlite3.Connection, message: int) -> None:
    """Mark the message as leaving: from now on it may have been taken."""
    connection.execute("update messages set status = 'sending' where id = ?", [message])


def mark_waiting(connection: sqlite3.Connection, message: int) -> None:
    """Mark the message as not left."""
    connection.execute("update messages set status = 'waiting' where id = ?", [message])


def note_attempt(
    connection: sqlite3.Connection, message: int, now: str, outcome: str, detail: str, code: int | None = None
) -> None:
    """Store one try, or what came back later, in the delivery log."""
    connection.execute(
        "insert into attempts (message, at, outcome, code, detail) values (?,?,?,?,?)",
        [message, now, outcome, code, detail],
    )


def postpone_message(
    connection: sqlite3.Connection, message: int, now: str, next_at: str, *, unknown: bool, code: int | None,
    detail: str,
) -> None:  # fmt: skip
    """Let the message be tried again at `next_at`; `unknown` when this try may have been taken."""
    connection.execute(
        "update messages set status = ?, attempts = attempts + 1, next_at = ?, code = ?, detail = ?,"
        " first_tried_at = ifnull(first_tried_at, ?) where id = ?",
        ["sending" if unknown else "waiting", next_at, code, detail, now, message],
    )


def finish_message(
    connection: sqlite3.Connection, message: int, now: str, *, sent: bool, code: int | None, detail: str, subject: str
) -> None:
    """Mark the message and its deliveries as sent, or as failed for good; a later correction names its subject."""
    end = "sent" if sent else "failed"
    connection.execute(
        "update messages set status = ?, attempts = attempts + 1, code = ?, detail = ?, sent_at = ?, subject = ?"
        " where id = ?",
        [end, code, detail, now if sent else None, subject, message],
    )
    connection.execute("update deliveries set status = ? where message = ? and status = 'waiting'", [end, message])


def get_first_try(connection: sqlite3.Connection, message: int) -> str | None:
    """Return when the message was first tried."""
    row = connection.execute("select first_tried_at from messages where id = ?", [message]).fetchone()
    return str(row[0]) if row and row[0] else None


def list_failed(connection: sqlite3.Connection, message_id: str | None, subscriber_id: int | None) -> list[int]:
    """Return the failed messages (one by its id, or those of a subscriber) whose recipients may be written to."""
    rows = connection.execute(
        "select m.id from messages m left join subscribers s on s.id = m.subscriber_id where m.status = 'failed'"
        " and (m.kind = 'operator' or s.status in ('active', 'pending'))"
        " and (?1 is null or m.message_id = ?1) and (?2 is null or m.subscriber_id = ?2)",
        [message_id, subscriber_id],
    )
    return [int(row[0]) for row in rows]


def restart_message(connection: sqlite3.Connection, message: int, now: str) -> None:
    """Let a failed message be tried again as if for the first time; the tries so far stay in the log."""
    connection.execute(
        "update messages set status = 'waiting', next_at = ?, attempts = 0, first_tried_at = null,"
        " detail = 'put back by the operator' where id = ?",
        [now, message],
    )
