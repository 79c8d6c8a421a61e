"""From facts to the change log: publications in order, guarded, compared, written.

`derive` makes the derived tables say what the facts and the rules say. When only newer lists came, the ledger is
moved on by those; otherwise it is made anew. Both give the same tables.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

from db import facts, tables
from db.records import ListName
from db.snapshots import load_snapshots
from db.store import Store
from monitor import diff, guards, log, statements
from monitor.derived import (
    CHANGE,
    ListingBook,
    StoredChanges,
    StoredHistory,
    change_from_row,
    read_ledger,
    write_ledger,
)
from monitor.dating import eastern_day
from monitor.history import Accepted, Change, change_id
from monitor.ledger import ChangeBook, Ledger
from monitor.occurrences import WholeHistory
from monitor.publications import Publication, gather, order_moment
from monitor.rulings import Rulings, load_rulings

#: Raised when a rule changes what a list says, so that a newer program derives anew what an older one derived.
RULES_VERSION = "1"
PUBLICATION = (
    "position", "list", "sha256", "file", "linked_as", "url", "published_on", "published_at",
    "workbook_modified_at", "first_seen_at", "fetched_at", "rows", "status", "reasons",
)  # fmt: skip


@dataclass(slots=True)
class Derived:
    """What a derivation did."""

    anew: bool
    publications: int = 0
    stated: list[str] = field(default_factory=list)  # ids of changes stated for the first time or anew
    held: list[str] = field(default_factory=list)  # files of lists that wait for a person
    overturned: dict[str, str] = field(default_factory=dict)  # change id -> its last wording


Progress = Callable[[int, int], None]


def derive(
    store: Store, *, now: str, confirm_after_hours: float = 48.0, anew: bool = False, progress: Progress | None = None
) -> Derived:
    """The derived tables say what the facts say; what that changes in the log is stated, at `now`."""
    with store.writing() as connection:
        done = None
        ruled = connection.execute(
            "select 1 from rulings where id > (select ifnull(max(last_ruling), 0) from derivation)"
        ).fetchone()
        if not anew:
            done = _move_on(store, confirm_after_hours)
        if done is None:
            done = _make_anew(store, confirm_after_hours, progress)
        marks = connection.execute(
            "select ifnull((select max(id) from sightings), 0), ifnull((select max(id) from rulings), 0)"
        ).fetchone()
        tables.put_rows(
            connection, "derivation", ("id", "rules", "last_sighting", "last_ruling", "derived_at"),
            [(1, RULES_VERSION, marks[0], marks[1], now)],
        )  # fmt: skip
        why = statements.OVERRULED if ruled else statements.OVERTURNED
        done.stated = statements.state(store, now, done.overturned, why)
        done.held = [
            str(row[0])
            for row in connection.execute(
                "select file from publications h where status = 'held' and not exists (select 1 from publications p"
                " where p.status = 'accepted' and p.list = h.list and p.published_at > h.published_at) order by file"
            )
        ]
    return done


def replay(
    store: Store, *, until: str | None = None, confirm_after_hours: float = 48.0
) -> tuple[Ledger, list[Publication]]:
    """The ledger in memory as it follows from what was known at `until`; nothing is written."""
    listings = ListingBook(store)
    listings.load()
    publications = gather(store, load_snapshots(store), listings, until)
    rulings = load_rulings(store, until)
    return _fold(store, publications, listings, rulings, confirm_after_hours, None), publications


def _make_anew(store: Store, confirm_after_hours: float, progress: Progress | None) -> Derived:
    connection = store.connection
    listings = ListingBook(store)
    listings.load()
    publications = gather(store, load_snapshots(store), listings)
    ledger = _fold(store, publications, listings, load_rulings(store), confirm_after_hours, progress)
    overturned = _overturned(store, ledger)
    tables.clear_derived(connection)
    connection.execute("pragma defer_foreign_keys = on")
    tables.put_rows(connection, "publications", PUBLICATION, (_row(p) for p in publications))
    write_ledger(connection, ledger)
    return Derived(anew=True, publications=len(publications), overturned=overturned)


def _overturned(store: Store, ledger: Ledger) -> dict[str, str]:
    """The last wording of each change in the tables that the new ledger does not make."""
    rows = tables.get_rows(store.connection, "changes", CHANGE)
    gone = [change for change in map(change_from_row, rows) if change.id not in ledger.changes]
    return {entry["id"]: json.dumps(entry, ensure_ascii=False) for entry in log.present(store, gone, {})}


def _fold(
    store: Store, publications: list[Publication], listings: ListingBook, rulings: Rulings,
    confirm_after_hours: float, progress: Progress | None,
) -> Ledger:  # fmt: skip
    pages = facts.page_checks(store)
    believed = [(p.status, list(p.reasons)) for p in publications]
    doubted: set[tuple[str, str, str]] = set()
    while True:
        for publication, (status, reasons) in zip(publications, believed, strict=True):
            publication.status, publication.reasons, publication.position = status, list(reasons), None
        ledger = _fold_once(publications, doubted, listings, rulings, pages, progress)
        held = {p.key for p in publications if p.status == "held"}
        if held <= doubted:
            break
        doubted |= held  # what stood on a held list is no evidence: once more without it
    confirm_by_time(ledger, publications, confirm_after_hours)
    rulings.apply(ledger)
    note_list_events(ledger, pages)
    return ledger


def _fold_once(
    publications: list[Publication], doubted: set[tuple[str, str, str]], listings: ListingBook, rulings: Rulings,
    pages: list[dict[str, Any]], progress: Progress | None,
) -> Ledger:  # fmt: skip
    hopeful = [p for p in publications if p.status == "accepted" and p.key not in doubted and not _is_swapped(p)]
    whole = WholeHistory((_accepted(p, number) for number, p in enumerate(hopeful)), listings)
    ledger = Ledger(whole, listings, ChangeBook())
    ledger.rulings = rulings.pairs
    held: dict[str, Publication] = {}
    position = 0
    for number, publication in enumerate(publications):
        if progress is not None:
            progress(number, len(publications))
        position = _admit(ledger, publication, position, held, rulings, pages)
    return ledger


def _admit(
    ledger: Ledger, publication: Publication, position: int, held: dict[str, Publication], rulings: Rulings,
    pages: list[dict[str, Any]],
) -> int:  # fmt: skip
    """The publication is accepted and taken into the ledger, or held, and says why; returns the next position."""
    ruled = rulings.lists.get(publication.sha256)
    if ruled == "reject":
        publication.status = "rejected"
        publication.reasons.append("rejected: by a reviewer")
    if publication.status != "accepted":
        return position
    name = cast(ListName, publication.list_name)
    if ruled == "release":
        publication.reasons.append("released: by a reviewer")
    elif _is_swapped(publication):
        publication.status = "held"
        return position
    accepted = _accepted(publication, position)
    if name not in ledger.latest:
        if name == "participating" and not accepted.listing_ids and ruled != "release":
            publication.status, publication.reasons = "held", [*publication.reasons, "emptied"]
            return position
        return _take(ledger, publication, accepted, None)
    comparison = diff.compare(ledger, accepted)
    hold, note = guards.judge_comparison(ledger, name, comparison, len(accepted.listing_ids))
    rows = [ledger.listings[i] for i in accepted.listing_ids]
    for reason in guards.compare_totals(_stated(pages, publication), rows, publication.published_on):
        (hold if guards.reason_code(reason) == "totals_differ" else note).append(reason)
    if hold and ruled != "release":
        earlier = held.get(name)
        if earlier is not None and _agrees(earlier, publication) and "emptied" not in hold:
            earlier.status, held[name] = "accepted", publication
            earlier.reasons.append(f"agreed: by {publication.file}")
            del held[name]
            position = _take(ledger, earlier, _accepted(earlier, position), None)
            return _admit(ledger, publication, position, held, rulings, pages)
        publication.status = "held"
        publication.reasons += hold
        held[name] = publication
        return position
    publication.reasons += note
    if not comparison.gone and not comparison.new:
        publication.reasons.append("unchanged")
    held.pop(name, None)
    return _take(ledger, publication, accepted, comparison)


def _take(ledger: Ledger, publication: Publication, accepted: Accepted, comparison: diff.Comparison | None) -> int:
    diff.step(ledger, accepted, comparison)
    publication.status, publication.position = "accepted", accepted.position
    return accepted.position + 1


def _agrees(earlier: Publication, later: Publication) -> bool:
    """Whether two lists, neither the other's bytes, say nearly the same, on two days."""
    a, b = set(earlier.snapshot.listing_ids), set(later.snapshot.listing_ids)
    apart = max(len(a - b), len(b - a))
    return apart <= guards.allowed_gone(len(a)) and earlier.published_on < later.published_on


