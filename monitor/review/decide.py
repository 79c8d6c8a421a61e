"""A person's decision becomes rulings, and the change log follows before anyone is answered."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, get_args

from db.database import Store
from db.desk_models import RulingEffect, RulingRecord, Verdict
from db.errors import NotFoundError, StoreError
from db.models import ListName
from db.queries import review_audit
from db.queries.publication_list import read_publications
from db.queries.rulings import in_force, list_rulings
from db.queries.snapshots import load_heads, load_listings, load_rows
from db.records import Candidate, ChangeRecord
from monitor.changelog.log import read_entries
from monitor.changelog.rebuild import Tell, derive
from monitor.matching.ids import agreement_slug, on_list
from monitor.publications.classify import form_key

ON_CHANGES = ("same", "distinct", "confirm", "dismiss", "note")
ON_LISTS = ("release", "reject", "form", "note")
LIST_NAMES = get_args(ListName)
LONGEST_REASON = 2000
#: Derivations wait here for one another, not for SQLite's lock, which gives up after half a minute.
_DERIVING = threading.Lock()


class RulingError(StoreError):
    """A ruling that cannot be made: it names nothing that is here, or is none we know."""


@dataclass(frozen=True, slots=True)
class Choice:
    """An agreement that a change's agreement may continue as, or may have continued from."""

    number: int
    agreement_id: str  # the id that a ruling names
    candidate: Candidate
    is_own: bool  # whether it is the change's own agreement, under the row before


class RuledPair(NamedTuple):
    """A ruling that a change's agreement and another one are the same, or are two, and the id of the other."""

    made: RulingRecord
    agreement_id: str


def choices(store: Store, change: ChangeRecord) -> list[Choice]:
    """Return the candidates of a change that no ruling stands on, numbered from 1.

    A doubtful amendment took two rows for one agreement: its candidate is that agreement under the earlier row, so
    what a ruling names is the agreement that the later row would be by itself.
    """
    found: list[Choice] = []
    ruled = {pair.agreement_id for pair in ruled_pairs(store, change)} if change["candidates"] else set()
    for candidate in change["candidates"]:
        other = candidate["agreement_id"]
        if is_own := other == change["agreement_id"]:
            row = review_audit.find_row_after(store.connection, change["id"])
            if row is None:
                continue
            other = _agreement_of_row(store, change, row)
        if other not in ruled:
            found.append(Choice(len(found) + 1, other, candidate, is_own))
    return found


def ruled_pairs(store: Store, change: ChangeRecord) -> list[RuledPair]:
    """Return what stands of the rulings on the change's agreement and another one, or made on the change itself."""
    own, newest = change["agreement_id"], {}
    for made in in_force(list_rulings(store.connection)):
        if made.ruling in ("same", "distinct") and (
            made.on_change == change["id"] or own in (made.subject, made.other)
        ):
            newest[frozenset((made.subject, made.other))] = made
    return [RuledPair(made, made.subject if own == made.other else made.other) for made in newest.values()]


def verdicts_for(store: Store, change: ChangeRecord, ruling: str, other: str = "") -> list[Verdict]:
    """Return what a ruling on a change decides; "distinct" that names no candidate is about all of them.

    `other` is a candidate, or an agreement that a standing ruling names: a later ruling on the two replaces it. So
    does one that names none, where the ruling was made on the change while the reviewer looked at it.

    Raise `RulingError` when the change cannot be ruled on so.
    """
    if ruling not in ON_CHANGES:
        raise RulingError(f"{ruling!r} is not a ruling on a change")
    if ruling not in ("same", "distinct"):
        return [Verdict(ruling, change["id"])]
    known = [choice.agreement_id for choice in choices(store, change)]
    for pair in ruled_pairs(store, change):
        if other == pair.agreement_id or not (other or known or pair.made.on_change != change["id"]):
            return [Verdict(ruling, pair.made.subject, pair.made.other)]
    if not change["agreement_id"] or not known:
        raise RulingError("this change has no candidate to rule on")
    if other and other not in known:
        raise RulingError(f"{other!r} is not a candidate of this change")
    chosen = [other] if other else (known if ruling == "distinct" else known[:1])
    return [Verdict(ruling, change["agreement_id"], agreement) for agreement in chosen]


