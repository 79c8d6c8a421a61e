"""How the totals of the participating list went over time: one entry for each day on which ICE put out a list."""

from __future__ import annotations

from collections import defaultdict

from db.database import Store
from db.queries.agreements import Owner, load_participating_spans
from db.queries.publications import load_last_lists_of_days
from db.queries.snapshots import load_listings, load_rows
from db.records import Trend
from monitor.changelog.counting import count_by_type, count_rows, counted_rows


def read_trends(store: Store) -> list[Trend]:
    """Return the counts that `totals` gives for the last list of each day, oldest first."""
    connection, listings = store.connection, load_listings(store)
    spans: dict[int, list[tuple[int, int | None, Owner]]] = defaultdict(list)
    for listing_id, first, last, owner in load_participating_spans(connection):
        spans[listing_id].append((first, last, owner))
    trends: list[Trend] = []
    for position, reference in load_last_lists_of_days(connection):
        rows = []
        for listing_id in load_rows(connection, reference["sha256"])[0]:
            owners = (
                of for first, last, of in spans[listing_id] if first <= position and (last is None or last >= position)
            )
            rows.append((listings[listing_id], next(owners, None)))
        each = counted_rows(rows)
        trends.append(
            {
                "date": reference["published_on"], "file": reference["file"], "sha256": reference["sha256"],
                **count_rows(each), "support_types": count_by_type(each),
            }
        )  # fmt: skip
    return trends
