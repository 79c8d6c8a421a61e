"""How many times faster than git-history (PyPI) the history of ICE's participating lists is kept, in the same run.

    python benchmarks/bench_git_history.py

git-history gets its lists as CSV files already committed to a repository, `--wal`, a fixed dialect and no progress
bar; its start-up (`--version`) is taken off. Time is given on the wall and of the processor; only the second is fair
on a machine that does other work. It records versions of items and knows no deletion. We get the workbooks
as ICE put them out, and read them, keep them, guard them, compare them and write the change log; "reading aside"
leaves out the reading of workbooks, from which git-history is spared.
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.corpus import empty_store, in_order, read_corpus
from benchmarks.figures import Figure, show
from db.models import COLUMNS
from monitor.changelog.rebuild import derive
from scrapers import ingest
from scrapers.readers.document import read_document

GIT = {
    "GIT_AUTHOR_NAME": "bench", "GIT_AUTHOR_EMAIL": "bench@localhost", "GIT_COMMITTER_NAME": "bench",
    "GIT_COMMITTER_EMAIL": "bench@localhost", "GIT_CONFIG_GLOBAL": os.devnull,
}  # fmt: skip
PROGRAM = Path(sys.executable).with_name("git-history")


def commit_lists(repository: Path, lists: list[ingest.SavedList]) -> None:
    """The repository has a commit for each list, with its printed cells and links as `list.csv`."""
    run(repository, "git", "init", "--quiet", "--initial-branch", "main")
    for number, saved in enumerate(lists):
        snapshot = read_document(saved.path.read_bytes(), name=saved.path.name)
        with (repository / "list.csv").open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out)
            writer.writerow([*COLUMNS, "moa_link", "addendum_link"])
            for listing in snapshot.listings:
                writer.writerow(
                    [*(getattr(listing, name) for name in COLUMNS), listing.moa_link, listing.addendum_link]
                )
        run(repository, "git", "add", "list.csv")
        hour = f"{1_735_689_600 + 3600 * number} +0000"  # git-history goes by the commits' dates
        run(repository, "git", "commit", "--quiet", "--allow-empty", "-m", saved.path.name, date=hour)


def run(repository: Path, *command: str, date: str = "") -> None:
    """The command has been run in the repository."""
    times = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date} if date else {}
    subprocess.run(command, cwd=repository, check=True, capture_output=True, env={**os.environ, **GIT, **times})


class Spent(NamedTuple):
    """What some work took: seconds on the wall, and seconds of the processor."""

    wall: float
    processor: float


def now_spent() -> Spent:
    """This process and those it waited for, so far."""
    used = os.times()
    return Spent(time.perf_counter(), used.user + used.system + used.children_user + used.children_system)


def spent_since(begun: Spent) -> Spent:
    """What was spent since then."""
    now = now_spent()
    return Spent(now.wall - begun.wall, now.processor - begun.processor)


def spent_on(folder: Path, *command: str) -> Spent:
    """What the command takes in the folder."""
    begun = now_spent()
    run(folder, *command)
    return spent_since(begun)


def theirs(folder: Path) -> Spent:
    """git-history's own work on the repository in `folder`, into a database of its own."""
    startup = min(spent_on(folder, str(PROGRAM), "--version") for _ in range(3))
    ids = [part for name in ("state", "agency", "support_type") for part in ("--id", name)]
    taken = spent_on(
        folder, str(PROGRAM), "file", str(folder / "history.db"), "list.csv", "--repo", str(folder), "--branch", "main",
        "--csv", "--dialect", "excel", "--ignore-duplicate-ids", "--silent", "--wal", *ids,
    )  # fmt: skip
    return Spent(taken.wall - startup.wall, taken.processor - startup.processor)


def seconds_of_reading(lists: list[ingest.SavedList]) -> Spent:
    """What of our work is reading workbooks, which git-history is spared."""
    documents = [(saved.path.read_bytes(), saved.path.name) for saved in lists]
    begun = now_spent()
    for data, name in documents:
        read_document(data, name=name)
    return spent_since(begun)


def ours(lists: list[ingest.SavedList], *, one_at_a_time: bool) -> Spent:
    """Our own work on the lists, reading included, in a store of its own."""
    with empty_store() as store:
        begun = now_spent()
        for saved in lists:
            ingest.import_list(store, saved, store.now_text())
            if one_at_a_time:
                derive(store, now=store.now_text())
        derive(store, now=store.now_text())
        return spent_since(begun)


def measure() -> list[Figure]:
    """The ratios first, then milliseconds a list."""
    lists = [saved for saved, _, name in in_order(read_corpus()) if name == "participating" and _is_workbook(saved)]
    with tempfile.TemporaryDirectory(prefix="ice-agreements-bench-") as folder:
        commit_lists(Path(folder), lists)
        their = theirs(Path(folder))
    at_once, alone = ours(lists, one_at_a_time=False), ours(lists, one_at_a_time=True)
    reading = seconds_of_reading(lists)
    compared = Spent(at_once.wall - reading.wall, at_once.processor - reading.processor)
    figures = []
    for name, our in (
        ("ours in one go", at_once), ("ours, every list alone", alone), ("ours in one go, reading aside", compared),
    ):  # fmt: skip
        figures.append(Figure(f"git-history --wal / {name}", their.wall / our.wall, "x", 3, more_is_better=True))
        ratio = their.processor / our.processor
        figures.append(Figure(f"git-history --wal / {name}, processor", ratio, "x", 3, more_is_better=True))
    for name, spent in (
        ("git-history --wal", their), ("ours in one go", at_once), ("ours, every list alone", alone),
        ("ours in one go, reading aside", compared),
    ):  # fmt: skip
        figures.append(Figure(f"{name}, a list of {len(lists)}", spent.wall * 1000 / len(lists), "ms"))
        figures.append(Figure(f"{name}, processor", spent.processor * 1000 / len(lists), "ms"))
    return figures


def _is_workbook(saved: ingest.SavedList) -> bool:
    """Whether ICE put the list out as a workbook (the transcribed page tables have no links of their own)."""
    return saved.path.parent.name != "page-tables"


def main() -> None:
    show("Beside git-history: the participating lists of February to September 2025", measure())


if __name__ == "__main__":
    main()
