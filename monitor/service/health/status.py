"""How things stand: what was last fetched and verified, what waits, how much is kept."""

from __future__ import annotations

from typing import Any

from db.database import Store
from db.queries import fetches


def describe_standing(store: Store) -> dict[str, Any]:
    """Counts and times as one object; a time is None when it never happened. A failed check never counts as fresh."""

    def one(query: str) -> Any:
        return store.connection.execute(query).fetchone()[0]

    last = store.connection.execute(
        "select started_at, finished_at, outcome, detail from runs order by id desc limit 1"
    ).fetchone()
    newest = store.connection.execute(
        "select file, published_on, rows from publications where position is not null and list = 'participating'"
        " order by position desc limit 1"
    ).fetchone()
    return {
        "home": str(store.home),
        "last_run": dict(zip(("started_at", "finished_at", "outcome", "detail"), last, strict=True)) if last else None,
        "last_verified_at": one(
            "select max(requested_at) from fetches where role = 'list' and outcome in ('new', 'same', 'not_modified')"
        ),
        "newest_list": dict(zip(("file", "published_on", "rows"), newest, strict=True)) if newest else None,
        "documents": one("select count(*) from documents"),
        "publications": one("select count(*) from publications"),
        "agencies": one("select count(*) from agencies"),
        "listed_agreements": one("select count(*) from agreements where list = 'participating' and status = 'listed'"),
        "changes": one("select count(*) from changes"),
        "provisional": one("select count(*) from changes where status = 'provisional'"),
        "needs_review": one("select count(*) from changes where needs_review = 1 and status != 'retracted'"),
        "held_lists": one("select count(*) from publications where status = 'held'"),
        "wanted_lists": len(fetches.wanted(store)),
    }
