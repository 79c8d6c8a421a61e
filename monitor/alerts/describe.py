"""A subscription in a reader's words: "everything in Florida, daily"."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from db.database import Store
from monitor.alerts.filters import state_names
from monitor.alerts.story import HEADLINES, N_, SUPPORT_NAMES
from monitor.alerts.wording import Words, plain
from monitor.places.gazetteer import counties

RHYTHM_NAMES = {"instant": N_("as soon as it is known"), "daily": N_("once a day"), "weekly": N_("once a week")}


@cache
def county_name(fips: str) -> str:
    """The county's name with its state, by FIPS code; the code itself when it is none."""
    for code, state in state_names().items():
        for county in counties(code).values():
            if county.fips == fips:
                return f"{county.name}, {state}"
    return fips


def describe_subscription(store: Store, row: Mapping[str, Any], words: Words) -> str:
    """One subscription on one line: where, whom, what, how often."""
    parts = []
    if row["agency_id"]:
        found = store.connection.execute("select name, state from agencies where id = ?", [row["agency_id"]]).fetchone()
        parts.append(f"{plain(found[0])} ({found[1]})" if found else str(row["agency_id"]))
    if row["county_fips"]:
        parts.append(county_name(row["county_fips"]))
    elif row["state"]:
        parts.append(state_names().get(row["state"], row["state"]))
    if not parts:
        parts.append(words.say("the whole country"))
    if row["support_type"]:
        parts.append(words.named(SUPPORT_NAMES[row["support_type"]]))
    if row["kinds"]:
        parts.append(words.join([words.named(HEADLINES[kind]) for kind in row["kinds"].split(",")]))
    if row["early"]:
        parts.append(words.say("also unconfirmed"))
    parts.append(words.named(RHYTHM_NAMES[row["rhythm"]]))
    return " · ".join(parts)
