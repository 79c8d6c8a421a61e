"""Pending rows that left because the agency signed: the two lists tell one story."""

from __future__ import annotations

from db.models import Accepted, Agreement, Change
from monitor.changelog import lifecycle
from monitor.changelog.state import Ledger
from monitor.matching.candidates import signed_elsewhere
from monitor.matching.find_known import signed_meanwhile


def confirm(ledger: Ledger, publication: Accepted) -> None:
    """Confirm the endings that are old enough, and name why pending ones went."""
    for agreement, change in lifecycle.confirm_missing(ledger, publication):
        if change.kind == "pending_withdrawn" and change.rule != "signed":
            name_signing(ledger, publication, change, agreement)


def name_signing(ledger: Ledger, publication: Accepted, change: Change, pending: Agreement) -> None:
    """A pending row that went because the agency signed says so, once the list of participants shows it."""
    signed = signed_meanwhile(ledger, pending)
    if signed is None:
        signed = signed_elsewhere(ledger, publication, pending, ledger.listings[pending.last_listing])
        if signed is None:
            return
        pair = (ledger.agencies[pending.agency_id], ledger.agencies[signed.agency_id])
        kept, other = sorted(pair, key=lambda a: (a.first_position, a.id))
        ledger.merge_agencies(kept, other)
        change.agency_id = kept.id
    change.rule, change.evidence = "signed", {"continues": signed.id}
    change.needs_review, change.candidates = False, []
