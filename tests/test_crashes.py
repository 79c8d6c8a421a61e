"""Killed, out of space or without permission: nothing is lost, nothing is half there, and one line says what to do."""

from __future__ import annotations

import errno
import multiprocessing
import os
import random
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import scheduler
from db import integrity
from db.documents import Archive
from db.errors import ArchiveError, DatabaseError
from tests.crashing import import_one_by_one
from tests.dump import difference, dump
from tests.histories import Posting, agencies, many, open_store

BAKER, BAY, LAKE = agencies(
    "Baker County Sheriff's Office", "Bay County Sheriff's Office", "Lake County Sheriff's Office"
)
KILLS = 24
Program = Callable[..., tuple[int, str, str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Eight lists of two kinds; a row goes, comes, is renamed; the sixth is held until the seventh."""
    place = tmp_path / "lists"
    place.mkdir()
    rows = (*many(40), BAKER, BAY)
    renamed = (*rows[:-1], replace(BAY, agency="Bay County Board of County Commissioners"))
    for day, listed in enumerate([rows, rows[1:], rows, (*rows, LAKE), renamed, rows[:12], renamed, rows[2:]], 2):
        Posting(listed, f"2025-06-{day:02}T14:00:00Z", f"participatingAgencies06{day:02}2025am.xlsx").write(place)
    for day in (2, 4):
        Posting((LAKE,), f"2025-06-{day:02}T14:00:00Z", f"pendingAgencies06{day:02}2025am.xlsx", "pending").write(place)
    return place


def dump_of(home: Path) -> list[str]:
    with open_store(home) as store:
        assert integrity.find_damage(store) == []
        for sha256 in store.archive:  # also those that no row names yet
            store.archive.get(sha256)
        return dump(store)


@pytest.mark.long
def test_a_kill_at_any_instant_loses_nothing(folder: Path, tmp_path: Path) -> None:
    """Killed somewhere in the middle of ten imports, once or twice, then imported again: as if nothing had happened."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.crashing"])

    def start(home: Path) -> multiprocessing.process.BaseProcess:
        process = context.Process(target=import_one_by_one, args=(str(home), str(folder)))
        process.start()
        return process

    start(tmp_path / "warm").join()  # the fork server is up
    began = time.monotonic()
    whole = start(tmp_path / "whole")
    whole.join()
    assert whole.exitcode == 0
    duration = time.monotonic() - began
    expected = dump_of(tmp_path / "whole")
    assert len(expected) > 100
    chance = random.Random(20250922)
    killed = tries = 0
    while killed < KILLS and tries < 10 * KILLS:  # a machine that grew faster or slower since is no failure
        home = tmp_path / f"home{tries}"
        tries += 1
        for _ in range(1 + tries % 2):
            process = start(home)
            process.join(duration * chance.random())
            process.kill()
            process.join()
            killed += process.exitcode != 0
            if (home / "ice-agreements.sqlite").exists():
                dump_of(home)  # whatever is there is sound
        import_one_by_one(str(home), str(folder))
        assert difference(expected, dump_of(home)) == [], tries
    assert killed >= KILLS


@pytest.mark.parametrize("failing", ["fsync", "replace", "write"])
def test_a_document_that_cannot_be_kept_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def fail(*_: object, **__: object) -> None:
        raise full

    archive = Archive(tmp_path / "archive")
    with monkeypatch.context() as patch:
        if failing == "fsync":
            patch.setattr(os, "fsync", fail)
        elif failing == "replace":
            patch.setattr(Path, "replace", fail)
        else:
            patch.setattr(os, "fdopen", fail)
        with pytest.raises(ArchiveError, match=r"No space left on device; free some space"):
            archive.put(b"a list")
    assert list(archive) == []
    assert [p for p in (tmp_path / "archive").rglob("*") if p.is_file()] == []
    assert archive.get(archive.put(b"a list")) == b"a list"


def test_half_a_document_is_written_again(tmp_path: Path) -> None:
    """A disk that lost the end of a file after a power cut: the next fetch of the same bytes mends it."""
    archive = Archive(tmp_path)
    sha256 = archive.put(b"a whole list")
    archive.path(sha256).write_bytes(b"a who")
    with pytest.raises(ArchiveError, match="is damaged on the disk; restore it from a backup"):
        archive.get(sha256)
    assert archive.put(b"a whole list") == sha256
    assert archive.get(sha256) == b"a whole list"


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Program:
    monkeypatch.setenv("ICE_AGREEMENTS_HOME", str(tmp_path / "data"))

    def run(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        monkeypatch.setattr(sys, "argv", ["ice-agreements", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            scheduler.main()
        shown = capsys.readouterr()
        return int(str(end.value.code)), shown.out, shown.err

    return run


def test_a_full_disk_ends_in_one_line_and_the_next_run_carries_on(
    program: Program, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        code, out, err = program("import", folder)
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "No space left on device; free some space" in err
    assert program("import", folder)[0] == 0


def test_a_database_that_cannot_grow_ends_in_one_line(
    program: Program, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from db.database import Store

    opened = Store.open

    def small(home: Path, **options: object) -> Store:
        store = opened(home, **options)  # type: ignore[arg-type]
        pages = store.connection.execute("pragma page_count").fetchone()[0]
        store.connection.execute(f"pragma max_page_count = {pages}")
        return store

    with monkeypatch.context() as patch:
        patch.setattr(Store, "open", small)
        code, out, err = program("import", folder)
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "database or disk is full" in err
    assert program("import", folder)[0] == 0
    assert program("doctor")[0] == 0


def test_a_place_that_cannot_be_written_ends_in_one_line(program: Program, tmp_path: Path, folder: Path) -> None:
    (tmp_path / "data").write_text("a file where the directory should be")
    code, out, err = program("import", folder)
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "check the directory's permissions and free space" in err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_directory_without_permission_ends_in_one_line(program: Program, tmp_path: Path, folder: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o500)
    code, out, err = program("import", folder)
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "permissions" in err


def test_a_file_that_is_no_database_ends_in_one_line(program: Program, tmp_path: Path, folder: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "ice-agreements.sqlite").write_text("not a database" * 100)
    for words in (("changes",), ("status",), ("import", folder)):
        code, out, err = program(*words)
        assert (code, out, err.count("\n")) == (1, "", 1), words
        assert "not a database" in err


def test_two_writers_at_once_wait_for_each_other(folder: Path, tmp_path: Path) -> None:
    """A second import while the first holds the database: both end well, and the store says what one would."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.crashing"])
    homes = (tmp_path / "two", tmp_path / "two", tmp_path / "one")
    processes = [context.Process(target=import_one_by_one, args=(str(home), str(folder))) for home in homes]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert difference(dump_of(tmp_path / "one"), dump_of(tmp_path / "two")) == []


def test_an_interrupted_write_leaves_the_database_as_it_was(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:

        def interrupted() -> None:
            with store.writing() as connection:
                connection.execute("insert into runs (started_at) values ('2025-06-02T14:00:00Z')")
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            interrupted()
        assert store.connection.execute("select count(*) from runs").fetchone() == (0,)
        with pytest.raises(DatabaseError), store.writing() as connection:
            connection.execute("insert into no_such_table values (1)")
        with store.writing() as connection:
            connection.execute("insert into runs (started_at) values ('2025-06-02T14:00:00Z')")
    with open_store(tmp_path) as store:
        assert store.connection.execute("select count(*) from runs").fetchone() == (1,)
