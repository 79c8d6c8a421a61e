"""What waits for a person, in the order in which it is looked at, and what was ruled on it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from db.database import Store
from db.queries.rulings import not_undone
from db.records import ChangeRecord
from monitor.changelog.log import Filter, fits, read_log

Row = dict[str, Any]
ORDER = ("held lists", "doubtful", "endings", "rest", "settled")
HEADINGS = {
    "held lists": "Held lists",
    "doubtful": "Changes that need a decision",
    "endings": "Endings nobody looked at yet",
    "rest": "Other changes nobody looked at yet",
    "settled": "Settled",
}


@dataclass(frozen=True, slots=True)
class Made:
    """A ruling as it was made, and whether it still counts."""

    id: int
    made_at: str
    reviewer: str
    ruling: str
    subject: str
    other: str
    reason: str
    counts: bool


@dataclass(slots=True)
class Queue:
    """Everything to look at: held lists, and the log with what was ruled."""

    lists: list[Row]
    entries: list[ChangeRecord]  # oldest first
    rulings: list[Made]

    def entry(self, change_id: str) -> Row | None:
        """The change of that id, overturned ones included."""
        return next((e for e in self.entries if e["id"] == change_id), None)

    def on_change(self, entry: Mapping[str, Any]) -> list[Made]:
        """Rulings on the change, on its agreement and its candidates, and remarks; oldest first."""
        agreement = entry["agreement_id"]
        return [
            r for r in self.rulings
            if r.subject == entry["id"]
            or (agreement and (agreement in (r.subject, r.other) or f"|{agreement}|" in r.other))
        ]  # fmt: skip

    def on_list(self, sha256: str) -> list[Made]:
        """Rulings on a list."""
        return [r for r in self.rulings if r.subject == sha256]

    def place(self, entry: ChangeRecord, ruled: set[str]) -> str:
        """Where in the queue a change stands."""
        if entry["status"] == "retracted" or entry["id"] in ruled:
            return "settled"
        if entry["needs_review"]:
            return "doubtful"
        if entry["agreement_id"] in ruled:
            return "settled"
        return "endings" if entry["kind"] == "termination" else "rest"

    def in_order(self, asked: Mapping[str, str]) -> list[tuple[str, Row | ChangeRecord]]:
        """(place, row) of what fits, held lists first; settled changes only when they are asked for."""
        ruled = {r.subject for r in self.rulings if r.counts and r.ruling not in ("note", "undo")}
        ruled |= {r.other for r in self.rulings if r.counts and r.ruling in ("same", "distinct")}
        part = asked.get("part", "")
        wanted = Filter(
            asked.get("since") or None, asked.get("until") or None, asked.get("state") or None,
            asked.get("county") or None, asked.get("agency") or None, asked.get("support_type") or None,
            asked.get("kind") or None, asked.get("status") or None,
        )  # fmt: skip
        found = [("held lists", row) for row in self.lists] if wanted == Filter() else []
        found += [(self.place(e, ruled), e) for e in self.entries if fits(e, wanted)]
        found = [
            (place, e) for place, e in found
            if (place == part if part else place != "settled")
            and (not asked.get("known_after") or (e["known_at"] or "") > asked["known_after"])
        ]  # fmt: skip
        found.sort(key=lambda item: ORDER.index(item[0]))  # stable: oldest first within a part
        return found


def read_queue(store: Store) -> Queue:
    """The queue as it stands."""
    return Queue(held_lists(store), read_log(store), read_rulings(store))


def held_lists(store: Store) -> list[Row]:
    """Lists that wait for a person, and that no later accepted list has made up for; oldest first."""
    names = ("sha256", "file", "list", "rows", "published_on", "first_seen_at", "reasons")
    rows = store.connection.execute(
        f"select {', '.join(names)} from publications h where status = 'held' and not exists"  # noqa: S608 - fixed names
        " (select 1 from publications p where p.status = 'accepted' and p.list = h.list and"
        " p.published_at > h.published_at) order by published_at"
    )
    found = [dict(zip(names, row, strict=True)) for row in rows]
    return [
        {**row, "reasons": json.loads(row["reasons"]), "id": row["sha256"], "known_at": row["first_seen_at"]}
        for row in found
    ]


def read_rulings(store: Store) -> list[Made]:
    """Every ruling, oldest first, and whether it counts: it was not undone, and no later one on the subject stands."""
    rows = store.connection.execute(
        "select made_at, ruling, subject, other, reviewer, reason, id from rulings order by made_at, id"
    ).fetchall()
    standing = not_undone([row[:6] for row in rows])
    newest = {_question(row): row[:5] for row in standing}
    return [
        Made(
            row[6], row[0], row[4], row[1], row[2], row[3], row[5],
            newest.get(_question(row)) == row[:5],
        )
        for row in rows
    ]  # fmt: skip


def _question(row: tuple[str, ...]) -> tuple[str, ...]:
    """What a ruling answers: of all rulings that answer the same, the newest stands."""
    _, ruling, subject, other = row[:4]
    if ruling in ("same", "distinct"):
        return ("pair", *sorted((subject, other)))
    return row[:5] if ruling in ("note", "undo") else ("subject", subject)
