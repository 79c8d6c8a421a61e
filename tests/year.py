"""`make year`: a year of polls over the stand-in at speed, under a clock of its own.

A list a weekday, made by drifting a real one (or a made-up one, where the real lists are not at hand); the truth of
each day is written down as it is made, and compared with the log at the end. Memory and sizes are printed meanwhile.

    python -m tests.year --days 365 --polls 144     # all 52,560 polls
    python -m tests.year --days 365 --polls 4       # the same lists, fewer checks that find nothing new
"""

from __future__ import annotations

import argparse
import asyncio
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from db.database import Store, to_text
from monitor.changelog.log import read_log
from monitor.service.memory_release import load_tables
from scrapers.readers.document import read_document
from tests.paths import LISTS
from tests.scheduler.desk import Desk
from tests.standin import StandIn
from tests.workbooks import PARTICIPATING, Cell, letters, make_workbook

REAL = LISTS / "participating"
SUPPORT = {"JEM": "Jail Enforcement Model", "WSO": "Warrant Service Officer", "TFM": "Task Force Model"}
Truth = set[tuple[str, str, str, str]]  # (kind, agency, support type, day)


@dataclass
class Drift:
    """A list that changes from weekday to weekday, and what truly happened."""

    rows: list[tuple[Cell, ...]]
    chance: random.Random
    truth: Truth = field(default_factory=set)
    made: int = 0

    def step(self, day: date, *, sign: bool = False) -> None:
        """On a third of the days nothing happens, on a third agencies sign, on a third some are no longer listed."""
        what = 1 if sign else day.toordinal() % 3
        if what == 1:
            for _ in range(self.chance.randint(1, 12)):
                self._sign(day)
        elif what == 2:
            for _ in range(self.chance.randint(1, 4)):
                self._leave(day)

    def _sign(self, day: date) -> None:
        state, _, kind, county, *_ = self.chance.choice(self.rows)
        support = self.chance.choice(sorted(SUPPORT))
        name = f"{self._word()} {self._word()} Police Department"
        self.rows.append((state, name, kind, county, SUPPORT[support], day, "link pending", ""))
        self.truth.add(("signing", name, support, day.isoformat()))

    def _leave(self, day: date) -> None:
        """A row that this year added is no longer listed: its name is like no other, so there is one truth about it."""
        ours = [
            row for row in self.rows if ("signing", row[1], _code(row), str(row[5])) in self.truth and row[5] != day
        ]
        if ours:
            row = self.chance.choice(ours)
            self.rows.remove(row)
            self.truth.add(("termination", str(row[1]), _code(row), day.isoformat()))

    def _word(self) -> str:
        """A word like no place's: made of eight letters, with the count of those before it as its ending."""
        self.made += 1
        consonants, vowels = "bdfgklmnprstvz", "aeiou"
        pairs = (self.chance.choice(consonants) + self.chance.choice(vowels) for _ in range(5))
        return "".join(pairs).capitalize()

    def workbook(self, saved: datetime) -> bytes:
        rows = [PARTICIPATING, *(row[:8] for row in self.rows)]
        column = letters(PARTICIPATING.index("MOA"))
        links = {f"{column}{n}": str(row[8]) for n, row in enumerate(self.rows, 2) if len(row) > 8 and row[8]}
        return make_workbook(rows, links, modified=to_text(saved), shared=True)


def _code(row: tuple[Cell, ...]) -> str:
    return next((code for code, name in SUPPORT.items() if name == row[4]), "")


def first_rows() -> Iterator[tuple[Cell, ...]]:
    """The rows of a real list where they are at hand, else of a made-up one."""
    if REAL.is_dir():
        place = sorted(REAL.glob("participatingAgencies0829*.xlsx"))[-1]
        for listing in read_document(place.read_bytes(), name=place.name).listings:
            signed = date.fromisoformat(listing.signed_on) if listing.signed_on else None
            yield (
                listing.state, listing.agency, listing.type, listing.county, listing.support_type, signed, listing.moa,
                listing.addendum, listing.moa_link or "",
            )  # fmt: skip
        return
    for number in range(1000):
        yield (
            "FLORIDA", f"Precinct {number} Police Department", "County", "Baker County", "Task Force Model",
            date(2025, 6, 2), "", "",
        )  # fmt: skip


