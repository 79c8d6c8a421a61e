"""What the operator decides of messages: failed ones are sent again, those that may have left count as sent."""

from __future__ import annotations

from db.database import Store
from db.queries import messages
from db.queries.deliveries import note_told, restore_failed
from db.queries.messages import list_failed, restart_message
from db.settings import Settings
from monitor.alerts.tokens import open_signer
from monitor.alerts.write_mail import MailWriter


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


def count_as_sent(store: Store, settings: Settings, now: str) -> int:
    """Count messages that may have left, before a machine was lost, as sent; return how many.

    So they are not sent a second time, and a retraction is still told to whom they may have reached.
    """
    writer = MailWriter(store, settings, open_signer(settings, store.home))
    with store.writing() as connection:
        leaving = messages.list_leaving(connection)
        for number in leaving:
            message = messages.load_message(connection, number)
            mail = message is not None and message.channel == "mail"
            subject, detail = writer.write(message)[0] if message and mail else "", "may have left; counted as sent"
            messages.note_attempt(connection, number, now, "unknown", detail)
            messages.finish_message(connection, number, now, sent=True, code=None, detail=detail, subject=subject)
            note_told(connection, {s.change_id for s in message.statements} if message else (), now)
        return len(leaving)
