"""What people decided: append-only, applied at every derivation, undone by a later ruling."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from db.desk_models import RulingRecord
from db.models import StandingRulings

_COLUMNS = "id, made_at, reviewer, ruling, subject, other, reason, on_change, imported_by"


def list_rulings(connection: sqlite3.Connection) -> list[RulingRecord]:
    """Return every ruling, oldest first, undone ones included."""
    rows = connection.execute(f"select {_COLUMNS} from rulings order by made_at, id")
    return [RulingRecord(*row) for row in rows]


def load_standing_rulings(connection: sqlite3.Connection) -> StandingRulings:
    """Return the rulings that count now."""
    return standing_rulings(in_force(list_rulings(connection)))


def load_folded_rulings(connection: sqlite3.Connection, last_ruling: int) -> StandingRulings:
    """Return the rulings that counted when the log was derived, up to that ruling."""
    rows = connection.execute(
        f"select {_COLUMNS} from main.rulings where id <= ? order by made_at, id",
        [last_ruling],
    )
    return standing_rulings(in_force([RulingRecord(*row) for row in rows]))


def in_force(rulings: Sequence[RulingRecord]) -> list[RulingRecord]:
    """Return the rulings, oldest first, without those that were undone and without the undoing itself."""
    return [ruling for ruling in not_undone(rulings) if ruling.ruling != "undo"]


def not_undone(rulings: Sequence[RulingRecord]) -> list[RulingRecord]:
    """Return the rulings, oldest first, without those that a later `undo` names; an `undo` can itself be undone."""
    undone: set[tuple[str, str]] = set()
    standing = []
    for ruling in reversed(rulings):
        if (ruling.subject, ruling.mark) in undone:
            continue
        standing.append(ruling)
        if ruling.ruling == "undo":
            undone.add((ruling.subject, ruling.other))
    return standing[::-1]


def standing_rulings(rulings: Iterable[RulingRecord]) -> StandingRulings:
    """Return what rulings in force decide: of those on one subject, the newest counts."""
    found = StandingRulings()
    for made in rulings:
        if made.ruling in ("same", "distinct"):
            found.pairs[(made.subject, made.other)] = found.pairs[(made.other, made.subject)] = made.ruling
        elif made.ruling in ("release", "reject"):
            found.lists[made.subject] = made.ruling
        elif made.ruling == "form":
            found.forms[made.subject] = "pending" if made.other == "pending" else "participating"
        elif made.ruling in ("confirm", "dismiss"):
            words = f"dismissed by {made.reviewer}: {made.reason}" if made.ruling == "dismiss" else ""
            found.changes[made.subject] = (made.ruling, words)
            found.confirmed.pop(made.subject, None)
            if made.ruling == "confirm":
                found.confirmed[made.subject] = made.made_at
    return found
