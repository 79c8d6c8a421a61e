"""What people decided: append-only, applied at every derivation, undone by a later ruling."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from db.models import StandingRulings

#: made_at, ruling, subject, other, reviewer, reason
RulingRow = tuple[str, str, str, str, str, str]


def ruling_mark(made_at: str, ruling: str, other: str, reviewer: str) -> str:
    """Return what an `undo` writes as its `other`: which ruling on the same subject it means, on whatever machine."""
    return "|".join((made_at, ruling, other, reviewer))


def not_undone(rows: Sequence[RulingRow]) -> list[RulingRow]:
    """Return the rulings, oldest first, without those that a later `undo` means; an `undo` can itself be undone."""
    undone: set[tuple[str, str]] = set()
    standing = []
    for row in reversed(rows):
        made_at, ruling, subject, other, reviewer, _ = row
        if (subject, ruling_mark(made_at, ruling, other, reviewer)) in undone:
            continue
        standing.append(row)
        if ruling == "undo":
            undone.add((subject, other))
    return standing[::-1]


def in_force(rows: Sequence[RulingRow]) -> list[RulingRow]:
    """Return the rulings, oldest first, without what was undone and without the undoing."""
    return [row for row in not_undone(rows) if row[1] != "undo"]


def standing_rulings(rows: Iterable[RulingRow]) -> StandingRulings:
    """Return the rulings that count, of those in force."""
    found = StandingRulings()
    for _, ruling, subject, other, reviewer, reason in rows:
        if ruling in ("same", "distinct"):
            found.pairs[(subject, other)] = found.pairs[(other, subject)] = ruling
        elif ruling in ("release", "reject"):
            found.lists[subject] = ruling
        elif ruling in ("confirm", "dismiss"):
            found.changes[subject] = (ruling, f"dismissed by {reviewer}: {reason}" if ruling == "dismiss" else "")
    return found


def load_standing_rulings(connection: sqlite3.Connection) -> StandingRulings:
    """Return the rulings that count now."""
    rows = connection.execute(
        "select made_at, ruling, subject, other, reviewer, reason from rulings order by made_at, id"
    ).fetchall()
    return standing_rulings(in_force(rows))


def load_folded_pairs(connection: sqlite3.Connection, last_ruling: int) -> dict[tuple[str, str], str]:
    """Return the rulings on pairs that counted when the log was derived, up to that ruling."""
    rows = connection.execute(
        "select made_at, ruling, subject, other, reviewer, reason from main.rulings where id <= ? order by made_at, id",
        [last_ruling],
    ).fetchall()
    return standing_rulings(in_force(rows)).pairs
