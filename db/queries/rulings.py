"""What people decided: append-only, applied at every derivation, undone by a later ruling."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from db.desk_models import RulingRecord
from db.models import RuledRows, StandingRulings

_COLUMNS = (
    "id, made_at, reviewer, ruling, subject, other, reason, on_change, imported_by,"
    " on_kind, on_agreement, on_before, on_after"
)


def list_rulings(connection: sqlite3.Connection) -> list[RulingRecord]:
    """Return every ruling, oldest first, undone ones included."""
    rows = connection.execute(f"select {_COLUMNS} from rulings order by made_at, id")
    return [_record(row) for row in rows]


def load_standing_rulings(connection: sqlite3.Connection) -> StandingRulings:
    """Return the rulings that count now."""
    return standing_rulings(in_force(list_rulings(connection)))


def load_folded_rulings(connection: sqlite3.Connection, last_ruling: int) -> StandingRulings:
    """Return the rulings that counted when the log was derived, up to that ruling."""
    rows = connection.execute(
        f"select {_COLUMNS} from main.rulings where id <= ? order by made_at, id",
        [last_ruling],
    )
    return standing_rulings(in_force([_record(row) for row in rows]))


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


def read_rulings(connection: sqlite3.Connection) -> list[RulingRecord]:
    """Return every ruling, oldest first; one counts when it was not undone and no later one answers the same."""
    rulings = list_rulings(connection)
    newest = {question(ruling): ruling.id for ruling in not_undone(rulings)}
    return [replace(ruling, counts=newest.get(question(ruling)) == ruling.id) for ruling in rulings]


def question(ruling: RulingRecord) -> tuple[str, ...]:
    """Return what a ruling answers: of all rulings that answer the same, the newest stands."""
    if ruling.ruling in ("same", "distinct"):
        return ("pair", *sorted((ruling.subject, ruling.other)))
    if ruling.ruling in ("note", "undo"):
        return (ruling.ruling, ruling.subject, ruling.other, ruling.made_at, ruling.reviewer)
    return ("subject", ruling.subject)


def is_same_answer(one: RulingRecord, other: RulingRecord) -> bool:
    """Return whether two rulings that answer the same question say the same."""
    return one.ruling == other.ruling and (one.ruling in ("same", "distinct") or one.other == other.other)


def find_touched_by_overruled(connection: sqlite3.Connection) -> set[str]:
    """Return the ids of the changes that were last touched by a ruling that was undone or is answered otherwise now."""
    rulings = list_rulings(connection)
    standing = {question(ruling): ruling for ruling in not_undone(rulings)}
    overruled = {
        ruling.id for ruling in rulings
        if (now := standing.get(question(ruling))) is None or not is_same_answer(now, ruling)
    }  # fmt: skip
    rows = connection.execute("select change_id, max(ruling_id) from ruling_effects group by change_id")
    return {str(change_id) for change_id, last in rows if last in overruled}


def standing_rulings(rulings: Iterable[RulingRecord]) -> StandingRulings:
    """Return what rulings in force decide: of those on one subject, the newest counts."""
    found = StandingRulings()
    for made in rulings:
        if made.ruling in ("same", "distinct"):
            found.pairs[(made.subject, made.other)] = found.pairs[(made.other, made.subject)] = made.ruling
        elif made.ruling in ("release", "reject"):
            found.lists[made.subject] = made.ruling
            found.named.pop(made.subject, None)
            if made.other:
                found.named[made.subject] = "pending" if made.other == "pending" else "participating"
        elif made.ruling == "form":
            found.forms[made.subject] = "pending" if made.other == "pending" else "participating"
        elif made.ruling in ("confirm", "dismiss"):
            words = f"dismissed by {made.reviewer}: {made.reason}" if made.ruling == "dismiss" else ""
            found.changes[made.subject] = (made.ruling, words)
            found.confirmed.pop(made.subject, None)
            if made.ruling == "confirm":
                found.confirmed[made.subject] = made.made_at
            if made.about.kind:
                found.rows[made.subject] = made.about
    return found


def find_ruled_rows(connection: sqlite3.Connection, change_id: str) -> RuledRows:
    """Return what a change says, whatever id it has; empty when the change is not in the log."""
    row = connection.execute(
        "select c.kind, ifnull(c.agreement_id, ''), ifnull(lower(hex(b.content)), ''),"
        " ifnull(lower(hex(a.content)), '') from changes c left join listings b on b.id = c.before_listing"
        " left join listings a on a.id = c.after_listing where c.id = ?",
        [change_id],
    ).fetchone()
    return RuledRows(*row) if row else RuledRows()


def _record(row: tuple[Any, ...]) -> RulingRecord:
    return replace(RulingRecord(*row[:9]), about=RuledRows(*row[9:]))
