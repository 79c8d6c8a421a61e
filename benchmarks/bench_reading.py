"""Seconds to read one list, beside openpyxl reading the same bytes with every link, in the same run.

    python benchmarks/bench_reading.py [--files N] [--rounds N] [PATH...]

Without PATH: the largest workbooks of ../shared/ice-sheets/participating (`--files`, 20 unless said), and
one made list of 1,843 rows, which is the size ICE's list had when other tools were measured.
"""

from __future__ import annotations

import argparse
import io
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scrapers.readers.document import read_document
from tests.workbooks import PARTICIPATING, make_workbook

LISTS = Path(__file__).resolve().parents[2] / "shared" / "ice-sheets" / "participating"
MADE_ROWS = 1_843


def read_with_openpyxl(data: bytes) -> int:
    """The number of rows openpyxl gives, each cell's value and hyperlink touched as a reader of lists must."""
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    assert sheet is not None
    rows = [[(c.value, c.hyperlink.target if c.hyperlink else None) for c in row] for row in sheet.iter_rows()]
    return len(rows)


def median_seconds(read: Callable[[bytes], object], data: bytes, rounds: int) -> float:
    """The median of several readings of the same bytes."""
    taken = []
    for _ in range(rounds):
        start = time.perf_counter()
        read(data)
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def make_list() -> bytes:
    """A list of 1,843 rows, two of three with a link of their own, like ICE's."""
    row = ("County", "Some County", "Task Force Model", date(2025, 3, 4), "link", "")
    rows = [("TEXAS", f"Sheriff's Office of County {i}", *row) for i in range(MADE_ROWS)]
    links = {f"G{i + 2}": f"https://www.ice.gov/doclib/287gMOA/Some{i}_TFM.pdf" for i in range(MADE_ROWS) if i % 3}
    return make_workbook([PARTICIPATING, *rows], links, shared=True)


def main() -> None:
    """The table is printed, ratio first."""
    warnings.simplefilter("ignore", UserWarning)  # openpyxl finds the made list's styles too plain
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("paths", nargs="*", type=Path)
    parser.add_argument("--files", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    paths = asked.paths or sorted(LISTS.glob("*.xlsx"), key=lambda p: (-p.stat().st_size, p.name))[: asked.files]
    documents = [(path.name, path.read_bytes()) for path in paths] + [(f"made, {MADE_ROWS} rows", make_list())]
    print(f"{'times faster':>12} {'ours ms':>8} {'openpyxl ms':>11} {'rows':>6}  list")
    ratios, ours_ms, theirs_ms = [], [], []
    for name, data in documents:
        ours = median_seconds(read_document, data, asked.rounds)
        theirs = median_seconds(read_with_openpyxl, data, min(asked.rounds, 3))
        ratios.append(theirs / ours)
        ours_ms.append(ours * 1000)
        theirs_ms.append(theirs * 1000)
        rows = len(read_document(data).listings)
        print(f"{ratios[-1]:>12.1f} {ours_ms[-1]:>8.1f} {theirs_ms[-1]:>11.1f} {rows:>6}  {name}")
    middle = [statistics.median(values) for values in (ratios, ours_ms, theirs_ms)]
    print(f"{middle[0]:>12.1f} {middle[1]:>8.1f} {middle[2]:>11.1f} {'':>6}  median of {len(documents)}")


if __name__ == "__main__":
    main()
