"""How many times faster than git-history (PyPI) the history of ICE's participating lists is kept, in the same run.

    python benchmarks/bench_git_history.py

git-history gets its lists as CSV files already committed to a repository, `--wal`, a fixed dialect and no progress
bar; its start-up (`--version`) is taken off. It records versions of items and knows no deletion. We get the workbooks
as ICE put them out, and read them, keep them, guard them, compare them and write the change log.
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.corpus import empty_store, in_order, read_corpus
from benchmarks.figures import Figure, show
from db.records import COLUMNS
from monitor.derive import derive
from scrapers import intake
from scrapers.readers import read_document

GIT = {
    "GIT_AUTHOR_NAME": "bench", "GIT_AUTHOR_EMAIL": "bench@localhost", "GIT_COMMITTER_NAME": "bench",
    "GIT_COMMITTER_EMAIL": "bench@localhost", "GIT_CONFIG_GLOBAL": os.devnull,
}  # fmt: skip
PROGRAM = Path(sys.executable).with_name("git-history")


def commit_lists(repository: Path, lists: list[intake.SavedList]) -> None:
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


def seconds_of(*command: str, where: Path) -> float:
    """How long the command takes."""
    begun = time.perf_counter()
    run(where, *command)
    return time.perf_counter() - begun


def their_seconds(folder: Path, *options: str) -> float:
    """git-history's own work on the repository in `folder`, into a database of its own."""
    startup = min(seconds_of(str(PROGRAM), "--version", where=folder) for _ in range(3))
    database = folder / f"history{'-'.join(options)}.db"
    ids = [part for name in ("state", "agency", "support_type") for part in ("--id", name)]
    taken = seconds_of(
        str(PROGRAM), "file", str(database), "list.csv", "--repo", str(folder), "--branch", "main", "--csv",
        "--dialect", "excel", "--ignore-duplicate-ids", "--silent", *ids, *options, where=folder,
    )  # fmt: skip
    return taken - startup


def our_seconds(lists: list[intake.SavedList], *, one_at_a_time: bool) -> float:
    """Our own work on the lists, in a store of its own."""
    with empty_store() as store:
        begun = time.perf_counter()
        for saved in lists:
            intake.take_in(store, saved, store.now_text())
            if one_at_a_time:
                derive(store, now=store.now_text())
        derive(store, now=store.now_text())
        return time.perf_counter() - begun


def measure() -> list[Figure]:
    """The ratios first, then milliseconds a list."""
    lists = [saved for saved, _, name in in_order(read_corpus()) if name == "participating" and _is_workbook(saved)]
    with tempfile.TemporaryDirectory(prefix="ice-agreements-bench-") as folder:
        commit_lists(Path(folder), lists)
        wal = their_seconds(Path(folder), "--wal") * 1000 / len(lists)
        plain = their_seconds(Path(folder)) * 1000 / len(lists)
    at_once = our_seconds(lists, one_at_a_time=False) * 1000 / len(lists)
    alone = our_seconds(lists, one_at_a_time=True) * 1000 / len(lists)
    return [
        Figure("git-history --wal / our import in one go", wal / at_once, "x", 3, more_is_better=True),
        Figure("git-history --wal / ours, every list alone", wal / alone, "x", 3, more_is_better=True),
        Figure("git-history without WAL / our import in one go", plain / at_once, "x"),
        Figure(f"git-history --wal, a list of {len(lists)}", wal, "ms"),
        Figure("git-history without WAL, a list", plain, "ms"),
        Figure("ours in one go, a list", at_once, "ms"),
        Figure("ours, every list alone and diffed at once, a list", alone, "ms"),
    ]


def _is_workbook(saved: intake.SavedList) -> bool:
    """Whether ICE put the list out as a workbook (the transcribed page tables have no links of their own)."""
    return saved.path.parent.name != "page-tables"


def main() -> None:
    show("Beside git-history: the participating lists of February to September 2025", measure())


if __name__ == "__main__":
    main()
