"""Apply rulings: to the change each is about, and from the first list that could show both of two agreements."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from db.database import Store
from db.models import Agreement, Change, Listing, ListName, RuledRows, StandingRulings
from db.queries import fold_steps
from db.queries.agreements import load_first_position, load_rows_like
from db.queries.snapshots import load_listings
from monitor.changelog import change_status
from monitor.changelog.state import Ledger
from monitor.matching.ids import agreement_slug

NEVER = 2_000_000_000


def apply_rulings(ledger: Ledger, rulings: StandingRulings) -> None:
    """Let the changes that a reviewer confirmed or dismissed say so, and those that "two agreements" settles."""
    for subject, (ruling, words) in sorted(rulings.changes.items()):
        change = find_ruled_change(ledger, subject, rulings)
        if change is None:
            continue
        change.needs_review = False
        if ruling == "dismiss":
            change_status.retract(ledger, change, words)
            agreement = ledger.agreements.get(change.agreement_id or "")
            if agreement is not None and change.kind in ("termination", "pending_withdrawn"):
                change_status.undo_switches(ledger, agreement, f"{agreement.id}: {words}")
        elif change.status == "provisional":
            change_status.confirm(ledger, change)
        change.evidence = {**change.evidence, "ruled": ruling}
        if change.id != subject:
            change.evidence["ruled_on"] = subject
        ledger.dirty.changes.add(change.id)
    for (one, other), ruling in sorted(ledger.rulings.items()):
        if ruling == "distinct" and one in ledger.agreements:
            _settle_as_own(ledger, ledger.agreements[one], ledger.agreements.get(other))


def _settle_as_own(ledger: Ledger, agreement: Agreement, other: Agreement | None) -> None:
    """An agreement that is not the other one is no slip in its row, nor the older one under another name.

    So a single list is no doubt about its ending, nor an early date about its signing. Every other doubt stays.
    """
    settled = {"listed_once"}
    if other is not None and other.first_position < agreement.first_position:
        settled.add("signed_long_before")
    for change in ledger.changes.of_agency(agreement.agency_id):
        doubt = change.evidence.get("doubt", [])
        doubts = {doubt} if isinstance(doubt, str) else set(doubt) if isinstance(doubt, list) else set()
        asked = change.needs_review and change.agreement_id == agreement.id and not change.candidates
        if asked and doubts and doubts <= settled:
            change.needs_review = False
            ledger.dirty.changes.add(change.id)


def first_ruled_step(store: Store, a: str, b: str) -> int:
    """Return the first step in which a ruling on the agreements can have decided anything; `NEVER` when none.

    Each may be no more than a row of a held list: what the list is held for counts the rows that the ruling pairs.
    """
    first: dict[tuple[int, ListName | None], int] = {}  # of each row, as it is read on each list
    for step, list_name, ids in fold_steps.load_held_rows(store.connection):
        for listing_id in ids:
            first.setdefault((listing_id, list_name), step)
    rows = load_listings(store, [listing_id for listing_id, _ in first])
    held = [(step, replace(rows[i], list=name) if name else rows[i]) for (i, name), step in first.items()]
    return max(_first_step(store, agreement, held) for agreement in (a, b))


def find_ruled_change(ledger: Ledger, subject: str, rulings: StandingRulings) -> Change | None:
    """Return the change that a ruling on `subject` is about; None when the log says nothing like it any more.

    When another list has replaced the id, it is the change of the same kind with the same two rows. The agreement
    tells where to look; when its id is gone too (an older row was found), every agency of the state is looked at.
    """
    change, about = ledger.changes.find(subject), rulings.rows.get(subject)
    if change is not None or about is None:
        return change
    known = ledger.agreements.get(about.agreement_id)
    for agency_id in [known.agency_id] if known else sorted(ledger.by_state[_state_of(about.agreement_id)]):
        for change in sorted(ledger.changes.of_agency(agency_id), key=lambda change: change.id):
            if change.id not in rulings.changes and _says(ledger, change, about):
                return change
    return None


def _says(ledger: Ledger, change: Change, about: RuledRows) -> bool:
    rows = (
        "" if listing is None else ledger.content(listing) for listing in (change.before_listing, change.after_listing)
    )
    return change.kind == about.kind and tuple(rows) == (about.before, about.after)


def _state_of(agreement_id: str) -> str | None:
    """Return the USPS code that an agreement's id begins with; None when its row names no state."""
    state = agreement_id.removeprefix("pending-")[:2].upper()
    return None if state == "XX" else state


def _first_step(store: Store, agreement: str, held: Iterable[tuple[int, Listing]]) -> int:
    """Return the first step whose list has that agreement, or a row that would be one of that id; `NEVER` when none."""
    positions = [load_first_position(store.connection, agreement)]
    positions += [
        position
        for listing, position in load_rows_like(store, agreement, _state_of(agreement))
        if agreement_slug(listing) == agreement
    ]
    found = [position for position in positions if position is not None]
    steps = [fold_steps.load_step_of(store.connection, min(found))] if found else []
    return min([NEVER, *steps, *(step for step, listing in held if agreement_slug(listing) == agreement)])
