"""Failed messages sent again, when the operator has fixed what made them fail."""

from __future__ import annotations

from db.database import Store
from db.queries.deliveries import restore_failed
from db.queries.messages import list_failed, restart_message


def resend_failed(store: Store, now: str, *, message_id: str | None = None, subscriber_id: int | None = None) -> int:
    """Let failed messages wait again, with their ids and what they say; return how many.

    What was retracted meanwhile is left out, and so are readers who left or are suppressed.
    """
    with store.writing() as connection:
        failed = list_failed(connection, message_id, subscriber_id)
        for message in failed:
            restore_failed(connection, message)
            restart_message(connection, message, now)
        return len(failed)
