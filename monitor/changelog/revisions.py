"""What the log said and when: each time it says something new of a change, that is written down and stays.

`known_at` of a change is when it was first stated. A change that better rules or older lists overturned is no longer
derived; its last wording stays, retracted, with the reason.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping

from db.database import Store
from db.queries import derived_rows

OVERTURNED = "overturned: the lists known now, or better rules, no longer say so"
OVERRULED = "overturned by a reviewer's ruling"


def state(
    store: Store, now: str, overturned: Mapping[str, str], why: str = OVERTURNED, touched: Collection[str] | None = None
) -> list[str]:
    """Whatever the derived log says that was not stated last is stated at `now`; returns the ids, sorted.

    `overturned` holds the last wording (JSON) of each change that is no longer derived; `touched` the ids of the
    changes that can differ from what was stated last (None: any).
    """
    connection = store.connection
    newest = (
        "select change_id, status, needs_review, why, body is not null from statements where id in"
        " (select max(id) from statements {} group by change_id)"
    )
    worded = "select id, status, needs_review, reason from changes {}"
    if touched is None:
        stated, derived = connection.execute(newest.format("")), connection.execute(worded.format(""))
    else:
        ids = json.dumps(sorted(touched))
        among = "where {} in (select value from json_each(?))"
        stated = connection.execute(newest.format(among.format("change_id")), [ids])
        derived = connection.execute(worded.format(among.format("id")), [ids])
    last = {str(row[0]): (str(row[1]), int(row[2]), str(row[3]), bool(row[4])) for row in stated}
    current = {str(row[0]): (str(row[1]), int(row[2]), str(row[3])) for row in derived}
    fresh = {i: said for i, said in current.items() if i not in last or last[i][:3] != said or last[i][3]}
    gone = sorted(i for i in overturned if i not in current)
    columns = ("change_id", "known_at", "status", "needs_review", "why", "body")
    rows: list[tuple[str, str, str, int, str, str | None]] = [
        (i, now, *said, None) for i, said in sorted(fresh.items())
    ]
    rows += [(i, now, "retracted", 0, why, overturned[i]) for i in gone]
    derived_rows.put_rows(connection, "statements", columns, rows)
    return sorted([*fresh, *gone])
