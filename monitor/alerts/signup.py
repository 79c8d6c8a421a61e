"""Signing up by form: always the same answer, whoever is subscribed; nothing is sent before the reader confirms.

Limits are counted with keyed hashes, per network address, per mail address and over all, so that nobody can use the
form to fill somebody's inbox or our tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from db.alert_models import Preferences
from db.database import Store
from db.queries.subscriptions import purge_pending
from db.queries.suppressions import count_signups, forget_signups, note_signup
from db.settings import Settings
from monitor.alerts.alert_errors import SuppressedError
from monitor.alerts.digest_times import later
from monitor.alerts.reader_addresses import check_address
from monitor.alerts.subscribe import add_subscription, ask_confirmation
from monitor.alerts.tokens import CONFIRM_DAYS, Signer

Answer = Literal["taken", "too_many"]


@dataclass(frozen=True, slots=True)
class SignUp:
    """What somebody asked for by form."""

    address: str
    wanted: Preferences
    language: str
    zone: str
    client: str  # network address the form came from


def sign_up(store: Store, settings: Settings, signer: Signer, asked: SignUp, now: str) -> Answer:
    """Put a confirmation into the outbox, unless a limit or a suppression forbids it; the answer does not tell which.

    `too_many` only says that this network address asked too often. A malformed address raises AddressError.
    """
    _, _, key = check_address("mail", asked.address)
    client, person = signer.conceal(f"client|{asked.client}"), signer.conceal(f"address|{key}")
    hour, day = later(now, hours=-1), later(now, days=-1)
    with store.writing() as connection:
        forget_signups(connection, day)
        if count_signups(connection, client, hour) >= settings.signups_per_hour:
            return "too_many"
        note_signup(connection, client, now)
        crowded = count_signups(connection, "all", hour) >= settings.confirmations_per_hour_in_all
        asked_often = count_signups(connection, person, day) >= settings.confirmations_per_day
        if crowded or asked_often:
            return "taken"
        purge_pending(connection, later(now, days=-CONFIRM_DAYS))
        try:
            added = add_subscription(
                store, "mail", asked.address, asked.wanted, now=now, how="form", language=asked.language,
                zone=asked.zone,
            )  # fmt: skip
        except SuppressedError:
            return "taken"  # the page tells everybody what it means when no message comes
        note_signup(connection, person, now)
        note_signup(connection, "all", now)
        ask_confirmation(store, added, now)
    return "taken"