def list_verdict(store: Store, sha256: str, ruling: str, other: str = "") -> Verdict:
    """Return what a ruling on a list decides; `other` is the list that it, or each list of its form, is said to be.

    Raise `RulingError` when the list cannot be ruled on so.
    """
    if ruling not in ON_LISTS:
        raise RulingError(f"{ruling!r} is not a ruling on a list")
    allowed = {"form": LIST_NAMES, "release": ("", *LIST_NAMES)}.get(ruling, ("",))
    if other not in allowed:
        raise RulingError(f"{other!r} is no list; a list is participating or pending")
    if ruling != "form":
        return Verdict(ruling, sha256, other)
    form = find_form(store, sha256)
    if form is None:
        raise RulingError(f"{sha256} has no rows to tell its form by; name another list of the form")
    return Verdict(ruling, form, other)


def rule(store: Store, ruling: str, subject: str, other: str = "", *, reviewer: str, reason: str, made_at: str) -> None:
    """Store a ruling on a change id or on a list's sha256 (or its beginning); `other` is an agreement id.

    A `form` ruling names a list of that form, and in `other` which list such lists are; so may a `release`.

    Raise `RulingError` or `NotFoundError` when it names nothing that is here. The log follows with `take_effect`.
    """
    if not reviewer.strip():
        raise RulingError("a ruling needs the name of who decides; give --reviewer")
    found: Any = read_entries(store, [subject])
    change: ChangeRecord | None = next(iter(found), None)
    made_on = change["id"] if change else ""
    if ruling in ("same", "distinct"):
        verdict = Verdict(ruling, *_pair(store, _known(change, subject), other))
    elif ruling in ("confirm", "dismiss"):
        verdict = Verdict(ruling, _known(change, subject)["id"])
    else:
        sha256 = "" if change and ruling == "note" else find_list(store, subject)
        verdict = list_verdict(store, sha256, ruling, other) if sha256 else Verdict(ruling, subject)
        made_on = sha256 if ruling == "form" else made_on
    with store.writing() as connection:
        review_audit.add_ruling(
            connection, verdict, made_at=made_at, reviewer=reviewer.strip(), reason=reason,
            on_change=made_on,
        )  # fmt: skip


def write_rulings(
    store: Store, verdicts: Mapping[Verdict, str] | Iterable[Verdict], reviewer: str, reason: str
) -> list[int]:
    """Store a ruling for each verdict, all or none; return their ids. A mapping gives the change each was ruled on.

    When the reviewer ruled just the same within this second, wait for the next: the time tells the two apart.
    """
    on_change = verdicts if isinstance(verdicts, Mapping) else dict.fromkeys(verdicts, "")
    reason = " ".join(reason.split())[:LONGEST_REASON]
    for _ in range(30):
        made_at = store.now_text()
        with store.writing() as connection:
            if not any(review_audit.has_ruling(connection, v, made_at=made_at, reviewer=reviewer) for v in on_change):
                for verdict, change_id in on_change.items():
                    review_audit.add_ruling(
                        connection, verdict, made_at=made_at, reviewer=reviewer, reason=reason, on_change=change_id
                    )
                last = review_audit.newest_ruling_id(connection)
                return list(range(last - len(on_change) + 1, last + 1))
        time.sleep(0.1)
    raise RulingError("you ruled just this a moment ago; look again")


def undo_rulings(store: Store, made: Iterable[RulingRecord], reviewer: str, reason: str) -> list[int]:
    """Store that rulings no longer count, all or none; return the ids of what was stored."""
    return write_rulings(store, {Verdict("undo", r.subject, r.mark): r.on_change for r in made}, reviewer, reason)


def undo_newest(store: Store, subject: str, *, reviewer: str, reason: str, made_at: str) -> str:
    """Store that the newest ruling in force on a change or list no longer counts; return which ruling it was."""
    standing = [ruling for ruling in in_force(rulings_on(store, subject)) if ruling.ruling != "note"]
    if not standing:
        raise RulingError(f"no ruling on {subject} is in force")
    made = standing[-1]
    with store.writing() as connection:
        verdict = Verdict("undo", made.subject, made.mark)
        review_audit.add_ruling(
            connection, verdict, made_at=made_at, reviewer=reviewer, reason=reason, on_change=made.on_change
        )
    return made.ruling


