"""The trend: how many agreements ICE lists now, and how many it listed a month before."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from db.queries.listed_counts import count_listed
from monitor.alerts.describe_change import ChangeText
from monitor.alerts.filters import state_names
from monitor.i18n.language import Language

_DAYS = 30


def describe_trend(connection: sqlite3.Connection, changes: Sequence[ChangeText], words: Language) -> str:
    """Return a sentence about the state that all the changes are in, or about the country; "" without lists."""
    states = {change.state for change in changes if change.state}
    state = states.pop() if len(states) == 1 else None
    now, before = count_listed(connection, state), count_listed(connection, state, _DAYS)
    if now is None or (state is None and not now.agreements):
        return ""
    values = {"day": words.date(now.published_on), "n": words.number(now.agreements)}
    place = state_names()[state] if state else ""
    if not place:
        said = words.say("ICE's list of %(day)s has %(n)s agreements", **values)
    elif now.agreements == 0:
        said = words.say("ICE's list of %(day)s has no agreement in %(place)s", place=place, **values)
    elif now.agreements == 1:
        said = words.say("ICE's list of %(day)s has one agreement in %(place)s", place=place, **values)
    else:
        said = words.say("ICE's list of %(day)s has %(n)s agreements in %(place)s", place=place, **values)
    if before is None:
        return f"{said}."
    change = now.agreements - before.agreements
    day = words.date(before.published_on)
    if change > 0:
        than = words.count("%(n)d more than on %(day)s", "%(n)d more than on %(day)s", change, day=day)
    elif change < 0:
        than = words.count("%(n)d fewer than on %(day)s", "%(n)d fewer than on %(day)s", -change, day=day)
    else:
        than = words.say("as many as on %(day)s", day=day)
    return f"{said}, {than}."
