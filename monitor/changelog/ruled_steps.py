"""What a ruling reaches: the change it is about, and the first list that could show both of two agreements."""

from __future__ import annotations

from db.database import Store
from db.models import Change, RuledRows, StandingRulings
from db.queries.agreements import load_first_position, load_rows_by_state
from db.queries.fold_steps import load_step_of
from monitor.changelog.state import Ledger
from monitor.matching.ids import agreement_slug

NEVER = 2_000_000_000


def first_ruled_step(store: Store, a: str, b: str) -> int:
    """Return the first step in which a ruling on the agreements can have decided anything; `NEVER` when none."""
    found = [_first_position(store, agreement) for agreement in (a, b)]
    if None in found:
        return NEVER
    return load_step_of(store.connection, max(position for position in found if position is not None))


def find_ruled_change(ledger: Ledger, subject: str, rulings: StandingRulings) -> Change | None:
    """Return the change that a ruling on `subject` is about; None when the log says nothing like it any more.

    When another list has replaced the id, it is the change of the same kind and agreement with the same two rows.
    """
    change, about = ledger.changes.find(subject), rulings.rows.get(subject)
    if change is not None or about is None or about.agreement_id not in ledger.agreements:
        return change
    agency_id = ledger.agreements[about.agreement_id].agency_id
    same = [
        change for change in ledger.changes.of_agency(agency_id)
        if change.id not in rulings.changes and _rows_of(ledger, change) == about
    ]  # fmt: skip
    return min(same, key=lambda change: change.id, default=None)


def _rows_of(ledger: Ledger, change: Change) -> RuledRows:
    before, after = (
        "" if listing is None else ledger.content(listing) for listing in (change.before_listing, change.after_listing)
    )
    return RuledRows(change.kind, change.agreement_id or "", before, after)


def _first_position(store: Store, agreement: str) -> int | None:
    """Return the position of the first list with that agreement, or with a row that would be one of that id."""
    positions = [load_first_position(store.connection, agreement)]
    state = agreement.removeprefix("pending-")[:2].upper()
    positions += [
        position
        for listing, position in load_rows_by_state(store, None if state == "XX" else state)
        if agreement_slug(listing) == agreement
    ]
    return min((position for position in positions if position is not None), default=None)
