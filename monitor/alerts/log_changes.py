"""Changes of the log, as alerts and feeds take them from it."""

from __future__ import annotations

from collections.abc import Iterable

from db.database import Store
from db.records import ChangeRecord
from monitor.changelog.log import read_entries


def load_changes(store: Store, ids: Iterable[str]) -> list[ChangeRecord]:
    """Return the changes with these ids as they stand, oldest first."""
    return read_entries(store, ids)
