"""Who decided what, when and why; the same as CSV, out and in."""

from __future__ import annotations

from starlette.responses import Response

from db.queries import sessions
from db.queries.publication_list import read_publications
from db.records import ChangeRecord
from monitor.alerts import outbox
from monitor.review import decide, rulings_csv
from monitor.review.evidence import naming_changes
from monitor.review.guards import find_guard, require_confirmation
from monitor.review.queue import Queue
from monitor.review.ruling_kinds import RULINGS
from monitor.web.desk.respond import DeskRequest
from monitor.web.desk.views.queue_view import find_done

PER_PAGE = 100


def show_audit(request: DeskRequest) -> Response:
    """Show every ruling, newest first, with what it is about; to administrators also logins that failed."""
    queue = request.queue()
    connection = request.store.connection
    reviewer, ruling = request.get("reviewer"), request.get("ruling")
    made = [r for r in reversed(queue.rulings) if reviewer in ("", r.reviewer) and ruling in ("", r.ruling)]
    last = max(1, -(-len(made) // PER_PAGE))
    number = min(request.page_number(), last)
    return request.page(
        "audit.html", made=made[(number - 1) * PER_PAGE : number * PER_PAGE], total=len(made), number=number,
        last=last, about=_subjects(queue), files={p["sha256"]: p["file"] for p in read_publications(connection)},
        reviewers=sorted({r.reviewer for r in queue.rulings}), reviewer=reviewer, ruling=ruling, kinds=RULINGS,
        done=find_done(request, queue), fates={r.id: queue.find_fate(r) for r in made},
        failed=sessions.list_failed_logins(connection, 20) if request.who.user.is_administrator else [],
    )  # fmt: skip


def export_rulings(request: DeskRequest) -> Response:
    """Send every ruling as the CSV that `review import` and the desk take."""
    return request.send_csv("rulings", rulings_csv.export_rulings(request.store))


def import_rulings(request: DeskRequest) -> Response:
    """Show what the rulings of a CSV would change; store them when the preview's form comes back unchanged."""
    data = request.posted_csv("rulings")
    user, told = request.who.user, ""
    found = rulings_csv.read_import(request.store, data, "the file", user.name)
    guard = find_guard(found.effects, len(found.new))
    if not request.file and found.new:
        try:
            require_confirmation(guard, user, request.form.get("typed", ""))
            rulings_csv.store_import(request.store, found)
            decide.take_effect(request.store, tell=outbox.queue)
            told = f"{len(found.new)} rulings imported, {found.known} known already."
            return request.page("message.html", title="Imported", text=told)
        except decide.RulingError as error:
            told = str(error)
    return request.page(
        "import.html", 400 if told else 200, told=told, found=found, effects=found.effects, guard=guard, shown=200,
        about=_subjects(request.queue()), csv=data.decode("utf-8-sig"), action="/audit/import", noun="ruling",
    )  # fmt: skip


def _subjects(queue: Queue) -> dict[str, ChangeRecord]:
    """Return the change that says what a ruling is about, by the change's id and by that of its agreement."""
    return naming_changes(queue.changes) | {c["id"]: c for c in queue.changes}
