"""How the cost of a list grows with the number of lists kept (to ten times the corpus) and with its rows (to 20,000).

    python benchmarks/bench_growth.py

More lists: each step between two real participating lists is made in three or ten, and each adds an amendment.
More rows: made lists of offices in real counties, of which 14 go and 14 come from list to list (of 215
real steps between July 2025 and May 2026 nine in ten added 18 or fewer, and none removed more than 14). Both are put in
as read rows: reading a workbook is measured in bench_reading.py. Times are of the processor, not of the clock on the
wall, so that other work on the machine does not bend the line.
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.corpus import empty_store, read_corpus, take_all
from benchmarks.figures import Figure, show
from benchmarks.made_histories import large_lists, put, stretch
from db.models import Listing
from db.queries.snapshots import load_listings, load_snapshots
from monitor.changelog.rebuild import derive

FACTORS = (1, 3, 10)
SIZES = (1_000, 5_000, 20_000)
LAST = 10
CHANGED = 14


def real_lists() -> list[list[Listing]]:
    """The rows of the corpus's accepted participating lists that ICE put out as workbooks, in order."""
    with empty_store() as store:
        take_all(store, read_corpus())
        listings, kept = load_listings(store), load_snapshots(store)
        rows = store.connection.execute(
            "select sha256 from publications where list = 'participating' and position is not null order by position"
        ).fetchall()
        return [[listings[i] for i in kept[sha256].listing_ids] for (sha256,) in rows]


def measure_history(lists: list[list[Listing]]) -> tuple[int, float, float]:
    """How many lists; milliseconds a list to derive all, and to add one more (median of the last ten)."""
    with empty_store() as store:
        first, last = lists[:-LAST], lists[-LAST:]
        for number, rows in enumerate(first):
            put(store, number, rows)
        begun = time.process_time()
        done = derive(store, now=store.now_text(), from_scratch=True)
        scratch = (time.process_time() - begun) * 1000 / len(first)
        assert len(done.held) <= len(first) * 0.02, f"{len(done.held)} made lists are held: that measures nothing"
        alone = []
        for number, rows in enumerate(last, len(first)):
            begun = time.process_time()
            put(store, number, rows)
            derive(store, now=store.now_text())
            alone.append((time.process_time() - begun) * 1000)
    return len(first), scratch, statistics.median(alone)


def measure() -> list[Figure]:
    """How much more a list costs, then the figures behind it."""
    real = real_lists()
    by_lists = [measure_history(list(stretch(real, factor))) for factor in FACTORS]
    by_rows = [measure_history(list(large_lists(size, LAST + 5, CHANGED))) for size in SIZES]
    figures = []
    for word, place in (("derived from scratch", 1), ("added alone", 2)):
        first, last = by_lists[0], by_lists[-1]
        figures.append(
            Figure(f"a list {word}: with {last[0]} lists kept / with {first[0]}", last[place] / first[place], "x", 1.5)
        )
        thousand = [taken[place] / size * 1000 for taken, size in zip(by_rows, SIZES, strict=True)]
        name = f"a row {word}: in lists of {SIZES[-1]:,} / in lists of {SIZES[0]:,}"
        figures.append(Figure(name, thousand[-1] / thousand[0], "x", 1.5))
    for count, scratch, alone in by_lists:
        figures.append(Figure(f"{count} lists kept: a list derived from scratch", scratch, "ms"))
        figures.append(Figure(f"{count} lists kept: one added alone", alone, "ms"))
    for size, (_, scratch, alone) in zip(SIZES, by_rows, strict=True):
        figures.append(Figure(f"{size:,} rows: a list derived from scratch", scratch, "ms"))
        figures.append(Figure(f"{size:,} rows: one added alone", alone, "ms"))
    return figures


def main() -> None:
    show("Growth: the cost of a list with more lists kept, and with more rows", measure())


if __name__ == "__main__":
    main()
