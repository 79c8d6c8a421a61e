"""What rulings would do to the change log, found by folding the history with them in memory; nothing is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from db.database import Store
from db.desk_models import Verdict
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
from monitor.review.rulings import load_rulings


@dataclass(frozen=True, slots=True)
class LogLine:
    """A change in the few words that a list of changes shows; `was` is its status today where that would differ."""

    id: str
    kind: str
    status: str
    listed_on: str
    needs_review: bool
    fields: list[str]
    state: str | None
    agency: str | None
    support_type: str | None
    was: str = ""


@dataclass(slots=True)
class Effects:
    """Lines of the log that would be new, would be retracted, and would get another status; lists likewise."""

    new: list[LogLine] = field(default_factory=list)
    retracted: list[LogLine] = field(default_factory=list)
    altered: list[LogLine] = field(default_factory=list)
    lists: list[tuple[str, str, str]] = field(default_factory=list)  # file, status now, status then

    @property
    def count(self) -> int:
        """How many lines of the log would change."""
        return len(self.new) + len(self.retracted) + len(self.altered)


def preview_rulings(store: Store, verdicts: Iterable[Verdict], *, confirm_after_hours: float) -> Effects:
    """Return how the log with these rulings would differ from the log as it stands."""
    before = {entry["id"]: entry for entry in read_log(store)}
    ledger, publications, listings = _fold_with(store, verdicts, confirm_after_hours)
    after = ledger.changes.at_hand
    effects = Effects()
    for change_id in before.keys() | after.keys():
        old, new = before.get(change_id), after.get(change_id)
        stood = old is not None and old["status"] != "retracted"
        stands = new is not None and new.status != "retracted"
        if old is not None and stood and not stands:
            effects.retracted.append(LogLine(**{n: old[n] for n in LogLine.__dataclass_fields__ if n != "was"}))
        elif new is not None and stands and not stood:
            effects.new.append(_line(ledger, new, listings))
        elif old and new and stands and (old["status"], old["needs_review"]) != (new.status, new.needs_review):
            effects.altered.append(_line(ledger, new, listings, old["status"]))
    for lines in (effects.new, effects.retracted, effects.altered):
        lines.sort(key=lambda line: (line.listed_on, line.state or "", line.agency or "", line.id))
    records = read_publications(store.connection)
    known = {(p["sha256"], p["file"], p["linked_as"]): p["status"] for p in records}
    effects.lists = [(p.file, known[p.key], p.status) for p in publications if known.get(p.key, p.status) != p.status]
    return effects


def _fold_with(
    store: Store, verdicts: Iterable[Verdict], hours: float
) -> tuple[Ledger, list[Publication], Mapping[int, Listing]]:
    """Return the state, publications and listings as they would be with these rulings, made after all others."""
    listings = ListingBook(store)
    listings.load()
    publications = gather(store, load_snapshots(store), load_signing_dates(store))
    rulings = load_rulings(store)
    for verdict in verdicts:
        rulings.add(*verdict)
    return (
        fold_publications(publications, listings, rulings, fetches.page_checks(store), hours, None),
        publications,
        listings,
    )


def _line(ledger: Ledger, change: Change, listings: Mapping[int, Listing], was: str = "") -> LogLine:
    agency = ledger.agencies.get(change.agency_id or "")
    listing_id = change.after_listing if change.after_listing is not None else change.before_listing
    listing = listings[listing_id] if listing_id is not None else None
    return LogLine(
        change.id, change.kind, change.status, change.listed_on, change.needs_review, change.fields,
        agency.state if agency else None, agency.name if agency else None,
        (listing.support_code or listing.support_type) if listing else None, was,
    )  # fmt: skip
