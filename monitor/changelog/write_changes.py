"""Entries in the change log: what is written down when rows are paired, returned, new or gone.

A change's id comes from what it states: kind, rows as printed, and where an agreement can change more than once, which
time it was. So a rebuild, another order of imports, older lists found later or a better rule leave the id alone.
"""

from __future__ import annotations

from db.models import Accepted, Agency, Agreement, Change, Gone, New
from db.printed_cells import says_nothing
from db.records import Candidate
from monitor import policy
from monitor.changelog import change_status, signed_pending
from monitor.changelog.change_ids import change_id
from monitor.changelog.fields import differing_fields
from monitor.changelog.state import Ledger
from monitor.matching.candidates import rival_candidate
from monitor.matching.doubts import doubts_of_amendment, doubts_of_cells, doubts_of_place, doubts_of_signing
from monitor.matching.find_known import agency_for, gap_days, last_gone, listed_besides
from monitor.matching.ids import agreement_slug, name_key, name_of
from monitor.matching.names import canonical_name
from monitor.matching.reasons import AGAINST
from monitor.matching.same_agreement import Judgment
from monitor.matching.similarity import compare, one_body

#: Rules under which the name that changed is the same agency's; under the others the agreement moves to another one.
_SAME_AGENCY = ("same_name", "date_corrected", "retyped", "reordered", "expanded", "renewed", "support_type_corrected")

#: What speaks for two bodies: the agreement may go on under the other name, yet the agencies are two.
_OTHER_AGENCY = frozenset({"both_real_places", "other_direction", "digits_differ", "city_and_town", "side_by_side"})

KIND_LISTED = {"participating": "signing", "pending": "pending_listed"}
KIND_GONE = {"participating": "termination", "pending": "pending_withdrawn"}


def sign(
    ledger: Ledger, publication: Accepted, new: New, candidates: list[Candidate], previous_on: str
) -> None:  # fmt: skip
    """A row that continues nothing is a new agreement: a signing, a renewal after a gap, or a switch.

    `previous_on` is the day of the list before.
    """
    older = last_gone(ledger, new.listing, other_support=False)
    other = last_gone(ledger, new.listing, other_support=True)
    agreement = ledger.open_agreement(publication, new)
    ledger.put_on(publication, agreement, new)
    kind, rule, before = KIND_LISTED[publication.list], "first_listed", None
    if publication.list == "participating" and older is not None and _later(older, agreement):
        kind, rule, before = "renewal", "renewed", older
    elif (
        publication.list == "participating" and other is not None and _is_switch(ledger, publication, other, agreement)
    ):
        kind, rule, before = "switch", "switched", other
    change = new_change(ledger, publication, kind, agreement, rule)
    change.after_listing, change.first_listed = new.listing_id, (publication.position, new.row)
    change.candidates, change.needs_review = candidates, bool(candidates)
    if before is not None:
        change.before_listing = before.last_listing
        change.last_listed = (before.last_seen, before.last_row)
        change.evidence = {"continues": before.id, "gap_days": gap_days(ledger, before, publication)}
        change.fields = ["signed_on"] if kind == "renewal" else ["support_type", "signed_on"]
    if publication.list == "participating":
        _doubt(change, doubts_of_signing(new.listing, previous_on))
        change.evidence |= signed_pending.pending_before(ledger, publication, agreement)
    else:
        _doubt(change, doubts_of_place(new.listing))
    if kind == "renewal" and before is not None:
        change_status.withdraw_ending(ledger, publication, before, _renewed(publication, agreement))
        ledger.set_status(before, "renewed", before.missing_position)
    change_status.state_as_shown(ledger, change)


def end(ledger: Ledger, publication: Accepted, gone: Gone, candidates: list[Candidate], previous: Accepted) -> None:
    """An agreement with no row left is missing: its ending is provisional until enough time has passed."""
    agreement = gone.agreement
    ledger.set_status(agreement, "missing", publication.position)
    agreement.endings += 1
    change = new_change(
        ledger, publication, KIND_GONE[publication.list], agreement, "no_longer_listed", agreement.endings,
        states=agreement_slug(gone.listing),
    )  # fmt: skip
    change.before_listing, change.last_listed = gone.listing_id, (previous.position, agreement.last_row)
    change.first_missing = publication.position
    change.candidates, change.needs_review = candidates, bool(candidates)
    since = ledger.changed_at[publication.list]  # lists put out again unchanged since then are one list
    if agreement.first_position == since and not agreement.baseline:
        change.evidence = {"doubt": "listed_once"}
        change.needs_review = publication.list == "participating"
    if publication.list == "pending":
        signed_pending.name_signing(ledger, change, agreement)
    change_status.state_as_missing(ledger, change, agreement)
    for candidate in candidates:
        if candidate["signed_on"] is not None and candidate["signed_on"] == agreement.signed_on:
            _doubt_signing(ledger, agreement, candidate)


