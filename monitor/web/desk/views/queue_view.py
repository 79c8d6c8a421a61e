"""The queue: what waits, what fits a filter, what is new since one last looked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import us
from starlette.responses import Response

from monitor.changelog.log import KINDS, STATUSES
from monitor.review.queue import HEADINGS, ORDER, Queue, read_queue
from monitor.web.desk.respond import Ask

A_PAGE = 50
FILTERS = ("part", "state", "county", "agency", "support_type", "kind", "status", "since", "until", "new")
STATES = [
    (s.abbr, s.name) for s in sorted([*us.states.STATES, *us.states.TERRITORIES, us.states.DC], key=lambda s: s.name)
]


class Asked(dict[str, str]):
    """A filter; what is not asked for is an empty word."""

    def __missing__(self, name: str) -> str:
        return ""


def asked_of(ask: Ask, given: Mapping[str, str] | None = None) -> Asked:
    """The filter that is asked for (or that a form carries on); unknown words are left out."""
    source = given if given is not None else {name: ask.get(name) for name in FILTERS}
    asked = Asked({name: source.get(name, "") for name in FILTERS if source.get(name, "")})
    if asked.get("part") not in ORDER:
        asked.pop("part", None)
    if asked.get("new"):
        asked["known_after"] = ask.who.user.looked_at or ""
    return asked


def query_of(asked: Mapping[str, str]) -> str:
    """The filter as the query of an address."""
    return urlencode({name: value for name, value in asked.items() if name in FILTERS and value})


def show_queue(ask: Ask) -> Response:
    """What waits for a person, held lists first."""
    queue = read_queue(ask.store)
    asked = asked_of(ask)
    found = queue.in_order(asked)
    number = int(ask.get("page")) if ask.get("page").isdecimal() else 1
    last = max(1, -(-len(found) // A_PAGE))
    number = min(max(number, 1), last)
    shown = found[(number - 1) * A_PAGE : number * A_PAGE]
    sections = [(part, HEADINGS[part], [row for place, row in shown if place == part]) for part in ORDER]
    return ask.page(
        "queue.html", sections=sections,
        counts={part: sum(place == part for place, _ in found) for part in ORDER}, asked=asked, total=len(found),
        number=number, last=last, query=query_of(asked), states=STATES, kinds=list(KINDS), statuses=list(STATUSES),
        headings=HEADINGS, new=_new(queue, ask.who.user.looked_at), looked_at=ask.who.user.looked_at,
        done=told_of(ask, queue),
    )  # fmt: skip


def mark_looked(ask: Ask) -> Response:
    """From now on "new" is what became known after this moment."""
    with ask.store.writing() as connection:
        connection.execute("update users set looked_at = ? where id = ?", [ask.store.now_text(), ask.who.user.id])
    return ask.go("")


def told_of(ask: Ask, queue: Queue) -> dict[str, Any] | None:
    """What was just ruled, to be told at the head of the next page, as it stands now; None when nothing was."""
    try:
        ids = [int(part) for part in ask.get("done").split("-") if part][:2]
    except ValueError:
        return None
    if not ids:
        return None
    made = [r for r in queue.rulings if ids[0] <= r.id <= ids[-1]]
    if not made:
        return None
    first = made[0]
    entry = queue.entry(first.subject) or next(
        (e for e in queue.entries if e["id"] == ask.get("of")), None
    )  # a pair is ruled on by its agreements; the page says of which change
    return {"made": first, "count": len(made), "entry": entry, "others": _meanwhile(ask, queue, made)}


def next_after(
    ask: Ask, before: list[tuple[str, dict[str, Any]]], row_id: str, queue: Queue, asked: Mapping[str, str]
) -> str:
    """The address of what stands next in the queue as it was, and still waits; "" (the queue) after the last."""
    waiting = {row["id"]: place for place, row in queue.in_order(asked)}
    ids = [row["id"] for _, row in before]
    start = ids.index(row_id) + 1 if row_id in ids else 0
    for other in ids[start:]:
        if other in waiting:
            return f"/lists/{other}" if waiting[other] == "held lists" else f"/changes/{other}"
    return ""


def _new(queue: Queue, looked_at: str | None) -> int:
    if looked_at is None:
        return len(queue.entries)
    return sum((entry["known_at"] or "") > looked_at for entry in [*queue.entries, *queue.lists])


def _meanwhile(ask: Ask, queue: Queue, made: list[Any]) -> list[Any]:
    """Rulings of others on the same matter that the reviewer's page did not show when they ruled."""
    seen = ask.get("seen")
    if not seen.isdecimal():
        return []
    subjects = {(r.subject, r.other) for r in made} | {(r.subject, "") for r in made}
    return [
        r for r in queue.rulings
        if int(seen) < r.id < made[0].id and (r.subject in {s for s, _ in subjects}) and r.ruling != "note"
    ]  # fmt: skip
