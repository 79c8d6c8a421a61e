"""The queue: what waits, what fits a filter, what is new since one last looked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import us
from starlette.responses import RedirectResponse, Response

from db.desk_models import RulingEffect, RulingRecord
from db.queries import desk_work, users
from db.records import ChangeRecord
from monitor.changelog.log import STATUSES
from monitor.documents.checks import AT_ODDS
from monitor.documents.library import Library
from monitor.i18n.labels import DOCUMENT_SIGNALS
from monitor.review.queue import PARTS, Queue, QueueItem
from monitor.web.desk.respond import PREFIX, DeskRequest, Refusal

PER_PAGE = 50
FILTERS = (
    "part", "held", "state", "county", "agency", "support_type", "kind", "status", "month", "since", "until", "new",
    "mine",
)  # fmt: skip
STATES = [
    (s.abbr, s.name) for s in sorted([*us.states.STATES, *us.states.TERRITORIES, us.states.DC], key=lambda s: s.name)
]


class Asked(dict[str, str]):
    """A filter; what is not asked for is the empty string."""

    def __missing__(self, name: str) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class Done:
    """What was just ruled, to be told at the head of the next page."""

    made: RulingRecord
    count: int
    change: ChangeRecord | None
    others: list[RulingRecord]  # of other reviewers, made meanwhile
    implied: list[tuple[RulingEffect, ChangeRecord | None]]  # what else it did to the log


def read_filter(request: DeskRequest, given: Mapping[str, str] | None = None) -> Asked:
    """Return the filter of the query, or the one that a form carries; leave out unknown words."""
    source = given if given is not None else {name: request.get(name) for name in FILTERS}
    asked = Asked({name: source.get(name, "") for name in FILTERS if source.get(name, "")})
    if asked.get("part") not in PARTS:
        asked.pop("part", None)
    if asked.get("new"):
        asked["known_after"] = request.who.user.looked_at or ""
    if asked.get("mine"):
        asked["assigned_to"] = request.who.user.name
    if not re.fullmatch(r"\d{4}-\d{2}", asked["month"]):
        asked.pop("month", None)
    return asked


def query_of(asked: Mapping[str, str]) -> str:
    """Return the filter as the query of an address."""
    return urlencode({name: value for name, value in asked.items() if name in FILTERS and value})


def show_queue(request: DeskRequest) -> Response:
    """Show what waits for a person, held lists first."""
    queue = request.queue()
    asked, user = read_filter(request), request.who.user
    found = queue.in_order(asked, user.name)
    last = max(1, -(-len(found) // PER_PAGE))
    number = min(request.page_number(), last)
    shown = found[(number - 1) * PER_PAGE : number * PER_PAGE]
    at_odds = Library(request.store.connection).at_odds()
    return request.page(
        "queue.html", sections=[(part, [item for item in shown if item.part == part]) for part in PARTS],
        counts={part: sum(item.part == part for item in found) for part in PARTS}, asked=asked, total=len(found),
        number=number, last=last, query=query_of(asked), states=STATES, statuses=list(STATUSES),
        headings=PARTS, new=len(queue.known_after(user.looked_at or "")), done=find_done(request, queue),
        groups=Counter(item.held.group for item in found if item.held and item.part == "held lists"),
        documents=len(at_odds), odds=Counter(s for r in at_odds for s in r["signals"] if s in AT_ODDS),
        signals=DOCUMENT_SIGNALS, assignments=queue.assignments,
        saved=desk_work.list_filters(request.store.connection, user.id),
    )  # fmt: skip


def mark_looked(request: DeskRequest) -> Response:
    """Store that the reviewer has seen everything known by now."""
    with request.store.writing() as connection:
        users.set_looked_at(connection, request.who.user.id, request.store.now_text())
    return request.go("")


def find_done(request: DeskRequest, queue: Queue) -> Done | None:
    """Return what was just ruled, as it stands now; None when nothing was."""
    first, _, last = request.get("done").partition("-")
    if not (first.isdecimal() and (last or first).isdecimal()):
        return None
    made = [r for r in queue.rulings if int(first) <= r.id <= int(last or first)]
    if not made:
        return None
    change = queue.find_change(made[0].on_change or made[0].subject)
    implied = [
        (effect, queue.find_change(effect.change_id))
        for effect in queue.effects_of(made[0].id, made[-1].id) if not change or effect.change_id != change["id"]
    ]  # fmt: skip
    return Done(made[0], len(made), change, _others_meanwhile(request, queue, made), implied)


def save_filter(request: DeskRequest) -> Response:
    """Store the filter under a name, or delete the one of that name when the filter is empty."""
    name, query = request.form.get("name", "").strip()[:60], query_of(read_filter(request, request.form))
    if not name:
        raise Refusal(400, "A saved filter needs a name.")
    with request.store.writing() as connection:
        if query:
            desk_work.save_filter(connection, request.who.user.id, name, query)
        else:
            desk_work.delete_filter(connection, request.who.user.id, name)
    return RedirectResponse(f"{PREFIX}?{query}" if query else PREFIX, 303)


def next_after(before: Sequence[QueueItem], item_id: str, now: Iterable[QueueItem]) -> str:
    """Return the address of what came next in the queue `before` and waits `now`; "" (the queue) after the last."""
    waiting = {item.id: item for item in now}
    ids = [item.id for item in before]
    start = ids.index(item_id) + 1 if item_id in ids else 0
    for other in ids[start:]:
        if other in waiting:
            return f"/lists/{other}" if waiting[other].held else f"/changes/{other}"
    return ""


def _others_meanwhile(request: DeskRequest, queue: Queue, made: Sequence[RulingRecord]) -> list[RulingRecord]:
    """Return rulings of others on the same matter that the reviewer's page did not show when they ruled."""
    seen = request.get("seen")
    if not seen.isdecimal():
        return []
    subjects = {r.subject for r in made}
    return [r for r in queue.rulings if int(seen) < r.id < made[0].id and r.subject in subjects and r.ruling != "note"]
