"""Entries for agreements that are listed again after they were missing: withdrawn, reinstated or signed again."""

from __future__ import annotations

from db.models import Accepted, Agreement, New
from monitor.changelog import change_status, write_changes
from monitor.changelog.fields import differing_fields
from monitor.changelog.state import Ledger
from monitor.matching.doubts import doubts_of_cells
from monitor.matching.find_known import gap_days, was_pending_since
from monitor.matching.same_agreement import Judgment


def bring_back(ledger: Ledger, publication: Accepted, agreement: Agreement, new: New, judgment: Judgment) -> None:
    """An agreement that was missing is listed again.

    A provisional ending is withdrawn. A confirmed one stands, and a reinstatement follows it. A row dated after the
    absence began, or re-dated while the agency was on the pending list, was signed again.
    """
    if agreement.status == "listed":  # another row of the list brought it back
        write_changes.note_second_row(ledger, publication, agreement, new)
        return
    if judgment.rule == "renewed" or _is_new_signing(ledger, publication, agreement, new):
        write_changes.renew(ledger, publication, agreement, new, judgment)
        return
    before = (agreement.last_listing, agreement.last_seen, agreement.last_row)
    status, was_pending = agreement.status, was_pending_since(ledger, agreement)
    first_missing, gap = agreement.missing_position, gap_days(ledger, agreement, publication)
    write_changes.follow_name(ledger, publication, agreement, new, judgment)
    ledger.put_on(publication, agreement, new)
    if status == "withdrawn":
        change_status.restore_signing(ledger, agreement)
        return
    fields = differing_fields(ledger.listings[before[0]], new.listing)
    if not _ending_stands(ledger, publication, agreement, judgment):
        if fields or judgment.review:
            write_changes.amend(ledger, publication, agreement, before, new, fields, judgment)
        return
    kind = "reinstatement" if publication.list == "participating" else "pending_listed"
    change = write_changes.new_change(ledger, publication, kind, agreement, "returned", agreement.endings)
    change.before_listing, change.last_listed = before[0], (before[1], before[2])
    change.first_missing = first_missing
    change.after_listing, change.first_listed = new.listing_id, (publication.position, new.row)
    change.evidence = {**judgment.evidence, "matched_by": judgment.rule, "gap_days": gap}
    change.needs_review, change.fields = judgment.review, fields
    if doubts := doubts_of_cells(ledger.listings[before[0]], new.listing):
        change.evidence["doubt"], change.needs_review = doubts, True
    if judgment.review:
        change.candidates = [write_changes.as_candidate(ledger, agreement, before[0], judgment)]
    if was_pending:
        change.evidence["was_pending"] = True
        change.needs_review = True
    change_status.state_as_shown(ledger, change)


def _ending_stands(ledger: Ledger, publication: Accepted, agreement: Agreement, judgment: Judgment) -> bool:
    """Return whether the ending was confirmed and is no error of ours; else it is retracted."""
    reason = f"listed again on {publication.listed_on}"
    if judgment.rule == "ruled_same":
        reason = f"a reviewer ruled that it goes on in another row, first listed on {publication.listed_on}"
        change_status.retract_ending(ledger, agreement, reason)
        return False
    return change_status.withdraw_ending(ledger, publication, agreement, reason)


def _is_new_signing(ledger: Ledger, publication: Accepted, agreement: Agreement, new: New) -> bool:
    """Return whether the row's date says that it was signed again rather than put back.

    A date after the list itself is a misprint, and one that the row had when it left says nothing new.
    """
    signed_on = new.listing.signed_on
    if agreement.status != "missing" or agreement.missing_position is None or agreement.list != "participating":
        return False
    if signed_on is None or signed_on > publication.listed_on:
        return False
    if signed_on in (agreement.signed_on, ledger.listings[agreement.last_listing].signed_on):
        return False
    return signed_on >= ledger.dates[agreement.missing_position] or was_pending_since(ledger, agreement)
