"""What a plan of the whole past costs: index and plan of 2,394 captures of a page and of 900 list files.

    python benchmarks/bench_archive.py

A table changes about once in twenty captures, and each file was captured twice. The archive is the stand-in, asked at
the pace of the default settings; memory is that of the program's own process.
"""

from __future__ import annotations

import base64
import hashlib
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.figures import Figure, show
from tests.standin.archive import ArchiveStandIn
from tests.standin.past import FOLDER, PAGE, XLSX

ROOT = Path(__file__).resolve().parents[1]
PAGES, FILES = 2394, 900


def keep_index(archive: ArchiveStandIn) -> None:
    """The archive's index names so many captures."""
    for number in range(PAGES):
        stamp = f"{2021 + number // 600}{1 + number % 600 // 50:02}{1 + number % 50 // 2:02}{number % 2 * 12:02}0000"
        archive.keep(stamp, PAGE, b"", digest=_digest(f"table {number // 20}"))
    for number in range(FILES):
        stamp = f"2025{1 + number // 75:02}{1 + number % 75 // 3:02}{number % 3:02}0000"
        name = f"{FOLDER}participatingAgencies{number // 2:04}.xlsx"
        archive.keep(stamp, name, b"", XLSX, digest=_digest(f"file {number // 2}"))


def _digest(text: str) -> str:
    return base64.b32encode(hashlib.sha1(text.encode(), usedforsecurity=False).digest()).decode()


def measure() -> list[Figure]:
    """Run `backfill --dry-run` in a process of its own."""
    with tempfile.TemporaryDirectory() as home, ArchiveStandIn() as archive:
        keep_index(archive)
        environment = {**os.environ, "ICE_AGREEMENTS_HOME": home, "ICE_AGREEMENTS_ARCHIVE_URL": archive.url}
        command = [sys.executable, str(ROOT / "scheduler.py"), "backfill", "--dry-run"]
        begun = time.perf_counter()
        done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
        seconds = time.perf_counter() - begun
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return [
        Figure("index and plan, waits included", seconds, "s", 60),
        Figure("the same, processor", usage.ru_utime + usage.ru_stime, "s"),
        Figure("memory at its most", usage.ru_maxrss / 1024, "MB", 250),
        Figure("documents asked for", int(done.stdout.split()[0]), "", 700),
    ]


def main() -> None:
    """The figures are printed."""
    show("The past, from the archive's index", measure())


if __name__ == "__main__":
    main()
