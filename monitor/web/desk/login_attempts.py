"""Guessing passwords is slow and visible: after a few wrong ones one must wait, and every try is stored."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from db.database import Store, to_text
from db.queries import sessions

#: Wrong tries within the window after which the next must wait: of one name from one address, of one address, of one
#: name from anywhere. The last is high, so that a stranger cannot lock a reviewer out with a few requests.
WINDOW = timedelta(minutes=15)
FEW, SOME, MANY = 5, 20, 100
KEPT = timedelta(days=90)

log = logging.getLogger(__name__)


def seconds_to_wait(store: Store, name: str, address: str, now: datetime) -> int:
    """Return the whole seconds until another password may be tried; 0 when it may be now."""
    since = to_text(now - WINDOW)
    counts = sessions.count_wrong_logins(store.connection, name.casefold(), address, since)
    here, of_address, of_name, last = counts
    over = max(here - FEW, of_address - SOME, of_name - MANY)
    if over < 0 or last is None:
        return 0
    wait = timedelta(seconds=min(30 * 2 ** min(over, 10), int(WINDOW.total_seconds())))
    return max(0, int((datetime.fromisoformat(last) + wait - now).total_seconds()))


def note_attempt(store: Store, name: str, address: str, outcome: str, now: datetime) -> None:
    """Store the try and, unless it was good, log it. The password is in neither."""
    with store.writing() as connection:
        sessions.delete_login_attempts(connection, to_text(now - KEPT))
        sessions.add_login_attempt(connection, to_text(now), name.casefold()[:80], address, outcome)
    if outcome != "good":
        shown = "".join(c if c.isprintable() else "?" for c in name[:80])
        log.warning("login %s: name %r from %s", outcome, shown, address)
