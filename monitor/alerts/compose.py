"""From due deliveries to messages: all that is due for one reader goes into one message (or parts, when it is much)."""

from __future__ import annotations

import sqlite3
from collections import Counter

from db.alert_models import DueDelivery
from db.database import Store
from db.queries import deliveries, messages
from db.queries.subscribers import get_subscriber
from monitor import policy

_BATCH = 500


def compose_due(store: Store, now: str) -> int:
    """Put every delivery that is due at `now` into a message; return how many messages were made."""
    made, last = 0, 0
    while True:
        with store.writing() as connection:
            readers = deliveries.list_due_subscribers(connection, now, last, _BATCH, policy.GATHER_CHANGES)
            made += sum(_compose_for(connection, reader, now) for reader in readers)
        if len(readers) < _BATCH:
            return made
        last = readers[-1]


def _compose_for(connection: sqlite3.Connection, reader: int, now: str) -> int:
    if get_subscriber(connection, reader).status != "active":
        deliveries.drop_unassigned(connection, reader)
        return 0
    due = deliveries.list_due(connection, reader, now)
    # A correction waits until it is known whether what it corrects was taken; if it never was, nothing is corrected.
    deliveries.drop_deliveries(connection, [d.id for d in due if d.corrected in ("failed", "dropped")])
    ready = _without_unchanged_counts([d for d in due if d.corrected in (None, "sent")], now)
    if sum(d.due_at <= now for d in ready) < policy.GATHER_CHANGES and all(d.latest_at > now for d in ready):
        return 0
    waiting = [d.id for d in ready]
    new: list[int] = []
    while waiting:
        # An open message takes more, so that a reader whose server was away gets one message when it is back.
        message, held = messages.find_open_alert(connection, reader) or (0, policy.MESSAGE_CHANGES)
        if held >= policy.MESSAGE_CHANGES:
            message, held = messages.insert_alert(connection, reader, now), 0
            new.append(message)
        room = policy.MESSAGE_CHANGES - held
        deliveries.assign_to_message(connection, message, waiting[:room])
        waiting = waiting[room:]
    if len(new) > 1:
        messages.number_parts(connection, new)
    return len(new)


def _without_unchanged_counts(ready: list[DueDelivery], now: str) -> list[DueDelivery]:
    """Return what leaves when subscriptions that want changed counts only keep theirs while gains and losses cancel."""
    totals = Counter[int]()
    for delivery in ready:
        if delivery.due_at <= now:
            totals[delivery.subscription_id] += delivery.effect
    return [d for d in ready if not d.counts_only or d.corrected is not None or totals[d.subscription_id]]
