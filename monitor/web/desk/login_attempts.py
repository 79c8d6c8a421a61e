"""Guessing passwords is slow and visible: after a few wrong ones one must wait, and every try is stored."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from db.database import Store, to_text
from db.queries import sessions
from monitor.web.http.client_ip import network_of

#: Wrong tries within the window after which the next must wait: of one name from one address, of one address, of one
#: name from anywhere. The last is high, so that a stranger cannot lock a reviewer out with a few requests.
WINDOW = timedelta(minutes=15)
FEW, SOME, MANY = 5, 20, 100
KEPT = timedelta(days=90)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A try to log in, stored before the password is checked; one must wait `wait` seconds first if that is not 0."""

    id: int
    name: str
    address: str
    wait: int


def reserve_attempt(store: Store, name: str, address: str, now: datetime) -> Attempt:
    """Store a try and say whether its password may be checked, in one transaction.

    It counts as wrong until `settle_attempt` says otherwise, so that tries sent at once cannot all be within the limit.
    An IPv6 network of 64 bits counts as one address.
    """
    network = network_of(address)
    with store.writing() as connection:
        sessions.delete_login_attempts(connection, to_text(now - KEPT))
        wait = _seconds_to_wait(store, name, network, now)
        outcome = "slowed" if wait else "wrong"
        id = sessions.add_login_attempt(connection, to_text(now), name.casefold()[:80], network, outcome)
    if wait:
        _log_attempt("slowed", name, address)
    return Attempt(id, name, address, wait)


def settle_attempt(store: Store, attempt: Attempt, good: bool) -> None:
    """Store whether the password was good; log it unless it was. The password is in neither."""
    if not good:
        _log_attempt("wrong", attempt.name, attempt.address)
        return
    with store.writing() as connection:
        sessions.mark_login_good(connection, attempt.id)


def _seconds_to_wait(store: Store, name: str, network: str, now: datetime) -> int:
    since = to_text(now - WINDOW)
    counts = sessions.count_wrong_logins(store.connection, name.casefold()[:80], network, since)
    here, of_address, of_name, last = counts
    over = max(here - FEW, of_address - SOME, of_name - MANY)
    if over < 0 or last is None:
        return 0
    wait = timedelta(seconds=min(30 * 2 ** min(over, 10), int(WINDOW.total_seconds())))
    return max(0, int((datetime.fromisoformat(last) + wait - now).total_seconds()))


def _log_attempt(outcome: str, name: str, address: str) -> None:
    shown = "".join(c if c.isprintable() else "?" for c in name[:80])
    log.warning("login %s: name %r from %s", outcome, shown, address)
