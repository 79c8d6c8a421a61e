"""What people decided, and what follows from it: append-only, replayed at every derivation, undone by a later one."""

from __future__ import annotations

from dataclasses import dataclass, field

from db.store import Store
from monitor.ledger import Ledger

#: Every ruling there is, with its meaning.
RULINGS = {
    "same": "the ended agreement goes on in the other one",
    "distinct": "the two are different agreements",
    "confirm": "the change is as the log says",
    "dismiss": "the change is not one; it is retracted",
    "release": "the held list is what it claims to be, and is taken in",
    "reject": "the held list is not taken in",
    "note": "a remark; it decides nothing",
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


def load_rulings(store: Store, until: str | None = None) -> Rulings:
    """The rulings in force (those made by `until`, when it is given)."""
    found = Rulings()
    query = (
        "select ruling, subject, other, reviewer, reason from rulings where ? is null or made_at <= ?"
        " order by made_at, id"
    )
    for ruling, subject, other, reviewer, reason in store.connection.execute(query, [until, until]):
        if ruling in ("same", "distinct"):
            found.pairs[(subject, other)] = found.pairs[(other, subject)] = ruling
        elif ruling in ("release", "reject"):
            found.lists[subject] = ruling
        elif ruling in ("confirm", "dismiss"):
            found.changes[subject] = (ruling, f"dismissed by {reviewer}: {reason}" if ruling == "dismiss" else "")
    return found