def confirm_by_time(ledger: Ledger, publications: list[Publication], hours: float) -> None:
    """An ending of the newest list is confirmed when ICE was found to serve just that list `hours` later."""
    by_position = {p.position: p for p in publications if p.position is not None}
    for ending_id in list(ledger.waiting.values()):
        change = ledger.changes.find(ending_id)
        publication = by_position.get(change.position) if change else None
        if change is None or publication is None or publication.verified_at is None or publication.fetched_at is None:
            continue
        waited = _moment(publication.verified_at) - _moment(publication.fetched_at)
        if waited >= timedelta(hours=hours):
            change.status = "confirmed"
            change.evidence = {**change.evidence, "confirmed_by": "time"}
            ledger.dirty.changes.add(change.id)
            assert change.agreement_id is not None
            del ledger.waiting[change.agreement_id]


def note_list_events(ledger: Ledger, pages: list[dict[str, Any]]) -> None:
    """A list that ICE's page no longer links is one event about the list; its rows are not withdrawn by it."""
    linked: set[str] = set()
    times: dict[str, int] = {}
    for page in pages:
        now_linked = {link["linked_as"] for link in page["links"] if link.get("linked_as")}
        for name in sorted(linked - now_linked):
            times[name] = times.get(name, 0) + 1
            list_name = cast(ListName, name)
            change = Change(
                change_id("list_event", name, "list_gone", times[name]), "list_event", "confirmed", list_name, None,
                None, 0, eastern_day(page["seen_at"]), "list_gone", reason=f"ICE's page no longer links the {name} list",
                evidence={"page_sha256": page["sha256"], "seen_at": page["seen_at"]},
            )  # fmt: skip
            ledger.add_change(change)
        linked = now_linked


