"""One change: both rows, what else was considered, what people ruled; and ruling on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, cast
from urllib.parse import unquote

from starlette.responses import Response

from db.desk_models import RulingRecord
from db.errors import NotFoundError
from db.queries import desk_work, users
from db.records import ChangeRecord, PrintedRow
from monitor.alerts import outbox
from monitor.changelog.change_words import name_sides, say_evidence, say_kind, say_status
from monitor.documents.library import Library
from monitor.i18n.labels import DOCUMENT_OUTCOMES, DOCUMENT_SIGNALS
from monitor.matching.names import normal_form
from monitor.matching.reasons import RULES
from monitor.places.gazetteer import slug_of
from monitor.review import decide
from monitor.review.decide import Choice
from monitor.review.evidence import (
    OtherRow,
    doubts_about,
    naming_changes,
    other_rows,
    rows_around,
    speaks_for,
    timeline_of,
)
from monitor.review.guards import require_right_to_undo
from monitor.review.preview import preview_rulings
from monitor.review.queue import PARTS, Queue
from monitor.review.ruling_kinds import RULING_WORDS, SAY_OTHERWISE, say_what_it_does
from monitor.web.desk.respond import DeskRequest, Refusal
from monitor.web.desk.views.queue_view import FILTERS, find_done, next_after, query_of, read_filter

CELLS = {
    "state": "State", "agency": "Agency", "type": "Type", "county": "County", "support_type": "Support type",
    "signed_on": "Signed", "moa": "MOA", "addendum": "Addendum",
}  # fmt: skip


LISTS: dict[Literal["last_listed_in", "first_listed_in"], str] = {
    "last_listed_in": "Last listed in", "first_listed_in": "First listed in",
}  # fmt: skip
STATEMENTS = ("confirm", "dismiss")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as printed, what it is read as where that differs, and the document it links."""

    printed: str
    meaning: str | None
    link: str | None

    @property
    def file(self) -> str:
        """The name of the document that it links; the date in it is evidence."""
        return unquote((self.link or "").partition("?")[0].rpartition("/")[2]) or "document"

    @property
    def reading(self) -> str:
        """What it says, spaces aside."""
        return self.meaning or " ".join(self.printed.split())


class PairAsked(NamedTuple):
    """What was ruled on the change's agreement and another one, the other's id, both names, and the other answer."""

    made: RulingRecord
    agreement_id: str
    names: list[str]
    instead: str


@dataclass(frozen=True, slots=True)
class CellPair:
    """One column of both rows; a cell is None where the row or the column is not listed."""

    label: str
    before: Cell | None
    after: Cell | None
    differs: bool


def show_change(request: DeskRequest) -> Response:
    """Show the change with its evidence."""
    queue, name = request.queue(), request.who.user.name
    change = _find(request, queue)
    asked = read_filter(request)
    waiting = queue.in_order(asked, name)
    item = next((item for item in waiting if item.id == change["id"]), None)
    choices = decide.choices(request.store, change)
    row = change["after"] or change["before"]
    others = other_rows(request.store, change, choices)
    peers = [other.id for other in waiting if item and other.part == item.part]
    return request.page(
        "change.html", change=change, cells=side_by_side(change["before"], change["after"]), choices=choices,
        speaks=_speaks_for(change, choices, others), pairs=_ruled_pairs(request, change, queue), says=say_what_it_does,
        otherwise=SAY_OTHERWISE, statable=_is_statable(change, queue),
        stated=_stated(change, queue), rule=RULES.get(change["rule"], ""),
        evidence=say_evidence(change), doubts=doubts_about(change),
        kind=say_kind(change), status_words=say_status(change), sides=name_sides(change),
        rulings=queue.rulings_on_change(change), seen=queue.last_ruling_id,
        query=query_of(asked), asked=asked, done=find_done(request, queue), item=item, headings=PARTS,
        place=peers.index(change["id"]) + 1 if item else None, waiting=len(peers),
        after=next_after(waiting, change["id"], waiting), assigned=queue.assignments.get(change["id"], ""),
        others=[(o, side_by_side(row, o.row)) for o in others if o.row != row],
        around=[(words, change[name], rows_around(request.store, change[name])) for name, words in LISTS.items()],
        timeline=timeline_of(queue.changes, change), county_page=_county_page(change), today=_name_today(change),
        documents=Library(request.store.connection).of_agreement(change["agreement_id"] or ""),
        outcomes=DOCUMENT_OUTCOMES, signals=DOCUMENT_SIGNALS,
        reviewers=[user.name for user in users.list_users(request.store.connection) if user.active],
    )  # fmt: skip


