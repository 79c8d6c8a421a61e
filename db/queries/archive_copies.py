"""Copies of what came from ICE that the Internet Archive made when we asked it to, and when content was seen there."""

from __future__ import annotations

import sqlite3

from db.archive_models import IndependentCopy
from db.database import Store


def list_uncopied(connection: sqlite3.Connection, since: str, tries: int, limit: int) -> list[tuple[str, str]]:
    """Return (sha256, address) of pages and lists that came new from ICE since then and have no copy yet."""
    rows = connection.execute(
        "select f.sha256, f.url from fetches f where f.role in ('page', 'list') and f.outcome = 'new'"
        " and f.requested_at >= ? and f.sha256 is not null and not exists (select 1 from archive_copies c where"
        " c.sha256 = f.sha256 and c.copy_url <> '') and (select count(*) from archive_copies c where"
        " c.sha256 = f.sha256) < ? group by f.sha256 order by min(f.id) limit ?",
        [since, tries, limit],
    )
    return [(str(sha256), str(url)) for sha256, url in rows]


def save_copy(store: Store, copy: IndependentCopy) -> None:
    """Store what the archive answered to the wish for a copy."""
    with store.writing() as connection:
        connection.execute(
            "insert into archive_copies (sha256, original, asked_at, copy_url, copied_at, detail) values (?,?,?,?,?,?)",
            [copy.sha256, copy.original, copy.asked_at, copy.copy_url, copy.copied_at, copy.detail],
        )


def load_copies(connection: sqlite3.Connection, sha256: str) -> list[IndependentCopy]:
    """Return the copies that the archive made of a document's address when the document was new, oldest first."""
    rows = connection.execute(
        "select sha256, original, asked_at, copy_url, copied_at, detail from archive_copies"
        " where sha256 = ? and copy_url <> '' order by id",
        [sha256],
    )
    return [IndependentCopy(*row) for row in rows]
