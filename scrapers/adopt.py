"""Documents that are in the archive and not in the database: stored after the backup that was restored."""

from __future__ import annotations

from db.database import Store
from db.integrity import list_unknown_documents
from db.queries import fetches
from db.queries.sightings import RECOVERED
from scrapers.document_errors import ScraperError
from scrapers.readers.document import read_document


def adopt_documents(store: Store, at: str) -> tuple[int, int]:
    """Record every unknown document, and those that read as lists as lists; return how many of each.

    Under which name and when ICE served it is not known any more: a list is dated by what the document itself says.
    Hold the work lock, so that no document is just being stored.
    """
    documents = lists = 0
    for sha256 in list_unknown_documents(store):
        data = store.archive.get(sha256)
        name = f"{RECOVERED}{sha256[:12]}"
        with store.writing():
            fetches.record_document(store, sha256, at)
            documents += 1
            try:
                read_document(data, name=name)
            except ScraperError:
                continue  # a page, an agreement, or what no reader can read: kept, and no list
            fetches.record_sighting(
                store, sha256, file=name, url="", linked_as="", seen_at=None, known_at=at, how="import"
            )
            lists += 1
    return documents, lists
