"""A mailbox, and the real lists in a store, imported once in a run of tests however many workers it has."""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from db import database
from db.database import Store
from monitor.changelog.rebuild import derive
from monitor.publications.dating import capture_time
from scrapers import ingest
from tests.mailbox import Mailbox, served_mailbox
from tests.paths import LISTS

NOW = "2025-10-01T12:00:00Z"
MIGRATE = database._migrate


def pytest_xdist_auto_num_workers() -> int:
    """Return two workers for each processor: tests wait for servers, browsers and children."""
    return 2 * (os.cpu_count() or 1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let files with long tests begin first, so that no worker is left with one of them at the end."""
    long_files = {item.path for item in items if item.get_closest_marker("long")}
    items.sort(key=lambda item: item.path not in long_files)


@pytest.fixture(scope="session", autouse=True)
def quick_new_stores() -> Iterator[None]:
    """A new store of this process is a copy of one that the migrations made; they take ten times as long.

    `tests/db` applies them each time, and so does every command that is started as a process of its own.
    """
    made = sqlite3.connect(":memory:", isolation_level=None)
    MIGRATE(made)
    empty = made.serialize()
    made.close()

    def copy_or_migrate(connection: sqlite3.Connection) -> None:
        if connection.execute("select 1 from sqlite_schema").fetchone():
            MIGRATE(connection)
            return
        source = sqlite3.connect(":memory:")
        source.deserialize(empty)
        source.backup(connection)
        source.close()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "_migrate", copy_or_migrate)
        yield


@pytest.fixture(scope="session")
def imported_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with every list of the corpus, taken in as `import` does; a test that writes copies it (`corpus_home`)."""
    if not LISTS.is_dir():
        pytest.skip(f"the real lists are not at {LISTS}")
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    home = shared / "imported-once"
    with (shared / "imported-once.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not home.exists():
            with Store.open(shared / "being-imported") as store:
                saved = ingest.find_saved([], LISTS / "manifest.csv", capture_time)
                assert [taken.error for taken in ingest.import_lists(store, saved, NOW) if taken.error] == []
                derive(store, now=NOW)
            (shared / "being-imported").rename(home)
    return home


@pytest.fixture(scope="module")
def corpus_home(imported_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the home with every list of the corpus, of the module's own."""
    home = tmp_path_factory.mktemp("corpus") / "data"
    shutil.copytree(imported_once, home)
    return home


@pytest.fixture
def box() -> Iterator[tuple[Mailbox, int]]:
    with served_mailbox() as made:
        yield made
