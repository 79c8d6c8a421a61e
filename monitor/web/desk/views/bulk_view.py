"""One ruling over all changes that fit a filter: first what it would do, then, if nothing moved meanwhile, doing it."""

from __future__ import annotations

import hashlib
from typing import Any

from starlette.responses import Response

from monitor.review import decide
from monitor.review.decisions import RulingError
from monitor.review.preview import foresee
from monitor.review.queue import Queue, read_queue
from monitor.web.desk.respond import Ask, Refusal
from monitor.web.desk.views.queue_view import Asked, asked_of, query_of

RULINGS = {
    "confirm": "confirm: each is as the log says",
    "same": "same: each goes on in its first candidate",
    "distinct": "distinct: none goes on in any of its candidates",
    "dismiss": "dismiss: none of them is a change",
}
MOST = 2000


def preview_bulk(ask: Ask) -> Response:
    """What the ruling would do to every change that fits."""
    queue = read_queue(ask.store)
    asked, ruling = asked_of(ask), ask.get("ruling", "confirm")
    chosen, rulings = _chosen(ask, queue, asked, ruling)
    hours = ask.desk.settings.confirm_after_hours
    effects = foresee(ask.store, rulings, confirm_after_hours=hours) if rulings else None
    return ask.page(
        "bulk.html", asked=asked, query=query_of(asked), ruling=ruling, kinds=RULINGS, chosen=chosen,
        rulings=rulings, effects=effects, mark=_mark(rulings), shown=200, most=MOST,
    )  # fmt: skip


def rule_in_bulk(ask: Ask) -> Response:
    """The ruling is made on just the changes that the preview showed; none at all when they are not the same now."""
    queue = read_queue(ask.store)
    asked, ruling = asked_of(ask, ask.form), ask.form.get("ruling", "")
    _, rulings = _chosen(ask, queue, asked, ruling)
    if not rulings:
        raise Refusal(409, "Nothing fits any more, so nothing was done.")
    if _mark(rulings) != ask.form.get("mark"):
        raise Refusal(409, "What fits has changed since the preview, so nothing was done. Look at the preview again.")
    ids = decide.write_rulings(ask.store, rulings, ask.who.user.name, ask.form.get("reason", ""))
    decide.take_effect(ask.store, ids, confirm_after_hours=ask.desk.settings.confirm_after_hours)
    return ask.go("", done=f"{ids[0]}-{ids[-1]}")


def _chosen(ask: Ask, queue: Queue, asked: Asked, ruling: str) -> tuple[list[dict[str, Any]], list[decide.Ruling]]:
    """The changes on which the ruling can be made, and the rulings."""
    if ruling not in RULINGS:
        raise Refusal(400, f"{ruling!r} is no ruling over many changes.")
    chosen: list[dict[str, Any]] = []
    rulings: dict[decide.Ruling, None] = {}
    for place, entry in queue.in_order(asked):
        if place == "held lists" or len(chosen) >= MOST:
            continue
        try:
            made = decide.rulings_for(ask.store, entry, ruling, "")
        except RulingError:
            continue  # it has no candidate to rule on
        chosen.append(entry)
        rulings.update(dict.fromkeys(made))
    return chosen, list(rulings)


def _mark(rulings: list[decide.Ruling]) -> str:
    return hashlib.sha256(repr(rulings).encode()).hexdigest()[:32]
