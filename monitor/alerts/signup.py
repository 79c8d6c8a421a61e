"""Signing up by form: the same answer for every address; nothing is sent before the reader confirms.

Limits are counted with keyed hashes, so that nobody can use the form to fill somebody's inbox or our tables: by
network (an IPv6 network of 64 bits is one), by person (variants of one mail address are one), by domain, and over all.
Whoever meets a limit is told so, and when to come back.
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

#: Taken; refused for an hour, as this network, this domain or everybody asked often; for a day, as this person did.
Answer = Literal["taken", "too_many", "asked_often"]
#: Providers that deliver to the same mailbox whatever dots its name is written with; by domain, its other name.
_DOTLESS = {"gmail.com": "gmail.com", "googlemail.com": "gmail.com"}
#: A name this short before the last one is no owner's: co.uk, com.br.
_SHORT = 3


@dataclass(frozen=True, slots=True)
class SignUp:
    """What somebody asked for by form."""

    address: str
    wanted: Preferences
    language: str
    zone: str
    client: str  # network the form came from, which the limits count


def sign_up(store: Store, settings: Settings, signer: Signer, asked: SignUp, now: str) -> Answer:
    """Put a confirmation into the outbox, unless a limit or a suppression forbids it; say which limit, if one did.

    A suppressed address gets the same answer as any other. A malformed one raises AddressError.
    """
    _, _, key = check_address("mail", asked.address)
    client, person = signer.conceal(f"client|{asked.client}"), signer.conceal(f"address|{mailbox_of(key)}")
    domain = signer.conceal(f"domain|{owner_of(key.rpartition('@')[2])}")
    hour, day = later(now, hours=-1), later(now, days=-1)
    with store.writing() as connection:
        forget_signups(connection, day)
        if count_signups(connection, client, hour) >= settings.signups_per_hour:
            return "too_many"
        note_signup(connection, client, now)
        if count_signups(connection, person, day) >= settings.confirmations_per_day:
            return "asked_often"
        crowded = count_signups(connection, "all", hour) >= settings.confirmations_per_hour_in_all
        if crowded or count_signups(connection, domain, hour) >= settings.confirmations_per_hour_per_domain:
            return "too_many"
        note_signup(connection, person, now)  # of a suppressed one too, or its answers would differ from others'
        purge_pending(connection, later(now, days=-CONFIRM_DAYS))
        try:
            added = add_subscription(
                store, "mail", asked.address, asked.wanted, now=now, how="form", language=asked.language,
                zone=asked.zone,
            )  # fmt: skip
        except SuppressedError:
            return "taken"  # the page tells everybody what it means when no message comes
        for who in (domain, "all"):
            note_signup(connection, who, now)
        ask_confirmation(store, added, now)
    return "taken"


def mailbox_of(key: str) -> str:
    """Return the mailbox that an address (lower-case) names: without a tag, without dots where they do not count."""
    local, _, domain = key.rpartition("@")
    local = local.partition("+")[0] or local
    if domain in _DOTLESS:
        local, domain = local.replace(".", ""), _DOTLESS[domain]
    return f"{local}@{domain}"


def owner_of(domain: str) -> str:
    """Return the part of a domain that somebody owns: two names, or three where the second is as short as in co.uk."""
    names = domain.split(".")
    return ".".join(names[-3:] if len(names) > 2 and len(names[-2]) <= _SHORT else names[-2:])
