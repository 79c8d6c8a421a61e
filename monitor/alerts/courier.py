"""One message handed over, by whichever channel it travels: mail, webhook or chat."""

from __future__ import annotations

from dataclasses import dataclass

from db.alert_models import OutgoingMessage
from db.settings import Settings
from monitor.alerts.arrange import merge_changes
from monitor.alerts.chat import post_to_chat
from monitor.alerts.message import return_path
from monitor.alerts.relay import Relay
from monitor.alerts.send_results import Outcome
from monitor.alerts.tokens import Signer
from monitor.alerts.webhooks import call_webhook, make_body
from monitor.alerts.write_mail import MailWriter


@dataclass(frozen=True, slots=True)
class Courier:
    """What it takes to hand messages over."""

    settings: Settings
    signer: Signer
    relay: Relay
    writer: MailWriter

    def hand_over(self, message: OutgoingMessage, now: str, *, test: bool = False) -> tuple[Outcome, str]:
        """Hand the message over; return what became of it, and its subject where it has one."""
        if message.channel == "mail":
            sender = return_path(self.settings, self.signer, message.id)
            subject, data = self.writer.write(message)
            return self.relay.send(sender, message.address, data), subject
        assert message.subscriber is not None  # only mail goes to the operator
        code = message.subscriber.language
        if message.channel == "webhook":
            told = list(zip(self.writer.changes(message), self.writer.texts(message, code), strict=True))
            body = make_body(message.message_id, now, told, kind="test" if test else "changes")
            timeout = self.settings.webhook_timeout_seconds
            secret = message.subscriber.secret
            return call_webhook(message.address, secret, message.message_id, now, body, timeout=timeout), ""
        texts = merge_changes(self.writer.texts(message, code))
        return post_to_chat(message.address, texts, code, self.settings.public_url), ""