def take_effect(store: Store, *, tell: Tell, newest: Sequence[int] = ()) -> None:
    """Bring the change log up to date with the rulings, and store what they did to it.

    Do nothing when a derivation has taken the rulings with the ids `newest` into account already.
    """
    with _DERIVING:
        derived = review_audit.last_ruling_derived(store.connection)
        if newest and derived >= max(newest):
            return
        with store.writing() as connection:
            before = review_audit.load_statuses(connection)
            derive(store, now=store.now_text(), tell=tell)
            after = review_audit.load_statuses(connection)
            first = next((r.id for r in list_rulings(connection) if r.id > derived), None)
            if first is not None:  # one decision, also when it is several rulings
                review_audit.add_effects(connection, (
                    RulingEffect(first, change_id, before.get(change_id, ""), after.get(change_id, ""))
                    for change_id in sorted(before.keys() | after.keys())
                    if before.get(change_id) != after.get(change_id)
                ))  # fmt: skip


def warn_of_counties(store: Store, change_id: str, other: str) -> str:
    """Return a warning when a change and another agreement are of agencies in different counties; "" otherwise."""
    agreement = review_audit.find_agreement_of(store.connection, change_id) or ""
    here, there = (review_audit.find_counties(store.connection, one) for one in (agreement, other))
    if not here or not there or here & there:
        return ""
    return f"the two are in different counties: {', '.join(sorted(here))} and {', '.join(sorted(there))}"


def rulings_on(store: Store, subject: str) -> list[RulingRecord]:
    """Return the rulings on a change (also those on its agreement) or on a list and its form, oldest first."""
    subjects = {subject, review_audit.find_agreement_of(store.connection, subject) or subject}
    named = {p["sha256"] for p in read_publications(store.connection, subject)}
    if len(named) == 1 and (form := find_form(store, named.pop())) is not None:
        subjects.add(form)
    rulings = list_rulings(store.connection)
    return [r for r in rulings if r.subject in subjects or r.subject.startswith(subject)]


def find_form(store: Store, sha256: str) -> str | None:
    """Return the key of a list's form; None when it has no rows or could not be read."""
    if load_heads(store.connection, [sha256])[sha256].rows == 0:
        return None
    first = load_rows(store.connection, sha256)[0][0]
    return form_key(load_listings(store, [first])[first])


def find_list(store: Store, beginning: str) -> str:
    """Return the sha256 of the one list whose sha256 begins so; raise `NotFoundError` when there is not just one."""
    found = {p["sha256"] for p in read_publications(store.connection, beginning)}
    if len(found) != 1 or len(beginning) < 6:
        raise NotFoundError(
            f"{beginning!r} names no one list; `ice-agreements publications --format json` gives sha256"
        )
    return found.pop()


def _known(change: ChangeRecord | None, change_id: str) -> ChangeRecord:
    if change is None:
        raise NotFoundError(f"no change {change_id}; `ice-agreements changes` lists their ids")
    return change


def _agreement_of_row(store: Store, change: ChangeRecord, listing_id: int) -> str:
    """Return the agreement that a row of the change's list makes by itself: either list may show a row so printed."""
    list_name: ListName = "pending" if change["list"] == "pending" else "participating"
    return agreement_slug(on_list(list_name, load_listings(store, [listing_id])[listing_id]))


def _pair(store: Store, change: ChangeRecord, other: str) -> tuple[str, str]:
    """Return the two agreements that a ruling on a change is about: its own, and a candidate or any other."""
    agreement = change["agreement_id"]
    if agreement is None:
        raise RulingError(f"{change['id']} is about a list, not about two agreements")
    row = review_audit.find_row_after(store.connection, change["id"])
    if row is not None and change["kind"] in ("amendment", "reinstatement"):
        newer = _agreement_of_row(store, change, row)
        if other in (agreement, newer):
            return agreement, newer
    names = {c["agreement_id"] for c in change["candidates"]}
    if other not in names and not review_audit.is_agreement(store.connection, other, agreement):
        raise RulingError(f"{other!r} is no agreement; `ice-agreements explain {change['id']}` names the candidates")
    return agreement, other
