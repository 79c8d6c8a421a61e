"""A reviewer's decision becomes rulings, and the log is derived anew before the answer is given."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from db.database import Store
from db.errors import NotFoundError
from db.queries.rulings import ruling_mark
from db.queries.snapshots import load_listings
from monitor.changelog.rebuild import Tell, derive
from monitor.matching.ids import agreement_slug
from monitor.review.decisions import RulingError, add_ruling
from monitor.review.queue import Made

Row = Mapping[str, Any]
#: (ruling, subject, other) as it is written down.
Ruling = tuple[str, str, str]
ON_CHANGES, ON_LISTS = ("same", "distinct", "confirm", "dismiss", "note"), ("release", "reject", "note")
LONGEST_REASON = 2000
#: Derivations wait here for one another, not for SQLite's lock, which gives up after half a minute.
_DERIVING = threading.Lock()


@dataclass(frozen=True, slots=True)
class Choice:
    """A row that a change's agreement may go on from or go on in."""

    number: int
    agreement_id: str  # what a ruling on it names
    candidate: Row


def choices(store: Store, entry: Row) -> list[Choice]:
    """The candidates of a change. A doubtful amendment's is the row before; what is ruled on is the row after."""
    found = []
    for number, candidate in enumerate(entry["candidates"], 1):
        other = str(candidate["agreement_id"])
        if other == entry["agreement_id"]:
            row = store.connection.execute("select after_listing from changes where id = ?", [entry["id"]]).fetchone()
            if row is None or row[0] is None:
                continue
            other = agreement_slug(load_listings(store, [row[0]])[row[0]])
        found.append(Choice(number, other, candidate))
    return found


def rulings_for(store: Store, entry: Row, ruling: str, other: str) -> list[Ruling]:
    """What a decision on a change is written down as; "distinct" without a candidate is about all of them."""
    if ruling not in ON_CHANGES:
        raise RulingError(f"{ruling!r} is no ruling on a change")
    if ruling not in ("same", "distinct"):
        return [(ruling, str(entry["id"]), "")]
    known = [choice.agreement_id for choice in choices(store, entry)]
    if not entry["agreement_id"] or not known:
        raise RulingError("this change has no candidate to rule on")
    if other and other not in known:
        raise RulingError(f"{other!r} is no candidate of this change")
    chosen = [other] if other else (known if ruling == "distinct" else known[:1])
    return [(ruling, str(entry["agreement_id"]), agreement) for agreement in chosen]


def write_rulings(store: Store, rulings: Iterable[Ruling], reviewer: str, reason: str) -> list[int]:
    """The rulings are rows, all or none; returns their ids. A second is waited for when the same was just written."""
    rulings = list(rulings)
    reason = " ".join(reason.split())[:LONGEST_REASON]
    for _ in range(30):
        made_at = store.now_text()
        with store.writing() as connection:
            if not any(_is_there(store, made_at, reviewer, *r) for r in rulings):
                for ruling, subject, other in rulings:
                    add_ruling(store, made_at, reviewer, ruling, subject, other, reason)
                last = int(connection.execute("select max(id) from rulings").fetchone()[0])
                return list(range(last - len(rulings) + 1, last + 1))
        time.sleep(0.1)
    raise RulingError("just that was ruled a moment ago; look again")


def undo_ruling(store: Store, made: Made, reviewer: str, reason: str) -> list[int]:
    """The ruling no longer counts; both stay written down."""
    mark = ruling_mark(made.made_at, made.ruling, made.other, made.reviewer)
    return write_rulings(store, [("undo", made.subject, mark)], reviewer, reason)


def take_effect(store: Store, ids: Sequence[int], *, confirm_after_hours: float, tell: Tell | None = None) -> None:
    """Make the log say what the rulings say; do nothing when a derivation since then has taken them in."""
    with _DERIVING:
        row = store.connection.execute("select last_ruling from derivation").fetchone()
        if row is None or row[0] < max(ids, default=0):
            derive(store, now=store.now_text(), confirm_after_hours=confirm_after_hours, tell=tell)


def find_made(rulings: Iterable[Made], ruling_id: int) -> Made:
    """The ruling of that id."""
    for made in rulings:
        if made.id == ruling_id:
            return made
    raise NotFoundError(f"no ruling {ruling_id}")


def _is_there(store: Store, made_at: str, reviewer: str, ruling: str, subject: str, other: str) -> bool:
    row = store.connection.execute(
        "select 1 from rulings where made_at = ? and reviewer = ? and ruling = ? and subject = ? and other = ?",
        [made_at, reviewer, ruling, subject, other],
    )
    return row.fetchone() is not None
