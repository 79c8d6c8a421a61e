"""Old checks that found nothing new become counts.

Of each address, outcome and document the first and the last check of every day stay, and so does every check that
brought or refused something; what lies between is counted in `folded_fetches`. When a list was first and last found
unchanged on a day, and how often it was asked for, remains provable.
"""

from __future__ import annotations

from db.database import Store

#: Checks that found nothing new. Fetches of every other outcome are kept row by row for good.
_QUIET = "('same', 'not_modified', 'read')"
_EMPTIED = (
    "finished_at < ? and outcome = 'good' and id not in (select run_id from fetches where run_id is not null)"
    " and id not in (select run_id from page_checks where run_id is not null)"
)


def fold_old_checks(store: Store, before: str) -> tuple[int, int]:
    """Fold the checks made before that time; return how many fetches and runs became counts. Again: nothing more."""
    with store.writing() as connection:
        # robots.txt has no document; each of the others is kept apart by what it verified
        connection.execute("create temporary table if not exists fold (id integer primary key)")
        connection.execute("delete from fold")
        connection.execute(
            "insert into fold select id from (select id,"
            " row_number() over (partition by url, role, substr(requested_at, 1, 10), outcome, ifnull(sha256, '')"
            "   order by requested_at, id) as first,"
            " row_number() over (partition by url, role, substr(requested_at, 1, 10), outcome, ifnull(sha256, '')"
            "   order by requested_at desc, id desc) as last"
            f" from fetches where requested_at < ? and outcome in {_QUIET}) where first > 1 and last > 1",
            [before],
        )
        connection.execute(
            "insert into folded_fetches (url, role, day, outcome, sha256, fetches)"
            " select url, role, substr(requested_at, 1, 10), outcome, ifnull(sha256, ''), count(*) from fetches"
            " where id in (select id from fold) group by 1, 2, 3, 4, 5"
            " on conflict (url, role, day, outcome, sha256) do update set fetches = fetches + excluded.fetches"
        )
        fetches = connection.execute("delete from fetches where id in (select id from fold)").rowcount
        connection.execute(
            "insert into folded_runs (day, outcome, runs) select substr(finished_at, 1, 10), outcome, count(*)"
            f" from runs where {_EMPTIED} group by 1, 2 on conflict (day, outcome) do update set"
            " runs = runs + excluded.runs",
            [before],
        )
        runs = connection.execute(f"delete from runs where {_EMPTIED}", [before]).rowcount
        connection.execute("delete from fold")
    return fetches, runs
