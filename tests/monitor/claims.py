"""What must be true in the lists for a sentence to be said: one check for each row of `claims.tsv`.

A check takes what stands in the places of the sentence, whom the page is about, and the lists.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from monitor.publications.dating import eastern_day
from monitor.web.pages import place_index
from tests.monitor.claim_truth import Agreement, List, Row, Truth

Values = Mapping[str, str]


@dataclass
class Subject:
    """Whom a page or message is about: agreements, the place's state, the day that was asked for, the change."""

    agreements: list[Agreement]
    beside: list[Agreement] = field(default_factory=list)  # of neighboring places that the page tells of as well
    state: str = ""
    fips: str = ""
    asked_on: str = ""
    name: str = ""
    change: dict[str, str] = field(default_factory=dict)  # kind, status, listed_on, known_at, before, after


Check = Callable[[Values, Subject, Truth], bool]
CHECKS: dict[str, Check] = {}


def check(function: Check) -> Check:
    """Make the function a check that the table can name."""
    CHECKS[function.__name__] = function
    return function


def iso(text: str) -> str:
    """Return the ISO date of "August 12, 2025", or the text itself."""
    try:
        return datetime.strptime(text, "%B %d, %Y").date().isoformat()  # noqa: DTZ007 - a date
    except ValueError:
        return text


def number(text: str) -> int:
    """Return the number of "1,035"."""
    return int(text.replace(",", ""))


def newest(truth: Truth, kind: str = "participating") -> List:
    """Return the newest list."""
    return truth.lists[kind][-1]


@check
def listed_now(values: Values, about: Subject, truth: Truth) -> bool:
    return bool(truth.listed(about.agreements))


@check
def pending_now(values: Values, about: Subject, truth: Truth) -> bool:
    return bool(truth.listed(about.agreements, "pending"))


@check
def pending_and_never_signed(values: Values, about: Subject, truth: Truth) -> bool:
    return pending_now(values, about, truth) and all(a.list == "pending" for a in about.agreements)


@check
def pending_and_once_signed(values: Values, about: Subject, truth: Truth) -> bool:
    return (
        pending_now(values, about, truth) and bool(truth.ended(about.agreements)) and not truth.listed(about.agreements)
    )


@check
def one_ended(values: Values, about: Subject, truth: Truth) -> bool:
    return bool(truth.ended(about.agreements))


@check
def all_ended(values: Values, about: Subject, truth: Truth) -> bool:
    return one_ended(values, about, truth) and not truth.listed(about.agreements)


@check
def pending_row_gone(values: Values, about: Subject, truth: Truth) -> bool:
    return any(a.list == "pending" and not truth.is_listed(a) for a in about.agreements)


@check
def has_pending_row(values: Values, about: Subject, truth: Truth) -> bool:
    return any(a.list == "pending" for a in about.agreements)


@check
def on_no_list(values: Values, about: Subject, truth: Truth) -> bool:
    return not about.agreements


def none_now(values: Values, about: Subject, truth: Truth) -> bool:
    return not truth.listed(about.agreements)


@check
def nothing_now(values: Values, about: Subject, truth: Truth) -> bool:
    """Nothing is listed, pending, or was ever listed as signed."""
    return none_now(values, about, truth) and not pending_now(values, about, truth) and not about_signed(about)


def about_signed(about: Subject) -> bool:
    return any(a.list == "participating" for a in about.agreements)


@check
def only_once_pending(values: Values, about: Subject, truth: Truth) -> bool:
    return nothing_now(values, about, truth) and bool(about.agreements)


@check
def place_once_pending_since(values: Values, about: Subject, truth: Truth) -> bool:
    gone = [max(truth.missing_on(a)) for a in about.agreements]
    return only_once_pending(values, about, truth) and max(gone) == iso(values["day"])


@check
def pending_row_gone_there(values: Values, about: Subject, truth: Truth) -> bool:
    return any(a.list == "pending" and not truth.is_listed(a) for a in (*about.agreements, *about.beside))


@check
def since(values: Values, about: Subject, truth: Truth) -> bool:
    """Something about an agreement began on that day, and not with the first list kept here."""
    day = iso(values["day"])
    return any(
        (truth.first_on(a) == day and not truth.from_start(a)) or day in truth.missing_on(a)
        for a in (*about.agreements, *about.beside)
    )


