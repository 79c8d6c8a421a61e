"""How the totals of the participating list went over time: one entry for each day on which ICE put out a list."""

from __future__ import annotations

from collections import defaultdict

from db.database import Store
from db.queries.agreements import load_participating_spans
from db.queries.publications import load_last_lists_of_days
from db.queries.snapshots import load_listings, load_rows
from db.records import Trend
from monitor.changelog.as_of import count_by_type, count_rows, same_row


def read_trends(store: Store) -> list[Trend]:
    """Return the counts that `totals` gives for the last list of each day, oldest first."""
    connection, listings = store.connection, load_listings(store)
    spans: dict[int, list[tuple[int, int | None, str, str | None]]] = defaultdict(list)
    for listing_id, first, last, agency_id, state in load_participating_spans(connection):
        spans[listing_id].append((first, last, agency_id, state))
    keys = {i: same_row(listing) for i, listing in listings.items()}
    trends: list[Trend] = []
    for position, reference in load_last_lists_of_days(connection):
        rows: dict[tuple[str, ...], tuple[str | None, str | None, str | None]] = {}
        for listing_id in load_rows(connection, reference["sha256"])[0]:
            if keys[listing_id] in rows:
                continue
            listing = listings[listing_id]
            owner = next(
                (s for s in spans[listing_id] if s[0] <= position and (s[1] is None or s[1] >= position)), None
            )
            rows[keys[listing_id]] = (
                listing.state_code or (owner[3] if owner else None),
                owner[2] if owner else None,
                listing.support_code or listing.support_type,
            )
        each = list(rows.values())
        trends.append(
            {
                "date": reference["published_on"], "file": reference["file"], "sha256": reference["sha256"],
                **count_rows(each), "support_types": count_by_type(each),
            }
        )  # fmt: skip
    return trends
