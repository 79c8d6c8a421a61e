"""One ruling on all that fits a filter: first what it would do, then, if nothing changed meanwhile, doing it."""

from __future__ import annotations

import hashlib

from starlette.responses import Response

from db.desk_models import Verdict
from monitor.alerts import outbox
from monitor.review import decide
from monitor.review.guards import find_guard, most_at_once, require_confirmation
from monitor.review.preview import preview_rulings
from monitor.review.queue import QueueItem
from monitor.web.desk.respond import DeskRequest, Refusal
from monitor.web.desk.views.queue_view import Asked, query_of, read_filter

ON_CHANGES = {
    "confirm": "yes, each of them happened, as the log says",
    "dismiss": "no, none of them happened",
    "same": "one agreement: each continues as its first candidate",
    "distinct": "two agreements: none continues as any of its candidates",
}
ON_LISTS = {
    "release": "release: each is what ICE meant to publish",
    "release:participating": "release each as a participating list",
    "release:pending": "release each as a pending list",
    "form:participating": "every list with these columns is a participating list, later ones too",
    "form:pending": "every list with these columns is a pending list, later ones too",
    "reject": "reject: each is a mistake",
}
Choice = tuple[QueueItem, list[Verdict]]


def preview_bulk(request: DeskRequest) -> Response:
    """Show what the ruling would do to everything that fits."""
    asked = read_filter(request)
    ruling = request.get("ruling") or next(iter(ON_LISTS if asked["part"] == "held lists" else ON_CHANGES))
    choices = _choose(request, asked, ruling)
    return _show(request, asked, ruling, choices, [item.id for item, _ in choices], "")


def rule_in_bulk(request: DeskRequest) -> Response:
    """Rule on the ticked rows if they are just those previewed last; else show the preview of those."""
    asked, ruling = read_filter(request, request.form), request.form.get("ruling", "")
    choices = _choose(request, asked, ruling)
    ticked = [item.id for item, _ in choices if item.id in request.rows]
    if not choices:
        raise Refusal(409, "Nothing fits any more, so nothing was done.")
    if not ticked:
        return _show(request, asked, ruling, choices, ticked, "No row is ticked, so nothing was done.")
    verdicts = _verdicts(choices, ticked)
    if _mark(ruling, verdicts) != request.form.get("mark"):
        told = "These are not the rows of the last preview, so nothing was done yet. This is what the ruling would do."
        return _show(request, asked, ruling, choices, ticked, told)
    effects = preview_rulings(request.store, verdicts)
    try:
        require_confirmation(find_guard(effects, len(ticked)), request.who.user, request.form.get("typed", ""))
    except decide.RulingError as error:
        return _show(request, asked, ruling, choices, ticked, str(error), 400)
    ids = decide.write_rulings(request.store, verdicts, request.who.user.name, request.form.get("reason", ""))
    decide.take_effect(request.store, tell=outbox.queue, newest=ids)
    return request.go("", done=f"{ids[0]}-{ids[-1]}")


def _show(
    request: DeskRequest, asked: Asked, ruling: str, choices: list[Choice], ticked: list[str], told: str,
    status: int = 0,
) -> Response:  # fmt: skip
    verdicts = _verdicts(choices, ticked)
    effects = preview_rulings(request.store, verdicts) if verdicts else None
    return request.page(
        "bulk.html", status or (409 if told else 200), asked=asked, query=query_of(asked), ruling=ruling,
        kinds=_rulings(asked), items=[item for item, _ in choices], ticked=ticked, effects=effects, told=told,
        mark=_mark(ruling, verdicts), most=most_at_once(request.who.user), reason=request.form.get("reason", ""),
        guard=find_guard(effects, len(ticked)) if effects else None, shown=200,
    )  # fmt: skip


def _choose(request: DeskRequest, asked: Asked, ruling: str) -> list[Choice]:
    """Return what the ruling can be made on, each with what that decides; as many as the user may rule on at once."""
    if ruling not in _rulings(asked):
        raise Refusal(400, f"{ruling!r} is not a ruling on many at once.")
    choices: list[Choice] = []
    for item in request.queue().in_order(asked, request.who.user.name):
        if len(choices) >= most_at_once(request.who.user):
            break
        if item.held and item.part == asked["part"]:
            kind, _, list_name = ruling.partition(":")
            choices.append((item, [decide.list_verdict(request.store, item.held.sha256, kind, list_name)]))
        elif item.change and ruling in ON_CHANGES:
            if ruling in ("same", "distinct") and not decide.choices(request.store, item.change):
                continue  # it has no candidate to rule on
            choices.append((item, decide.verdicts_for(request.store, item.change, ruling)))
    return choices


def _rulings(asked: Asked) -> dict[str, str]:
    return ON_LISTS if asked["part"] == "held lists" else ON_CHANGES


def _verdicts(choices: list[Choice], ticked: list[str]) -> dict[Verdict, str]:
    """Return what a ruling on the ticked rows decides, with the change or list that each verdict is on."""
    return {
        verdict: item.id if item.change or verdict.subject != item.id else ""
        for item, verdicts in choices if item.id in ticked for verdict in verdicts
    }  # fmt: skip


def _mark(ruling: str, verdicts: dict[Verdict, str]) -> str:
    return hashlib.sha256(repr([ruling, *map(tuple, verdicts)]).encode()).hexdigest()[:32]