@check
def on_or_before(values: Values, about: Subject, truth: Truth) -> bool:
    day = iso(values["day"])
    told = (*about.agreements, *about.beside)
    return any(truth.from_start(a) and truth.lists[a.list][0].day == day for a in told)


@check
def first_kept_day(values: Values, about: Subject, truth: Truth) -> bool:
    return iso(values["day"]) == truth.lists["participating"][0].day


@check
def place_listed_since(values: Values, about: Subject, truth: Truth) -> bool:
    now = truth.listed(about.agreements)
    first = min(now, key=truth.first_on)
    return truth.first_on(first) == iso(values["day"]) and not any(truth.from_start(a) for a in now)


@check
def place_listed_on_or_before(values: Values, about: Subject, truth: Truth) -> bool:
    return any(truth.from_start(a) for a in truth.listed(about.agreements)) and first_kept_day(values, about, truth)


@check
def place_pending_since(values: Values, about: Subject, truth: Truth) -> bool:
    now = truth.listed(about.agreements, "pending")
    return none_now(values, about, truth) and min(map(truth.first_on, now)) == iso(values["day"])


@check
def place_ended_since(values: Values, about: Subject, truth: Truth) -> bool:
    days = [max(truth.missing_on(a)) for a in truth.ended(about.agreements)]
    return none_now(values, about, truth) and max(days) == iso(values["day"])


@check
def place_on_no_list(values: Values, about: Subject, truth: Truth) -> bool:
    return not about.agreements and first_kept_day(values, about, truth)


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
def first_printed_on(values: Values, about: Subject, truth: Truth) -> bool:
    """A name was first printed on a list of that day."""
    day, ids = iso(values["day"]), {i for a in about.agreements for i in a.listings}
    first: dict[str, str] = {}
    for shown in sorted((a for lists in truth.lists.values() for a in lists), key=lambda a: a.day):
        for i in ids & shown.rows.keys():
            first.setdefault(" ".join(truth.rows[i].agency.split()), shown.day)
    return day in first.values()


@check
def went_on_under_another_name(values: Values, about: Subject, truth: Truth) -> bool:
    """Lists printed some agreement under more than one state or name."""
    printed = [{(truth.rows[i].state, truth.rows[i].agency.strip()) for i in a.listings} for a in about.beside]
    return any(len(names) > 1 for names in printed)


@check
def is_a_sheet_row(values: Values, about: Subject, truth: Truth) -> bool:
    ids = {i for a in about.agreements for i in a.listings}
    return any(
        shown.rows[i] == number(values["row"]) for lists in truth.lists.values() for shown in lists
        for i in ids & shown.rows.keys()
    )  # fmt: skip


@check
def was_signed_on(values: Values, about: Subject, truth: Truth) -> bool:
    """A row of the subject says that it was signed that day; on a change's page also one of its candidates'."""
    day = iso(values["day"])
    rows: list[Row] = list(truth.printed((*about.agreements, *about.beside)))
    return any(row.signed_on == day for row in rows) or day in about.change.get("candidates", "")


@check
def names_are_printed(values: Values, about: Subject, truth: Truth) -> bool:
    printed = {" ".join(row.agency.split()) for row in truth.printed(about.agreements)}
    return set(values["names"].split("; ")) <= printed


def listed_neighbors(about: Subject, truth: Truth) -> set[str]:
    """Return the names of the counties beside the subject's that have a listed agreement."""
    with_one = {truth.homes[a.agency][1] for a in truth.listed(truth.agreements.values())}
    beside = (place_index.counties().get(fips) for fips in place_index.counties()[about.fips].neighbours)
    return {county.name for county in beside if county is not None and county.fips in with_one}


@check
def neighbors_are_listed(values: Values, about: Subject, truth: Truth) -> bool:
    return set(values["names"].split(", ")) == listed_neighbors(about, truth)


@check
def no_neighbor_is_listed(values: Values, about: Subject, truth: Truth) -> bool:
    return not listed_neighbors(about, truth)


