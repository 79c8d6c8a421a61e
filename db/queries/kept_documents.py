"""Documents as the database knows them; their bytes are in the archive (`db.documents`)."""

from __future__ import annotations

import sqlite3


def read_documents(connection: sqlite3.Connection) -> list[tuple[str, int]]:
    """Return sha256 and size in bytes of every document, in the order of the sha256."""
    rows = connection.execute("select sha256, bytes from documents order by sha256")
    return [(str(sha256), int(size)) for sha256, size in rows]
