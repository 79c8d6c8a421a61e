"""What happened, written down once and never edited: runs, fetches, sightings, page checks, wanted lists.

Snapshots and listings are in `db.queries.snapshots`; what people decided is in `db.rulings`.
"""

from __future__ import annotations

import json
from typing import Any

from db.database import Store
from db.models import Fetch, StatedTotals

#: Outcomes of a fetch after which the body is known to be what the archive holds.
VERIFIED_OUTCOMES = ("new", "same", "not_modified")

Row = dict[str, Any]


def start_run(store: Store, at: str) -> int:
    """A run began; returns its id."""
    with store.writing() as connection:
        return int(connection.execute("insert into runs (started_at) values (?)", [at]).lastrowid or 0)


def finish_run(store: Store, run_id: int, at: str, outcome: str, detail: str = "") -> None:
    """The run ended with `outcome` ("good", "partial" or "failed") and a line that says more."""
    with store.writing() as connection:
        connection.execute(
            "update runs set finished_at = ?, outcome = ?, detail = ? where id = ?", [at, outcome, detail, run_id]
        )


def record_fetch(store: Store, run_id: int | None, fetch: Fetch) -> int:
    """The exchange is a row; a list's document that it brought or verified has been sighted. Returns the row's id.

    A fetch answered "not modified" is given the document it verified: the newest kept for that address.
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
    """The document, already in the archive, has a row; returns whether it is new."""
    with store.writing() as connection:
        if connection.execute("select 1 from documents where sha256 = ?", [sha256]).fetchone():
            return False
        size = store.archive.path(sha256).stat().st_size
        connection.execute("insert into documents (sha256, bytes, stored_at) values (?, ?, ?)", [sha256, size, at])
        return True


def record_sighting(
    store: Store, sha256: str, *, file: str, url: str, linked_as: str, seen_at: str | None, known_at: str, how: str
) -> bool:
    """A document was met under a name; returns whether this is news. `seen_at` is when ICE is known to have served it.

    The same document met again under the same name is no news, unless it proves an earlier date: that is a row more.
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


def last_good_fetch(store: Store, url: str) -> Row | None:
    """The newest fetch of `url` whose body was kept: sha256, headers, requested_at, final_url; None when never."""
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
    """When `url` was last answered with a whole body; None when never."""
    row = store.connection.execute(
        "select max(requested_at) from fetches where url = ? and outcome in ('new', 'same')", [url]
    ).fetchone()
    return str(row[0]) if row and row[0] else None


def record_page(
    store: Store, run_id: int, *, sha256: str, text_sha256: str, seen_at: str, links: list[Row],
    totals: StatedTotals | None,
) -> None:  # fmt: skip
    """The landing page's text, links and stated totals are kept, when any of them differs from the last kept."""
    encoded = json.dumps(links, sort_keys=True)
    with store.writing() as connection:
        last = connection.execute("select text_sha256, links from page_checks order by id desc limit 1").fetchone()
        if last is not None and tuple(last) == (text_sha256, encoded):
            return
        record_document(store, sha256, seen_at)
        connection.execute(
            "insert into page_checks (run_id, sha256, text_sha256, seen_at, links, totals) values (?,?,?,?,?,?)",
            [run_id, sha256, text_sha256, seen_at, encoded, _totals_text(totals)],
        )


def last_page(store: Store) -> Row | None:
    """The newest kept state of the landing page: sha256, text_sha256, seen_at, links; None when never."""
    row = store.connection.execute(
        "select sha256, text_sha256, seen_at, links from page_checks order by id desc limit 1"
    ).fetchone()
    if row is None:
        return None
    return {"sha256": row[0], "text_sha256": row[1], "seen_at": row[2], "links": json.loads(row[3])}


def page_checks(store: Store) -> list[Row]:
    """Every kept state of the landing page, oldest first: sha256, seen_at, links, totals."""
    rows = store.connection.execute("select sha256, seen_at, links, totals from page_checks order by id").fetchall()
    return [
        {"sha256": r[0], "seen_at": r[1], "links": json.loads(r[2]), "totals": json.loads(r[3]) if r[3] else None}
        for r in rows
    ]


def want(store: Store, url: str, linked_as: str | None, file_name: str | None, at: str, reason: str) -> None:
    """The list at `url` could not be had; it stays wanted until it is."""
    with store.writing() as connection:
        connection.execute(
            "insert into wanted (url, linked_as, file_name, since, reason) values (?,?,?,?,?)"
            " on conflict (url) do update set tries = tries + 1, reason = excluded.reason",
            [url, linked_as, file_name, at, reason],
        )


def unwant(store: Store, url: str) -> None:
    """The list at `url` is no longer wanted: it was had."""
    with store.writing() as connection:
        connection.execute("delete from wanted where url = ?", [url])


def wanted(store: Store) -> list[Row]:
    """Lists ICE linked and that could not be had yet: url, linked_as, file_name, since, tries, reason."""
    names = ("url", "linked_as", "file_name", "since", "tries", "reason")
    rows = store.connection.execute(f"select {', '.join(names)} from wanted order by since, url")  # noqa: S608 - fixed names
    return [dict(zip(names, row, strict=True)) for row in rows]


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
