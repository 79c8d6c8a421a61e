"""How far back a ruling on two agreements reaches: to the first list that could show both."""

from __future__ import annotations

from db.database import Store
from db.queries.agreements import load_first_position, load_rows_by_state
from db.queries.fold_steps import load_step_of
from monitor.matching.ids import agreement_slug

NEVER = 2_000_000_000


def first_ruled_step(store: Store, a: str, b: str) -> int:
    """Return the first step in which a ruling on the agreements can have decided anything; `NEVER` when none."""
    found = [_first_position(store, agreement) for agreement in (a, b)]
    if None in found:
        return NEVER
    return load_step_of(store.connection, max(position for position in found if position is not None))


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
