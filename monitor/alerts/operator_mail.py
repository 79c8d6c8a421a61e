"""Mail to the operator: a list that waits for a person, a webhook or chat channel that was given up."""

from __future__ import annotations

import sqlite3

from db.queries.publication_list import read_publications
from db.queries.subscribers import get_subscriber
from monitor.alerts.outbox import HELD
from monitor.alerts.reader_addresses import masked
from monitor.alerts.render import Rendered
from monitor.alerts.unsubscribe import GIVEN_UP


def write_operator_mail(connection: sqlite3.Connection, about: str) -> Rendered:
    """Return the message to the operator; `about` is what was stored with it, and says what it is about."""
    if about.startswith(GIVEN_UP):
        return _write_given_up(connection, int(about.removeprefix(GIVEN_UP).partition(":")[0]))
    return _write_held(connection, about.removeprefix(HELD))


def _write_held(connection: sqlite3.Connection, sha256: str) -> Rendered:
    lines = []
    for found in read_publications(connection, sha256):
        lines.append(f"{found['file']} ({found['list']}, {found['rows']} rows)")
        lines += [f"  - {reason}" for reason in found["reasons"]]
    text = (
        "A list waits for a person. It made no changes and no alerts.\n\n" + "\n".join(lines)
        + f"\n\nSee it:      ice-agreements review show {sha256[:12]}"
        + f"\nAccept it:   ice-agreements review release {sha256[:12]}"
        + f"\nReject it:   ice-agreements review reject {sha256[:12]}\n"
    )  # fmt: skip
    return Rendered(f"287(g): a list is held: {lines[0] if lines else sha256[:12]}", text, "")


def _write_given_up(connection: sqlite3.Connection, subscriber_id: int) -> Rendered:
    subscriber = get_subscriber(connection, subscriber_id)
    address = masked(subscriber.channel, subscriber.address)
    since = f" since {subscriber.refused_since}" if subscriber.refused_since else ""
    text = (
        f"Nothing more is sent to the {subscriber.channel} address {address}: it took no message{since},"
        " or said that it is gone.\n\nWhat it answered:  ice-agreements alerts log --failed"
        "\nTo send again:     ice-agreements subscribers unsuppress ADDRESS, then subscribers add\n"
    )
    return Rendered(f"287(g): {subscriber.channel} address given up: {address}", text, "")
