"""Milliseconds a list to derive the shared corpus again, from the stored listings and from the archived bytes; and
milliseconds until a ruling on any of its doubtful changes is in the log.

python benchmarks/bench_rebuild.py
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.corpus import empty_store, read_corpus, take_all
from benchmarks.figures import Figure, show
from db.database import Store
from db.records import ChangeRecord
from monitor.changelog.log import read_log
from monitor.changelog.rebuild import derive
from monitor.review import decide
from scrapers import ingest


def from_listings(store: Store) -> None:
    """Derive everything again, as `rebuild` does it."""
    derive(store, now=store.now_text(), from_scratch=True)


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


def rulings_ms(store: Store) -> list[float]:
    """Return the processor's time for each ruling on the doubtful changes of the log; each is taken back."""
    taken = []
    for number, (entry, kind, other) in enumerate(_decisions(read_log(store))):
        at = f"2030-01-01T{number // 60:02}:{number % 60:02}"
        decide.rule(store, kind, entry["id"], other, reviewer="bench", reason="", made_at=f"{at}:00Z")
        begun = time.process_time()
        derive(store, now=store.now_text())
        taken.append((time.process_time() - begun) * 1000)
        decide.undo_newest(store, entry["id"], reviewer="bench", reason="", made_at=f"{at}:01Z")
        derive(store, now=store.now_text())
    return taken


def _decisions(log: Iterable[ChangeRecord]) -> Iterator[tuple[ChangeRecord, str, str]]:
    for entry in log:
        for candidate in entry["candidates"][:1] if entry["status"] != "retracted" else ():
            if candidate["agreement_id"] != entry["agreement_id"]:
                yield from ((entry, kind, candidate["agreement_id"]) for kind in ("same", "distinct"))
            yield entry, "dismiss", ""


def measure() -> list[Figure]:
    """Both ways, in milliseconds a list."""
    with empty_store() as store:
        take_all(store, read_corpus())
        lists = int(store.connection.execute("select count(*) from publications").fetchone()[0])
        listings, archived = median_ms(from_listings, store, lists), median_ms(from_bytes, store, lists)
        ruled = rulings_ms(store)
    return [
        Figure(f"a ruling on one of {len(ruled)} changes, median", statistics.median(ruled), "ms", 300),
        Figure("a ruling, the slowest", max(ruled), "ms", 300),
        Figure(f"from stored listings, a list of {lists}", listings, "ms", 10),
        Figure("from archived bytes, a list", archived, "ms", 40),
    ]


def main() -> None:
    show("Rebuild", measure())


if __name__ == "__main__":
    main()
