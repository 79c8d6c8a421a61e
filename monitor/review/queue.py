"""What waits for a person, in the order in which to look at it, and what was ruled on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from rapidfuzz import fuzz

from db.database import Store
from db.desk_models import HeldList, RulingEffect, RulingRecord
from db.errors import NotFoundError
from db.queries import desk_work, review_audit
from db.queries.rulings import is_same_answer, question, read_rulings
from db.records import ChangeRecord
from monitor.changelog.kept_log import KeptLog
from monitor.changelog.log import Filter, fits, read_log
from monitor.matching.names import normal_form

#: The parts of the queue in order, with their headings.
PARTS = {
    "overruled": "Your rulings that somebody overruled",
    "replaced": "Ruled on before, and replaced by a later list",
    "held lists": "Held lists",
    "doubtful": "Changes that need a decision",
    "endings": "Endings nobody has reviewed",
    "rest": "Other changes nobody has reviewed",
    "settled": "Settled",
}
ON_LISTS = ("release", "reject", "form")
_ORDER = tuple(PARTS)
#: How alike, of 100, a word asked for and the words of a name must be: "Zephyrhils" finds Zephyrhills, "Lake" not Lee.
ALIKE = 86
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class QueueItem:
    """A held list or a change, and the part of the queue it stands in."""

    part: str
    held: HeldList | None = None
    change: ChangeRecord | None = None
    mine: RulingRecord | None = None  # the reviewer's own ruling, when somebody overruled it
    by: RulingRecord | None = None  # the ruling that overruled it

    @property
    def id(self) -> str:
        """The list's sha256, or the change's id."""
        return self.held.sha256 if self.held else (self.change["id"] if self.change else "")

    @property
    def known_at(self) -> str:
        """When it became known here."""
        return self.held.known_at if self.held else ((self.change and self.change["known_at"]) or "")


@dataclass(frozen=True)
class Queue:
    """Everything to review: held lists, and the change log with what was ruled."""

    lists: list[HeldList]
    changes: list[ChangeRecord]  # oldest first
    rulings: list[RulingRecord]  # oldest first
    effects: list[RulingEffect] = field(default_factory=list)
    derived: frozenset[str] = frozenset()  # ids of the changes that the lists make now; the log has others besides
    assignments: dict[str, str] = field(default_factory=dict)  # change id -> name of who looks at it

    @property
    def last_ruling_id(self) -> int:
        """The id of the newest ruling; 0 when there is none."""
        return max((ruling.id for ruling in self.rulings), default=0)

    @cached_property
    def settled_ids(self) -> frozenset[str]:
        """Ids of changes that a ruling settles: those it was made on, and those it made of two agreements.

        A ruling on two agreements leaves what is doubtful for another reason.
        """
        counting = [r for r in self.rulings if r.counts and r.ruling not in ("note", "undo")]
        pairs = {r.id: r.on_change for r in counting if r.ruling in ("same", "distinct")}
        of_pairs = {*pairs.values(), *(e.change_id for e in self.effects if e.ruling_id in pairs and not e.before)}
        ids = {r.subject for r in counting if r.id not in pairs}
        ids |= {c["id"] for c in self.changes if c["evidence"].get("ruled_on")}  # a ruling moved on to it
        return frozenset(ids | {c["id"] for c in self.changes if c["id"] in of_pairs and not c["needs_review"]})

    def find_fate(self, ruling: RulingRecord) -> tuple[str, list[ChangeRecord]]:
        """Return what became of the change that a ruling which counts was made on, and the changes there are instead.

        "" while it is there or nothing is known of its rows; "moved" when the ruling counts for another change that
        says the same; "replaced" when others of its kind about its agreement are there; "gone" when none is.
        """
        if not ruling.counts or ruling.ruling not in ("confirm", "dismiss") or not ruling.about.kind:
            return "", []
        if ruling.subject in self.derived:
            return "", []
        if moved := [c for c in self.changes if c["evidence"].get("ruled_on") == ruling.subject]:
            return "moved", moved
        instead = [
            c for c in self.changes
            if (c["kind"], c["agreement_id"]) == ruling.about[:2] and c["status"] != "retracted"
        ]  # fmt: skip
        return ("replaced" if instead else "gone"), instead

    @cached_property
    def replacing_ids(self) -> frozenset[str]:
        """Ids of changes in place of one that a ruling was made on: the question is asked again."""
        found = [self.find_fate(ruling) for ruling in self.rulings]
        return frozenset(c["id"] for fate, instead in found if fate == "replaced" for c in instead)

    def find_change(self, change_id: str) -> ChangeRecord | None:
        """Return the change of that id, retracted ones included."""
        return next((change for change in self.changes if change["id"] == change_id), None)

    def find_ruling(self, ruling_id: int) -> RulingRecord:
        """Return the ruling of that id."""
        for ruling in self.rulings:
            if ruling.id == ruling_id:
                return ruling
        raise NotFoundError(f"no ruling {ruling_id}")

    def known_after(self, moment: str) -> list[str]:
        """Return the ids of the changes and held lists that became known after a time ("": all)."""
        items = [QueueItem("", held=held) for held in self.lists if held.waits] + [
            QueueItem("", change=c) for c in self.changes
        ]
        return [item.id for item in items if not moment or item.known_at > moment]

    def rulings_on_change(self, change: ChangeRecord) -> list[RulingRecord]:
        """Return the rulings on the change, on its agreement and its candidates, and remarks; oldest first."""
        agreement = change["agreement_id"]
        return [
            r for r in self.rulings
            if change["id"] in (r.subject, r.on_change)
            or (agreement and (agreement in (r.subject, r.other) or f"|{agreement}|" in r.other))
        ]  # fmt: skip

    def rulings_on_list(self, sha256: str, form: str | None) -> list[RulingRecord]:
        """Return the rulings on a list and on its form, oldest first."""
        return [r for r in self.rulings if r.subject in (sha256, form)]

    def effects_of(self, first: int, last: int) -> list[RulingEffect]:
        """Return what the rulings with the ids `first` to `last` did to the log."""
        return [effect for effect in self.effects if first <= effect.ruling_id <= last]

    def part_of(self, change: ChangeRecord) -> str:
        """Return the part of the queue in which a change stands."""
        if change["status"] == "retracted" or change["id"] in self.settled_ids:
            return "settled"
        if change["id"] in self.replacing_ids:
            return "replaced"
        if change["needs_review"]:
            return "doubtful"
        return "endings" if change["kind"] == "termination" else "rest"

    def in_order(self, asked: Mapping[str, str], reviewer: str = "") -> list[QueueItem]:
        """Return what fits a filter, in the order of `PARTS`; settled changes only when that part is asked for.

        A change that somebody overruled stands in the queue of the `reviewer` whose ruling it was.
        """
        month = asked.get("month", "")
        since, until = (f"{month}-01", f"{month}-31") if month else (asked.get("since"), asked.get("until"))
        wanted = Filter(
            since or None, until or None, asked.get("state") or None,
            asked.get("county") or None, None, asked.get("support_type") or None,
            asked.get("kind") or None, asked.get("status") or None,
        )  # fmt: skip
        name, group = asked.get("agency", ""), asked.get("held", "")
        lists_too = wanted == Filter() and not name
        mine = self._overruled(reviewer) if reviewer else []
        overruled = {item.id for item in mine}
        items = [*mine, *(QueueItem("held lists", held=held) for held in self.lists if held.waits)]
        items = [i for i in items if not i.held or (lists_too and group in ("", i.held.group))]
        items += [QueueItem(self.part_of(change), change=change) for change in self.changes]
        named = find_named(self.changes, name, _names_of) if name else self.changes
        ids = {c["id"] for c in named if not group and fits(c, wanted)}
        items = [i for i in items if not i.change or i.change["id"] in ids]
        items = [i for i in items if i.part == "overruled" or i.id not in overruled]
        part, known_after = asked.get("part", ""), asked.get("known_after", "")
        items = [i for i in items if (i.part == part if part else i.part != "settled")]
        items = [i for i in items if not known_after or i.known_at > known_after]
        if who := asked.get("assigned_to", ""):
            items = [i for i in items if self.assignments.get(i.id) == who]
        return sorted(items, key=_place)  # stable: oldest first within a part

    def _overruled(self, reviewer: str) -> list[QueueItem]:
        """Return what others ruled otherwise than the reviewer, until the reviewer rules on it or notes it."""
        found: dict[str, QueueItem] = {}
        for mine in self.rulings:
            if mine.reviewer != reviewer or mine.counts or mine.ruling in ("note", "undo"):
                continue
            by = next((r for r in reversed(self.rulings) if r.id > mine.id and _overrules(r, mine)), None)
            answered = by and any(
                r.id > by.id and r.reviewer == reviewer and {r.subject, r.on_change} & {mine.subject, mine.on_change}
                for r in self.rulings
            )
            change = self.find_change(mine.on_change or mine.subject)
            held = next((h for h in self.lists if h.sha256 in (mine.subject, mine.on_change)), None)
            if by and by.reviewer != reviewer and not answered and (change or held):
                found[mine.on_change or mine.subject] = QueueItem("overruled", held, change, mine, by)
        return list(found.values())


def find_named(things: Sequence[T], asked: str, names_of: Callable[[T], tuple[str | None, ...]]) -> list[T]:
    """Return the things one of whose names has what is asked for; those nearly so spelled when none has it.

    `names_of` gives a thing's id, which must be just what is asked for, and its names.
    """
    words = normal_form(asked)
    names = [(thing, [normal_form(name) for name in names_of(thing)[1:] if name]) for thing in things]
    found = [thing for thing, forms in names if names_of(thing)[0] == asked or any(words in form for form in forms)]
    if found or len(words) < 4:
        return found
    return [thing for thing, forms in names if any(fuzz.partial_ratio(words, form) >= ALIKE for form in forms)]


def _names_of(change: ChangeRecord) -> tuple[str | None, ...]:
    """Return the names of a change's agency: its id, the one of today, and those printed in the rows."""
    rows = [row["agency"] for row in (change["before"], change["after"]) if row]
    return change["agency_id"], change["agency"], *rows


def read_queue(store: Store, kept: KeptLog | None = None) -> Queue:
    """Return the queue as it stands; a log that was `kept` from an earlier reading is quicker to read again."""
    changes = kept.read(store) if kept else read_log(store)
    rulings = read_rulings(store.connection)
    ruled = {r.on_change or r.subject for r in rulings if r.ruling in ON_LISTS and not r.counts}
    lists = review_audit.list_held(store.connection, ruled)
    connection = store.connection
    return Queue(
        lists, changes, rulings, review_audit.list_effects(connection),
        frozenset(review_audit.load_statuses(connection)), desk_work.load_assignments(connection),
    )  # fmt: skip


def _place(item: QueueItem) -> tuple[int, bool, str]:
    """Return where an item stands: by part, held lists that later lists superseded last, and grouped."""
    held = item.held
    return _ORDER.index(item.part), bool(held and held.superseded), held.group if held else ""


def _overrules(later: RulingRecord, earlier: RulingRecord) -> bool:
    """Return whether a later ruling answers the same question otherwise, or undoes the earlier one."""
    if later.ruling == "undo":
        return (later.subject, later.other) == (earlier.subject, earlier.mark)
    return question(later) == question(earlier) and not is_same_answer(later, earlier)
