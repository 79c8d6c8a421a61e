"""What must be true of a change for a sentence to be said."""

from __future__ import annotations

from datetime import datetime

from monitor.publications.dating import eastern_day
from tests.monitor.claim_base import Subject, Values, check, iso
from tests.monitor.claim_truth import Truth


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
def change_has_two_rows(values: Values, about: Subject, truth: Truth) -> bool:
    """A list of the day shows two rows of the agreement."""
    return any(
        len(a.listings & shown.rows.keys()) > 1
        for a in about.agreements
        for shown in truth.lists[a.list] if shown.day == about.change["listed_on"]
    )  # fmt: skip


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
