"""Subscriptions added and confirmed. Nobody is told anything before they confirmed."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from db.alert_models import Preferences
from db.database import Store
from db.queries.messages import insert_confirmation
from db.queries.subscribers import (
    activate_subscriber,
    find_subscriber,
    get_subscriber,
    insert_subscriber,
    reopen_subscriber,
)
from db.queries.subscriptions import activate_subscription, find_subscription, store_subscription
from db.queries.suppressions import delete_suppression, find_suppression
from monitor.alerts.alert_errors import SuppressedError
from monitor.alerts.chat import check_chat_address
from monitor.alerts.reader_addresses import check_address
from monitor.alerts.webhooks import make_secret

#: Reasons of a suppression that a confirmation by the reader lifts: mail arrives again.
_MAY_COME_BACK = ("bounce", "refused")


@dataclass(frozen=True, slots=True)
class Added:
    """A stored subscription: whether it is new, and whether it waits for the reader's confirmation."""

    subscriber_id: int
    subscription_id: int
    new: bool
    waits: bool


def add_subscription(
    store: Store, channel: str, address: str, wanted: Preferences, *, now: str, how: str, language: str = "en",
    zone: str = "America/New_York", confirmed: bool = False,
) -> Added:  # fmt: skip
    """Store a subscription, pending until it is confirmed; the same one again is the same subscription.

    An address that bounced or refused may come back: confirming shows that it works. One that complained, or is to be
    left out, raises AddressError. Webhooks and chats belong to the operator, so they need no confirmation.
    """
    channel, written, key = check_address(channel, address)
    if channel == "chat":
        check_chat_address(written)
    with store.writing() as connection:
        why = find_suppression(connection, key)
        if why and (confirmed or why not in _MAY_COME_BACK):
            raise SuppressedError(
                f"the address is suppressed ({why}); only a person can lift that: `subscribers unsuppress`"
            )
        active = confirmed or channel != "mail"
        status = "active" if active else "pending"
        known = find_subscriber(connection, key)
        if known is None:
            secret = make_secret() if channel == "webhook" else ""
            subscriber_id = insert_subscriber(
                connection, channel, written, key, status=status, language=language, zone=zone, secret=secret,
                how=how, now=now,
            )  # fmt: skip
        else:
            subscriber_id = known.id
            if known.status != "active":
                reopen_subscriber(connection, subscriber_id, status, language, zone, now)
        subscription_id, new = store_subscription(connection, subscriber_id, wanted, active=active, now=now)
        return Added(subscriber_id, subscription_id, new, not active)


def ask_confirmation(store: Store, added: Added, now: str) -> None:
    """Put a message that asks the reader to confirm the subscription into the outbox, once while it waits there."""
    with store.writing() as connection:
        insert_confirmation(connection, added.subscriber_id, added.subscription_id, now)


def confirm_subscription(store: Store, subscription_id: int, nonce: str, now: str) -> bool:
    """Activate the subscription and its subscriber; return False when the link is not (or no longer) good for that.

    Confirming once more changes nothing.
    """
    with store.writing() as connection:
        subscription = find_subscription(connection, subscription_id)
        if subscription is None or subscription.status == "ended":
            return False
        subscriber = get_subscriber(connection, subscription.subscriber_id)
        if not secrets.compare_digest(subscriber.nonce, nonce) or subscriber.status not in ("pending", "active"):
            return False
        if why := find_suppression(connection, subscriber.address_key):
            if why not in _MAY_COME_BACK:
                return False
            delete_suppression(connection, subscriber.address_key)
        activate_subscription(connection, subscription_id, now)
        activate_subscriber(connection, subscriber.id, now)
        return True
