"""From facts to the change log: publications in order, guarded, compared, written.

`derive` makes the derived tables say what the facts and the rules say. When only newer lists came, the ledger is
moved on by those; otherwise it is made anew. Both give the same tables.
"""

from __future__ import annotations

import gc
import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

from db.database import Store
from db.models import ListName
from db.queries import derived_rows, fetches
from db.queries.snapshots import load_signing_dates, load_snapshots
from monitor.alerts import outbox
from monitor.changelog import log, revisions
from monitor.changelog.history import Accepted
from monitor.changelog.state import Ledger
from monitor.changelog.stored_state import (
    CHANGE,
    ListingBook,
    StoredChanges,
    StoredHistory,
    change_from_row,
    read_ledger,
    write_ledger,
)
from monitor.matching.side_by_side import WholeHistory
from monitor.publications.accept import (
    Admission,
    Progress,
    as_accepted,
    confirm_by_time,
    fold_publications,
    note_list_events,
    waited_long,
)
from monitor.publications.gather import Publication, comes_before_a_known_day, gather, makes_stale, order_of
from monitor.review.rulings import load_rulings

#: Raised when a rule changes what a list says, so that a newer program derives anew what an older one derived.
RULES_VERSION = "3"
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
    touched: set[str] | None = None  # ids of changes written; None when all were


def derive(
    store: Store, *, now: str, confirm_after_hours: float = 48.0, anew: bool = False, progress: Progress | None = None
) -> Derived:
    """The derived tables say what the facts say; what that changes in the log is stated, at `now`."""
    with store.writing() as connection, _no_collection():
        done = None
        before = connection.execute("select derived_at from derivation").fetchone()
        ruled = connection.execute(
            "select 1 from rulings where id > (select ifnull(max(last_ruling), 0) from derivation)"
        ).fetchone()
        if not anew:
            done = _move_on(store, confirm_after_hours)
        if done is None:
            done = _make_anew(store, confirm_after_hours, progress)
        marks = connection.execute(
            # a list that is not read yet, and all met after it, are still to come
            "select ifnull((select min(s.id) - 1 from sightings s left join snapshots p on p.sha256 = s.sha256"
            " where p.sha256 is null), ifnull((select max(id) from sightings), 0)),"
            " ifnull((select max(id) from rulings), 0)"
        ).fetchone()
        marks = (RULES_VERSION, *marks)
        if marks != connection.execute("select rules, last_sighting, last_ruling from derivation").fetchone():
            derived_rows.put_rows(  # else nothing is written, and the disk is not waited for
                connection, "derivation", ("id", "rules", "last_sighting", "last_ruling", "derived_at"),
                [(1, *marks, now)],
            )  # fmt: skip
        why = revisions.OVERRULED if ruled else revisions.OVERTURNED
        done.stated = revisions.state(store, now, done.overturned, why, done.touched)
        outbox.queue(store, now, done.stated, first_import=before is None, since=before[0] if before else None)
        done.held = [
            str(row[0])
            for row in connection.execute(
                "select file from publications h where status = 'held' and not exists (select 1 from publications p"
                " where p.status = 'accepted' and p.list = h.list and p.published_at > h.published_at) order by file"
            )
        ]
    return done


