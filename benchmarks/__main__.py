"""Every measurement, one after the other, ratios first: `python -m benchmarks [NAME...]`, as `make bench` runs it."""

from __future__ import annotations

import os
import platform
import sys
import time

from benchmarks import (
    bench_archive,
    bench_git_history,
    bench_growth,
    bench_import,
    bench_known,
    bench_reading,
    bench_rebuild,
    bench_size,
    bench_start,
)

EVERY = {
    "reading": bench_reading.main,
    "import": bench_import.main,
    "git_history": bench_git_history.main,
    "size": bench_size.main,
    "rebuild": bench_rebuild.main,
    "known": bench_known.main,
    "growth": bench_growth.main,
    "start": bench_start.main,
    "archive": bench_archive.main,
}


def main() -> None:
    """The measurements named on the command line (all when none is) are made and printed."""
    names = sys.argv[1:] or list(EVERY)
    if unknown := [name for name in names if name not in EVERY]:
        sys.exit(f"no measurement {', '.join(unknown)}; there are {', '.join(EVERY)}")
    sys.argv = sys.argv[:1]
    load = os.getloadavg()[0]
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {load:.1f} processes running as this begins.")
    print("Figures are wall time: on a machine that does other work as well they are too high.")
    for name in names:
        begun = time.perf_counter()
        EVERY[name]()
        print(f"[{name}: {time.perf_counter() - begun:.0f} s]", flush=True)


if __name__ == "__main__":
    main()
