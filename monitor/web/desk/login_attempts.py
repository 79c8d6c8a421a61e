"""Guessing passwords is slow and seen: after a few wrong ones one must wait, and every try is a row."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from db.database import Store, to_text

#: Wrong tries within the window after which the next must wait: of one name from one address, of one address, of one
#: name from wherever. The last is high, so that a stranger cannot lock a reviewer out with a few requests.
WINDOW = timedelta(minutes=15)
FEW, SOME, MANY = 5, 20, 100
KEPT = timedelta(days=90)

log = logging.getLogger(__name__)


def seconds_to_wait(store: Store, name: str, address: str, now: datetime) -> int:
    """Whole seconds until another password may be tried; 0 when it may be now."""
    since = to_text(now - WINDOW)
    row = store.connection.execute(
        "select sum(name = ?1 and address = ?2), sum(address = ?2), sum(name = ?1), max(tried_at) from login_attempts"
        " where tried_at > ?3 and outcome = 'wrong' and (name = ?1 or address = ?2)"
        " and id > ifnull((select max(id) from login_attempts where outcome = 'good' and name = ?1"
        " and address = ?2), 0)",
        [name.casefold(), address, since],
    ).fetchone()
    here, of_address, of_name = (int(count or 0) for count in row[:3])
    over = max(here - FEW, of_address - SOME, of_name - MANY)
    if over < 0:
        return 0
    wait = timedelta(seconds=min(30 * 2 ** min(over, 10), int(WINDOW.total_seconds())))
    last = datetime.fromisoformat(str(row[3]).replace("Z", "+00:00"))
    return max(0, int((last + wait - now).total_seconds()))


def note_attempt(store: Store, name: str, address: str, outcome: str, now: datetime) -> None:
    """The try is a row and, unless it was good, a line of the log. The password is in neither."""
    with store.writing() as connection:
        connection.execute("delete from login_attempts where tried_at < ?", [to_text(now - KEPT)])
        connection.execute(
            "insert into login_attempts (tried_at, name, address, outcome) values (?,?,?,?)",
            [to_text(now), name.casefold()[:80], address, outcome],
        )
    if outcome != "good":
        shown = "".join(c if c.isprintable() else "?" for c in name[:80])
        log.warning("login %s: name %r from %s", outcome, shown, address)
