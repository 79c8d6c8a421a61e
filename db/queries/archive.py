"""What was asked of the Internet Archive: answers of its index, settled captures, linked lists, the day's requests."""

from __future__ import annotations

import sqlite3
import zlib

from db.archive_models import Capture, KeptSighting, SettledCapture
from db.database import Store


def load_answer(connection: sqlite3.Connection, url: str, not_before: str = "") -> bytes | None:
    """Return what the archive answered at `not_before` or later; None when it was not asked since."""
    row = connection.execute(
        "select body from archive_answers where url = ? and asked_at >= ?", [url, not_before]
    ).fetchone()
    return None if row is None else zlib.decompress(row[0])


def save_answer(store: Store, url: str, asked_at: str, body: bytes) -> None:
    """Store what the archive answered, in place of an older answer."""
    with store.writing() as connection:
        connection.execute(
            "insert into archive_answers (url, asked_at, body) values (?, ?, ?)"
            " on conflict (url) do update set asked_at = excluded.asked_at, body = excluded.body",
            [url, asked_at, zlib.compress(body)],
        )


def drop_captured_answers(store: Store) -> None:
    """Forget the answers to requests for captures: they were judged. Those of the index are used again."""
    with store.writing() as connection:
        connection.execute("delete from archive_answers where url like 'https://web.archive.org/web/%'")


def settle_capture(store: Store, capture: SettledCapture) -> None:
    """Record that a capture will not be asked for again; one that is settled already stays as it is."""
    with store.writing() as connection:
        connection.execute(
            "insert into archive_captures (url, original, captured_at, digest, asked_at, outcome, sha256, detail)"
            " values (?, ?, ?, ?, ?, ?, ?, ?) on conflict (url) do nothing",
            [capture.url, capture.original, capture.captured_at, capture.digest, capture.asked_at, capture.outcome,
             capture.sha256, capture.detail],
        )  # fmt: skip


def load_settled(connection: sqlite3.Connection) -> set[tuple[str, str]]:
    """Return (original address, capture time) of every settled capture."""
    return set(connection.execute("select original, captured_at from archive_captures"))


def is_settled(connection: sqlite3.Connection, url: str) -> bool:
    """Return whether the capture at this address of the archive was asked for, or answered in another's place."""
    return connection.execute("select 1 from archive_captures where url = ?", [url]).fetchone() is not None


def is_had(connection: sqlite3.Connection, capture: Capture) -> bool:
    """Return whether a capture, or its content, came while others were asked for."""
    found = connection.execute(
        "select 1 from archive_captures where (original = ?1 and captured_at = ?2)"
        " or (digest = ?3 and digest <> '-' and outcome not in ('missing', 'redirected'))",
        [capture.original, capture.captured_at, capture.digest],
    )
    return found.fetchone() is not None


def load_settled_digests(connection: sqlite3.Connection) -> set[str]:
    """Return the digests of every content that was had, or is known to be no list."""
    rows = connection.execute(
        "select distinct digest from archive_captures where digest <> '-' and outcome not in ('missing', 'redirected')"
    )
    return {str(row[0]) for row in rows}


def load_kept_sightings(connection: sqlite3.Connection) -> list[KeptSighting]:
    """Return every list kept from the archive under each of its names, with the earliest time it was seen there."""
    rows = connection.execute(
        "select s.sha256, c.digest, s.file, s.linked_as, min(s.seen_at) from sightings s"
        " join archive_captures c on c.sha256 = s.sha256 where s.how = 'archive'"
        " group by s.sha256, c.digest, s.file, s.linked_as"
    )
    return [KeptSighting(*row) for row in rows]


def record_links(store: Store, urls: list[str], linked_at: str) -> None:
    """Record the addresses of lists that a captured page linked."""
    with store.writing() as connection:
        connection.executemany(
            "insert into archive_links (url, first_linked_at) values (?, ?) on conflict (url) do update"
            " set first_linked_at = min(first_linked_at, excluded.first_linked_at)",
            [(url, linked_at) for url in urls],
        )


def load_links(connection: sqlite3.Connection) -> list[tuple[str, bool]]:
    """Return (address, whether a capture of it is kept) of the lists that captured pages linked, in their order."""
    rows = connection.execute(
        "select l.url, exists (select 1 from archive_captures c where c.original = l.url and c.sha256 is not null)"
        " from archive_links l order by first_linked_at, url"
    )
    return [(str(url), bool(is_kept)) for url, is_kept in rows]


def count_requests(connection: sqlite3.Connection, since: str) -> int:
    """Return how often the archive was asked since then."""
    row = connection.execute("select count(*) from fetches where role = 'archive' and requested_at >= ?", [since])
    return int(row.fetchone()[0])


def load_last_request(connection: sqlite3.Connection) -> str | None:
    """Return when the archive was last asked."""
    row = connection.execute(
        "select max(at) from (select max(requested_at) as at from fetches where role = 'archive'"
        " union all select max(asked_at) from archive_answers)"
    ).fetchone()
    return None if row[0] is None else str(row[0])