def rule_on_change(request: DeskRequest) -> Response:
    """Store the ruling, bring the log up to date, and go on to the next change that waits."""
    queue, name = request.queue(), request.who.user.name
    change = _find(request, queue)
    reason = request.form.get("reason", "").strip()
    ruling, _, other = request.form.get("ruling", "").partition(":")
    if ruling == "note" and not reason:
        raise Refusal(400, "A remark needs words. Write it in the reason field.")
    asked = read_filter(request, request.form)
    verdicts = decide.verdicts_for(request.store, change, ruling, other)
    ids = decide.write_rulings(request.store, dict.fromkeys(verdicts, change["id"]), name, reason)
    after = f"/changes/{change['id']}"
    if ruling != "note":
        decide.take_effect(request.store, tell=outbox.queue, newest=ids)
        before, now = queue.in_order(asked, name), request.queue().in_order(asked, name)
        if all(item.id != change["id"] for item in now):  # else another question about it is open
            after = next_after(before, change["id"], now)
    filters = {key: value for key, value in asked.items() if key in FILTERS}
    return request.go(after, done=f"{ids[0]}-{ids[-1]}", seen=request.form.get("seen", ""), **filters)


def assign(request: DeskRequest) -> Response:
    """Store who looks at the change."""
    change = _find(request, request.queue())
    name = request.form.get("reviewer", "")
    with request.store.writing() as connection:
        user = users.find_user(connection, name)
        if name and user is None:
            raise NotFoundError(f"no user {name!r}")
        at = request.store.now_text()
        desk_work.assign_change(connection, change["id"], user.id if user else None, request.who.user.name, at)
    return request.go(f"/changes/{change['id']}", **read_filter(request, request.form))


def undo(request: DeskRequest) -> Response:
    """Store that rulings made together (ids "first-last") no longer count, and bring the log up to date."""
    first, _, last = request.form.get("made", "").partition("-")
    queue = request.queue()
    newest = queue.find_ruling(int(last or first) if (last or first).isdecimal() and first.isdecimal() else 0)
    together = [
        r for r in queue.rulings
        if int(first) <= r.id <= newest.id and (r.reviewer, r.made_at) == (newest.reviewer, newest.made_at)
    ]  # fmt: skip
    standing = [r for r in together if r.counts or r.ruling == "undo"]
    if not standing:
        raise Refusal(409, "That ruling no longer counts: it was undone, or a later one stands.")
    require_right_to_undo(request.who.user, newest, len(queue.effects_of(standing[0].id, newest.id)))
    ids = decide.undo_rulings(request.store, standing, request.who.user.name, request.form.get("reason", ""))
    decide.take_effect(request.store, tell=outbox.queue, newest=ids)
    of = standing[0].on_change or request.form.get("of", "")
    of = of or (newest.subject if newest.ruling in ("release", "reject") else "")
    place = f"/lists/{of}" if len(of) == 64 else f"/changes/{of}" if of else "/audit"
    return request.go(place, done=f"{ids[0]}-{ids[-1]}")


def side_by_side(before: PrintedRow | None, after: PrintedRow | None) -> list[CellPair]:
    """Return two rows cell by cell, without the columns that neither list has."""
    pairs = []
    for name, label in CELLS.items():
        left, right = _cell(before, name), _cell(after, name)
        if left or right:
            differs = bool(before and after) and (left and left.reading) != (right and right.reading)
            pairs.append(CellPair(label, left, right, differs))
    return pairs


