"""The one place that sets a change's status: provisional, confirmed or retracted.

What a list shows is confirmed at once. What it fails to show is provisional until the next list lacks it too, until
time has passed, or until a reviewer decides.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from db.models import Accepted, Agreement, Change, StandingRulings
from monitor.changelog.change_ids import change_id
from monitor.changelog.ruled_steps import find_ruled_change
from monitor.changelog.state import Ledger


def state_as_shown(ledger: Ledger, change: Change) -> None:
    """Put into the log what a list shows: it needs no second list."""
    change.status = "confirmed"
    ledger.add_change(change)


def state_as_missing(ledger: Ledger, change: Change, agreement: Agreement) -> None:
    """Put into the log what a list fails to show: it waits for the next list."""
    change.status = "provisional"
    ledger.add_change(change)
    agreement.ending = ledger.waiting[agreement.id] = change.id


def confirm_missing(ledger: Ledger, publication: Accepted) -> list[tuple[Agreement, Change]]:
    """Confirm the endings that an earlier publication of the list showed first; return them by agreement."""
    confirmed = []
    for agreement_id, ending_id in sorted(ledger.waiting.items()):
        change = ledger.changes.find(ending_id)
        if change is not None and change.list_name == publication.list and change.position < publication.position:
            _confirm(ledger, change)
            confirmed.append((ledger.agreements[agreement_id], change))
    return confirmed


def retract_ending(ledger: Ledger, agreement: Agreement, reason: str) -> None:
    """Retract the agreement's standing ending, if it has one."""
    change = ledger.changes.find(agreement.ending)
    agreement.ending = None
    ledger.waiting.pop(agreement.id, None)
    ledger.dirty.agreements.add(agreement.id)
    if change is not None:
        retract(ledger, change, reason)
        change.needs_review = False


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


def undo_switches(ledger: Ledger, publication: Accepted, agreement: Agreement) -> None:
    """Make signings of what was taken for a switch away from the agreement, which is listed again."""
    for other_id in sorted(ledger.by_agency[agreement.agency_id]):
        other = ledger.agreements[other_id]
        change = ledger.changes.find(other.signing)
        if change is None or change.kind != "switch" or change.evidence.get("continues") != agreement.id:
            continue
        signing = replace(
            change, id=ledger.free_change_id(change_id("signing", other_id)), kind="signing", rule="first_listed",
            before_listing=None, last_listed=None, fields=[], evidence={},
        )  # fmt: skip
        retract(ledger, change, f"{agreement.id} was listed again on {publication.listed_on}")
        change.needs_review = False
        ledger.add_change(signing)
        other.signing = signing.id
        ledger.dirty.agreements.add(other.id)


def confirm_by_time(ledger: Ledger, verified: Iterable[tuple[int, str, str]], hours: float) -> None:
    """Confirm the endings of a newest list that ICE was found to serve unchanged `hours` later.

    `verified` gives (position, when it was first fetched, when ICE was last found to serve it).
    """
    since = {position for position, fetched_at, verified_at in verified if waited(fetched_at, verified_at, hours)}
    for change in [ledger.changes.find(ending_id) for ending_id in list(ledger.waiting.values())]:
        if change is not None and change.position in since:
            _confirm(ledger, change)
            change.evidence = {**change.evidence, "confirmed_by": "time"}


def apply_rulings(ledger: Ledger, rulings: StandingRulings) -> None:
    """Let the changes that a reviewer confirmed or dismissed say so."""
    for subject, (ruling, words) in sorted(rulings.changes.items()):
        change = find_ruled_change(ledger, subject, rulings)
        if change is None:
            continue
        change.needs_review = False
        if ruling == "dismiss":
            retract(ledger, change, words)
        elif change.status == "provisional":
            _confirm(ledger, change)
        change.evidence = {**change.evidence, "ruled": ruling}
        if change.id != subject:
            change.evidence["ruled_on"] = subject
        ledger.dirty.changes.add(change.id)


def waited(since: str, until: str, hours: float) -> bool:
    """Return whether two times (as the store writes them) are at least so many hours apart."""
    return _moment(until) - _moment(since) >= timedelta(hours=hours)


def _confirm(ledger: Ledger, change: Change) -> None:
    change.status = "confirmed"
    ledger.waiting.pop(change.agreement_id or "", None)
    ledger.dirty.changes.add(change.id)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
