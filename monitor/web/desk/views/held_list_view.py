"""A held list: why, what its release would change, release and reject; and every document as received."""

from __future__ import annotations

from starlette.responses import Response

from db.desk_models import HeldList, Verdict
from db.errors import NotFoundError
from db.queries import review_audit
from db.queries.publication_list import read_publications
from db.records import PublicationRecord
from monitor.alerts import outbox
from monitor.review import decide
from monitor.review.guards import find_guard, require_confirmation
from monitor.review.preview import Effects, preview_rulings
from monitor.review.queue import read_queue
from monitor.web.desk.respond import DeskRequest, Refusal
from monitor.web.desk.views.queue_view import find_done, next_after, query_of, read_filter

SHOWN = 200


def show_list(request: DeskRequest, refused: str = "") -> Response:
    """Show the list and, while it is held, all that its release would change in the log."""
    found = _find(request)
    sha256 = found[0]["sha256"]
    queue, asked = read_queue(request.store), read_filter(request, request.form or None)
    effects = _preview(request, found)
    older = review_audit.find_accepted_before(request.store.connection, found[0]["list"], found[0]["published_at"])
    return request.page(
        "list.html", 400 if refused else 200, sha256=sha256, publications=found, effects=effects, shown=SHOWN,
        older=older, rulings=queue.rulings_on_list(sha256), seen=queue.last_ruling_id, asked=asked,
        query=query_of(asked), done=find_done(request, queue), refused=refused,
        guard=find_guard(effects, 1) if effects else None, reason=request.form.get("reason", ""),
        group=_shared_group(queue.lists, sha256),
    )  # fmt: skip


def rule_on_list(request: DeskRequest) -> Response:
    """Store that the list is released or rejected, bring the log up to date, and go on to what waits next."""
    sha256, ruling = request.http.path_params["sha256"], request.form.get("ruling", "")
    if ruling not in decide.ON_LISTS:
        raise Refusal(400, f"{ruling!r} is not a ruling on a list.")
    found, name = _find(request), request.who.user.name
    reason = request.form.get("reason", "").strip()
    if ruling == "note" and not reason:
        raise Refusal(400, "A remark needs words. Write it in the reason field.")
    effects = _preview(request, found) if ruling == "release" else None
    if effects:
        try:
            require_confirmation(find_guard(effects, 1), request.who.user, request.form.get("typed", ""))
        except decide.RulingError as error:
            return show_list(request, str(error))
    asked = read_filter(request, request.form)
    before = read_queue(request.store).in_order(asked, name)
    ids = decide.write_rulings(request.store, [Verdict(ruling, sha256)], name, reason)
    after = f"/lists/{sha256}"
    if ruling != "note":
        decide.take_effect(request.store, tell=outbox.queue, newest=ids)
        after = next_after(before, sha256, read_queue(request.store), asked, name)
    return request.go(after, done=f"{ids[0]}-{ids[-1]}", seen=request.form.get("seen", ""))


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


def _preview(request: DeskRequest, found: list[PublicationRecord]) -> Effects | None:
    """Return what the release of a held list would change; None when it is not held."""
    if all(publication["status"] != "held" for publication in found):
        return None
    verdict = Verdict("release", found[0]["sha256"])
    return preview_rulings(request.store, [verdict])


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