@contextmanager
def _no_collection() -> Iterator[None]:
    """Cyclic garbage is left lying meanwhile: a ledger is thousands of objects without cycles, looked at in vain."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _make_anew(store: Store, confirm_after_hours: float, progress: Progress | None) -> Derived:
    connection = store.connection
    listings = ListingBook(store)
    listings.load()
    publications = gather(store, load_snapshots(store), load_signing_dates(store))
    ledger = fold_publications(
        publications, listings, load_rulings(store), fetches.page_checks(store), confirm_after_hours, progress
    )
    overturned = _overturned(store, ledger)
    derived_rows.clear_derived(connection)
    connection.execute("pragma defer_foreign_keys = on")
    derived_rows.put_rows(connection, "publications", PUBLICATION, (_row(p) for p in publications))
    write_ledger(connection, ledger)
    return Derived(anew=True, publications=len(publications), overturned=overturned)


def _overturned(store: Store, ledger: Ledger) -> dict[str, str]:
    """The last wording of each change in the tables that the new ledger does not make."""
    rows = derived_rows.get_rows(store.connection, "changes", CHANGE)
    gone = [change for change in map(change_from_row, rows) if change.id not in ledger.changes]
    return {entry["id"]: json.dumps(entry, ensure_ascii=False) for entry in log.present(store, gone, {})}


def _move_on(store: Store, confirm_after_hours: float) -> Derived | None:
    """The ledger is moved on by lists newer than all it knows; None when it must be made anew."""
    connection = store.connection
    mark = connection.execute("select rules, last_sighting, last_ruling from derivation").fetchone()
    newest_ruling = connection.execute("select ifnull(max(id), 0) from rulings").fetchone()[0]
    if mark is None or mark[0] != RULES_VERSION or mark[2] != newest_ruling:
        return None
    fresh = [str(row[0]) for row in connection.execute("select distinct sha256 from sightings where id > ?", [mark[1]])]
    if _waited_long_enough(connection, confirm_after_hours):
        return None
    if not fresh:
        return Derived(anew=False, touched=_note_events(store))
    if _held_open(connection):
        return None  # the next list may release it
    if connection.execute("select 1 from rulings where ruling in ('confirm', 'dismiss') limit 1").fetchone():
        return None  # the tables hold what was ruled on changes, not what the lists alone say
    marks = ",".join("?" * len(fresh))
    known = connection.execute(f"select 1 from publications where sha256 in ({marks}) limit 1", fresh).fetchone()  # noqa: S608 - marks
    if known is not None:
        return None
    return _append(store, fresh, confirm_after_hours)


def _held_open(connection: sqlite3.Connection) -> bool:
    """Whether a list is held that no later accepted one has made up for."""
    return bool(
        connection.execute(
            "select 1 from publications h where status = 'held' and published_at >="
            " (select ifnull(max(published_at), '') from publications where status = 'accepted' and list = h.list)"
        ).fetchone()
    )


def _append(store: Store, fresh: list[str], confirm_after_hours: float) -> Derived | None:
    """Publications that surely come after all others are taken into the ledger one by one."""
    connection = store.connection
    listings = ListingBook(store)
    snapshots = load_snapshots(store, fresh)
    if len(snapshots) < len(fresh):
        return None
    signed = load_signing_dates(store, {i for s in snapshots.values() for i in s.listing_ids})
    added = gather(store, snapshots, signed)
    latest = connection.execute(
        "select published_at, list, published_on, file, sha256 from publications where (ifnull(list, ''), published_at)"
        " in (select ifnull(list, ''), max(published_at) from publications group by list)"
    ).fetchall()
    newest = max((order_of(*row) for row in latest), default=None)
    if newest is None or any(p.order <= newest or p.status != "accepted" for p in added):
        return None
    if makes_stale(store, added) or comes_before_a_known_day(store, added):
        return None
    connection.execute("savepoint moving_on")
    touched: set[str] = set()
    for publication in added:
        written = _append_one(store, publication, listings, confirm_after_hours)
        if written is None:
            connection.execute("rollback to moving_on")
            connection.execute("release moving_on")
            return None
        touched |= written
    connection.execute("release moving_on")
    return Derived(anew=False, publications=len(added), touched=touched)


def _append_one(
    store: Store, publication: Publication, listings: ListingBook, confirm_after_hours: float
) -> set[str] | None:
    """The publication is in the tables; returns the ids of changes written, None when all must be looked at again."""
    connection = store.connection
    position = int(connection.execute("select ifnull(max(position), -1) + 1 from publications").fetchone()[0])
    occurrences = StoredHistory(store, as_accepted(publication, position))
    ledger = Ledger(occurrences, listings, StoredChanges(store))
    rulings, pages = load_rulings(store), fetches.page_checks(store)
    ledger.rulings = rulings.pairs
    read_ledger(store, ledger)
    _read_latest(store, ledger)
    name = cast(ListName, publication.list_name)
    shown = set(publication.snapshot.listing_ids)
    whole = any(page["totals"] for page in pages)  # ICE's stated totals are compared with every row
    listings.load(shown | set(ledger.listed[name]) if whole else shown ^ set(ledger.listed[name]))  # else gone or new
    _forget_time(ledger, store, name)
    Admission(ledger, position, rulings, pages).admit(publication)
    if ledger.assumption_broken or publication.status == "held":
        return None
    confirm_by_time(ledger, [publication], confirm_after_hours)
    note_list_events(ledger, pages)
    connection.execute("pragma defer_foreign_keys = on")
    derived_rows.put_rows(connection, "publications", PUBLICATION, [_row(publication)])
    write_ledger(connection, ledger)
    return ledger.dirty.changes


def _waited_long_enough(connection: sqlite3.Connection, hours: float) -> bool:
    """Whether ICE was found to serve a list with a provisional ending (but for rulings) long enough to confirm it."""
    rows = connection.execute(
        "select p.fetched_at, (select max(f.requested_at) from fetches f where f.sha256 = p.sha256 and"
        " f.outcome in ('new', 'same', 'not_modified')) from publications p join changes c on c.position = p.position"
        " where (c.status = 'provisional' or c.evidence like '%\"ruled\":%') and c.first_missing = p.position"
        " and c.evidence not like '%\"confirmed_by\":%' and p.fetched_at is not null"
        " and p.position = (select max(position) from publications n where n.list = p.list) group by p.position"
    ).fetchall()
    return any(verified_at and waited_long(fetched_at, verified_at, hours) for fetched_at, verified_at in rows)


def _forget_time(ledger: Ledger, store: Store, list_name: ListName) -> None:
    """Endings that time alone confirmed are provisional again: the list that is being added decides."""
    rows = store.connection.execute(
        "select id from changes where list = ? and status = 'confirmed' and evidence like '%\"confirmed_by\":%'",
        [list_name],
    ).fetchall()
    for (change_id,) in rows:
        change = ledger.changes.find(change_id)
        assert change is not None
        assert change.agreement_id is not None
        change.status = "provisional"
        change.evidence = {name: value for name, value in change.evidence.items() if name != "confirmed_by"}
        ledger.waiting[change.agreement_id] = change_id
        ledger.dirty.changes.add(change_id)


def _note_events(store: Store) -> set[str]:
    """What ICE's page says of a list as a whole is in the log, also when no new list came; returns ids written."""
    pages = fetches.page_checks(store)
    if not pages:
        return set()
    ledger = Ledger(WholeHistory((), {}), {}, StoredChanges(store))
    note_list_events(ledger, pages)
    write_ledger(store.connection, ledger)
    return ledger.dirty.changes


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


def _row(p: Publication) -> tuple[Any, ...]:
    return (
        p.position, p.list_name, p.sha256, p.file, p.linked_as, p.url, p.published_on, p.published_at,
        p.workbook_modified_at, p.first_seen_at, p.fetched_at, p.rows, p.status, json.dumps(p.reasons),
    )  # fmt: skip
