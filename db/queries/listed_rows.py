"""Where the row of an agreement stands: on which list, in which row of the sheet."""

from __future__ import annotations

import sqlite3

from db.desk_models import RowPlace


def find_newest_row(connection: sqlite3.Connection, agreement_id: str) -> RowPlace | None:
    """Return the newest row of an agreement, on the list that first showed it so; None when it has no row."""
    row = connection.execute(
        "select s.listing_id, s.row, p.list, p.file, p.sha256, p.published_on from spans s"
        " join publications p on p.position = s.first_position where s.agreement_id = ?"
        " order by s.first_position desc, s.row limit 1",
        [agreement_id],
    ).fetchone()
    return RowPlace(*row) if row else None
