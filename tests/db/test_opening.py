"""What opening a store refuses, and what can be read where nothing can be written."""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner

import scheduler
from db import database
from db.database import DATABASE_NAME, Store
from db.errors import DatabaseError
from db.migrations import MODULES, SCHEMA_VERSION, load_migrations
from tests.histories import Posting, agencies, open_store, take

BAKER, BAY = agencies("Baker County Sheriff's Office", "Bay County Sheriff's Office")
JUNE = Posting((BAKER, BAY), "2025-06-02T14:00:00Z", "a.xlsx")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    with open_store(tmp_path) as store:
        take(store, [JUNE])
        store.connection.execute("pragma wal_checkpoint(truncate)")
    return tmp_path


@pytest.mark.parametrize("command", ["run", "status", "changes", "publications", "rebuild", "sending", "schedule"])
def test_every_command_says_that_the_database_is_damaged(home: Path, command: str) -> None:
    """A page in the middle is overwritten, which most questions would never read."""
    database._checked.clear()  # this process has found it sound
    path = home / DATABASE_NAME
    data = bytearray(path.read_bytes())
    middle = len(data) // 2 // 4096 * 4096
    data[middle : middle + 4096 * 4] = b"\xff" * 4096 * 4
    path.write_bytes(data)
    ended = CliRunner().invoke(scheduler.app, ["--db", str(home), command])
    assert ended.exit_code == 1
    assert isinstance(ended.exception, DatabaseError)
    assert f"the database {path} is damaged: " in str(ended.exception)
    assert str(ended.exception).endswith("; stop the service and restore a backup")
    assert "no change" not in ended.stdout


def test_an_old_sqlite_is_told_what_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 36, 0))
    monkeypatch.setattr(sqlite3, "sqlite_version", "3.36.0")
    with pytest.raises(DatabaseError, match=r"SQLite 3\.36\.0 is too old: 3\.37\.0 or newer is needed"):
        Store.open(tmp_path)


def test_a_home_that_cannot_be_written_can_be_read(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is written beside the database, neither a log nor its index."""
    before = sorted(path.name for path in home.iterdir())
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)
    with Store.open(home, read_only=True) as store:
        assert store.connection.execute("select count(*) from publications").fetchone() == (1,)
        assert sorted(path.name for path in home.iterdir()) == before
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            store.connection.execute("delete from publications")


def test_a_write_to_a_database_that_was_replaced_is_refused(home: Path, tmp_path: Path) -> None:
    with Store.open(home) as store:
        shutil.copy(home / DATABASE_NAME, home / "copy")
        (home / "copy").replace(home / DATABASE_NAME)
        with pytest.raises(DatabaseError, match="was replaced while this program had it open"), store.writing():
            pass
    with Store.open(home) as store, store.writing() as connection:
        connection.execute("insert into runs (started_at) values ('2026-01-05T16:00:00Z')")


def test_the_schema_version_stands_for_every_migration(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        assert store.connection.execute("pragma user_version").fetchone() == (SCHEMA_VERSION,)
        applied = {row[0] for row in store.connection.execute("select name from _sqlite_migrations")}
    migrations = load_migrations()
    assert MODULES[0] == "m001_facts"
    assert len(applied) >= len(MODULES)
    assert {m.name for m in migrations._migrations} == applied


def test_a_database_of_an_older_program_is_brought_up_to_date(home: Path) -> None:
    """Its version says nothing, and one of its migrations was never applied."""
    with sqlite3.connect(home / DATABASE_NAME) as apart:
        apart.execute("pragma user_version = 0")
        apart.execute("drop view outbox_depth")
        apart.execute("delete from _sqlite_migrations where name = 'm007_outbox_depth'")
    with Store.open(home, read_only=True) as store:
        assert store.connection.execute("select waiting from outbox_depth").fetchone() == (0,)
        assert store.connection.execute("pragma user_version").fetchone() == (SCHEMA_VERSION,)
