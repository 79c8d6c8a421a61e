"""Where the row of an agreement stands: on which list, in which row of the sheet."""

from __future__ import annotations

import sqlite3

from db.desk_models import RowPlace


def find_row_at(connection: sqlite3.Connection, agreement_id: str, change_id: str, listed_on: str) -> RowPlace | None:
    """Return the row that an agreement had when a list showed a change, or its first one if it came later.

    `listed_on` is the day (ISO) of the change's list, for a change that no list shows any more. The place is on the
    list that first showed the row so; None when the agreement has no row.
    """
    row = connection.execute(
        "with shown (position) as (select ifnull((select position from changes where id = ?2),"
        " (select ifnull(max(position), 0) from publications where published_on <= ?3)))"
        " select s.listing_id, s.row, p.list, p.file, p.sha256, p.published_on from spans s, shown"
        " join publications p on p.position = s.first_position where s.agreement_id = ?1"
        " order by s.first_position <= shown.position desc, abs(s.first_position - shown.position), s.row limit 1",
        [agreement_id, change_id, listed_on],
    ).fetchone()
    return RowPlace(*row) if row else None


def find_newest_row(connection: sqlite3.Connection, agreement_id: str) -> RowPlace | None:
    """Return the newest row of an agreement, on the list that first showed it so; None when it has no row."""
    row = connection.execute(
        "select s.listing_id, s.row, p.list, p.file, p.sha256, p.published_on from spans s"
        " join publications p on p.position = s.first_position where s.agreement_id = ?"
        " order by s.first_position desc, s.row limit 1",
        [agreement_id],
    ).fetchone()
    return RowPlace(*row) if row else None
