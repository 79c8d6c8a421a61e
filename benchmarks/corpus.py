"""The shared corpus in the order in which ICE put it out, and a store that holds it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.figures import corpus_manifest
from db.database import Store
from monitor.changelog.rebuild import derive
from monitor.publications.dating import capture_time
from scrapers import ingest


@contextmanager
def empty_store() -> Iterator[Store]:
    """A store of its own on the disk, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="ice-agreements-bench-") as folder, Store.open(Path(folder)) as store:
        yield store


def read_corpus() -> list[ingest.SavedList]:
    """Every saved list of the corpus, in the manifest's order."""
    return ingest.find_saved([], corpus_manifest(), capture_time)


def take_all(store: Store, lists: list[ingest.SavedList]) -> None:
    """The lists are in the store and compared, in one go."""
    for saved in lists:
        ingest.import_list(store, saved, store.now_text())
    derive(store, now=store.now_text(), from_scratch=True)


def in_order(lists: list[ingest.SavedList]) -> list[tuple[ingest.SavedList, int, str | None]]:
    """(saved list, rows, list) of every publication, in the order of evidence."""
    by_name = {(saved.path.name, saved.linked_as): saved for saved in lists}
    with empty_store() as store:
        take_all(store, lists)
        rows = store.connection.execute(
            "select file, linked_as, rows, list from publications order by published_at, ifnull(list, ''), file"
        ).fetchall()
    return [(by_name[(file, linked)], count, name) for file, linked, count, name in rows]
