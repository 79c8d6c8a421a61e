"""What ICE did with an agency's documents, as entries of the agency's feed: posted, replaced, taken down."""

from __future__ import annotations

from collections import defaultdict

from db.database import Store
from monitor.alerts.describe_change import describe_change
from monitor.documents.event_changes import read_document_changes
from monitor.i18n.language import language
from monitor.web.feeds.entries import Entry

#: Beyond every number of a statement: entries of documents are numbered by their id, which no rebuild changes.
_FIRST_NUMBER = 2**48


def gather_document_entries(store: Store, public_url: str) -> dict[str, list[Entry]]:
    """Return the certain events by the agency whose rows link the document, in the order in which they were certain."""
    words = language("en")
    found: dict[str, list[Entry]] = defaultdict(list)
    for change in read_document_changes(store):
        text = describe_change(change, "news", words, public_url)
        number, at = _FIRST_NUMBER + int(change["id"], 16), str(change["evidence"]["seen_at"])
        entry = Entry(number, 1, at, text, said_at=change["known_at"] or "", change=change)
        found[change["agency_id"] or ""].append(entry)
    return found
