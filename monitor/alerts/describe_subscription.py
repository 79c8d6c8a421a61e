"""A subscription in a reader's words: "everything in Florida, daily"."""

from __future__ import annotations

import sqlite3
from functools import cache

from db.alert_models import Preferences
from db.queries.agency_ids import find_agency
from monitor.alerts.filters import ENDING_KINDS, state_names
from monitor.alerts.plain_text import plain
from monitor.i18n.labels import NEWS_KINDS, SUPPORT
from monitor.i18n.language import N_, Language
from monitor.places.gazetteer import counties

RHYTHM_NAMES = {
    "instant": N_("as soon as it is known"),
    "daily": N_("at most once a day"),
    "weekly": N_("once a week"),
}


@cache
def county_name(fips: str) -> str:
    """Return the county's name with its state, by FIPS code; the code itself when no county has it."""
    for code, state in state_names().items():
        for county in counties(code).values():
            if county.fips == fips:
                return f"{county.name}, {state}"
    return fips


def describe_subscription(connection: sqlite3.Connection, wanted: Preferences, words: Language) -> str:
    """Return one subscription on one line: where, whom, what, how often."""
    parts = []
    if wanted.agency_id:
        found = find_agency(connection, wanted.agency_id)
        parts.append(f"{plain(found[1])} ({found[2]})" if found else wanted.agency_id)
    if wanted.county_fips:
        parts.append(county_name(wanted.county_fips))
    elif wanted.state:
        parts.append(state_names().get(wanted.state, wanted.state))
    if not parts:
        parts.append(words.say("the whole country"))
    if wanted.support_type:
        parts.append(words.say(SUPPORT[wanted.support_type]))
    if wanted.kinds == ENDING_KINDS:
        parts.append(words.say("only endings and returns"))
    elif wanted.kinds:
        parts.append(words.join([words.say(NEWS_KINDS[kind]) for kind in wanted.kinds]))
    if wanted.early:
        parts.append(words.say("also unconfirmed"))
    if wanted.counts_only:
        parts.append(words.say("only when the number of agreements changes"))
    parts.append(words.say(RHYTHM_NAMES[wanted.rhythm]))
    if wanted.ending_rhythm:
        parts.append(words.say("endings %(rhythm)s", rhythm=words.say(RHYTHM_NAMES[wanted.ending_rhythm])))
    return " · ".join(parts)
