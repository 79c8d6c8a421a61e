"""The shared corpus in the order in which ICE put it out, and a store that holds it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.figures import corpus_manifest
from db.store import Store
from monitor.dating import capture_time
from monitor.derive import derive
from scrapers import intake


@contextmanager
def empty_store() -> Iterator[Store]:
    """A store of its own on the disk, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="ice-agreements-bench-") as folder, Store.open(Path(folder)) as store:
        yield store


def read_corpus() -> list[intake.SavedList]:
    """Every saved list of the corpus, in the manifest's order."""
    return intake.find_saved([], corpus_manifest(), capture_time)


def take_all(store: Store, lists: list[intake.SavedList]) -> None:
    """The lists are in the store and compared, in one go."""
    for saved in lists:
        intake.take_in(store, saved, store.now_text())
    derive(store, now=store.now_text(), anew=True)


def in_order(lists: list[intake.SavedList]) -> list[tuple[intake.SavedList, int, str | None]]:
    """(saved list, rows, list) of every publication, in the order of evidence."""
    by_name = {(saved.path.name, saved.linked_as): saved for saved in lists}
    with empty_store() as store:
        take_all(store, lists)
        rows = store.connection.execute("select file, linked_as, rows, list from publications order by id").fetchall()
    return [(by_name[(file, linked)], count, name) for file, linked, count, name in rows]
