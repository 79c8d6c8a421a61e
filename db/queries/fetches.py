"""What came from the source, recorded once and never edited: fetches, documents, sightings, page checks, wanted lists.

Runs are in `db.queries.runs`, snapshots and listings in `db.queries.snapshots`.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import TypedDict

from db.database import Store
from db.models import Fetch, ListName, StatedTotals

#: Outcomes of a fetch after which the body is known to be what the archive holds.
VERIFIED_OUTCOMES = ("new", "same", "not_modified")


class KeptFetch(TypedDict):
    """A fetch whose body was kept."""

    sha256: str
    headers: dict[str, str]
    requested_at: str
    final_url: str | None
    file_name: str | None


class LinkRecord(TypedDict):
    """A link on the landing page to a list; `linked_as` is the list it names, None when it names none."""

    url: str
    text: str
    linked_as: ListName | None
    file_name: str | None


class TotalsStated(TypedDict):
    """What the landing page said of its lists, as stored (`db.models.StatedTotals`)."""

    sentence: str
    as_of_on: str | None
    agreements: int | None
    states: int | None
    territories: int | None
    pending: int | None
    by_support_type: dict[str, list[int | None]]


class PageState(TypedDict):
    """The newest kept state of the landing page."""

    sha256: str
    text_sha256: str
    seen_at: str
    links: list[LinkRecord]


class PageCheck(TypedDict):
    """A kept state of the landing page, with the totals it stated."""

    sha256: str
    seen_at: str
    links: list[LinkRecord]
    totals: TotalsStated | None


class WantedList(TypedDict):
    """A list that ICE linked and that could not be fetched yet."""

    url: str
    linked_as: ListName | None
    file_name: str | None
    since: str
    tries: int
    reason: str


def record_fetch(store: Store, run_id: int | None, fetch: Fetch) -> int:
    """Record one exchange and, for a list that came or was verified, that it was seen; return the row's id.

    A fetch answered "not modified" gets the document it verified: the newest kept for that address.
    """
    sha256 = fetch.sha256
    if sha256 is None and fetch.outcome == "not_modified":
        known = last_good_fetch(store, fetch.url)
        sha256 = known["sha256"] if known else None
    with store.writing() as connection:
        if sha256 is not None and fetch.outcome in VERIFIED_OUTCOMES:
            record_document(store, sha256, fetch.requested_at)
        cursor = connection.execute(
            "insert into fetches (run_id, url, requested_at, outcome, status, sha256, final_url, role, linked_as,"
            " file_name, headers, detail) values (?,?,?,?,?,?,?,?,?,?,?,?)",
            [run_id, fetch.url, fetch.requested_at, fetch.outcome, fetch.status, sha256, fetch.final_url, fetch.role,
             fetch.linked_as, fetch.file_name, json.dumps(fetch.headers, sort_keys=True), fetch.detail],
        )  # fmt: skip
        if sha256 is not None and fetch.role == "list" and fetch.outcome in VERIFIED_OUTCOMES:
            record_sighting(
                store, sha256, file=fetch.file_name or fetch.url.rsplit("/", 1)[-1], url=fetch.url,
                linked_as=fetch.linked_as or "", seen_at=fetch.requested_at, known_at=fetch.requested_at, how="fetch",
            )  # fmt: skip
        return int(cursor.lastrowid or 0)


def record_document(store: Store, sha256: str, at: str) -> bool:
    """Record a document that is in the archive already; return whether it is new."""
    with store.writing() as connection:
        if connection.execute("select 1 from documents where sha256 = ?", [sha256]).fetchone():
            return False
        size = store.archive.path(sha256).stat().st_size
        connection.execute("insert into documents (sha256, bytes, stored_at) values (?, ?, ?)", [sha256, size, at])
        return True


def is_sighted(connection: sqlite3.Connection, sha256: str) -> bool:
    """Return whether a document was met under any name."""
    return connection.execute("select 1 from sightings where sha256 = ? limit 1", [sha256]).fetchone() is not None


def record_sighting(
    store: Store, sha256: str, *, file: str, url: str, linked_as: str, seen_at: str | None, known_at: str, how: str
) -> bool:
    """Record that a document was met under a name; return whether that is new. `seen_at`: when ICE served it.

    The same document met again under the same name is not new, unless it proves an earlier date: that is another row.
    """
    with store.writing() as connection:
        times, earliest = connection.execute(
            "select count(*), min(seen_at) from sightings where sha256 = ? and file = ? and linked_as = ? and how = ?",
            [sha256, file, linked_as, how],
        ).fetchone()
        if times and (seen_at is None or (earliest is not None and earliest <= seen_at)):
            return False
        connection.execute(
            "insert into sightings (sha256, file, url, linked_as, seen_at, known_at, how) values (?,?,?,?,?,?,?)",
            [sha256, file, url, linked_as, seen_at, known_at, how],
        )
        return True


def last_good_fetch(store: Store, url: str) -> KeptFetch | None:
    """Return the newest fetch of `url` whose body was kept."""
    row = store.connection.execute(
        "select sha256, headers, requested_at, final_url, file_name from fetches where url = ? and sha256 is not null"
        " and outcome in ('new', 'same') order by id desc limit 1",
        [url],
    ).fetchone()
    if row is None:
        return None
    return {
        "sha256": row[0], "headers": json.loads(row[1]), "requested_at": row[2], "final_url": row[3],
        "file_name": row[4],
    }  # fmt: skip


def last_unconditional_fetch_at(store: Store, url: str) -> str | None:
    """Return when `url` was last answered with a whole body."""
    row = store.connection.execute(
        "select max(requested_at) from fetches where url = ? and outcome in ('new', 'same')", [url]
    ).fetchone()
    return str(row[0]) if row and row[0] else None


def count_outcome(connection: sqlite3.Connection, url: str, outcome: str) -> int:
    """Return how often asking for `url` ended in that outcome."""
    row = connection.execute("select count(*) from fetches where url = ? and outcome = ?", [url, outcome]).fetchone()
    return int(row[0])


def record_page(
    store: Store, run_id: int, *, sha256: str, text_sha256: str, seen_at: str,
    links: Sequence[Mapping[str, object]], totals: StatedTotals | None,
) -> None:  # fmt: skip
    """Record the landing page's text, links and stated totals, where any of them differs from the last record."""
    encoded = json.dumps(list(links), sort_keys=True)
    with store.writing() as connection:
        last = connection.execute("select text_sha256, links from page_checks order by id desc limit 1").fetchone()
        if last is not None and tuple(last) == (text_sha256, encoded):
            return
        record_document(store, sha256, seen_at)
        connection.execute(
            "insert into page_checks (run_id, sha256, text_sha256, seen_at, links, totals) values (?,?,?,?,?,?)",
            [run_id, sha256, text_sha256, seen_at, encoded, _totals_text(totals)],
        )


