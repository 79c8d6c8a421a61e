"""An import in a process of its own, to be killed in the middle."""

from __future__ import annotations

from pathlib import Path

from monitor.changelog.rebuild import derive
from monitor.publications.dating import capture_time
from scrapers import ingest
from tests.histories import NOW, open_store


def import_one_by_one(home: str, folder: str) -> None:
    """Every list in the folder is taken in and compared, one at a time; the migrations run first, in a new home."""
    for saved in ingest.find_saved([Path(folder)], None, capture_time):
        with open_store(Path(home)) as store:
            ingest.import_list(store, saved, NOW)
            derive(store, now=NOW)
