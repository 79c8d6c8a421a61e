"""A test message to one address: does it arrive, and what does the other side answer?"""

from __future__ import annotations

from db.alert_models import OutgoingMessage, Statement
from db.database import Store
from db.queries.messages import make_message_id
from db.queries.statement_history import find_newest_statement
from db.queries.subscribers import find_subscriber_by_address
from db.settings import Settings
from monitor.alerts.alert_errors import AlertError
from monitor.alerts.courier import Courier
from monitor.alerts.relay import Relay
from monitor.alerts.send_results import Outcome
from monitor.alerts.tokens import open_signer
from monitor.alerts.write_mail import MailWriter


def send_test(store: Store, settings: Settings, address: str, now: str) -> Outcome:
    """Send the newest confirmed change to a subscriber's address at once; nothing of it is stored.

    A webhook's body has the type `test`; mail is what an alert would be.
    """
    subscriber = find_subscriber_by_address(store.connection, address)
    change_id = find_newest_statement(store.connection, "confirmed")
    if change_id is None:
        raise AlertError("the log has no confirmed change to send; import or fetch lists first")
    if subscriber.channel == "mail" and not (settings.smtp_host and settings.mail_from):
        raise AlertError("no mail is sent: the settings smtp_host and mail_from are empty (docs/alerts.md)")
    message = OutgoingMessage(
        0, "alert", make_message_id(), None, None, now, False, 0, "", subscriber, (Statement(change_id, "news"),),
        None, None,
    )  # fmt: skip
    signer = open_signer(settings, store.home)
    with Relay(settings) as relay:
        courier = Courier(settings, signer, relay, MailWriter(store, settings, signer))
        return courier.hand_over(message, now, test=True)[0]
