"""What ICE did with the documents, dated: posted, replaced, taken down. It follows from the sightings alone."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from db.moa_models import MoaEvent, MoaSighting
from db.queries import moas
from monitor.documents.library import address_key

#: Kinds of event, and what each says.
KINDS = {
    "moa_posted": "a document is at an address where nothing was before",
    "moa_replaced": "other bytes are under the address than before; both are kept",
    "moa_removed": "nothing is at the address any more; the document kept before stays",
}


def read_events(connection: sqlite3.Connection) -> list[MoaEvent]:
    """Return everything ICE was seen to do with documents, oldest first.

    A document met for the first time is no event: nobody knows since when it was there. A removal rests on one answer
    until the next says the same (`is_certain`); one that the next answer contradicts is none.
    """
    agreements: dict[str, set[str]] = defaultdict(set)
    for row in moas.load_listed(connection):
        if row.url:
            agreements[address_key(row.url)].add(row.agreement_id)
    by_address: dict[str, list[MoaSighting]] = defaultdict(list)
    for sighting in moas.load_sightings(connection):
        if sighting.how == "fetch":
            by_address[address_key(sighting.url)].append(sighting)
    found = [event for key, seen in by_address.items() for event in _events_of(seen, sorted(agreements.get(key, ())))]
    return sorted(found, key=lambda event: (event["at"], event["url"]))


def _events_of(seen: Sequence[MoaSighting], agreement_ids: Sequence[str]) -> Iterator[MoaEvent]:
    """Yield the events of one address. Answers that say nothing of the document (a block page) are passed over."""
    telling = [s for s in seen if s.outcome in ("kept", "same", "replaced", "not_there")]
    kept: str | None = None  # the document that is there, by the last answer
    last_kept: str | None = None  # the last document there was
    for number, sighting in enumerate(telling):
        if sighting.outcome == "not_there":
            if kept is not None:
                following = telling[number + 1] if number + 1 < len(telling) else None
                if following is None or following.outcome == "not_there":
                    certain_at = following.seen_at if following else None
                    yield _event("moa_removed", sighting, agreement_ids, kept, None, certain_at)
                    last_kept, kept = kept, None
            continue
        was_missing = kept is None and any(s.outcome == "not_there" for s in telling[:number])
        if was_missing:
            yield _event("moa_posted", sighting, agreement_ids, last_kept, sighting.sha256, sighting.seen_at)
        elif kept is not None and sighting.sha256 != kept:
            yield _event("moa_replaced", sighting, agreement_ids, kept, sighting.sha256, sighting.seen_at)
        kept = sighting.sha256


def _event(
    kind: str,
    sighting: MoaSighting,
    agreement_ids: Iterable[str],
    before: str | None,
    after: str | None,
    certain_at: str | None,
) -> MoaEvent:
    return {
        "kind": kind, "at": sighting.seen_at, "url": sighting.url, "file": sighting.file, "before": before,
        "after": after, "is_certain": certain_at is not None, "certain_at": certain_at,
        "agreement_ids": list(agreement_ids),
    }  # fmt: skip
