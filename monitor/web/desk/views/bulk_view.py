"""One ruling on all changes that fit a filter: first what it would do, then, if nothing changed meanwhile, doing it."""

from __future__ import annotations

import hashlib

from starlette.responses import Response

from db.desk_models import Verdict
from db.records import ChangeRecord
from monitor.review import decide
from monitor.review.preview import preview_rulings
from monitor.review.queue import read_queue
from monitor.web.desk.respond import DeskRequest, Refusal
from monitor.web.desk.views.queue_view import Asked, query_of, read_filter

RULINGS = {
    "confirm": "confirm: each is as the log says",
    "same": "same: each continues as its first candidate",
    "distinct": "distinct: none continues as any of its candidates",
    "dismiss": "dismiss: none of them happened",
}
MOST = 2000


def preview_bulk(request: DeskRequest) -> Response:
    """Show what the ruling would do to every change that fits."""
    asked, ruling = read_filter(request), request.get("ruling", "confirm")
    chosen, verdicts = _choose(request, asked, ruling)
    effects = preview_rulings(request.store, verdicts, confirm_after_hours=request.hours) if verdicts else None
    return request.page(
        "bulk.html", asked=asked, query=query_of(asked), ruling=ruling, kinds=RULINGS, chosen=chosen,
        effects=effects, mark=_mark(verdicts), shown=200, most=MOST,
    )  # fmt: skip


def rule_in_bulk(request: DeskRequest) -> Response:
    """Rule on just the changes that the preview showed; on none when they are not the same now."""
    _, verdicts = _choose(request, read_filter(request, request.form), request.form.get("ruling", ""))
    if not verdicts:
        raise Refusal(409, "Nothing fits any more, so nothing was done.")
    if _mark(verdicts) != request.form.get("mark"):
        raise Refusal(409, "What fits has changed since the preview, so nothing was done. Look at the preview again.")
    ids = decide.write_rulings(request.store, verdicts, request.who.user.name, request.form.get("reason", ""))
    decide.take_effect(request.store, confirm_after_hours=request.hours, newest=ids)
    return request.go("", done=f"{ids[0]}-{ids[-1]}")


def _choose(request: DeskRequest, asked: Asked, ruling: str) -> tuple[list[ChangeRecord], list[Verdict]]:
    """Return the changes on which the ruling can be made, and what it decides."""
    if ruling not in RULINGS:
        raise Refusal(400, f"{ruling!r} is not a ruling on many changes.")
    chosen: list[ChangeRecord] = []
    verdicts: dict[Verdict, None] = {}
    for item in read_queue(request.store).in_order(asked):
        if item.change is None or len(chosen) >= MOST:
            continue
        try:
            made = decide.verdicts_for(request.store, item.change, ruling)
        except decide.RulingError:
            continue  # it has no candidate to rule on
        chosen.append(item.change)
        verdicts.update(dict.fromkeys(made))
    return chosen, list(verdicts)


def _mark(verdicts: list[Verdict]) -> str:
    return hashlib.sha256(repr([tuple(v) for v in verdicts]).encode()).hexdigest()[:32]