def resident_kb() -> int:
    """Memory this process holds now."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def size_of(place: Path) -> int:
    return sum(path.stat().st_size for path in place.rglob("*") if path.is_file()) if place.is_dir() else 0


async def live(desk: Desk, drift: Drift, days: int, polls: int) -> tuple[int, int]:
    """The days are lived through; returns resident memory after the first and after the last."""
    load_tables()  # as the service does
    first = 0
    jobs, begun, made = desk.jobs, time.monotonic(), 0
    for number in range(days):
        midnight = desk.time
        if midnight.weekday() < 5:
            drift.step(midnight.date(), sign=not number)
            desk.site.clock = midnight + timedelta(hours=15)
            book = drift.workbook(midnight + timedelta(hours=14))
            desk.site.files = {
                p.path: p for p in desk.site.links.values()
            }  # ICE's server keeps more; its memory is not ours
        for poll in range(polls):
            desk.time = midnight + poll * timedelta(days=1) / polls
            if desk.time.hour >= 15 and midnight.weekday() < 5 and book:
                desk.site.post("participating", book)
                book = b""
            await jobs.poll()
            await jobs.update_notices()
            made += 1
        await jobs.confirm()
        await jobs.keep_house()
        desk.site.requests.clear()
        desk.time = midnight + timedelta(days=1)
        first = first or resident_kb()
        if number % 30 == 0 or number == days - 1:
            database = sum(path.stat().st_size for path in desk.home.glob("*.sqlite*"))
            took, held = time.monotonic() - begun, resident_kb() / 1024
            print(
                f"day {number + 1}: {made} polls in {took:.0f} s, {held:.1f} MB resident, "
                f"database {database / 1e6:.2f} MB, archive {size_of(desk.home / 'archive') / 1e6:.2f} MB",
                flush=True,
            )
    return first, resident_kb()


def logged(home: Path, names: set[str]) -> Truth:
    """What the log says, of every agency the drift made."""
    with Store.open(home, read_only=True) as store:
        entries = [e for e in read_log(store) if e["status"] != "retracted"]
    strange = [e for e in entries if e["agency"] not in names]
    assert not strange, f"nothing happened to these: {strange[:3]}"
    return {(e["kind"], e["agency"] or "", e["support_type"] or "", e["listed_on"]) for e in entries}


def main() -> int:
    """The year was lived; 0 when the log is the truth and memory did not grow by more than a tenth."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--polls", type=int, default=144, help="a day")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place, StandIn() as site:
        desk = Desk(site, Path(place) / "home", datetime(2026, 1, 5, tzinfo=UTC))
        drift = Drift(list(first_rows()), random.Random(asked.seed))
        site.clock = desk.time
        site.post("participating", drift.workbook(desk.time - timedelta(hours=8)), name="participatingAgencies.xlsx")
        first, last = asyncio.run(live(desk, drift, asked.days, asked.polls))
        found = logged(desk.home, {agency for _, agency, _, _ in drift.truth})
    missing, wrong = drift.truth - found, found - drift.truth
    print(f"{len(drift.truth)} true changes, {len(missing)} not in the log, {len(wrong)} in the log and not true")
    for label, some in (("missing", missing), ("wrong", wrong)):
        for one in sorted(some)[:5]:
            print(label, *one)
    print(f"resident {first / 1024:.1f} MB after the first day, {last / 1024:.1f} MB at the end: {last / first:.3f}")
    return 0 if not missing and not wrong and last <= 1.1 * first else 1


if __name__ == "__main__":
    sys.exit(main())
