"""How the totals of the participating list went over time: one entry a day on which ICE put out a list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from db.database import Store
from db.models import Listing
from db.queries.snapshots import StoredSnapshot, load_listings, load_snapshots
from monitor.changelog.as_of import SUPPORT_TYPES, Replayed, count_listed, same_row

Row = dict[str, Any]
#: (listing id, first position, last position or None, agency id, the agency's state)
Stretch = tuple[int, int, int | None, str, str | None]
Owner = tuple[int, int | None, str, str | None]


def read_trends(store: Store, replayed: Replayed | None) -> list[Row]:
    """Of the last list of each day, oldest first: date, file, sha256, and the counts that `totals` gives for it."""
    if replayed is None:
        lists = store.connection.execute(
            "select position, published_on, file, sha256 from publications where list = 'participating' and"
            " position is not null order by position"
        ).fetchall()
        stretches: Iterable[Stretch] = store.connection.execute(
            "select s.listing_id, s.first_position, s.last_position, g.id, g.state from spans s join agreements a"
            " on a.id = s.agreement_id join agencies g on g.id = a.agency_id where s.list = 'participating'"
        )
    else:
        ledger, publications = replayed
        accepted = [p for p in publications if p.position is not None and p.list_name == "participating"]
        accepted.sort(key=lambda p: p.position or 0)
        lists = [(p.position, p.published_on, p.file, p.sha256) for p in accepted]
        last_word = {
            (s.agreement_id, s.listing_id, s.first): s for s in ledger.dirty.spans if s.list == "participating"
        }
        owners = {a.id: ledger.agencies[a.agency_id] for a in ledger.agreements.values()}
        stretches = [
            (s.listing_id, s.first, s.last, owners[s.agreement_id].id, owners[s.agreement_id].state)
            for s in last_word.values()
        ]
    by_day = {row[1]: row for row in lists}
    snapshots = load_snapshots(store, [row[3] for row in by_day.values()])
    listings = load_listings(store)
    agencies: dict[int, list[Owner]] = {}
    for listing_id, first, last, agency_id, state in stretches:
        agencies.setdefault(listing_id, []).append((first, last, agency_id, state))
    keys = {i: same_row(listing) for i, listing in listings.items()}
    return [_entry(row, snapshots[row[3]], listings, keys, agencies) for _, row in sorted(by_day.items())]


def _entry(
    row: tuple[Any, ...], snapshot: StoredSnapshot, listings: Mapping[int, Listing],
    keys: Mapping[int, tuple[str, ...]], agencies: Mapping[int, list[Owner]],
) -> Row:  # fmt: skip
    position, day, file, sha256 = row
    rows: dict[tuple[str, ...], Row] = {}
    for listing_id in snapshot.listing_ids:
        if keys[listing_id] in rows:
            continue
        listing = listings[listing_id]
        owner = next(
            (o for o in agencies.get(listing_id, ()) if o[0] <= position <= (position if o[1] is None else o[1])), None
        )
        rows[keys[listing_id]] = {
            "agency_id": owner[2] if owner else None, "state": listing.state_code or (owner[3] if owner else None),
            "support_type": listing.support_code or listing.support_type,
        }  # fmt: skip
    listed = list(rows.values())
    return {
        "date": day, "file": file, "sha256": sha256, **count_listed(listed),
        "support_types": {
            code: count_listed([r for r in listed if r["support_type"] == code]) for code in SUPPORT_TYPES
        },
    }  # fmt: skip
