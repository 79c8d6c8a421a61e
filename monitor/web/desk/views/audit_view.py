"""Who decided what, when and why; the same as CSV, out and in."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

from starlette.responses import Response

from monitor.review import decide, decisions
from monitor.review.queue import read_queue
from monitor.review.rulings import RULINGS
from monitor.web.desk.respond import Ask, Refusal
from monitor.web.desk.views.queue_view import told_of

A_PAGE = 100


def show_audit(ask: Ask) -> Response:
    """Every ruling, newest first, with what it is about."""
    queue = read_queue(ask.store)
    reviewer, ruling = ask.get("reviewer"), ask.get("ruling")
    made = [r for r in reversed(queue.rulings) if reviewer in ("", r.reviewer) and ruling in ("", r.ruling)]
    last = max(1, -(-len(made) // A_PAGE))
    number = min(max(int(ask.get("page")) if ask.get("page").isdecimal() else 1, 1), last)
    files = dict(ask.store.connection.execute("select sha256, file from publications").fetchall())
    about = {e["agreement_id"]: e for e in queue.entries if e["agreement_id"]}
    about |= {e["id"]: e for e in queue.entries}
    return ask.page(
        "audit.html", made=made[(number - 1) * A_PAGE : number * A_PAGE], total=len(made), number=number, last=last,
        about=about, files=files, reviewers=sorted({r.reviewer for r in queue.rulings}), reviewer=reviewer,
        ruling=ruling, kinds=RULINGS, done=told_of(ask, queue), tries=_tries(ask),
    )  # fmt: skip


def export_rulings(ask: Ask) -> Response:
    """Every ruling as the CSV that `review import` and the desk take in again."""
    out = io.StringIO()
    writer = csv.DictWriter(out, decisions.RULING_COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(decisions.all_rulings(ask.store))
    name = f"rulings-{ask.store.now_text()[:10]}.csv"
    return Response(
        out.getvalue(), media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )  # fmt: skip


def import_rulings(ask: Ask) -> Response:
    """Rulings of a CSV are taken in and in effect; those known already change nothing."""
    if not ask.file:
        raise Refusal(400, "Choose a CSV file with rulings, as the export writes it.")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rulings.csv"
        path.write_bytes(ask.file)
        try:
            added, known = decisions.import_rulings(ask.store, path)
        except UnicodeDecodeError:
            raise Refusal(400, "The file is not UTF-8 text; use what the export wrote.") from None
    if added:
        last = ask.store.connection.execute("select max(id) from rulings").fetchone()[0]
        decide.take_effect(ask.store, [last], confirm_after_hours=ask.desk.settings.confirm_after_hours)
    return ask.page(
        "message.html", title="Taken in", text=f"{added} rulings taken in, {known} known already."
    )  # fmt: skip


def _tries(ask: Ask) -> list[tuple[str, str, str, str]]:
    """The newest wrong or slowed logins, for administrators."""
    if not ask.who.user.is_administrator:
        return []
    rows = ask.store.connection.execute(
        "select tried_at, name, address, outcome from login_attempts where outcome != 'good' order by id desc limit 20"
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]
