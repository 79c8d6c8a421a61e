"""What must be true of counts, totals and days of lists for a sentence to be said."""

from __future__ import annotations

import itertools
from collections import Counter

from tests.monitor.claim_base import Subject, Values, check, iso, newest, number
from tests.monitor.claim_truth import Truth
from tests.monitor.claims_of_rows import pending_now


@check
def counts_listed(values: Values, about: Subject, truth: Truth) -> bool:
    return number(values["num"]) == len(truth.listed(about.agreements))


@check
def counts_listed_agencies(values: Values, about: Subject, truth: Truth) -> bool:
    return number(values["num"]) == len({a.agency for a in truth.listed(about.agreements)})


@check
def counts_ended(values: Values, about: Subject, truth: Truth) -> bool:
    return number(values["num"]) == len(truth.ended(about.agreements))


@check
def counts_pending(values: Values, about: Subject, truth: Truth) -> bool:
    return number(values["num"]) == len(truth.listed(about.agreements, "pending"))


@check
def counts_once_pending(values: Values, about: Subject, truth: Truth) -> bool:
    gone = [a for a in about.agreements if a.list == "pending" and not truth.is_listed(a)]
    return number(values["num"]) == len(gone)


@check
def covers_counties(values: Values, about: Subject, truth: Truth) -> bool:
    now = truth.listed(about.agreements)
    found = {truth.homes[a.agency][1] for a in now} - {""}
    right = iso(values["day"]) == newest(truth).day and number(values["num"]) == len(now)
    return right and number(values["some"]) == len(found)


@check
def covers_the_country(values: Values, about: Subject, truth: Truth) -> bool:
    now = truth.listed(about.agreements)
    agencies = {a.agency for a in now}
    states = {truth.rows[i].state for i in newest(truth).rows} - {""}
    numbers = (number(values["agreements"]), number(values["agencies"]), number(values["states"]))
    return iso(values["day"]) == newest(truth).day and numbers == (len(now), len(agencies), len(states))


@check
def names_the_list_in_force(values: Values, about: Subject, truth: Truth) -> bool:
    """The file and its checksum, and the day, are those of the list that answers."""
    kind = "pending" if not truth.listed(about.agreements) and truth.listed(about.agreements, "pending") else ""
    shown = truth.on(about.asked_on) if about.asked_on else newest(truth, kind or "participating")
    assert shown is not None
    day = iso(values["day"]) if "day" in values else shown.day
    return (values["file"], values["sha"], day) == (shown.file, shown.sha256, shown.day)


@check
def names_the_newest_list(values: Values, about: Subject, truth: Truth) -> bool:
    shown = newest(truth)
    return (values["file"], values["sha"], iso(values["day"])) == (shown.file, shown.sha256, shown.day)


@check
def is_the_day_of_the_list_in_force(values: Values, about: Subject, truth: Truth) -> bool:
    if about.asked_on:
        shown = truth.on(about.asked_on)
        return shown is not None and iso(values["day"]) in (shown.day, about.asked_on)
    return iso(values["day"]) in {lists[-1].day for lists in truth.lists.values()}


@check
def is_the_newest_day(values: Values, about: Subject, truth: Truth) -> bool:
    return iso(values["day"]) == newest(truth).day


@check
def is_a_list_s_day(values: Values, about: Subject, truth: Truth) -> bool:
    return any(iso(values["day"]) == a.day for lists in truth.lists.values() for a in lists)


@check
def is_the_newest_pending_day(values: Values, about: Subject, truth: Truth) -> bool:
    return iso(values["day"]) == newest(truth, "pending").day and pending_now(values, about, truth)


@check
def pending_list_is_older(values: Values, about: Subject, truth: Truth) -> bool:
    return newest(truth, "pending").day < newest(truth).day


@check
def counts_states(values: Values, about: Subject, truth: Truth) -> bool:
    return number(values["number"]) == len({truth.homes[a.agency][0] for a in truth.listed(about.agreements)} - {""})


def on_the_day(values: Values, about: Subject, truth: Truth, key: str = "day") -> int:
    """Return how many agreements of the country, or of the change's state, stood on the last list of that day."""
    shown = truth.on(iso(values[key]))
    assert shown is not None
    found = truth.agreements_on(shown)
    return sum(truth.homes[a.agency][0] == about.state for a in found) if about.state else len(found)


@check
def counts_on_the_day(values: Values, about: Subject, truth: Truth) -> bool:
    about = about if "place" in values else Subject([])
    return is_a_list_s_day(values, about, truth) and number(values["n"]) == on_the_day(values, about, truth)


@check
def counts_none_on_the_day(values: Values, about: Subject, truth: Truth) -> bool:
    return on_the_day(values, about, truth) == 0


@check
def counts_one_on_the_day(values: Values, about: Subject, truth: Truth) -> bool:
    return on_the_day(values, about, truth) == 1


@check
def counts_at_both_ends(values: Values, about: Subject, truth: Truth) -> bool:
    counts = [on_the_day(values, about, truth, key) for key in ("first", "last")]
    return counts == [number(values["before"]), number(values["now"])]


@check
def compares_two_days(values: Values, about: Subject, truth: Truth) -> bool:
    counts = [on_the_day(values, about, truth, key) for key in ("since", "until")]
    return counts == [number(values["before"]), number(values["after"])]


@check
def counts_agreements_and_states(values: Values, about: Subject, truth: Truth) -> bool:
    now = truth.listed(about.agreements)
    states = {truth.homes[a.agency][0] for a in now} - {""}
    return (number(values["number"]), number(values["states"])) == (len(now), len(states))


@check
def between_two_lists(values: Values, about: Subject, truth: Truth) -> bool:
    """A list is of the second day, and the list before it was last seen on the first, or is of that day."""
    first, last = iso(values["first"]), iso(values["last"])
    return any(a.day <= first < last == b.day for lists in truth.lists.values() for a, b in itertools.pairwise(lists))


@check
def totals_of_the_day(values: Values, about: Subject, truth: Truth) -> bool:
    """ "ICE listed 735 agreements in 737 rows with …": counted on the list in force that day."""
    shown = truth.on(about.asked_on)
    assert shown is not None
    on_it = truth.agreements_on(shown)
    rows = [truth.rows[i] for i in shown.rows]
    said = values["sentence"].replace(",", "")
    if f" {len(on_it)} agreements" not in said:
        return False
    if len(on_it) != shown.length and f"in {shown.length} rows" not in said:
        return False
    states = {row.state for row in rows if row.state not in ("", "GU", "MP", "PR", "VI", "AS")}
    supports = Counter(truth.rows[min(a.listings & shown.rows.keys())].support for a in on_it)
    types = [f"{code} {supports[code]} " for code in ("JEM", "WSO", "TFM")]
    if on_it and not any(supports[code] for code in ("JEM", "WSO", "TFM")):
        types = ["the list names no support type"]
    return f"covering {len(states)} states" in said and all(part in said for part in types)
