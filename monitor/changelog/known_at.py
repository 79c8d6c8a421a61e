"""The past as it was known: the same fold, over what had come to be known by a moment; nothing is written."""

from __future__ import annotations

from db.database import Store
from db.queries import fetches
from db.queries.snapshots import load_signing_dates, load_snapshots
from monitor.changelog.state import Ledger
from monitor.changelog.stored_state import ListingBook
from monitor.publications.accept import fold_publications
from monitor.publications.gather import Publication, gather
from monitor.review.rulings import load_rulings


def replay(store: Store, *, until: str, confirm_after_hours: float = 48.0) -> tuple[Ledger, list[Publication]]:
    """The ledger in memory as it follows from what was known at `until`, and the publications it was made from."""
    listings = ListingBook(store)
    listings.load()
    publications = gather(store, load_snapshots(store), load_signing_dates(store), until)
    pages = [page for page in fetches.page_checks(store) if page["seen_at"] <= until]
    ledger = fold_publications(publications, listings, load_rulings(store, until), pages, confirm_after_hours, None)
    return ledger, publications
