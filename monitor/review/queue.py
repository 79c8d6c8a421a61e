"""What waits for a person, in the order in which to look at it, and what was ruled on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from db.database import Store
from db.desk_models import HeldList, RulingRecord
from db.errors import NotFoundError
from db.queries import review_audit
from db.records import ChangeRecord
from monitor.changelog.log import Filter, fits, read_log
from monitor.review.rulings import not_undone

#: The parts of the queue in order, with their headings.
PARTS = {
    "held lists": "Held lists",
    "doubtful": "Changes that need a decision",
    "endings": "Endings nobody has reviewed",
    "rest": "Other changes nobody has reviewed",
    "settled": "Settled",
}
_ORDER = tuple(PARTS)


@dataclass(frozen=True, slots=True)
class QueueItem:
    """A held list or a change, and the part of the queue it stands in."""

    part: str
    held: HeldList | None = None
    change: ChangeRecord | None = None

    @property
    def id(self) -> str:
        """The list's sha256, or the change's id."""
        return self.held.sha256 if self.held else (self.change["id"] if self.change else "")

    @property
    def known_at(self) -> str:
        """When it became known here."""
        return self.held.known_at if self.held else ((self.change and self.change["known_at"]) or "")


@dataclass(frozen=True, slots=True)
class Queue:
    """Everything to review: held lists, and the change log with what was ruled."""

    lists: list[HeldList]
    changes: list[ChangeRecord]  # oldest first
    rulings: list[RulingRecord]  # oldest first

    def find_change(self, change_id: str) -> ChangeRecord | None:
        """Return the change of that id, retracted ones included."""
        return next((change for change in self.changes if change["id"] == change_id), None)

    @property
    def last_ruling_id(self) -> int:
        """The id of the newest ruling; 0 when there is none."""
        return max((ruling.id for ruling in self.rulings), default=0)

    def known_after(self, moment: str) -> list[str]:
        """Return the ids of the changes and held lists that became known after a time ("": all)."""
        items = [QueueItem("", held=held) for held in self.lists] + [QueueItem("", change=c) for c in self.changes]
        return [item.id for item in items if not moment or item.known_at > moment]

    def find_ruling(self, ruling_id: int) -> RulingRecord:
        """Return the ruling of that id."""
        for ruling in self.rulings:
            if ruling.id == ruling_id:
                return ruling
        raise NotFoundError(f"no ruling {ruling_id}")

    def rulings_on_change(self, change: ChangeRecord) -> list[RulingRecord]:
        """Return the rulings on the change, on its agreement and its candidates, and remarks; oldest first."""
        agreement = change["agreement_id"]
        return [
            r for r in self.rulings
            if r.subject == change["id"]
            or (agreement and (agreement in (r.subject, r.other) or f"|{agreement}|" in r.other))
        ]  # fmt: skip

    def rulings_on_list(self, sha256: str) -> list[RulingRecord]:
        """Return the rulings on a list, oldest first."""
        return [r for r in self.rulings if r.subject == sha256]

    def part_of(self, change: ChangeRecord, ruled: set[str]) -> str:
        """Return the part of the queue in which a change stands; `ruled` are the subjects of rulings that count."""
        if change["status"] == "retracted" or change["id"] in ruled:
            return "settled"
        if change["needs_review"]:
            return "doubtful"
        if change["agreement_id"] in ruled:
            return "settled"
        return "endings" if change["kind"] == "termination" else "rest"

    def in_order(self, asked: Mapping[str, str]) -> list[QueueItem]:
        """Return what fits a filter, held lists first; settled changes only when that part is asked for."""
        ruled = {r.subject for r in self.rulings if r.counts and r.ruling not in ("note", "undo")}
        ruled |= {r.other for r in self.rulings if r.counts and r.ruling in ("same", "distinct")}
        wanted = Filter(
            asked.get("since") or None, asked.get("until") or None, asked.get("state") or None,
            asked.get("county") or None, asked.get("agency") or None, asked.get("support_type") or None,
            asked.get("kind") or None, asked.get("status") or None,
        )  # fmt: skip
        items = [QueueItem("held lists", held=held) for held in self.lists] if wanted == Filter() else []
        items += [QueueItem(self.part_of(c, ruled), change=c) for c in self.changes if fits(c, wanted)]
        part, known_after = asked.get("part", ""), asked.get("known_after", "")
        items = [i for i in items if (i.part == part if part else i.part != "settled")]
        items = [i for i in items if not known_after or i.known_at > known_after]
        return sorted(items, key=lambda item: _ORDER.index(item.part))  # stable: oldest first within a part


def read_queue(store: Store) -> Queue:
    """Return the queue as it stands."""
    changes: Any = read_log(store)
    return Queue(review_audit.list_held(store.connection), changes, read_rulings(store))


def read_rulings(store: Store) -> list[RulingRecord]:
    """Return every ruling, oldest first; one counts when it was not undone and no later one answers the same."""
    rulings = review_audit.list_rulings(store.connection)
    newest = {_question(ruling): ruling.id for ruling in not_undone(rulings)}
    return [replace(ruling, counts=newest.get(_question(ruling)) == ruling.id) for ruling in rulings]


def _question(ruling: RulingRecord) -> tuple[str, ...]:
    """Return what a ruling answers: of all rulings that answer the same, the newest stands."""
    if ruling.ruling in ("same", "distinct"):
        return ("pair", *sorted((ruling.subject, ruling.other)))
    if ruling.ruling in ("note", "undo"):
        return (ruling.ruling, ruling.subject, ruling.other, ruling.made_at, ruling.reviewer)
    return ("subject", ruling.subject)