@check
def state_has_unplaced(values: Values, about: Subject, truth: Truth) -> bool:
    return any(not truth.homes[a.agency][1] for a in truth.listed(truth.of(state=about.state)))


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


@check
def change_is_of_its_list(values: Values, about: Subject, truth: Truth) -> bool:
    """The list named is an accepted one of that day."""
    day = iso(values["day"])
    return values["sha"] == "–" or any(
        (a.day, a.file, a.sha256) == (day, values["file"], values["sha"])
        for lists in truth.lists.values()
        for a in lists
    )


@check
def change_known_since(values: Values, about: Subject, truth: Truth) -> bool:
    known = {about.change.get("known_at", "")[:10], eastern_day(about.change["known_at"])} if about.change else set()
    return not about.change or iso(values["day"]) in known


@check
def change_listed_on(values: Values, about: Subject, truth: Truth) -> bool:
    return iso(values["day"]) == about.change["listed_on"]


@check
def change_last_listed_on(values: Values, about: Subject, truth: Truth) -> bool:
    """A list of that day shows an agreement of the subject, and the next of its kind does not."""
    day = iso(values["day"])
    for a in about.agreements:
        lists, shown = truth.lists[a.list], truth.shown(a)
        if any(lists[i].day == day and shown[i] and not shown[i + 1] for i in range(len(lists) - 1)):
            return True
    return False


@check
def change_missing_on(values: Values, about: Subject, truth: Truth) -> bool:
    return any(iso(values["day"]) in truth.missing_on(a) for a in about.agreements)


@check
def change_still_missing(values: Values, about: Subject, truth: Truth) -> bool:
    return bool(about.change) and not truth.is_listed(about.agreements[0])


@check
def change_first_shown(values: Values, about: Subject, truth: Truth) -> bool:
    """The day's list shows the agreement, and no earlier list of its kind does."""
    return any(truth.first_on(a) == about.change["listed_on"] and not truth.from_start(a) for a in about.agreements)


@check
def change_absent(values: Values, about: Subject, truth: Truth) -> bool:
    return any(about.change["listed_on"] in truth.missing_on(a) for a in about.agreements)


@check
def change_absent_ten_days(values: Values, about: Subject, truth: Truth) -> bool:
    """Two lists or more lack it, and ten days lie between the first of them and the last."""
    for a in about.agreements:
        lists, shown = truth.lists[a.list], truth.shown(a)
        without = [
            lists[i].day for i in range(len(lists)) if not shown[i] and lists[i].day >= about.change["listed_on"]
        ]
        if len(without) > 1 and (datetime.fromisoformat(without[-1]) - datetime.fromisoformat(without[0])).days >= 10:
            return True
    return False


@check
def change_back(values: Values, about: Subject, truth: Truth) -> bool:
    """The day's list shows the agreement, an earlier one did, and one between did not."""
    for a in about.agreements:
        lists, shown = truth.lists[a.list], truth.shown(a)
        back = [lists[i].day for i in range(1, len(lists)) if shown[i] and not shown[i - 1] and any(shown[:i])]
        if about.change["listed_on"] in back:
            return True
    return False


@check
def change_on_participating_list(values: Values, about: Subject, truth: Truth) -> bool:
    """An agreement of the agency was first listed as participating near the day."""
    agencies = {a.agency for a in about.agreements}
    support = {row.support for row in truth.printed(about.agreements)}
    return any(
        a.list == "participating" and {row.support for row in truth.printed([a])} & support
        for a in truth.of() if a.agency in agencies or truth.homes[a.agency][0] == about.state
    )  # fmt: skip


@check
def was_pending_since(values: Values, about: Subject, truth: Truth) -> bool:
    """A pending row of the subject was first listed that day, and not on the first list kept."""
    day, found = iso(values["day"]), [a for a in (*about.agreements, *about.beside) if a.list == "pending"]
    return any(truth.first_on(a) == day and not truth.from_start(a) for a in found)


@check
def was_pending_on_or_before(values: Values, about: Subject, truth: Truth) -> bool:
    day, found = iso(values["day"]), [a for a in (*about.agreements, *about.beside) if a.list == "pending"]
    return any(truth.from_start(a) and truth.first_on(a) == day for a in found)
