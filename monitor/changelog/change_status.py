"""The one place that sets a change's status: provisional, confirmed or retracted.

What a list shows is confirmed at once. What it fails to show is provisional until `policy.ENDING_DAYS` have passed
since the first list without it, as later lists or ICE's serving one of them show, or until a reviewer decides. A
confirmed ending stands whatever ICE lists later: it was true while it lasted. Only our own errors are retracted.
"""

from __future__ import annotations

from dataclasses import replace

from db.models import Accepted, Agreement, Change, ListName, StandingRulings
from monitor import policy
from monitor.changelog.change_ids import change_id
from monitor.changelog.state import Ledger
from monitor.matching.find_known import days_between
from monitor.publications.dating import eastern_day


def state_as_shown(ledger: Ledger, change: Change) -> None:
    """Put into the log what a list shows: it needs no second list."""
    change.status = "confirmed"
    ledger.add_change(change)


def state_as_missing(ledger: Ledger, change: Change, agreement: Agreement) -> None:
    """Put into the log what a list fails to show: it waits until enough time has passed."""
    change.status = "provisional"
    ledger.add_change(change)
    agreement.ending = ledger.waiting[agreement.id] = change.id


def confirm_missing(ledger: Ledger, publication: Accepted) -> list[tuple[Agreement, Change]]:
    """Confirm the endings that a list put out long enough before this one showed first; return them by agreement."""
    confirmed = []
    for agreement_id, change in _waiting(ledger, publication.list):
        if change.position < publication.position and has_passed(change, publication.listed_on):
            confirm(ledger, change)
            confirmed.append((ledger.agreements[agreement_id], change))
    return confirmed


def confirm_served(ledger: Ledger, list_name: ListName, served_until: str | None) -> None:
    """Confirm the endings after which ICE was found, long enough later, to serve the newest list of that name still.

    `served_until` is when ICE was last found to serve it; None when it never was.
    """
    if served_until is None:
        return
    for _, change in _waiting(ledger, list_name):
        if has_passed(change, eastern_day(served_until)):
            confirm(ledger, change)
            change.evidence = {**change.evidence, "confirmed_by": "time"}


def confirm_ruled(ledger: Ledger, list_name: ListName, rulings: StandingRulings, before: str) -> None:
    """Confirm the endings of the list that a reviewer confirmed before that time, when its next list was first seen."""
    for _, change in _waiting(ledger, list_name):
        if rulings.confirmed.get(change.id, before) < before:
            confirm(ledger, change)


def has_passed(change: Change, day: str) -> bool:
    """Return whether on that day (ISO date) the change's list is old enough for an ending to be confirmed."""
    return days_between(change.listed_on, day) >= policy.ENDING_DAYS


def withdraw_ending(ledger: Ledger, publication: Accepted, agreement: Agreement, reason: str) -> bool:
    """Retract the agreement's ending while it is provisional; return whether a confirmed one stands.

    `publication` shows the agreement again, or one that follows it. What rests on a retracted ending goes with it.
    """
    change = ledger.changes.find(agreement.ending)
    if change is not None and change.status == "confirmed":
        agreement.ending = None
        ledger.dirty.agreements.add(agreement.id)
        return True
    if change is not None:
        days = days_between(change.listed_on, publication.listed_on)
        change.evidence = {**change.evidence, "back_after_days": days}
    retract_ending(ledger, agreement, reason)
    return False


def retract_ending(ledger: Ledger, agreement: Agreement, reason: str) -> None:
    """Retract the agreement's ending, if it has one, and what rests on it."""
    change = ledger.changes.find(agreement.ending)
    agreement.ending = None
    ledger.waiting.pop(agreement.id, None)
    ledger.dirty.agreements.add(agreement.id)
    if change is not None:
        retract(ledger, change, reason)
        change.needs_review = False
    undo_switches(ledger, agreement, f"{agreement.id}: {reason}")


def retract(ledger: Ledger, change: Change, reason: str) -> None:
    """Retract the change for that reason."""
    change.status, change.reason = "retracted", reason
    ledger.dirty.changes.add(change.id)


def restore_signing(ledger: Ledger, agreement: Agreement) -> None:
    """Let the change that listed the agreement stand again: a second row that was withdrawn is back."""
    change = ledger.changes.find(agreement.signing)
    if change is not None:
        change.status, change.reason = "confirmed", ""
        ledger.dirty.changes.add(change.id)


def undo_switches(ledger: Ledger, agreement: Agreement, reason: str) -> None:
    """Make signings of what was taken for a switch away from the agreement, whose ending does not stand."""
    for other_id in sorted(ledger.by_agency[agreement.agency_id]):
        other = ledger.agreements[other_id]
        change = ledger.changes.find(other.signing)
        if change is None or change.kind != "switch" or change.evidence.get("continues") != agreement.id:
            continue
        signing = replace(
            change, id=ledger.free_change_id(change_id("signing", other_id)), kind="signing", rule="first_listed",
            before_listing=None, last_listed=None, fields=[], evidence={},
        )  # fmt: skip
        retract(ledger, change, reason)
        change.needs_review = False
        ledger.add_change(signing)
        other.signing = signing.id
        ledger.named_pending.pop(other_id, None)
        ledger.dirty.agreements.add(other.id)


def _waiting(ledger: Ledger, list_name: ListName) -> list[tuple[str, Change]]:
    """Return the list's provisional endings by the id of their agreement."""
    found = [(agreement, ledger.changes.find(ending)) for agreement, ending in sorted(ledger.waiting.items())]
    return [(agreement, change) for agreement, change in found if change is not None and change.list_name == list_name]


def confirm(ledger: Ledger, change: Change) -> None:
    """Confirm the change: it waits for nothing more."""
    change.status = "confirmed"
    ledger.waiting.pop(change.agreement_id or "", None)
    ledger.dirty.changes.add(change.id)
