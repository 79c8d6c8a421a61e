"""How many agreements ICE listed, in a state or in all, on the newest participating list and on an older one."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple


class ListedCount(NamedTuple):
    """How many agreements a participating list has, and the day it is of."""

    published_on: str
    agreements: int


def count_listed(connection: sqlite3.Connection, state: str | None, days_before: int = 0) -> ListedCount | None:
    """Return the count on the newest list, or on the newest that is at least `days_before` older; None without one."""
    row = connection.execute(
        "select position, published_on from publications where list = 'participating' and position is not null"
        " and published_on <= (select date(max(published_on), ?) from publications where list = 'participating'"
        " and position is not null) order by position desc limit 1",
        [f"-{days_before} days"],
    ).fetchone()
    if row is None:
        return None
    count = connection.execute(
        "select count(distinct s.agreement_id) from spans s join agreements a on a.id = s.agreement_id"
        " join agencies g on g.id = a.agency_id where s.list = 'participating' and s.first_position <= ?1"
        " and (s.last_position is null or s.last_position >= ?1) and (?2 is null or g.state = ?2)",
        [row[0], state],
    ).fetchone()
    return ListedCount(str(row[1]), int(count[0]))
