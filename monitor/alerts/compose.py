"""From due deliveries to messages: all that is due for one reader goes into one message (or parts, when it is much)."""

from __future__ import annotations

import sqlite3

from db.database import Store
from db.queries import deliveries
from db.queries.messages import find_open_alert, insert_alert
from db.queries.subscribers import get_subscriber
from monitor import policy

_BATCH = 500


def compose_due(store: Store, now: str) -> int:
    """Put every delivery that is due at `now` into a message; return how many messages were made."""
    made, last = 0, 0
    while True:
        with store.writing() as connection:
            readers = deliveries.list_due_subscribers(connection, now, last, _BATCH)
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
    deliveries.drop_deliveries(connection, [number for number, corrected in due if corrected in ("failed", "dropped")])
    ready = [number for number, corrected in due if corrected in (None, "sent")]
    made = 0
    while ready:
        # An open message takes more, so that a reader whose server was away gets one message when it is back.
        message, held = find_open_alert(connection, reader) or (0, policy.MESSAGE_CHANGES)
        if held >= policy.MESSAGE_CHANGES:
            message, held = insert_alert(connection, reader, now), 0
            made += 1
        room = policy.MESSAGE_CHANGES - held
        deliveries.assign_to_message(connection, message, ready[:room])
        ready = ready[room:]
    return made
