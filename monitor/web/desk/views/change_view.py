"""One change: both rows, what else was considered, what people ruled; and ruling on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from starlette.responses import Response

from db.errors import NotFoundError
from db.records import ChangeRecord, PrintedRow
from monitor.changelog.log import KINDS, STATUSES
from monitor.matching.rules import AGAINST, RULES
from monitor.review import decide
from monitor.review.queue import Queue, read_queue
from monitor.web.desk.respond import DeskRequest, Refusal
from monitor.web.desk.views.queue_view import find_done, next_after, query_of, read_filter

CELLS = {
    "state": "State", "agency": "Agency", "type": "Type", "county": "County", "support_type": "Support type",
    "signed_on": "Signed", "moa": "MOA", "addendum": "Addendum",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as printed, what it is read as where that differs, and the document it links."""

    printed: str
    meaning: str | None
    link: str | None


@dataclass(frozen=True, slots=True)
class CellPair:
    """One column of both rows; a cell is None where the row or the column is not listed."""

    label: str
    before: Cell | None
    after: Cell | None
    differs: bool


def show_change(request: DeskRequest) -> Response:
    """Show the change with its evidence."""
    queue = read_queue(request.store)
    change = _find(request, queue)
    asked = read_filter(request)
    waiting = queue.in_order(asked)
    ids = [item.id for item in waiting]
    return request.page(
        "change.html", change=change, cells=side_by_side(change), choices=decide.choices(request.store, change),
        rule=RULES.get(change["rule"], ""), evidence=evidence_in_words(change), kind=KINDS[change["kind"]],
        status_words=STATUSES[change["status"]], rulings=queue.rulings_on_change(change), seen=queue.last_ruling_id,
        query=query_of(asked), asked=asked, done=find_done(request, queue),
        place=ids.index(change["id"]) if change["id"] in ids else None, waiting=len(ids),
        after=next_after(waiting, change["id"], queue, asked),
    )  # fmt: skip


def rule_on_change(request: DeskRequest) -> Response:
    """Store the ruling, bring the log up to date, and go on to the next change that waits."""
    queue = read_queue(request.store)
    change = _find(request, queue)
    reason = request.form.get("reason", "").strip()
    ruling = request.form.get("ruling", "")
    if ruling == "note" and not reason:
        raise Refusal(400, "A remark needs words. Write it in the reason field.")
    asked = read_filter(request, request.form)
    verdicts = decide.verdicts_for(request.store, change, ruling, request.form.get("other", ""))
    ids = decide.write_rulings(request.store, verdicts, request.who.user.name, reason)
    after = f"/changes/{change['id']}"
    if ruling != "note":
        decide.take_effect(request.store, confirm_after_hours=request.hours, newest=ids)
        after = next_after(queue.in_order(asked), change["id"], read_queue(request.store), asked)
    filters = {name: value for name, value in asked.items() if name != "known_after"}
    return request.go(after, done=f"{ids[0]}-{ids[-1]}", of=change["id"], seen=request.form.get("seen", ""), **filters)


def undo(request: DeskRequest) -> Response:
    """Store that a ruling no longer counts, and bring the log up to date."""
    given = request.form.get("made", "")
    made = read_queue(request.store).find_ruling(int(given) if given.isdecimal() else 0)
    if not made.counts and made.ruling != "undo":
        raise Refusal(409, "That ruling no longer counts: it was undone, or a later one stands.")
    ids = decide.undo_ruling(request.store, made, request.who.user.name, request.form.get("reason", ""))
    decide.take_effect(request.store, confirm_after_hours=request.hours, newest=ids)
    of = request.form.get("of", "")
    place = f"/lists/{made.subject}" if made.ruling in ("release", "reject") else (f"/changes/{of}" if of else "/audit")
    return request.go(place, done=f"{ids[0]}-{ids[-1]}", of=of)


def side_by_side(change: ChangeRecord) -> list[CellPair]:
    """Return both rows cell by cell, without the columns that neither list has."""
    before, after = change["before"], change["after"]
    pairs = []
    for name, label in CELLS.items():
        left, right = _cell(before, name), _cell(after, name)
        if left or right:
            pairs.append(CellPair(label, left, right, bool(before and after) and left != right))
    return pairs


def evidence_in_words(change: ChangeRecord) -> list[tuple[str, str]]:
    """Return the evidence of the rule as (name, words)."""
    found = []
    for name, value in sorted(change["evidence"].items()):
        if isinstance(value, bool):
            words = "yes" if value else "no"
        elif isinstance(value, list):
            words = "; ".join(AGAINST.get(str(item), str(item)) for item in value) or "nothing"
        else:
            words = AGAINST.get(str(value), str(value))
        found.append((name.replace("_", " "), words))
    return found


def _find(request: DeskRequest, queue: Queue) -> ChangeRecord:
    change = queue.find_change(request.http.path_params["id"])
    if change is None:
        raise NotFoundError(f"no change {request.http.path_params['id']}")
    return change


def _cell(row: PrintedRow | None, name: str) -> Cell | None:
    printed = cast("dict[str, str | None]", row).get(name) if row else None
    if row is None or printed is None:
        return None
    meaning = row["normalised"].get(name)
    return Cell(printed, meaning, meaning if (meaning or "").startswith("https://") else None)
