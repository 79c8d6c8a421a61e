"""The real lists as captures: `backfill` from nothing tells what `import` of the same lists tells."""

from __future__ import annotations

import base64
import csv
import hashlib
import itertools
import random
import resource
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

from db.database import Store, parse_time
from db.queries import fetches, snapshots
from db.queries.publication_list import read_publications
from monitor.changelog.log import read_log
from monitor.changelog.rebuild import derive
from monitor.publications.dating import capture_time
from scrapers.archive.backfill import plan_backfill, run_backfill
from scrapers.crawl.sources import promised_list
from scrapers.readers.document import read_document
from tests.paths import LISTS
from tests.scrapers.archive.archive_world import FOLDER, PAGE, XLSX, ArchiveWorld, TurnedClock, page_of
from tests.standin.archive import ArchiveStandIn

pytestmark = [
    pytest.mark.skipif(not LISTS.is_dir(), reason=f"the real lists are not at {LISTS}"),
]


@dataclass(frozen=True)
class PastList:
    """One list of the corpus as the archive would hold it."""

    stamp: str
    url: str
    body: bytes
    file: str
    linked_as: str


def past_lists(every: int = 1) -> Iterator[PastList]:
    """The corpus, each content once: page tables as ICE's page, workbooks under a name in ICE's folder.

    A list of which the manifest knows no capture was captured an hour after it was saved.
    """
    seen = set()
    with (LISTS / "manifest.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))[::every]
    for row in rows:
        stamp = row["archive_capture_utc"] or _an_hour_after(row["workbook_modified_utc"])
        path = LISTS / row["file"]
        data = path.read_bytes()
        if "page-tables" in path.parts:
            made = PastList(stamp, PAGE, page_of(read_document(data)), "287g", "participating")
        else:
            made = PastList(stamp, FOLDER + quote(path.name), data, path.name, promised_list(path.name) or "")
        if made.body not in seen:
            seen.add(made.body)
            yield made


def _an_hour_after(moment: str) -> str:
    return (parse_time(moment) + timedelta(hours=1)).strftime("%Y%m%d%H%M%S")


def said(store: Store) -> tuple[list[object], list[object]]:
    """The log and the publications, without the addresses and times at which they became known here."""
    log: list[object] = []
    for entry in read_log(store):
        plain: dict[str, object] = {k: v for k, v in entry.items() if k not in ("known_at", "told")}
        for key, reference in (
            ("last_listed_in", entry["last_listed_in"]), ("first_missing_from", entry["first_missing_from"]),
            ("first_listed_in", entry["first_listed_in"]),
        ):  # fmt: skip
            plain[key] = reference and {k: v for k, v in reference.items() if k != "url"}
        log.append(plain)
    publications = [
        {key: value for key, value in record.items() if key != "url"} for record in read_publications(store.connection)
    ]
    return log, list(publications)


def imported(home: Path, lists: list[PastList], clock: TurnedClock) -> tuple[list[object], list[object]]:
    """What the same lists tell when they are imported under the same names."""
    with Store.open(home, now=clock.now) as store:
        for one in lists:
            sha256 = store.archive.put(one.body)
            with store.writing():
                fetches.record_document(store, sha256, store.now_text())
                snapshots.save_snapshot(store, sha256, read_document(one.body, name=one.file))
                fetches.record_sighting(
                    store, sha256, file=one.file, url="", linked_as=one.linked_as, seen_at=capture_time(one.stamp),
                    known_at=store.now_text(), how="import",
                )  # fmt: skip
        derive(store, now=store.now_text())
        return said(store)


class Killed(BaseException):
    """The process is gone."""


def backfilled_with_kills(home: Path, lists: list[PastList], kills: int, seed: int) -> None:
    """Backfill from nothing, killed at random waits, with every 20th connection dropped; compare with an import."""
    clock, dice = TurnedClock(), random.Random(seed)
    with ArchiveStandIn(clock.now, drop_every=20) as archive:
        for one in lists:
            archive.keep(one.stamp, one.url, one.body, "text/html" if one.url == PAGE else XLSX)
        world = ArchiveWorld(home / "archive", archive, clock)
        waits = itertools.count()
        kill_at = set(dice.sample(range(len(lists)), kills))

        def sleep(seconds: float) -> None:
            clock.sleep(seconds)
            if next(waits) in kill_at:
                raise Killed

        for _ in range(kills + 1):
            with suppress(Killed), world.open() as store:
                done = run_backfill(store, world.settings(), clock.now, sleep)
        assert next(waits) > max(kill_at)  # every kill happened
        assert done.is_complete
        asked = archive.asked_for()
        assert len(asked) == len(set(asked)) == len(lists)
        times = [request.at for request in archive.requests]
        assert min(later - earlier for earlier, later in itertools.pairwise(times)).total_seconds() >= 4
        with world.open() as store:
            derive(store, now=store.now_text())
            assert said(store) == imported(home / "import", lists, TurnedClock())


def test_a_backfill_tells_what_an_import_tells(tmp_path: Path) -> None:
    lists = list(past_lists(every=8))
    assert len(lists) > 25
    backfilled_with_kills(tmp_path, lists, kills=5, seed=1)


@pytest.mark.soak
def test_a_backfill_of_everything_with_50_kills_tells_what_an_import_tells(tmp_path: Path) -> None:
    lists = list(past_lists())
    assert len(lists) > 250
    backfilled_with_kills(tmp_path, lists, kills=50, seed=2)


def test_2394_captures_of_a_page_and_900_files_are_planned_in_time_and_memory(tmp_path: Path) -> None:
    """A table changes about once in twenty captures; each workbook was captured twice."""

    def digest(text: str) -> str:
        return base64.b32encode(hashlib.sha1(text.encode(), usedforsecurity=False).digest()).decode()

    clock = TurnedClock()
    with ArchiveStandIn(clock.now) as archive:
        for number in range(2394):
            stamp = (
                f"{2021 + number // 600}{1 + number % 600 // 50:02}{1 + number % 50 // 2:02}{number % 2 * 12:02}0000"
            )
            archive.keep(stamp, PAGE, b"", digest=digest(f"table {number // 20}"))
        for number in range(900):
            stamp = f"2025{1 + number // 75:02}{1 + number % 75 // 3:02}{number % 3:02}0000"
            name = f"{FOLDER}participatingAgencies{number // 2:04}.xlsx"
            archive.keep(stamp, name, b"", XLSX, digest=digest(f"file {number // 2}"))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        began = clock.time
        with ArchiveWorld(tmp_path, archive, clock).open() as store:
            plan = plan_backfill(store, ArchiveWorld(tmp_path, archive, clock).settings(), clock.now, clock.sleep)
        assert len(plan.captures) == 120 + 450
        assert (clock.time - began).total_seconds() <= 60
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before <= 50_000  # kB
