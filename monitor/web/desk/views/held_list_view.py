"""A list: why it is held, what each ruling on it would change, and ruling; and every document as received."""

from __future__ import annotations

from starlette.responses import Response

from db.desk_models import HeldList
from db.errors import NotFoundError
from db.queries import review_audit
from db.queries.publication_list import read_publications
from db.records import PublicationRecord
from monitor.alerts import outbox
from monitor.publications.check import REASONS
from monitor.review import decide
from monitor.review.evidence import sheet_rows
from monitor.review.guards import find_guard, require_confirmation
from monitor.review.preview import preview_rulings
from monitor.web.desk.respond import DeskRequest, Refusal
from monitor.web.desk.views.queue_view import find_done, next_after, query_of, read_filter

SHOWN = 200
#: Rulings on a list, as the forms name them: the ruling, and which list it is said to be.
RULINGS = {
    "release": "Release: it is what ICE meant to publish",
    "release:participating": "Release as the participating list",
    "release:pending": "Release as the pending list",
    "form:participating": "Every list with these columns is a participating list, later ones too",
    "form:pending": "Every list with these columns is a pending list, later ones too",
    "reject": "Reject: it is a mistake",
}


def show_list(request: DeskRequest, refused: str = "") -> Response:
    """Show the list and all that the ruling asked about would change in the log; while it is held, its release."""
    found = _find(request)
    sha256, held = found[0]["sha256"], any(p["status"] == "held" for p in found)
    queue, asked = request.queue(), read_filter(request, request.form or None)
    ruling = request.form.get("ruling") or request.get("ruling") or ("release" if held else "")
    effects = None
    if ruling in RULINGS:
        effects = preview_rulings(request.store, [decide.list_verdict(request.store, sha256, *_split(ruling))])
    form = decide.find_form(request.store, sha256)
    older = review_audit.find_accepted_before(request.store.connection, found[0]["list"], found[0]["published_at"])
    items = queue.in_order(asked, request.who.user.name)
    return request.page(
        "list.html", 400 if refused else 200, sha256=sha256, publications=found, effects=effects, shown=SHOWN,
        older=older, rulings=queue.rulings_on_list(sha256, form), seen=queue.last_ruling_id, asked=asked,
        query=query_of(asked), done=find_done(request, queue), refused=refused, held=held, ruling=ruling,
        kinds=RULINGS, meanings=REASONS, guard=find_guard(effects, 1) if effects else None,
        reason=request.form.get("reason", ""),
        group=_shared_group(queue.lists, sha256), item=next((item for item in items if item.id == sha256), None),
    )  # fmt: skip


def rule_on_list(request: DeskRequest) -> Response:
    """Store the ruling on the list, bring the log up to date, and go on to what waits next."""
    sha256, asked_for = request.http.path_params["sha256"], request.form.get("ruling", "")
    if asked_for not in RULINGS and asked_for != "note":
        raise Refusal(400, f"{asked_for!r} is not a ruling on a list.")
    _find(request)
    name, reason = request.who.user.name, request.form.get("reason", "").strip()
    if asked_for == "note" and not reason:
        raise Refusal(400, "A remark needs words. Write it in the reason field.")
    verdict = decide.list_verdict(request.store, sha256, *_split(asked_for))
    if asked_for != "note":
        try:
            guard = find_guard(preview_rulings(request.store, [verdict]), 1)
            require_confirmation(guard, request.who.user, request.form.get("typed", ""))
        except decide.RulingError as error:
            return show_list(request, str(error))
    asked = read_filter(request, request.form)
    before = request.queue().in_order(asked, name)
    ids = decide.write_rulings(request.store, {verdict: sha256 if verdict.ruling == "form" else ""}, name, reason)
    after = f"/lists/{sha256}"
    if asked_for != "note":
        decide.take_effect(request.store, tell=outbox.queue, newest=ids)
        after = next_after(before, sha256, request.queue().in_order(asked, name))
    return request.go(after, done=f"{ids[0]}-{ids[-1]}", seen=request.form.get("seen", ""))


def show_rows(request: DeskRequest) -> Response:
    """Show every row of a list as it was read, each under its number in the sheet."""
    found, row = _find(request)[0], request.get("row")
    number = int(row) if row.isdecimal() and len(row) < 9 else None
    return request.page("rows.html", list=found, rows=sheet_rows(request.store, found["sha256"], number))


def send_document(request: DeskRequest) -> Response:
    """Send a document's bytes exactly as received, always as a download, never as a page of ours."""
    sha256 = request.http.path_params["sha256"]
    name = review_audit.find_document_name(request.store.connection, sha256)
    if name is None:
        raise NotFoundError(f"no document {sha256}")
    safe = "".join(c if c.isascii() and (c.isalnum() or c in ".-_") else "_" for c in name)
    return Response(
        request.store.archive.get(sha256), media_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="{safe[-100:]}"'},
    )  # fmt: skip


def _split(ruling: str) -> tuple[str, str]:
    """Return a ruling as the forms name it in two: what it is, and the list it names."""
    kind, _, list_name = ruling.partition(":")
    return kind, list_name


def _shared_group(lists: list[HeldList], sha256: str) -> str:
    """Return what a held list has in common with other held ones; "" when it stands alone."""
    waiting = [held for held in lists if held.waits]
    group = next((held.group for held in waiting if held.sha256 == sha256), "")
    return group if sum(held.group == group for held in waiting) > 1 else ""


def _find(request: DeskRequest) -> list[PublicationRecord]:
    sha256 = request.http.path_params["sha256"]
    found = read_publications(request.store.connection, sha256) if len(sha256) == 64 else []
    if not found:
        raise NotFoundError(f"no list {sha256}")
    return found
