"""The trend: how many agreements ICE lists now, how many a month before, and a small picture of half a year."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from db.queries.listed_counts import count_listed, count_listed_at
from monitor.alerts.describe_change import ChangeText
from monitor.alerts.filters import state_names
from monitor.alerts.sparkline import draw_sparkline
from monitor.i18n.language import Language

_DAYS = 30
#: Days before the newest list for which the picture has a number each: half a year of weeks.
_DRAWN_DAYS = range(26 * 7, -1, -7)


@dataclass(frozen=True, slots=True)
class Trend:
    """How the number of agreements went: in a sentence, and as a PNG with the words for it; "" and b"" for none."""

    sentence: str = ""
    picture: bytes = b""
    caption: str = ""


def place_of(changes: Sequence[ChangeText]) -> str | None:
    """Return the state (USPS code) that all the changes are in; None for the country."""
    states = {change.state for change in changes if change.state}
    return states.pop() if len(states) == 1 else None


def read_trend(connection: sqlite3.Connection, state: str | None, words: Language) -> Trend:
    """Return the trend of a state, or of the country."""
    counts = count_listed_at(connection, state, _DRAWN_DAYS)
    sentence = describe_trend(connection, state, words)
    if len({count.agreements for count in counts}) < 2:
        return Trend(sentence)
    first, last = counts[0], counts[-1]
    values = {
        "first": words.date(first.published_on), "before": words.number(first.agreements),
        "last": words.date(last.published_on), "now": words.number(last.agreements),
    }  # fmt: skip
    caption = words.say("Agreements listed from %(first)s to %(last)s: from %(before)s to %(now)s", **values)
    return Trend(sentence, draw_sparkline([count.agreements for count in counts]), caption)


def describe_trend(connection: sqlite3.Connection, state: str | None, words: Language) -> str:
    """Return a sentence about the state, or about the country; "" without lists."""
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
