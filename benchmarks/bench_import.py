"""Milliseconds to take in one list of the shared corpus: kept durably, read, guarded, compared, written to the log.

    python benchmarks/bench_import.py

Every list comes alone, in the order in which ICE put it out, as the service meets them: `import_list`, then `derive`.
Each leaves the archive file and the database synced to the disk. Then the same bytes are offered once more.
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.corpus import empty_store, in_order, read_corpus
from benchmarks.figures import Figure, show
from db.database import Store
from monitor.changelog.rebuild import derive
from scrapers import ingest

ABOUT_A_THOUSAND = range(900, 1_101)


def measure() -> list[Figure]:
    """The figures: per list, per list of about 1,000 rows, for bytes already known, and for all in one go."""
    lists = in_order(read_corpus())
    taken: list[tuple[float, int, bool]] = []
    processor: list[float] = []
    known: list[float] = []
    ordinary: list[float] = []
    kept_out: list[float] = []  # held, swapped, or the bytes of another list
    reaching_back: list[float] = []  # they change what older lists are taken to say, so that those are folded again
    with empty_store() as store:
        for saved, rows, _ in lists:
            begun, busy = time.perf_counter(), time.process_time()
            ingest.import_list(store, saved, store.now_text())
            done = derive(store, now=store.now_text())
            spent = (time.process_time() - busy) * 1000
            (kept_out if _is_kept_out(store, saved) else ordinary if done.folded == 1 else reaching_back).append(spent)
            taken.append(((time.perf_counter() - begun) * 1000, rows, done.folded != 1))
            if rows in ABOUT_A_THOUSAND:
                processor.append((time.process_time() - busy) * 1000)
        for saved, _, _ in lists:
            begun = time.perf_counter()
            ingest.import_list(store, saved, store.now_text())
            derive(store, now=store.now_text())
            known.append((time.perf_counter() - begun) * 1000)
    with empty_store() as store:
        begun = time.perf_counter()
        for saved, _, _ in lists:
            ingest.import_list(store, saved, store.now_text())
        derive(store, now=store.now_text())
        at_once = (time.perf_counter() - begun) * 1000 / len(lists)
    thousand = [ms for ms, rows, _ in taken if rows in ABOUT_A_THOUSAND]
    again = sum(several for _, _, several in taken)
    everything = [ms for ms, _, _ in taken]
    return [
        Figure(
            f"{len(kept_out)} held, swapped and duplicate lists, median / an ordinary list",
            statistics.median(kept_out) / statistics.median(ordinary),
            "x",
            3,
            note="time of the processor",
        ),
        Figure("the slowest of them / an ordinary list", max(kept_out) / statistics.median(ordinary), "x", 3),
        Figure(
            f"{len(reaching_back)} lists that change what older ones say, median / an ordinary list",
            statistics.median(reaching_back) / statistics.median(ordinary),
            "x",
        ),
        Figure("the slowest of them / an ordinary list", max(reaching_back) / statistics.median(ordinary), "x"),
        Figure(f"median of the {len(thousand)} lists of 900 to 1,100 rows", statistics.median(thousand), "ms", 45),
        Figure(
            "of these, time of the processor",
            statistics.median(processor),
            "ms",
            note="what other work on the machine does not bend",
        ),
        Figure("bytes already known, median", statistics.median(known), "ms", 2),
        Figure(f"median of all {len(lists)} lists, one at a time", statistics.median(everything), "ms"),
        Figure("mean of them", statistics.mean(everything), "ms", note=f"{again} took more than one step"),
        Figure("19 of 20 lists take at most", statistics.quantiles(everything, n=20)[-1], "ms"),
        Figure("mean a list, all in one `import`", at_once, "ms"),
    ]


def _is_kept_out(store: Store, saved: ingest.SavedList) -> bool:
    rows = store.connection.execute(
        "select status, reasons from publications where file = ? and linked_as = ?", [saved.path.name, saved.linked_as]
    ).fetchall()
    return any(status != "accepted" or "swapped" in reasons for status, reasons in rows)


def main() -> None:
    show("Import: one list kept, read, compared and written", measure())


if __name__ == "__main__":
    main()
