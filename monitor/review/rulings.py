"""The rulings there are, which of those made are in force, and what they do to the change log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from db.database import Store
from db.desk_models import RulingRecord
from db.queries.review_audit import list_rulings
from monitor.changelog.state import Ledger

#: Every ruling there is, with its meaning.
RULINGS = {
    "same": "the ended agreement continues as the other one",
    "distinct": "the two are different agreements",
    "confirm": "the change is as the log says",
    "dismiss": "the change did not happen; it is retracted",
    "release": "the held list is what it claims to be, and is accepted",
    "reject": "the held list is left out",
    "note": "a remark; it decides nothing",
    "undo": "an earlier ruling no longer counts",
}


@dataclass(slots=True)
class Rulings:
    """The rulings in force: the newest on each subject, notes excepted."""

    pairs: dict[tuple[str, str], str] = field(default_factory=dict)  # (agreement id, agreement id) -> same | distinct
    lists: dict[str, str] = field(default_factory=dict)  # sha256 -> release | reject
    changes: dict[str, tuple[str, str]] = field(default_factory=dict)  # change id -> (confirm | dismiss, words)

    def add(self, ruling: str, subject: str, other: str = "", words: str = "") -> None:
        """Let a ruling count as the newest on its subject."""
        if ruling in ("same", "distinct"):
            self.pairs[(subject, other)] = self.pairs[(other, subject)] = ruling
        elif ruling in ("release", "reject"):
            self.lists[subject] = ruling
        elif ruling in ("confirm", "dismiss"):
            self.changes[subject] = (ruling, words)

    def apply(self, ledger: Ledger) -> None:
        """Set the status of changes that were confirmed or dismissed."""
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


def load_rulings(store: Store, until: str | None = None) -> Rulings:
    """Return the rulings in force (at `until`, when it is given)."""
    found = Rulings()
    for ruling in in_force(list_rulings(store.connection, until)):
        words = f"dismissed by {ruling.reviewer}: {ruling.reason}" if ruling.ruling == "dismiss" else ""
        found.add(ruling.ruling, ruling.subject, ruling.other, words)
    return found
