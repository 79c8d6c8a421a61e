"""What people decided, and what follows from it: append-only, replayed at every derivation, undone by a later one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from db.database import Store
from monitor.changelog.state import Ledger

#: Every ruling there is, with its meaning.
RULINGS = {
    "same": "the ended agreement goes on in the other one",
    "distinct": "the two are different agreements",
    "confirm": "the change is as the log says",
    "dismiss": "the change is not one; it is retracted",
    "release": "the held list is what it claims to be, and is taken in",
    "reject": "the held list is not taken in",
    "note": "a remark; it decides nothing",
    "undo": "an earlier ruling no longer counts",
}


@dataclass(slots=True)
class Rulings:
    """The rulings in force: of each subject the newest, notes aside."""

    pairs: dict[tuple[str, str], str] = field(default_factory=dict)  # (agreement id, agreement id) -> same | distinct
    lists: dict[str, str] = field(default_factory=dict)  # sha256 -> release | reject
    changes: dict[str, tuple[str, str]] = field(default_factory=dict)  # change id -> (confirm | dismiss, words)

    def apply(self, ledger: Ledger) -> None:
        """Changes that were confirmed or dismissed say so."""
        for change_id, (ruling, words) in sorted(self.changes.items()):
            change = ledger.changes.find(change_id)
            if change is None:
                continue
            change.needs_review = False
            if ruling == "dismiss":
                change.status, change.reason = "retracted", words
            elif change.status == "provisional":
                change.status = "confirmed"
                ledger.waiting.pop(change.agreement_id or "", None)
            change.evidence = {**change.evidence, "ruled": ruling}
            ledger.dirty.changes.add(change_id)


def ruling_mark(made_at: str, ruling: str, other: str, reviewer: str) -> str:
    """What an `undo` writes as its `other`: which ruling on the same subject it means, on whatever machine."""
    return "|".join((made_at, ruling, other, reviewer))


#: made_at, ruling, subject, other, reviewer, reason
RulingRow = tuple[str, str, str, str, str, str]


def in_force(rows: Sequence[RulingRow]) -> list[RulingRow]:
    """The rulings, oldest first, without what was undone and without the undoing."""
    return [row for row in not_undone(rows) if row[1] != "undo"]


def not_undone(rows: Sequence[RulingRow]) -> list[RulingRow]:
    """The rulings, oldest first, without those that a later `undo` means; an `undo` can itself be undone."""
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


def load_rulings(store: Store, until: str | None = None) -> Rulings:
    """The rulings in force (those made by `until`, when it is given)."""
    found = Rulings()
    query = (
        "select made_at, ruling, subject, other, reviewer, reason from rulings where ? is null or made_at <= ?"
        " order by made_at, id"
    )
    rows = store.connection.execute(query, [until, until]).fetchall()
    for _, ruling, subject, other, reviewer, reason in in_force(rows):
        if ruling in ("same", "distinct"):
            found.pairs[(subject, other)] = found.pairs[(other, subject)] = ruling
        elif ruling in ("release", "reject"):
            found.lists[subject] = ruling
        elif ruling in ("confirm", "dismiss"):
            found.changes[subject] = (ruling, f"dismissed by {reviewer}: {reason}" if ruling == "dismiss" else "")
    return found
