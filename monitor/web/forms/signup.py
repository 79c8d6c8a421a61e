"""Signing up by form: always the same answer, whoever is subscribed; nothing before the reader confirms.

Limits are counted with keyed hashes, per network address, per mail address and over all, so that nobody can use the
form to fill somebody's mailbox or our tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from db.database import Store
from db.settings import Settings
from monitor.alerts.addresses import check_address
from monitor.alerts.alert_errors import AddressError
from monitor.alerts.filters import Wish
from monitor.alerts.forget import purge_pending
from monitor.alerts.operator_mail import make_message_id
from monitor.alerts.schedule import later
from monitor.alerts.subscribers import add_subscription, suppression
from monitor.alerts.tokens import DAYS, Signer

Answer = Literal["taken", "too_many"]


@dataclass(frozen=True, slots=True)
class SignUp:
    """What somebody asked for by form."""

    address: str
    wish: Wish
    language: str
    zone: str
    client: str  # network address the form came from


def sign_up(store: Store, settings: Settings, signer: Signer, asked: SignUp, now: str) -> Answer:
    """A confirmation is in the outbox, unless a limit or a suppression forbids it; the answer does not tell which.

    `too_many` only says that this network address asked too often. AddressError when the address is malformed.
    """
    _, key = check_address("mail", asked.address)
    client, person = signer.conceal(f"client|{asked.client}"), signer.conceal(f"address|{key}")
    with store.writing() as connection:
        connection.execute("delete from signups where at < ?", [later(now, days=-1)])
        hour, day = later(now, hours=-1), later(now, days=-1)
        if _count(store, client, hour) >= settings.signups_per_hour:
            return "too_many"
        _note(store, client, now)
        crowded = _count(store, "all", hour) >= settings.confirmations_per_hour_in_all
        if crowded or _count(store, person, day) >= settings.confirmations_per_day or suppression(store, key):
            return "taken"
        purge_pending(store, later(now, days=-(DAYS["confirm"] or 0)))
        try:
            added = add_subscription(
                store, "mail", asked.address, asked.wish, now=now, how="form", language=asked.language, zone=asked.zone
            )
        except AddressError:
            return "taken"
        _note(store, person, now)
        _note(store, "all", now)
        ask_confirmation(store, added.subscriber_id, added.subscription_id, now)
    return "taken"


def ask_confirmation(store: Store, subscriber_id: int, subscription_id: int, now: str) -> None:
    """A message that asks the reader to confirm the subscription is in the outbox, once while it waits there."""
    with store.writing() as connection:
        waiting = connection.execute(
            "select 1 from messages where kind = 'confirm' and subscription_id = ?"
            " and status in ('waiting', 'sending')",
            [subscription_id],
        ).fetchone()
        if waiting is None:
            connection.execute(
                "insert into messages (subscriber_id, subscription_id, kind, message_id, status, created_at, next_at)"
                " values (?, ?, 'confirm', ?, 'waiting', ?, ?)",
                [subscriber_id, subscription_id, make_message_id(), now, now],
            )


def _count(store: Store, who: str, since: str) -> int:
    row = store.connection.execute("select count(*) from signups where who = ? and at > ?", [who, since]).fetchone()
    return int(row[0])


def _note(store: Store, who: str, now: str) -> None:
    store.connection.execute("insert into signups (at, who) values (?, ?)", [now, who])
