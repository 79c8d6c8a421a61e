"""Hostile workbooks, pages and PDFs through the import of a store that `serve` serves while readers sign up.

    python -m benchmarks.bench_hostile_files [--files 20000] [--each 1000] [--first 0]

Each `--each` files go into a store of their own: to compare thousands of lists of one day with each other is no
question that ICE asks. Prints, for each store and for all, what came out and the slowest file; the last line says what
went wrong: files of more than 5 s, crashes of the reader, changes of the log, files outside, sign-ups refused.
"""

from __future__ import annotations

import argparse
import http.client
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.bench_api import free_port
from benchmarks.bench_hostile import start
from benchmarks.hostile_attacks import FORM
from db.database import Store
from db.settings import Settings
from monitor.changelog.log import read_log
from monitor.changelog.rebuild import derive
from scrapers import ingest, ingest_moas
from scrapers.document_errors import ReaderCrashedError
from tests.histories import NOW, Posting, many, put
from tests.scrapers.hostile_files import make_file

HANG_SECONDS = 5.0
LISTED, PENDING = many(150), many(200)[150:]


class Seconds:
    """How long files took, and the slowest of them."""

    def __init__(self) -> None:
        self.slowest, self.hangs, self.all = (0.0, ""), 0, 0.0

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        """Count what is done within for the file of that name."""
        begun = time.perf_counter()
        yield
        took = time.perf_counter() - begun
        self.slowest = max(self.slowest, (took, name))
        self.hangs += took > HANG_SECONDS
        self.all += took


@contextmanager
def signing_up(port: int, answers: Counter[str], slowest: list[float]) -> Iterator[None]:
    """Readers sign up five times a second."""
    stop = threading.Event()

    def sign_up() -> None:
        number = 0
        while not stop.wait(0.2):
            number += 1
            form = {"address": f"reader{number}@d{number}.example", "rhythm": "daily", "zone": "America/New_York"}
            host, begun = f"127.1.{number // 250 % 250}.{number % 250 + 1}", time.perf_counter()
            try:
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30, source_address=(host, 0))
                with closing(connection):
                    connection.request("POST", "/alerts/subscribe", urlencode(form), {"Content-Type": FORM})
                    answers[str(connection.getresponse().status)] += 1
            except (OSError, http.client.HTTPException) as error:
                answers[repr(error)] += 1
            slowest[0] = max(slowest[0], time.perf_counter() - begun)

    readers = threading.Thread(target=sign_up)
    readers.start()
    try:
        yield
    finally:
        stop.set()
        readers.join()


def import_all(store: Store, folder: Path, numbers: range, seconds: Seconds) -> Counter[str]:
    """Import the hostile files with these numbers, each as `import` and `moas --import` do; count the outcomes."""
    outcomes: Counter[str] = Counter()
    settings = Settings(home=store.home)
    for number in numbers:
        name, data = make_file(number)
        path = folder / name
        path.write_bytes(data)
        with seconds.of(name):
            if name.endswith(".pdf"):
                ingest_moas.import_saved(store, settings, [path], None)
            else:
                done = ingest.import_list(store, ingest.SavedList(path), NOW)
                outcomes["refused" if not done.sha256 else "unreadable" if done.error else "read"] += 1
    readings = ingest_moas.read_new(store, settings)
    while True:
        with seconds.of("a PDF"):
            reading, _ = next(readings, (None, 0))
        if reading is None:
            return outcomes
        outcomes[f"pdf {reading.outcome}"] += 1


def run(numbers: range, seconds: Seconds, answers: Counter[str], slowest: list[float]) -> Counter[str]:
    """Import the files into a fresh store that is served; return the outcomes."""
    with tempfile.TemporaryDirectory() as place:
        home, folder = Path(place) / "home", Path(place) / "hostile"
        folder.mkdir()
        with Store.open(home) as store:
            put(store, Posting(PENDING, "2025-05-02T14:00:00Z", "pendingAgencies05022025am.xlsx", "pending"))
            for day in (2, 3, 4):
                put(store, Posting(LISTED, f"2025-05-0{day}T14:00:00Z", f"participatingAgencies050{day}2025am.xlsx"))
            derive(store, now=NOW)
            log = read_log(store)
            port = free_port()
            process = start(home, port)
            try:
                with signing_up(port, answers, slowest):
                    outcomes = import_all(store, folder, numbers, seconds)
                    begun = time.perf_counter()
                    derive(store, now=NOW)
                    compared = time.perf_counter() - begun
            finally:
                process.terminate()
                process.wait(30)
            crashes = "select count(*) from snapshots where error_code = ?"
            outcomes["reader crashes"] = store.connection.execute(crashes, [ReaderCrashedError.code]).fetchone()[0]
            outcomes["stores whose log changed"] = int(read_log(store) != log)
        outcomes["files outside"] = len(set(Path(place).iterdir()) - {home, folder}) + len([*folder.iterdir()])
        outcomes["files outside"] -= len(numbers)
    print(f"{numbers.start:6} to {numbers.stop - 1}: compared in {compared:.1f} s; {dict(outcomes)}", flush=True)
    return outcomes


def main() -> None:
    """Import the files, store by store, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--each", type=int, default=1_000)
    parser.add_argument("--first", type=int, default=0)
    given = parser.parse_args()
    begun, end = time.monotonic(), given.first + given.files
    outcomes, seconds, answers, slowest = Counter[str](), Seconds(), Counter[str](), [0.0]
    for first in range(given.first, end, given.each):
        outcomes.update(run(range(first, min(first + given.each, end)), seconds, answers, slowest))
        print(f"{'':6} slowest {seconds.slowest[0]:.1f} s {seconds.slowest[1]}; sign-ups {dict(answers)}", flush=True)
    print(f"{given.files} files in {time.monotonic() - begun:.0f} s, {seconds.all:.0f} s of which imported: {outcomes}")
    print(
        f"over {HANG_SECONDS:.0f} s: {seconds.hangs}; crashes: {outcomes['reader crashes']}; changed logs:"
        f" {outcomes['stores whose log changed']}; files outside: {outcomes['files outside']}; sign-ups:"
        f" {dict(answers)}, the slowest {slowest[0]:.1f} s"
    )


if __name__ == "__main__":
    main()
