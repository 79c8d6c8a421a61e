"""How fast agreement documents are read, compared and searched: `python -m benchmarks.bench_moas`.

Reading is measured on the real documents, one by one, the child's start shared. Comparing and searching are measured on
2,000 documents made from them by drift: every copy has slips of its own, as if recognised once more.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from db.database import Store
from db.moa_models import MoaFilter, MoaSighting, PageText, PdfText
from db.queries import moas
from monitor.documents.library import Library
from monitor.documents.search import search
from monitor.documents.template_groups import derive_wordings
from scrapers.readers.moa_document import read_document
from scrapers.readers.moa_text import PdfReader
from tests.paths import DOCUMENTS

QUERIES = (
    '"90-day" notice', "notice", "termination", '"exigent circumstances"', "interpreter", '"Miami Field Office"',
    "fingerprint", '"task force" -jail', "complaint procedures", "training certification", '"public records"', "Pasco",
)  # fmt: skip
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


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=2000)
    count = parser.parse_args().documents
    texts: dict[str, PdfText] = {}
    reading = []
    with PdfReader(max_bytes=30_000_000) as reader:
        for path in sorted(DOCUMENTS.glob("*.pdf")):
            start = time.perf_counter()
            texts[path.name] = reader.read(path)
            read_document(path.name, texts[path.name])
            reading.append(time.perf_counter() - start)
    print(
        f"read: median {statistics.median(reading) * 1000:.0f} ms, most {max(reading) * 1000:.0f} ms, of {len(reading)}"
    )
    with tempfile.TemporaryDirectory() as home, Store.open(Path(home)) as store:
        print(f"stored and clauses found: {seconds(partial(fill, store, texts, count)):.1f} s for {count}")
        print(f"compared: {seconds(partial(derive_wordings, store)):.1f} s")
        start = time.perf_counter()
        library = Library(store.connection)
        print(f"library: {time.perf_counter() - start:.2f} s")
        taken = []
        for wanted in (MoaFilter(), MoaFilter(support_type="WSO"), MoaFilter(template="TFM 2025-02")):
            for query in QUERIES:
                taken += [seconds(partial(search, store.connection, library, query, wanted)) for _ in range(3)]
        taken.sort()
        print(
            f"search: median {statistics.median(taken) * 1000:.0f} ms, 90th percentile"
            f" {taken[int(len(taken) * 0.9)] * 1000:.0f} ms, {len(taken)} searches"
        )


if __name__ == "__main__":
    main()
