"""Subscriptions ended, and addresses suppressed: those that do not exist, refuse, complain, or are to be left out."""

from __future__ import annotations

from db.alert_models import Subscriber
from db.database import Store
from db.queries.deliveries import drop_of_subscription, drop_waiting
from db.queries.messages import insert_operator_notice
from db.queries.subscribers import clear_refusals, close_subscriber, count_refusal, erase_address, find_subscriber
from db.queries.subscriptions import close_all_subscriptions, close_subscription
from db.queries.suppressions import insert_suppression
from monitor import policy
from monitor.alerts.digest_times import later

#: What the operator's message about a webhook or chat channel is stored under, before its number and the time.
GIVEN_UP = "given-up:"


def suppress(store: Store, key: str, reason: str, now: str, detail: str = "") -> None:
    """Never write to the address (by its key) again, and end its subscriptions."""
    with store.writing() as connection:
        insert_suppression(connection, key, reason, now, detail)
        if (subscriber := find_subscriber(connection, key)) is not None:
            end_subscriber(store, subscriber.id, now, status="suppressed")


def note_refusal(store: Store, subscriber: Subscriber, now: str, detail: str, *, since: str | None = None) -> None:
    """Count a message that was refused (first tried at `since`); give the address up after some, over some days."""
    with store.writing() as connection:
        refusals, began = count_refusal(connection, subscriber.id, since or now)
        if subscriber.channel == "mail":
            if refusals >= policy.SOFT_BOUNCES and began <= later(now, days=-policy.SOFT_BOUNCE_DAYS):
                suppress(store, subscriber.address_key, "refused", now, detail)
        elif began <= later(now, days=-policy.HOOK_DAYS):
            give_up(store, subscriber, "failing", now, detail)


def give_up(store: Store, subscriber: Subscriber, reason: str, now: str, detail: str) -> None:
    """Suppress an address that is gone or takes nothing; of a webhook or chat channel, tell the operator."""
    with store.writing() as connection:
        suppress(store, subscriber.address_key, reason, now, detail)
        if subscriber.channel != "mail":
            insert_operator_notice(connection, f"{GIVEN_UP}{subscriber.id}:{now}", now)


def note_taken(store: Store, subscriber: Subscriber) -> None:
    """Start counting refusals from zero."""
    if subscriber.soft_bounces:
        with store.writing() as connection:
            clear_refusals(connection, subscriber.id)


def end_subscription(store: Store, subscriber_id: int, subscription_id: int, now: str) -> bool:
    """End one subscription and drop what waits for it; return whether it had not ended before."""
    with store.writing() as connection:
        done = close_subscription(connection, subscriber_id, subscription_id, now)
        drop_of_subscription(connection, subscription_id)
        return done


def end_subscriber(store: Store, subscriber_id: int, now: str, *, status: str = "ended") -> bool:
    """End every subscription and every signed link of the subscriber (but the one to stop); drop what waits."""
    with store.writing() as connection:
        if not close_subscriber(connection, subscriber_id, status, now):
            return False
        close_all_subscriptions(connection, subscriber_id, now)
        drop_waiting(connection, subscriber_id)
        return True


def erase_subscriber(store: Store, subscriber_id: int, now: str) -> None:
    """End the subscriber and forget the address; what was sent stays counted, without it."""
    with store.writing() as connection:
        end_subscriber(store, subscriber_id, now)
        erase_address(connection, subscriber_id)
