"""What ICE did with documents in the form of the log's changes, so that it is asked for, told and fed like them.

Such a change follows from the answers of ICE's site and from no list; it is never written into the log.
"""

from __future__ import annotations

import hashlib
from collections.abc import Container

from db.database import Store
from db.moa_models import ListedMoa, MoaEvent
from db.queries import changes, moas
from db.records import ChangeRecord
from monitor.documents.events import read_events
from monitor.publications.dating import eastern_day


def read_document_changes(store: Store, ids: Container[str] | None = None) -> list[ChangeRecord]:
    """Return the certain events, one for each agency whose rows link the document, as they were certain.

    `ids` names those that are wanted. The evidence of each has the event's parts and, as `event`, its id.
    """
    events = [(event["certain_at"], event) for event in read_events(store.connection) if event["certain_at"]]
    if not events:
        return []
    rows: dict[str, ListedMoa] = {}
    for row in sorted(moas.load_listed(store.connection), key=lambda row: row.is_current):
        rows[row.agreement_id] = row
    told = changes.load_told(store.connection)
    found = []
    for at, event in sorted(events, key=lambda timed: (timed[0] or "", timed[1]["url"])):
        linking = {rows[id].agency_id: rows[id] for id in event["agreement_ids"] if id in rows}
        found += [_change(event, at or "", row, told) for row in linking.values()]
    return [change for change in found if ids is None or change["id"] in ids]


def event_id(event: MoaEvent) -> str:
    """Return what no other event has; it follows from the facts alone."""
    return _digest(event["kind"], event["url"], event["before"] or "", event["after"] or "", event["at"])


def _change(event: MoaEvent, certain_at: str, row: ListedMoa, told: Container[str]) -> ChangeRecord:
    change_id = _digest(event_id(event), row.agency_id)
    return {
        "id": change_id, "kind": event["kind"], "status": "confirmed", "needs_review": False, "state": row.state,
        "agency": row.agency, "agency_id": row.agency_id, "agreement_id": row.agreement_id, "county": row.county,
        "county_fips": row.county_fips, "support_type": row.support_type, "signed_on": row.signed_on,
        "fields": [], "before": None, "after": None, "rule": "seen_at_address",
        "evidence": {
            "event": event_id(event), "url": event["url"], "file": event["file"],
            "document_before": event["before"] or "", "document_after": event["after"] or "", "seen_at": event["at"],
        },
        "candidates": [], "reason": "", "list": "participating", "last_listed_in": None,
        "listed_between": None, "first_missing_from": None,
        "first_listed_in": None, "listed_on": eastern_day(event["at"]), "known_at": certain_at,
        "told": change_id in told,
    }  # fmt: skip


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]