def preview_change(request: DeskRequest) -> Response:
    """Show what each ruling on the change would make of the log."""
    queue = request.queue()
    change = _find(request, queue)
    wanted = []
    if choices := decide.choices(request.store, change):
        wanted = [("same", f"One agreement with {c.candidate['agency']}", c.agreement_id) for c in choices]
        wanted.append(("distinct", "Two agreements", ""))
    for pair in _ruled_pairs(request, change, queue):
        wanted.append(
            (pair.instead, f"{SAY_OTHERWISE[pair.instead][0]}: {' and '.join(pair.names)}", pair.agreement_id)
        )
    if _is_statable(change, queue):
        wanted += [(ruling, RULING_WORDS[ruling], "") for ruling in STATEMENTS]
    previews = [
        (words, preview_rulings(
            request.store, decide.verdicts_for(request.store, change, ruling, other)
        ))
        for ruling, words, other in wanted
    ]  # fmt: skip
    return request.page("effects.html", change=change, previews=previews, shown=50, query=request.http.url.query)


def _speaks_for(change: ChangeRecord, choices: Sequence[Choice], others: Sequence[OtherRow]) -> dict[int, list[str]]:
    """Return for each candidate, by its number, what speaks for it."""
    rows = {other.agreement_id: other.row for other in others}
    row = change["after"] or change["before"]
    return {
        c.number: speaks_for(row, change["before"] if c.is_own else rows.get(c.agreement_id)) for c in choices
    }  # fmt: skip


def _ruled_pairs(request: DeskRequest, change: ChangeRecord, queue: Queue) -> list[PairAsked]:
    """Return the rulings that stand on the change's agreement and another, each to be replaced by the other answer."""
    last = naming_changes(queue.changes)
    found = []
    for made, agreement_id in decide.ruled_pairs(request.store, change):
        pairs = ((made.subject, change["before"]), (made.other, change["after"] or change["before"]))
        names = [_name_pair(last.get(agreement), row, change) for agreement, row in pairs]
        found.append(PairAsked(made, agreement_id, names, "distinct" if made.ruling == "same" else "same"))
    return found


def _name_pair(last: ChangeRecord | None, row: PrintedRow | None, change: ChangeRecord) -> str:
    """Return one of two agreements by its last change, or by a row of this one where the log has none of it."""
    row = (last["after"] or last["before"]) if last else row
    name = " ".join(((row and row["agency"]) or (last or change)["agency"] or "").split())
    return f"{name}, {(row and row['normalised'].get('state')) or (last or change)['state']}"


def _stated(change: ChangeRecord, queue: Queue) -> RulingRecord | None:
    """Return the "yes" or "no" that stands on the change."""
    on_it = {change["id"], str(change["evidence"].get("ruled_on", ""))}
    return next((r for r in queue.rulings if r.counts and r.ruling in STATEMENTS and r.subject in on_it), None)


def _is_statable(change: ChangeRecord, queue: Queue) -> bool:
    """Return whether to say "yes" or "no" decides anything: what other rulings or later lists retracted stays so."""
    stated = _stated(change, queue)
    return change["status"] != "retracted" or (stated is not None and stated.ruling == "dismiss")


def _find(request: DeskRequest, queue: Queue) -> ChangeRecord:
    change = queue.find_change(request.http.path_params["id"])
    if change is None:
        raise NotFoundError(f"no change {request.http.path_params['id']}")
    return change


def _cell(row: PrintedRow | None, name: str) -> Cell | None:
    printed = cast("dict[str, str | None]", row).get(name) if row else None
    if row is None or printed is None:
        return None
    meaning = row["normalised"].get(name)
    return Cell(printed, meaning, meaning if (meaning or "").startswith("https://") else None)


def _name_today(change: ChangeRecord) -> str:
    """Return the agency's name of today where the newest row of the change prints another; "" otherwise."""
    row = change["after"] or change["before"]
    same = row is None or normal_form(row["agency"]) == normal_form(change["agency"])
    return "" if same else change["agency"] or ""


def _county_page(change: ChangeRecord) -> str:
    """Return the address of the public page of the change's county; "" when it has none."""
    if not change["state"] or not change["county"]:
        return ""
    return f"/places/{change['state'].lower()}/{slug_of(change['county'])}/"
