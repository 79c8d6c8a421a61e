"""How fast agreement documents are read, compared and searched: `python -m benchmarks.bench_moas`.

Reading is measured on the real documents, one by one, the child's start shared; broken and hostile files each have a
child of their own, its start included. Comparing and searching are measured on
2,000 documents made from them by drift: every copy has slips of its own, as if recognized once more.
"""

from __future__ import annotations

import argparse
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from benchmarks.figures import Figure, show
from db.database import Store
from db.moa_models import MoaFilter, MoaSighting, PageText, PdfText
from db.queries import moas
from monitor.documents.library import Library
from monitor.documents.search import search
from monitor.documents.template_groups import derive_wordings
from scrapers.readers.moa_document import read_document
from scrapers.readers.moa_text import PdfReader
from tests.paths import DOCUMENTS
from tests.pdfs import hostile

QUERIES = (
    '"90-day" notice', "notice", "termination", '"exigent circumstances"', "interpreter", '"Miami Field Office"',
    "fingerprint", '"task force" -jail', "complaint procedures", "training certification", '"public records"', "Pasco",
)  # fmt: skip
MAX_BYTES = 30_000_000
_SLIPS = str.maketrans({"m": "rn", "l": "1", "h": "b", "e": "c"})


def seconds(work: Callable[[], object]) -> float:
    """Return how long the work takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def drift(pages: Iterable[PageText], chance: random.Random) -> tuple[PageText, ...]:
    """Return the pages with one word in fifty misread."""
    return tuple(
        PageText(
            p.page, " ".join(w.translate(_SLIPS) if chance.random() < 0.02 else w for w in p.text.split(" ")), True
        )
        for p in pages
    )


def fill(store: Store, texts: dict[str, PdfText], count: int) -> None:
    """Put `count` documents into the store, made from the texts by drift."""
    chance = random.Random(287)
    names = sorted(name for name, text in texts.items() if sum(len(p.text) for p in text.pages) > 1000)
    for number in range(count):
        name = names[number % len(names)]
        pages = drift(texts[name].pages, chance)
        sha256 = store.archive.put(f"{number} {name}".encode())
        url = f"https://www.ice.gov/doclib/287gMOA/{number}_{name}"
        with store.writing():
            moas.record_sighting(
                store, MoaSighting(url, f"{number}_{name}", "2026-01-05T12:00:00Z", "import", "kept", sha256)
            )
            moas.save_reading(store, read_document(sha256, PdfText("kept", pages, len(pages))))


def computing() -> float:
    """Return the seconds of computing of this process and of those it started that have ended."""
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def read_real() -> tuple[dict[str, PdfText], list[float], float]:
    """Return the real documents' texts by file name, how long each took with its clauses, and the mean of computing."""
    texts: dict[str, PdfText] = {}
    taken = []
    begun = computing()
    with PdfReader(max_bytes=MAX_BYTES) as reader:
        for path in sorted(DOCUMENTS.glob("*.pdf")):
            start = time.perf_counter()
            texts[path.name] = reader.read(path)
            read_document(path.name, texts[path.name])
            taken.append(time.perf_counter() - start)
    return texts, taken, (computing() - begun) / len(taken)


def read_hostile(folder: Path) -> list[float]:
    """Return how long each of the broken and hostile files took."""
    taken = []
    for name, (data, _) in hostile().items():
        path = folder / name
        path.write_bytes(data)
        with PdfReader(max_bytes=MAX_BYTES) as reader:
            taken.append(seconds(partial(reader.read, path)))
    return taken


def search_all(store: Store) -> list[tuple[float, float]]:
    """Return how long each search took, and its computing, with and without filters."""
    library = Library(store.connection)
    taken = []
    for wanted in (MoaFilter(), MoaFilter(support_type="WSO"), MoaFilter(template="TFM 2025-02")):
        for query in QUERIES:
            for _ in range(3):
                begun = computing()
                taken.append((seconds(partial(search, store.connection, library, query, wanted)), computing() - begun))
    return taken


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=2000)
    count = parser.parse_args().documents
    texts, real, mean = read_real()
    with tempfile.TemporaryDirectory() as home, Store.open(Path(home)) as store:
        odd = read_hostile(Path(home))
        stored = seconds(partial(fill, store, texts, count))
        compared = seconds(partial(derive_wordings, store))
        gathered = seconds(partial(Library, store.connection))
        searches, computed = (sorted(times) for times in zip(*search_all(store), strict=True))
    show("agreement documents", [
        Figure("one real document read, median", statistics.median(real) * 1000, "ms", 400, note=f"of {len(real)}"),
        Figure("one real document read, computing, mean with the child's start", mean * 1000, "ms", 400),
        Figure("one real document read, longest", max(real) * 1000, "ms"),
        Figure("one hostile file judged, longest", max(odd), "s", 10, note=f"of {len(odd)}"),
        Figure(f"search in {count} documents, median", statistics.median(searches) * 1000, "ms", 50),
        Figure("search, computing, median", statistics.median(computed) * 1000, "ms", 50),
        Figure("search, 90th percentile", searches[int(len(searches) * 0.9)] * 1000, "ms"),
        Figure(f"{count} documents' clauses found and stored", stored, "s"),
        Figure(f"{count} documents grouped and compared", compared, "s"),
        Figure(f"{count} documents' records gathered", gathered, "s"),
    ])  # fmt: skip


if __name__ == "__main__":
    main()
