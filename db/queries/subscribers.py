"""Subscribers: each address stored once, with its state. An end is stored as an end, so that nobody is brought back."""

from __future__ import annotations

import secrets
import sqlite3

from db.alert_models import Channel, Subscriber
from db.errors import NotFoundError

_COLUMNS = (
    "id, channel, address, address_key, status, language, zone, nonce, secret, how, soft_bounces,"
    " refused_since, created_at, confirmed_at, ended_at"
)


def insert_subscriber(
    connection: sqlite3.Connection, channel: Channel, address: str, key: str, *, status: str, language: str,
    zone: str, secret: str, how: str, now: str,
) -> int:  # fmt: skip
    """Store a new subscriber; return its id."""
    cursor = connection.execute(
        "insert into subscribers (channel, address, address_key, status, language, zone, nonce, secret, how,"
        " created_at, confirmed_at) values (?,?,?,?,?,?,?,?,?,?,?)",
        [channel, address, key, status, language, zone, secrets.token_hex(8), secret, how, now,
         now if status == "active" else None],
    )  # fmt: skip
    return int(cursor.lastrowid or 0)


def get_subscriber(connection: sqlite3.Connection, subscriber_id: int) -> Subscriber:
    """Return one subscriber; raise NotFoundError when there is none."""
    row = connection.execute(f"select {_COLUMNS} from subscribers where id = ?", [subscriber_id]).fetchone()
    if row is None:
        raise NotFoundError(f"no subscriber {subscriber_id}; `ice-agreements subscribers list` lists them")
    return Subscriber(*row)


def find_subscriber(connection: sqlite3.Connection, key: str) -> Subscriber | None:
    """Return the subscriber of an address key."""
    row = connection.execute(f"select {_COLUMNS} from subscribers where address_key = ?", [key]).fetchone()
    return Subscriber(*row) if row else None


def find_subscriber_by_address(connection: sqlite3.Connection, address: str) -> Subscriber:
    """Return the subscriber of a mail, webhook or chat address; raise NotFoundError when there is none."""
    for key in list_possible_keys(address):
        if (found := find_subscriber(connection, key)) is not None:
            return found
    raise NotFoundError("no such subscriber; `ice-agreements subscribers list` lists them")


def list_possible_keys(address: str) -> list[str]:
    """Return the keys that the address may be stored under, as mail, webhook or chat address."""
    text = address.strip()
    return [text.lower(), f"webhook:{text}", f"chat:{text}"]


def has_active_subscribers(connection: sqlite3.Connection) -> bool:
    """Return whether anybody is to be told anything."""
    return bool(connection.execute("select 1 from subscribers where status = 'active' limit 1").fetchone())


def reopen_subscriber(
    connection: sqlite3.Connection, subscriber_id: int, status: str, language: str, zone: str, now: str
) -> None:
    """Let somebody who left or never confirmed come back, with new links, so that old ones stay ended."""
    connection.execute(
        "update subscribers set status = ?, language = ?, zone = ?, soft_bounces = 0, refused_since = null,"
        " ended_at = null,"
        " confirmed_at = case when ? = 'active' then ? else null end,"
        " nonce = case when status = 'pending' then nonce else ? end where id = ?",
        [status, language, zone, status, now, secrets.token_hex(8), subscriber_id],
    )


def activate_subscriber(connection: sqlite3.Connection, subscriber_id: int, now: str) -> None:
    """Mark a pending subscriber as confirmed."""
    connection.execute(
        "update subscribers set status = 'active', confirmed_at = ? where id = ? and status = 'pending'",
        [now, subscriber_id],
    )


def close_subscriber(connection: sqlite3.Connection, subscriber_id: int, status: str, now: str) -> bool:
    """Mark the subscriber as `ended` or `suppressed`; return whether they were neither before."""
    return bool(
        connection.execute(
            "update subscribers set status = ?, ended_at = ? where id = ? and status not in ('ended', 'suppressed')",
            [status, now, subscriber_id],
        ).rowcount
    )


def erase_address(connection: sqlite3.Connection, subscriber_id: int) -> None:
    """Forget the subscriber's address and secret; links made for it stop working."""
    connection.execute(
        "update subscribers set address = '', address_key = 'erased:' || id, secret = '', nonce = ? where id = ?",
        [secrets.token_hex(8), subscriber_id],
    )


def update_language_and_zone(connection: sqlite3.Connection, subscriber_id: int, language: str, zone: str) -> None:
    """Store the language and time zone of the subscriber's messages."""
    connection.execute("update subscribers set language = ?, zone = ? where id = ?", [language, zone, subscriber_id])


def count_refusal(connection: sqlite3.Connection, subscriber_id: int, since: str) -> tuple[int, str]:
    """Count one more refusal in a row; return how many there are and since when (`since`, when it is the first)."""
    row = connection.execute(
        "update subscribers set soft_bounces = soft_bounces + 1, refused_since = ifnull(refused_since, ?)"
        " where id = ? returning soft_bounces, refused_since",
        [since, subscriber_id],
    ).fetchone()
    return int(row[0]), str(row[1])


def clear_refusals(connection: sqlite3.Connection, subscriber_id: int) -> None:
    """Start counting refusals from zero, as a message was taken."""
    connection.execute(
        "update subscribers set soft_bounces = 0, refused_since = null where id = ? and soft_bounces > 0",
        [subscriber_id],
    )