def _doubt_signing(ledger: Ledger, ended: Agreement, candidate: Candidate) -> None:
    """The change that listed the candidate beside the ended agreement, with its date, names the ended one."""
    listed = ledger.agreements.get(candidate["agreement_id"])
    signing = ledger.changes.find(listed.signing) if listed is not None else None
    if signing is None or signing.status != "confirmed":
        return
    if all(c["agreement_id"] != ended.id for c in signing.candidates):
        listing = ledger.listings[ended.last_listing]
        other: Candidate = {
            "agreement_id": ended.id, "agency_id": ended.agency_id, "agency": name_of(listing).printed,
            "state": listing.state_code, "signed_on": ended.signed_on, "score": candidate["score"],
            "reasons": candidate["reasons"],
        }  # fmt: skip
        signing.candidates = [*signing.candidates, other]
        signing.needs_review = True
        ledger.dirty.changes.add(signing.id)


def doubt_ending(ledger: Ledger, agreement: Agreement, candidate: Candidate) -> None:
    """The agreement's standing ending names a row of a later list that could continue it."""
    change = ledger.changes.find(agreement.ending)
    if change is None or any(c["agreement_id"] == candidate["agreement_id"] for c in change.candidates):
        return
    change.candidates = [*change.candidates, candidate]
    change.needs_review = True
    ledger.dirty.changes.add(change.id)


def renew(ledger: Ledger, publication: Accepted, before: Agreement, new: New, judgment: Judgment) -> None:
    """The older agreement gives way to one signed later by the same agency."""
    agreement = ledger.open_agreement(publication, new)
    ledger.put_on(publication, agreement, new)
    change = new_change(ledger, publication, "renewal", agreement, "renewed")
    change.before_listing, change.last_listed = before.last_listing, (before.last_seen, before.last_row)
    change.after_listing, change.first_listed = new.listing_id, (publication.position, new.row)
    change.fields, change.evidence = ["signed_on"], {"continues": before.id, **judgment.evidence}
    change.needs_review = judgment.review
    if judgment.review:
        change.evidence["against"] = list(judgment.against)
    if before.status == "missing":
        change.evidence["gap_days"] = gap_days(ledger, before, publication)
    change_status.withdraw_ending(ledger, publication, before, _renewed(publication, agreement))
    since = publication.position if before.status == "listed" else before.missing_position
    ledger.set_status(before, "renewed", since)
    change_status.state_as_shown(ledger, change)


def amend(
    ledger: Ledger, publication: Accepted, agreement: Agreement, before: tuple[int, int, int], new: New,
    fields: list[str], judgment: Judgment,
) -> None:  # fmt: skip
    """The agreement's row says something else than before: `before` is listing id, position, sheet row."""
    rule = "cell_changed" if judgment.rule == "same_name" else judgment.rule
    change = new_change(
        ledger, publication, "amendment", agreement, rule,
        publication.listed_on, states=f"{ledger.content(before[0])}|{ledger.content(new.listing_id)}",
    )  # fmt: skip
    change.before_listing, change.last_listed = before[0], (before[1], before[2])
    change.after_listing, change.first_listed = new.listing_id, (publication.position, new.row)
    change.fields, change.evidence = fields, dict(judgment.evidence)
    change.needs_review = judgment.review
    if judgment.review:
        change.evidence["against"] = list(judgment.against)
        change.candidates = [as_candidate(ledger, agreement, before[0], judgment)]
    doubts = doubts_of_cells(ledger.listings[before[0]], new.listing)
    if publication.list == "participating":
        doubts += doubts_of_amendment(ledger.listings[before[0]], new.listing, fields, publication.listed_on)
    _doubt(change, doubts)
    change_status.state_as_shown(ledger, change)


def name_rival(ledger: Ledger, publication: Accepted, agreement: Agreement, other: New) -> None:
    """What this list says of the agreement names another of its rows that could be the agreement as well."""
    for change in ledger.changes.at_hand.values():
        about = change.evidence.get("continues", change.agreement_id)
        if (
            about == agreement.id
            and change.position == publication.position
            and change.kind in ("amendment", "renewal")
        ):
            change.candidates = [*change.candidates, rival_candidate(agreement_slug(other.listing), other.listing)]
            ledger.dirty.changes.add(change.id)


def follow_name(ledger: Ledger, publication: Accepted, agreement: Agreement, new: New, judgment: Judgment) -> None:
    """The agreement's agency goes by the new name, or the agreement moves to the agency of that name."""
    old = ledger.agencies[agreement.agency_id]
    known = agency_for(ledger, new.listing)
    if (known is not None and known.id == old.id) or says_nothing(new.listing.agency or ""):
        return
    name = name_of(new.listing)
    renamed = judgment.rule in _SAME_AGENCY or (
        judgment.rule in ("same_document", "relabelled", "state_corrected") and name.body == old.body
    )
    like = compare(canonical_name(old.state, old.name), name, old.state, new.listing.state_code)
    renamed = renamed or (like.strong and not like.doubt)  # a unit named behind the body is no other body
    if renamed and not _OTHER_AGENCY.intersection(judgment.against) and judgment.rule != "state_corrected":
        if known is None:
            ledger.name_agency(old, new.listing, publication.position)
            _take_in_emptied(ledger, old)
        elif judgment.rule == "relabelled" or judgment.review:
            ledger.move_agreement(agreement, known)
            if not ledger.by_agency[old.id] and judgment.rule != "relabelled":
                ledger.merge_agencies(known, old)
        else:
            kept, other = sorted((old, known), key=lambda a: (a.first_position, a.id))
            ledger.merge_agencies(kept, other)
        return
    agency = ledger.agency_of(new.listing, publication.position)
    ledger.move_agreement(agreement, agency)
    one = one_body(canonical_name(old.state, old.name), name, old.state) and old.state == agency.state
    one = one and not _OTHER_AGENCY.intersection(judgment.against)
    if (one or judgment.rule == "state_corrected") and not ledger.by_agency[old.id]:
        ledger.merge_agencies(agency, old)