def _move_on(store: Store, confirm_after_hours: float) -> Derived | None:
    """The ledger is moved on by lists newer than all it knows; None when it must be made anew."""
    connection = store.connection
    mark = connection.execute("select rules, last_sighting, last_ruling from derivation").fetchone()
    newest_ruling = connection.execute("select ifnull(max(id), 0) from rulings").fetchone()[0]
    if mark is None or mark[0] != RULES_VERSION or mark[2] != newest_ruling:
        return None
    fresh = [str(row[0]) for row in connection.execute("select distinct sha256 from sightings where id > ?", [mark[1]])]
    if not fresh:
        return _confirm_only(store, confirm_after_hours)
    if _held_open(connection):
        return None  # the next list may release it
    marks = ",".join("?" * len(fresh))
    known = connection.execute(f"select 1 from publications where sha256 in ({marks}) limit 1", fresh).fetchone()  # noqa: S608 - marks
    if known is not None:
        return None
    return _append(store, fresh, confirm_after_hours)


def _held_open(connection: sqlite3.Connection) -> bool:
    """Whether a list is held that no later accepted one has made up for."""
    return bool(
        connection.execute(
            "select 1 from publications h where status = 'held' and published_at >= (select ifnull(max(published_at), '')"
            " from publications p where p.status = 'accepted' and p.list = h.list) limit 1"
        ).fetchone()
    )


