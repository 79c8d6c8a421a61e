"""What must be true of rows and agreements for a sentence to be said."""

from __future__ import annotations

from monitor.web.pages import place_index
from tests.monitor.claim_base import Subject, Values, check, iso, number
from tests.monitor.claim_truth import Row, Truth


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
    beside = (place_index.counties().get(fips) for fips in place_index.counties()[about.fips].neighbors)
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
