"""How many agreements ICE listed, in a state or in all, on the newest participating list and on an older one."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import NamedTuple


class ListedCount(NamedTuple):
    """How many agreements a participating list has, and the day it is of."""

    published_on: str
    agreements: int


def count_listed(connection: sqlite3.Connection, state: str | None, days_before: int = 0) -> ListedCount | None:
    """Return the count on the newest list, or on the newest that is at least `days_before` older; None without one."""
    found = count_listed_at(connection, state, [days_before])
    return found[0] if found else None


def count_listed_at(connection: sqlite3.Connection, state: str | None, days_before: Sequence[int]) -> list[ListedCount]:
    """Return the count on each list that was the newest so many days before the newest of all, oldest list first."""
    rows = connection.execute(
        "with listed as (select position, published_on from publications where list = 'participating'"
        " and position is not null), wanted as (select (select max(position) from listed where published_on <="
        " (select date(max(published_on), '-' || d.value || ' days') from listed)) as position"
        " from json_each(?1) d group by 1)"
        " select l.published_on, (select count(distinct s.agreement_id) from spans s"
        " join agreements a on a.id = s.agreement_id join agencies g on g.id = a.agency_id"
        " where s.list = 'participating' and s.first_position <= l.position"
        " and (s.last_position is null or s.last_position >= l.position) and (?2 is null or g.state = ?2)"
        " and not (a.status = 'withdrawn' and exists (select 1 from agreements b join spans t on t.agreement_id = b.id"
        " where b.agency_id = a.agency_id and b.support_type is a.support_type and b.list = a.list"
        " and b.status != 'withdrawn' and t.first_position <= l.position"
        " and (t.last_position is null or t.last_position >= l.position))))"
        " from wanted join listed l using (position) order by l.position",
        [json.dumps(list(days_before)), state],
    ).fetchall()
    return [ListedCount(str(day), int(count)) for day, count in rows]