def _append(store: Store, fresh: list[str], confirm_after_hours: float) -> Derived | None:
    """Publications that surely come after all others are taken into the ledger one by one."""
    connection = store.connection
    listings = ListingBook(store)
    snapshots = load_snapshots(store, fresh)
    if len(snapshots) < len(fresh):
        return None
    listings.load({i for s in snapshots.values() for i in s.listing_ids})
    added = gather(store, snapshots, listings)
    latest = connection.execute("select list, max(published_at) from publications group by list").fetchall()
    newest = max((order_moment(at, name) for name, at in latest), default=None)
    if newest is None or any(p.order[0] <= newest or p.status != "accepted" for p in added):
        return None
    connection.execute("savepoint moving_on")
    for publication in added:
        if not _append_one(store, publication, listings, confirm_after_hours):
            connection.execute("rollback to moving_on")
            connection.execute("release moving_on")
            return None
    connection.execute("release moving_on")
    return Derived(anew=False, publications=len(added))


def _append_one(store: Store, publication: Publication, listings: ListingBook, confirm_after_hours: float) -> bool:
    """The publication is in the tables; False when the whole history must be looked at again."""
    connection = store.connection
    position = int(connection.execute("select ifnull(max(position), -1) + 1 from publications").fetchone()[0])
    occurrences = StoredHistory(store, _accepted(publication, position), listings)
    ledger = Ledger(occurrences, listings, StoredChanges(store))
    rulings, pages = load_rulings(store), facts.page_checks(store)
    ledger.rulings = rulings.pairs
    read_ledger(store, ledger)
    _read_latest(store, ledger)
    _admit(ledger, publication, position, {}, rulings, pages)
    if ledger.assumption_broken or publication.status == "held":
        return False
    confirm_by_time(ledger, [publication], confirm_after_hours)
    note_list_events(ledger, pages)
    connection.execute("pragma defer_foreign_keys = on")
    tables.put_rows(connection, "publications", PUBLICATION, [_row(publication)])
    write_ledger(connection, ledger)
    return True


def _confirm_only(store: Store, hours: float) -> Derived | None:
    """Nothing new came: an ending may have waited long enough; then the ledger is made anew."""
    connection = store.connection
    for position, fetched_at, verified_at in connection.execute(
        "select p.position, min(s.seen_at), (select max(f.requested_at) from fetches f where f.sha256 = p.sha256 and"
        " f.outcome in ('new', 'same', 'not_modified')) from publications p join sightings s on s.sha256 = p.sha256 and"
        " s.how = 'fetch' join changes c on c.first_missing = p.position and c.status = 'provisional'"
        " where p.position is not null group by p.position"
    ).fetchall():
        if fetched_at and verified_at and _moment(verified_at) - _moment(fetched_at) >= timedelta(hours=hours):
            return None
        assert position is not None
    return Derived(anew=False)


def _read_latest(store: Store, ledger: Ledger) -> None:
    """The newest accepted publication of each list is at hand, with its rows."""
    rows = store.connection.execute(
        "select position, list, sha256, file, published_on from publications where position in"
        " (select max(position) from publications where position is not null group by list)"
    ).fetchall()
    snapshots = load_snapshots(store, [row[2] for row in rows])
    for position, name, sha256, file, published_on in rows:
        snapshot = snapshots[sha256]
        ledger.latest[cast(ListName, name)] = Accepted(
            position, cast(ListName, name), sha256, file, published_on, snapshot.listing_ids, snapshot.rows
        )


def _accepted(p: Publication, position: int) -> Accepted:
    name = cast(ListName, p.list_name)
    return Accepted(position, name, p.sha256, p.file, p.published_on, p.snapshot.listing_ids, p.snapshot.rows)


def _is_swapped(p: Publication) -> bool:
    return any(guards.reason_code(reason) == "swapped" for reason in p.reasons)


def _stated(pages: list[dict[str, Any]], publication: Publication) -> Mapping[str, Any] | None:
    """The totals ICE's page stated when the list was first fetched."""
    if publication.fetched_at is None or publication.list_name != "participating":
        return None
    before = [p for p in pages if p["seen_at"] <= publication.fetched_at]
    return before[-1]["totals"] if before else None


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def _row(p: Publication) -> tuple[Any, ...]:
    return (
        p.position, p.list_name, p.sha256, p.file, p.linked_as, p.url, p.published_on, p.published_at,
        p.workbook_modified_at, p.first_seen_at, p.fetched_at, p.rows, p.status, json.dumps(p.reasons),
    )  # fmt: skip
