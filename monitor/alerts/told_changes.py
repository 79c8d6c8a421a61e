"""What a statement to a reader is about: a change of the log, or what ICE did with a document."""

from __future__ import annotations

from collections.abc import Iterable

from db.database import Store
from db.records import ChangeRecord
from monitor.changelog.log import read_entries
from monitor.documents.event_changes import read_document_changes


def read_told_changes(store: Store, ids: Iterable[str]) -> list[ChangeRecord]:
    """Return the changes of those ids, those of the log first; unknown ids are left out."""
    wanted = set(ids)
    found = read_entries(store, wanted) if wanted else []
    rest = wanted - {change["id"] for change in found}
    return [*found, *read_document_changes(store, rest)] if rest else found
