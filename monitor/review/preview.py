"""What a ruling would do to the log, found by replaying the history with it in memory; nothing is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from db.database import Store
from db.models import Listing
from db.queries import fetches
from db.queries.publication_list import read_publications
from db.queries.snapshots import load_signing_dates, load_snapshots
from monitor.changelog.history import Change
from monitor.changelog.log import read_log
from monitor.changelog.state import Ledger
from monitor.changelog.stored_state import ListingBook
from monitor.publications.accept import fold_publications
from monitor.publications.gather import Publication, gather
from monitor.review.rulings import Rulings, load_rulings

#: (ruling, subject, other) as they would be written down.
Ruling = tuple[str, str, str]
Line = dict[str, Any]


@dataclass(slots=True)
class Effects:
    """Lines of the log that would be new, that would be retracted, and that would get another status."""

    new: list[Line] = field(default_factory=list)
    retracted: list[Line] = field(default_factory=list)
    altered: list[Line] = field(default_factory=list)
    lists: list[tuple[str, str, str]] = field(default_factory=list)  # file, status now, status then

    @property
    def count(self) -> int:
        """How many lines of the log would change."""
        return len(self.new) + len(self.retracted) + len(self.altered)


def foresee(store: Store, rulings: Iterable[Ruling], *, confirm_after_hours: float) -> Effects:
    """The log with these rulings beside the log as it stands."""
    before = {entry["id"]: entry for entry in read_log(store)}
    ledger, publications, listings = _replay(store, rulings, confirm_after_hours)
    after = ledger.changes.at_hand
    effects = Effects()
    for change_id in before.keys() | after.keys():
        old, new = before.get(change_id), after.get(change_id)
        stood = old is not None and old["status"] != "retracted"
        stands = new is not None and new.status != "retracted"
        if old is not None and stood and not stands:
            effects.retracted.append(old)
        elif new is not None and stands and not stood:
            effects.new.append(_line(ledger, new, listings))
        elif old and new and stands and (old["status"], old["needs_review"]) != (new.status, new.needs_review):
            effects.altered.append({**_line(ledger, new, listings), "was": old["status"]})
    for lines in (effects.new, effects.retracted, effects.altered):
        lines.sort(key=lambda line: (line["listed_on"], line["state"] or "", line["agency"] or "", line["id"]))
    known = {(p["sha256"], p["file"], p["linked_as"]): p["status"] for p in read_publications(store.connection)}
    effects.lists = [(p.file, known[p.key], p.status) for p in publications if known.get(p.key, p.status) != p.status]
    return effects


def with_rulings(rulings: Rulings, more: Iterable[Ruling]) -> Rulings:
    """The rulings in force when these were made too, as the newest."""
    for ruling, subject, other in more:
        if ruling in ("same", "distinct"):
            rulings.pairs[(subject, other)] = rulings.pairs[(other, subject)] = ruling
        elif ruling in ("release", "reject"):
            rulings.lists[subject] = ruling
        elif ruling in ("confirm", "dismiss"):
            rulings.changes[subject] = (ruling, "")
    return rulings


def _replay(
    store: Store, more: Iterable[Ruling], hours: float
) -> tuple[Ledger, list[Publication], Mapping[int, Listing]]:
    listings = ListingBook(store)
    listings.load()
    publications = gather(store, load_snapshots(store), load_signing_dates(store))
    rulings = with_rulings(load_rulings(store), more)
    ledger = fold_publications(publications, listings, rulings, fetches.page_checks(store), hours, None)
    return ledger, publications, listings


def _line(ledger: Ledger, change: Change, listings: Mapping[int, Listing]) -> Line:
    agency = ledger.agencies.get(change.agency_id or "")
    listing_id = change.after_listing if change.after_listing is not None else change.before_listing
    listing = listings[listing_id] if listing_id is not None else None
    return {
        "id": change.id, "kind": change.kind, "status": change.status, "listed_on": change.listed_on,
        "needs_review": change.needs_review, "fields": change.fields,
        "state": agency.state if agency else None, "agency": agency.name if agency else None,
        "support_type": (listing.support_code or listing.support_type) if listing else None,
        "signed_on": listing.signed_on if listing else None,
    }  # fmt: skip
