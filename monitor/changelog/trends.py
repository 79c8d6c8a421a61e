"""How the totals of the participating list went over time: one entry for each day on which ICE put out a list."""

from __future__ import annotations

from collections import defaultdict

from db.database import Store
from db.queries.agreements import load_participating_spans
from db.queries.publications import load_last_lists_of_days
from db.queries.snapshots import load_listings, load_rows
from db.records import Trend
from monitor.changelog.counting import CountedRow, count_by_type, count_rows, counted_row


def read_trends(store: Store) -> list[Trend]:
    """Return the counts that `totals` gives for the last list of each day, oldest first."""
    connection, listings = store.connection, load_listings(store)
    spans: dict[int, list[tuple[int, int | None, str, str | None]]] = defaultdict(list)
    for listing_id, first, last, agreement_id, state in load_participating_spans(connection):
        spans[listing_id].append((first, last, agreement_id, state))
    trends: list[Trend] = []
    for position, reference in load_last_lists_of_days(connection):
        each: list[CountedRow] = []
        for listing_id in load_rows(connection, reference["sha256"])[0]:
            owner = next(
                (s for s in spans[listing_id] if s[0] <= position and (s[1] is None or s[1] >= position)), None
            )
            of = (owner[2], owner[3]) if owner else (None, None)
            each.append(counted_row(listings[listing_id], *of))
        trends.append(
            {
                "date": reference["published_on"], "file": reference["file"], "sha256": reference["sha256"],
                **count_rows(each), "support_types": count_by_type(each),
            }
        )  # fmt: skip
    return trends
