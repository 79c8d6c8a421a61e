"""One change: both rows, what else was considered, what people ruled; and ruling on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from db.errors import NotFoundError
from monitor.changelog.log import KINDS, STATUSES
from monitor.matching.reasons import AGAINST, RULES
from monitor.review import decide
from monitor.review.queue import read_queue
from monitor.web.desk.respond import Ask, Refusal
from monitor.web.desk.views.queue_view import asked_of, next_after, query_of, told_of

Row = Mapping[str, Any]
CELLS = {
    "state": "State", "agency": "Agency", "type": "Type", "county": "County", "support_type": "Support type",
    "signed_on": "Signed", "moa": "MOA", "addendum": "Addendum",
}  # fmt: skip


def show_change(ask: Ask) -> Response:
    """The change with its evidence."""
    queue = read_queue(ask.store)
    entry = queue.entry(ask.request.path_params["id"])
    if entry is None:
        raise NotFoundError(f"no change {ask.request.path_params['id']}")
    asked = asked_of(ask)
    ids = [row["id"] for _, row in queue.in_order(asked)]
    made = queue.on_change(entry)
    here = ids.index(entry["id"]) if entry["id"] in ids else None
    return ask.page(
        "change.html", change=entry, cells=side_by_side(entry), choices=decide.choices(ask.store, entry),
        rule=RULES.get(entry["rule"], ""), evidence=evidence_of(entry), kind=KINDS[entry["kind"]],
        status_words=STATUSES[entry["status"]], rulings=made, seen=max((r.id for r in queue.rulings), default=0),
        query=query_of(asked), asked=asked, done=told_of(ask, queue), place=here, waiting=len(ids),
        after=next_after(ask, queue.in_order(asked), entry["id"], queue, asked),
    )  # fmt: skip


def rule_on_change(ask: Ask) -> Response:
    """The ruling is written down and in effect; the next change that waits is shown."""
    queue = read_queue(ask.store)
    entry = queue.entry(ask.request.path_params["id"])
    if entry is None:
        raise NotFoundError(f"no change {ask.request.path_params['id']}")
    reason = ask.form.get("reason", "").strip()
    ruling = ask.form.get("ruling", "")
    if ruling == "note" and not reason:
        raise Refusal(400, "A remark needs words. Write it in the field for the reason.")
    asked = asked_of(ask, ask.form)
    before = queue.in_order(asked)
    rulings = decide.rulings_for(ask.store, entry, ruling, ask.form.get("other", ""))
    ids = decide.write_rulings(ask.store, rulings, ask.who.user.name, reason)
    if ruling != "note":
        decide.take_effect(ask.store, ids, confirm_after_hours=ask.desk.settings.confirm_after_hours)
    after = (
        f"/changes/{entry['id']}"
        if ruling == "note"
        else next_after(ask, before, entry["id"], read_queue(ask.store), asked)
    )
    done = f"{ids[0]}-{ids[-1]}"
    filters = {name: value for name, value in asked.items() if name != "known_after"}
    return ask.go(after, done=done, of=entry["id"], seen=ask.form.get("seen", ""), **filters)


def undo(ask: Ask) -> Response:
    """The ruling no longer counts; the log says again what it said without it."""
    queue = read_queue(ask.store)
    made = decide.find_made(queue.rulings, int(ask.form.get("made") or 0))
    if not any(r.id == made.id and r.counts for r in queue.rulings) and made.ruling != "undo":
        raise Refusal(409, "That ruling does not count any more: it was undone, or a later one stands.")
    ids = decide.undo_ruling(ask.store, made, ask.who.user.name, ask.form.get("reason", ""))
    decide.take_effect(ask.store, ids, confirm_after_hours=ask.desk.settings.confirm_after_hours)
    of = ask.form.get("of", "")
    place = f"/lists/{made.subject}" if made.ruling in ("release", "reject") else (f"/changes/{of}" if of else "/audit")
    return ask.go(place, done=f"{ids[0]}-{ids[-1]}", of=of)


def side_by_side(entry: Row) -> list[dict[str, Any]]:
    """Both rows cell by cell: as printed, what each means, and whether the meanings differ."""
    before, after = entry["before"], entry["after"]
    rows = []
    for name, label in CELLS.items():
        cells = [_cell(row, name) for row in (before, after)]
        if any(cell is not None for cell in cells):
            differs = bool(before and after) and (name in entry["fields"] or cells[0] != cells[1])
            rows.append({"name": name, "label": label, "before": cells[0], "after": cells[1], "differs": differs})
    return rows


def evidence_of(entry: Row) -> list[tuple[str, str]]:
    """The rule's evidence in words."""
    found = []
    for name, value in sorted(entry["evidence"].items()):
        if isinstance(value, bool):
            words = "yes" if value else "no"
        elif isinstance(value, list):
            words = "; ".join(AGAINST.get(str(item), str(item)) for item in value) or "nothing"
        else:
            words = AGAINST.get(str(value), str(value))
        found.append((name.replace("_", " "), words))
    return found


def _cell(row: Row | None, name: str) -> dict[str, str | None] | None:
    if row is None or row.get(name) is None:
        return None
    meant = row["normalised"].get(name)
    return {"printed": row[name], "meant": meant, "link": meant if str(meant or "").startswith("https://") else None}
