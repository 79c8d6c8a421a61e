"""Milliseconds of the processor until the log as known at an earlier time can be asked: `known_at`, `--known-at`.

    python benchmarks/bench_known.py

Every list is known eight hours after the one before it, so that each moment has another log. The corpus, and each step
between two of its participating lists made in ten: 1,660 lists.
"""

from __future__ import annotations

import statistics
import sys
import time
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.bench_growth import real_lists
from benchmarks.corpus import empty_store, in_order, read_corpus
from benchmarks.figures import Figure, show
from benchmarks.made_histories import BEGIN, put, stretch
from db.database import Store, to_text
from monitor.changelog.known_at import as_known
from monitor.changelog.rebuild import derive
from scrapers import ingest

MOMENTS = 24


def known_when(number: int) -> str:
    """When the list with that number is known."""
    return to_text(BEGIN + timedelta(hours=8 * number + 1))


def ask_ms(store: Store, lists: int) -> list[float]:
    """Derive, and return what it takes to ask about moments spread over the history."""
    derive(store, now=known_when(lists), from_scratch=True)
    taken = []
    for number in range(MOMENTS):
        begun = time.process_time()
        with as_known(store, known_when(lists * (number + 1) // (MOMENTS + 1))):
            taken.append((time.process_time() - begun) * 1000)
    return taken


def measure() -> list[Figure]:
    """The corpus, then ten times as many lists."""
    with empty_store() as store:
        lists = in_order(read_corpus())
        for number, (saved, _, _) in enumerate(lists):
            ingest.import_list(store, saved, known_when(number))
        corpus = ask_ms(store, len(lists))
    with empty_store() as store:
        count = 0
        for count, rows in enumerate(stretch(real_lists(), 10), 1):
            put(store, count, rows, known_at=known_when(count))
        long = ask_ms(store, count)
    return [
        Figure("the corpus: an earlier log ready to be asked, median", statistics.median(corpus), "ms", 300),
        Figure("the corpus: the dearest moment", max(corpus), "ms"),
        Figure(f"{count} lists: an earlier log ready to be asked, median", statistics.median(long), "ms", 1000),
        Figure(f"{count} lists: the dearest moment", max(long), "ms"),
    ]


def main() -> None:
    show("What was known at an earlier time", measure())


if __name__ == "__main__":
    main()