def last_page(store: Store) -> PageState | None:
    """Return the newest kept state of the landing page."""
    row = store.connection.execute(
        "select sha256, text_sha256, seen_at, links from page_checks order by id desc limit 1"
    ).fetchone()
    if row is None:
        return None
    return {"sha256": row[0], "text_sha256": row[1], "seen_at": row[2], "links": json.loads(row[3])}


def page_checks(store: Store) -> list[PageCheck]:
    """Return every kept state of the landing page, oldest first."""
    rows = store.connection.execute("select sha256, seen_at, links, totals from page_checks order by id").fetchall()
    return [
        {"sha256": r[0], "seen_at": r[1], "links": json.loads(r[2]), "totals": json.loads(r[3]) if r[3] else None}
        for r in rows
    ]


def want(store: Store, url: str, linked_as: str | None, file_name: str | None, at: str, reason: str) -> None:
    """Record that the list at `url` could not be fetched: it is asked for again until it is."""
    with store.writing() as connection:
        connection.execute(
            "insert into wanted (url, linked_as, file_name, since, reason) values (?,?,?,?,?)"
            " on conflict (url) do update set tries = tries + 1, reason = excluded.reason",
            [url, linked_as, file_name, at, reason],
        )


def unwant(store: Store, url: str) -> None:
    """Record that the list at `url` was fetched and is wanted no more."""
    with store.writing() as connection:
        connection.execute("delete from wanted where url = ?", [url])


def wanted(store: Store) -> list[WantedList]:
    """Return the lists that ICE linked and that could not be fetched yet."""
    rows = store.connection.execute(
        "select url, linked_as, file_name, since, tries, reason from wanted order by since, url"
    )
    return [
        {"url": r[0], "linked_as": r[1], "file_name": r[2], "since": r[3], "tries": r[4], "reason": r[5]} for r in rows
    ]


def _totals_text(totals: StatedTotals | None) -> str | None:
    if totals is None:
        return None
    return json.dumps(
        {
            "sentence": totals.sentence, "as_of_on": totals.as_of_on, "agreements": totals.agreements,
            "states": totals.states, "territories": totals.territories, "pending": totals.pending,
            "by_support_type": totals.by_support_type,
        },
        sort_keys=True,
    )  # fmt: skip
