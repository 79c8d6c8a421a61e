"""Pending rows that left because the agency signed: the two lists tell one story."""

from __future__ import annotations

from db.models import Accepted, Agreement, Change
from db.records import EvidenceValue
from monitor.changelog import change_status
from monitor.changelog.state import Ledger
from monitor.matching.find_known import pending_of, recently_gone
from monitor.matching.ids import name_of
from monitor.matching.names import canonical_name
from monitor.matching.pending_signed import Signed, find_signing, listed_around
from monitor.matching.similarity import compare, is_real, one_body


def settle(ledger: Ledger, publication: Accepted) -> None:
    """Confirm the endings that are old enough, and name why pending rows went, also some lists ago."""
    change_status.confirm_missing(ledger, publication)
    if ledger.settled_on is not None and ledger.settled_on <= publication.listed_on:
        return  # all were looked at
    ledger.settled_on = publication.listed_on
    for pending in recently_gone(ledger, "pending", publication.listed_on):
        change = ledger.changes.find(pending.ending)
        if change is not None and change.status != "retracted" and (change.rule != "signed" or change.needs_review):
            name_signing(ledger, change, pending)


def name_signing(ledger: Ledger, change: Change, pending: Agreement) -> None:
    """A pending row that went because the agency signed says so, once the list of participants shows it."""
    told = ledger.named_pending
    around = [
        agreement for agreement in listed_around(ledger, pending, change.listed_on)
        if (told[agreement.id] if agreement.id in told else _told_of(ledger, agreement)) in (None, pending.id)
    ]  # fmt: skip
    found = find_signing(ledger, pending, change.listed_on, around)
    if found is None or (change.rule == "signed" and (found.review or not _named_alike(ledger, pending, found))):
        return
    _merge(ledger, pending, found)
    ledger.settled_on = None
    change.rule, change.evidence = "signed", {"continues": found.agreement.id, "matched_by": found.fit}
    change.agency_id, change.candidates, change.needs_review = pending.agency_id, [], found.review
    ledger.dirty.changes.add(change.id)
    signing = ledger.changes.find(found.agreement.signing)
    if signing is not None:
        signing.evidence = {**signing.evidence, **was_pending(ledger, pending)}
        ledger.named_pending[found.agreement.id] = pending.id
        ledger.dirty.changes.add(signing.id)


def pending_before(ledger: Ledger, publication: Accepted, signed: Agreement) -> dict[str, EvidenceValue]:
    """Return what the signing of a pending agreement says of it; nothing when the agency was not pending."""
    pending = pending_of(ledger, signed, publication.listed_on)
    return was_pending(ledger, pending) if pending is not None else {}


def was_pending(ledger: Ledger, pending: Agreement) -> dict[str, EvidenceValue]:
    """Return which pending agreement it was and since when: a date, or one that it was pending on or before."""
    since = ledger.dates[pending.first_position]
    return {"pending_agreement": pending.id, "pending_since": f"on or before {since}" if pending.baseline else since}


def _told_of(ledger: Ledger, agreement: Agreement) -> str | None:
    """Look up the pending agreement that the agreement's signing names."""
    signing = ledger.changes.find(agreement.signing)
    if signing is None:
        return None
    named = signing.evidence.get("pending_agreement")
    ledger.named_pending[agreement.id] = told = None if named is None else str(named)
    return told


def _named_alike(ledger: Ledger, pending: Agreement, found: Signed) -> bool:
    """Return whether the names are alike, so that nobody need look whether both are the agency's."""
    listing, signed = (ledger.listings[agreement.last_listing] for agreement in (pending, found.agreement))
    like = compare(name_of(listing), name_of(signed), listing.state_code, signed.state_code)
    return like.strong and not like.doubt and listing.state_code == signed.state_code


def _merge(ledger: Ledger, pending: Agreement, found: Signed) -> None:
    """Make one agency of the two when their names differ by a slip, or can only be one body's.

    A name under another state is one body's when the state that printed it while pending has no such place.
    """
    agencies = (ledger.agencies[pending.agency_id], ledger.agencies[found.agreement.agency_id])
    names = [canonical_name(agency.state, agency.name) for agency in agencies]
    one = found.fit == "like name" or (found.fit == "same place" and one_body(*names, agencies[0].state))
    kept, other = sorted(agencies, key=lambda a: (a.first_position, a.id))
    if found.fit == "other state":
        other, kept = agencies
        one = is_real(names[1], kept.state) and not is_real(names[0], other.state)
    if one:
        ledger.merge_agencies(kept, other)
        ledger.name_agency(kept, ledger.listings[found.agreement.last_listing], found.agreement.last_seen)
