"""A held list: why, what its release would change, release and reject; and every document's bytes."""

from __future__ import annotations

from starlette.responses import Response

from db.errors import NotFoundError
from db.queries.publication_list import read_publications
from monitor.review import decide
from monitor.review.preview import foresee
from monitor.review.queue import read_queue
from monitor.web.desk.respond import Ask, Refusal
from monitor.web.desk.views.queue_view import asked_of, next_after, query_of, told_of

SHOWN = 200


def show_list(ask: Ask) -> Response:
    """The list, and for a held one all that its release would change in the log."""
    sha256 = ask.request.path_params["sha256"]
    found = [p for p in read_publications(ask.store.connection) if p["sha256"] == sha256]
    if not found:
        raise NotFoundError(f"no list {sha256}")
    queue = read_queue(ask.store)
    held = any(p["status"] == "held" for p in found)
    hours = ask.desk.settings.confirm_after_hours
    effects = foresee(ask.store, [("release", sha256, "")], confirm_after_hours=hours) if held else None
    older = ask.store.connection.execute(
        "select file, published_on, rows, sha256 from publications where status = 'accepted' and list = ? and"
        " published_at < ? order by position desc limit 1",
        [found[0]["list"], found[0]["published_at"]],
    ).fetchone()
    asked = asked_of(ask)
    return ask.page(
        "list.html", sha256=sha256, publications=found, held=held, effects=effects, shown=SHOWN,
        rulings=queue.on_list(sha256), seen=max((r.id for r in queue.rulings), default=0), asked=asked,
        query=query_of(asked), done=told_of(ask, queue),
        older=dict(zip(("file", "published_on", "rows", "sha256"), older, strict=True)) if older else None,
        waits=any(row["id"] == sha256 for row in queue.lists),
    )  # fmt: skip


def rule_on_list(ask: Ask) -> Response:
    """The list is released or rejected, and the log says what follows."""
    sha256, ruling = ask.request.path_params["sha256"], ask.form.get("ruling", "")
    if ruling not in decide.ON_LISTS:
        raise Refusal(400, f"{ruling!r} is no ruling on a list.")
    known = ask.store.connection.execute("select 1 from publications where sha256 = ?", [sha256]).fetchone()
    if known is None:
        raise NotFoundError(f"no list {sha256}")
    reason = ask.form.get("reason", "").strip()
    if ruling == "note" and not reason:
        raise Refusal(400, "A remark needs words. Write it in the field for the reason.")
    asked = asked_of(ask, ask.form)
    before = read_queue(ask.store).in_order(asked)
    ids = decide.write_rulings(ask.store, [(ruling, sha256, "")], ask.who.user.name, reason)
    after = f"/lists/{sha256}"
    if ruling != "note":
        decide.take_effect(ask.store, ids, confirm_after_hours=ask.desk.settings.confirm_after_hours)
        after = next_after(ask, before, sha256, read_queue(ask.store), asked)
    return ask.go(after, done=f"{ids[0]}-{ids[-1]}", of=sha256, seen=ask.form.get("seen", ""))


def send_document(ask: Ask) -> Response:
    """A document's bytes, exactly as received; always a download, never shown as a page of ours."""
    sha256 = ask.request.path_params["sha256"]
    row = ask.store.connection.execute(
        "select file from sightings where sha256 = ? order by id limit 1", [sha256]
    ).fetchone()
    page = ask.store.connection.execute("select 1 from documents where sha256 = ?", [sha256]).fetchone()
    if row is None and page is None:
        raise NotFoundError(f"no document {sha256}")
    name = "".join(c if c.isascii() and (c.isalnum() or c in ".-_") else "_" for c in (row[0] if row else sha256))
    return Response(
        ask.store.archive.get(sha256), media_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="{name[-100:]}"'},
    )  # fmt: skip
