"""Milliseconds a list to derive the shared corpus anew, from the stored listings and from the archived bytes.

python benchmarks/bench_rebuild.py
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.corpus import empty_store, read_corpus, take_all
from benchmarks.figures import Figure, show
from db.database import Store
from monitor.changelog.rebuild import derive
from scrapers import ingest


def from_listings(store: Store) -> None:
    """Everything derived is made anew, as `rebuild` does it."""
    derive(store, now=store.now_text(), anew=True)


def from_bytes(store: Store) -> None:
    """Every document is read again first, as `rebuild --from-archive` does it."""
    for _ in ingest.read_again(store):
        pass
    from_listings(store)


def median_ms(make: Callable[[Store], None], store: Store, lists: int, rounds: int = 3) -> float:
    """The median of several rounds, a list."""
    taken = []
    for _ in range(rounds):
        begun = time.perf_counter()
        make(store)
        taken.append((time.perf_counter() - begun) * 1000 / lists)
    return statistics.median(taken)


def measure() -> list[Figure]:
    """Both ways, in milliseconds a list."""
    with empty_store() as store:
        take_all(store, read_corpus())
        lists = int(store.connection.execute("select count(*) from publications").fetchone()[0])
        listings, archived = median_ms(from_listings, store, lists), median_ms(from_bytes, store, lists)
    return [
        Figure(f"from stored listings, a list of {lists}", listings, "ms", 10),
        Figure("from archived bytes, a list", archived, "ms", 40),
    ]


def main() -> None:
    show("Rebuild", measure())


if __name__ == "__main__":
    main()