def _take_in_emptied(ledger: Ledger, agency: Agency) -> None:
    """Give the agency what went by a part of its new name and has no agreement left: it is the same body."""
    name = canonical_name(agency.state, agency.name)
    for agency_id in sorted(ledger.by_state[agency.state]):
        other = ledger.agencies.get(agency_id)
        if other is None or other.id == agency.id or other.state != agency.state or ledger.by_agency.get(other.id):
            continue
        like = compare(canonical_name(other.state, other.name), name, other.state, agency.state)
        if like.strong and not like.doubt:
            ledger.merge_agencies(agency, other)


def withdraw_row(ledger: Ledger, publication: Accepted, gone: Gone, other: Agreement, previous: Accepted) -> None:
    """One of the agency's two rows for a support type is gone: the later-comer was a second row, the older renewed."""
    agreement = gone.agreement
    signing = ledger.changes.find(agreement.signing)
    if agreement.first_position >= other.first_position or not _later(agreement, other):
        ledger.set_status(agreement, "withdrawn", publication.position)
        reason = f"a second row of {other.id}, no longer listed on {publication.listed_on}"
        if signing is not None and signing.status != "retracted":
            change_status.retract(ledger, signing, reason)
        return
    change = new_change(ledger, publication, "renewal", other, "renewed")
    change.before_listing, change.last_listed = gone.listing_id, (previous.position, agreement.last_row)
    change.first_missing = publication.position
    change.after_listing, (row, first) = min(other.rows.items(), key=lambda item: (item[1][1], item[1][0]))
    change.first_listed = (first, row)
    change.fields, change.evidence = ["signed_on"], {"continues": agreement.id, "listed_together": True}
    ledger.set_status(agreement, "renewed", publication.position)
    change_status.state_as_shown(ledger, change)


def note_second_row(ledger: Ledger, publication: Accepted, agreement: Agreement, new: New) -> None:
    """A second row that spells the agency another way, or dates it another day, is noted."""
    first_id = min(agreement.rows, key=publication.row_of)
    first = ledger.listings[first_id]
    ledger.put_on(publication, agreement, new)
    if name_key(first) == name_key(new.listing) and first.signed_on == new.listing.signed_on:
        return
    before = (first_id, publication.position, publication.row_of(first_id))
    alike = name_of(first).loose == name_of(new.listing).loose
    judgment = Judgment("same", "listed_twice", 2, 0.8, not alike, {}, () if alike else ("side_by_side",))
    amend(ledger, publication, agreement, before, new, differing_fields(first, new.listing), judgment)


def as_candidate(ledger: Ledger, agreement: Agreement, listing_id: int, judgment: Judgment) -> Candidate:
    """Return the agreement under its older row, as a candidate of an amendment that a person should look at."""
    listing = ledger.listings[listing_id]
    return {
        "agreement_id": agreement.id, "agency_id": agreement.agency_id, "agency": name_of(listing).printed,
        "state": listing.state_code, "signed_on": listing.signed_on, "score": round(judgment.score, 2),
        "reasons": [AGAINST[code] for code in judgment.against],
    }  # fmt: skip


def new_change(
    ledger: Ledger, publication: Accepted, kind: str, agreement: Agreement, rule: str, *more: object, states: str = ""
) -> Change:
    """A change whose id comes from what it `states`, rows as printed, so that older lists found later leave it alone;
    an agreement's own id is that of its oldest row."""
    wanted = change_id(kind, states or agreement.id, *more)
    return Change(
        ledger.free_change_id(wanted), kind, "", publication.list, agreement.id, agreement.agency_id,
        publication.position, publication.listed_on, rule,
    )  # fmt: skip


def _doubt(change: Change, codes: list[str]) -> None:
    """Let the change say what is odd about it, for a person to look at."""
    if codes:
        change.evidence = {**change.evidence, "doubt": codes}
        change.needs_review = True


def _renewed(publication: Accepted, agreement: Agreement) -> str:
    return f"renewed: {agreement.id} was first listed on {publication.listed_on}"


def _later(older: Agreement, newer: Agreement) -> bool:
    return bool(older.signed_on and newer.signed_on and newer.signed_on > older.signed_on)


def _is_switch(ledger: Ledger, publication: Accepted, other: Agreement, agreement: Agreement) -> bool:
    soon = gap_days(ledger, other, publication) <= policy.SWITCH_GAP_DAYS
    return soon and other.signed_on != agreement.signed_on and not listed_besides(ledger, agreement)
