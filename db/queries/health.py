"""What the service's health is judged by: how much is stored, the newest lists, what ICE's page last linked."""

from __future__ import annotations

import json
import sqlite3
from typing import NamedTuple, TypedDict
from urllib.parse import urlsplit

from db.archive_models import find_capture_time
from db.service_models import NewestList


class StoreCounts(TypedDict):
    """How much is stored, and how much of it waits."""

    documents: int
    publications: int
    agencies: int
    listed_agreements: int
    changes: int
    provisional: int
    needs_review: int
    wanted_lists: int


class LinkedLists(NamedTuple):
    """Which lists a state of the landing page linked, and when that state was first seen."""

    names: frozenset[str]
    seen_at: str


class FileReasons(NamedTuple):
    """A list's file with what there is to say about it."""

    file: str
    reasons: tuple[str, ...]


_COUNTS = {
    "documents": "select count(*) from documents",
    "publications": "select count(*) from publications",
    "agencies": "select count(*) from agencies",
    "listed_agreements": "select count(*) from agreements where list = 'participating' and status = 'listed'",
    "changes": "select count(*) from changes",
    "provisional": "select count(*) from changes where status = 'provisional'",
    "needs_review": "select count(*) from changes where needs_review = 1 and status != 'retracted'",
    "wanted_lists": "select count(*) from wanted",
}


def read_counts(connection: sqlite3.Connection) -> StoreCounts:
    """Return how much is stored."""
    parts = ", ".join(f"({query})" for query in _COUNTS.values())
    row = connection.execute(f"select {parts}").fetchone()
    counts: StoreCounts = dict(zip(_COUNTS, row, strict=True))  # type: ignore[assignment]  # the keys are those above
    return counts


def read_newest_list(connection: sqlite3.Connection) -> NewestList | None:
    """Return the newest accepted participating list."""
    row = connection.execute(
        "select file, published_on, rows, first_seen_at, url from publications where position is not null"
        " and list = 'participating' order by position desc limit 1"
    ).fetchone()
    if row is None:
        return None
    file, published_on, rows, first_seen_at, url = row
    host = urlsplit(url).hostname or ""
    return NewestList(file, published_on, rows, first_seen_at, host, find_capture_time(url) is not None)


def read_last_verification(connection: sqlite3.Connection) -> str | None:
    """Return when any list was last found to be as we hold it."""
    found: str | None = connection.execute(
        "select max(requested_at) from fetches where role = 'list' and outcome in ('new', 'same', 'not_modified')"
    ).fetchone()[0]
    return found


def read_last_new_list(connection: sqlite3.Connection) -> str | None:
    """Return when the newest list that was fetched and accepted was first seen."""
    found: str | None = connection.execute(
        "select max(first_seen_at) from publications where status = 'accepted' and fetched_at is not null"
    ).fetchone()[0]
    return found


def read_page_outcome(connection: sqlite3.Connection) -> tuple[str, str] | None:
    """Return outcome and detail of the newest fetch of the landing page."""
    row = connection.execute(
        "select outcome, detail from fetches where role = 'page' order by id desc limit 1"
    ).fetchone()
    return (str(row[0]), str(row[1])) if row else None


def read_linked_lists(connection: sqlite3.Connection) -> list[LinkedLists]:
    """Return which lists each kept state of the landing page linked, oldest first."""
    rows = connection.execute("select links, seen_at from page_checks order by id")
    return [
        LinkedLists(frozenset(link["linked_as"] for link in json.loads(links) if link.get("linked_as")), seen_at)
        for links, seen_at in rows
    ]


def is_page_without_lists(connection: sqlite3.Connection) -> bool:
    """Return whether the newest state of the landing page links no list and is none itself."""
    row = connection.execute(
        "select c.links = '[]' and not exists (select 1 from snapshots s where s.sha256 = c.sha256"
        " and s.error_code is null) from page_checks c order by c.id desc limit 1"
    ).fetchone()
    return bool(row and row[0])


def read_unknown_columns(connection: sqlite3.Connection) -> list[FileReasons]:
    """Return the newest accepted list of each name that has columns no reader knows, with those columns."""
    rows = connection.execute(
        "select p.file, s.signals from publications p join snapshots s on s.sha256 = p.sha256 where p.position in"
        " (select max(position) from publications where position is not null group by list)"
    )
    found = []
    for file, signals in rows:
        columns = sorted({str(signal[3]) for signal in json.loads(signals) if signal[0] == "column_unknown"})
        if columns:
            found.append(FileReasons(file, tuple(columns)))
    return found


def read_unreadable_lists(connection: sqlite3.Connection) -> list[FileReasons]:
    """Return the documents fetched since the newest accepted list that no reader could read."""
    rows = connection.execute(
        "select file, reasons from publications p where status = 'rejected' and fetched_at is not null and list is null"
        " and fetched_at > ifnull((select max(first_seen_at) from publications where status = 'accepted'), '')"
    )
    return [FileReasons(file, tuple(json.loads(reasons))) for file, reasons in rows]


def read_outbox_depth(connection: sqlite3.Connection) -> tuple[int, str | None]:
    """Return how many messages wait to be sent, and since when the oldest of them is due."""
    row = connection.execute("select waiting, oldest_due_at from outbox_depth").fetchone()
    return int(row[0]), row[1]


def count_unread_documents(connection: sqlite3.Connection) -> int:
    """Return how many documents were met as lists and not read yet."""
    row = connection.execute(
        "select count(distinct s.sha256) from sightings s left join snapshots p on p.sha256 = s.sha256"
        " where p.sha256 is null"
    ).fetchone()
    return int(row[0])


def count_lost_changes(connection: sqlite3.Connection) -> int:
    """Return how many changes were stated and are neither in the log nor overturned since."""
    row = connection.execute(
        "select count(*) from statements s where s.id in (select max(id) from statements group by change_id)"
        " and s.body is null and not exists (select 1 from changes c where c.id = s.change_id)"
    ).fetchone()
    return int(row[0])


def count_signed_messages(connection: sqlite3.Connection) -> int:
    """Return how many messages left whose links were signed with a key."""
    row = connection.execute("select count(*) from messages where status = 'sent' and kind != 'operator'").fetchone()
    return int(row[0])
