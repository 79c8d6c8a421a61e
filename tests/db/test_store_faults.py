"""What the disk refuses is said in one line, nothing of it stands half, and what comes next is not spoilt by it."""

from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path

import pytest

import db.database
from db import integrity
from db.database import DATABASE_NAME, Store
from db.errors import ArchiveError, DatabaseError
from db.queries.switches import get_switch, set_switch

AT = "2026-01-05T16:00:00Z"


def fill(store: Store, size: int) -> None:
    with store.writing():
        for number in range(size):
            set_switch(store, f"n{number}", "x" * 5000, at=AT, why="")


def test_a_full_disk_is_named_and_the_next_write_works(tmp_path: Path) -> None:
    """SQLite's own limit of pages gives just the error that a full disk gives."""
    with Store.open(tmp_path) as store:
        set_switch(store, "before", "1", at=AT, why="")
        pages = store.connection.execute("pragma page_count").fetchone()[0]
        store.connection.execute(f"pragma max_page_count = {pages + 3}")
        with pytest.raises(DatabaseError, match=r"full; free some space on the disk") as refused:
            fill(store, 10)
        assert str(tmp_path / DATABASE_NAME) in str(refused.value)
        assert get_switch(store, "n0") is None
        store.connection.execute("pragma max_page_count = 1000000")
        fill(store, 10)
    with Store.open(tmp_path) as again:
        assert get_switch(again, "before") is not None
        assert get_switch(again, "n9") is not None


def test_a_commit_that_fails_leaves_no_transaction_for_the_next_write_to_vanish_in(tmp_path: Path) -> None:
    """A deferred reference that is not there fails the commit itself, as a disk can; SQLite leaves it open then."""
    with Store.open(tmp_path) as store:

        def dangle() -> None:
            with store.writing() as connection:
                connection.execute("pragma defer_foreign_keys = on")
                connection.execute("insert into page_checks values (1, 4711, 'a', 'b', 'c', 'd', null)")

        with pytest.raises(sqlite3.IntegrityError):
            dangle()
        assert not store.connection.in_transaction
        set_switch(store, "after", "1", at=AT, why="")
    with Store.open(tmp_path) as again:
        assert get_switch(again, "after") is not None
        assert again.connection.execute("select count(*) from page_checks").fetchone() == (0,)


def test_a_locked_database_is_named_and_free_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db.database, "BUSY_SECONDS", 0.05)
    with Store.open(tmp_path) as store, Store.open(tmp_path) as other:
        other.connection.execute("begin immediate")
        with pytest.raises(DatabaseError, match="another program holds the database"):
            set_switch(store, "a", "1", at=AT, why="")
        other.connection.execute("rollback")
        set_switch(store, "a", "1", at=AT, why="")


def test_a_database_that_must_not_be_written_is_named(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        store.connection.execute("pragma query_only = on")
        with pytest.raises(DatabaseError, match="make the data directory writable"):
            set_switch(store, "a", "1", at=AT, why="")


def test_damage_is_found_at_the_start(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        fill(store, 60)
        integrity.check_at_start(store)
    place = tmp_path / DATABASE_NAME
    data = bytearray(place.read_bytes())
    middle = len(data) // 2 // 4096 * 4096
    data[middle : middle + 3 * 4096] = os.urandom(3 * 4096)
    place.write_bytes(data)
    with pytest.raises(DatabaseError, match="restore a backup"), Store.open(tmp_path) as store:
        integrity.check_at_start(store)


def test_what_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / DATABASE_NAME).write_bytes(b"x" * 5000)
    with pytest.raises(DatabaseError, match="restore a backup"):
        Store.open(tmp_path)


def test_a_dangling_reference_is_found_at_the_start(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        store.connection.execute("pragma foreign_keys = off")
        store.connection.execute("insert into page_checks values (1, 4711, 'a', 'b', 'c', 'd', null)")
        with pytest.raises(DatabaseError, match="page_checks refers to a missing runs"):
            integrity.check_at_start(store)


def test_the_store_holds_what_it_promises_of_sqlite(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        values = {
            name: store.connection.execute(f"pragma {name}").fetchone()[0]
            for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        }
    assert values == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2, "busy_timeout": 30000}


@pytest.mark.parametrize(("number", "word"), [(errno.ENOSPC, "No space left"), (errno.EROFS, "Read-only")])
def test_a_document_that_cannot_be_kept_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, word: str
) -> None:
    with Store.open(tmp_path) as store:

        def refuse(descriptor: int) -> None:
            raise OSError(number, os.strerror(number))

        with monkeypatch.context() as broken:
            broken.setattr(os, "fsync", refuse)
            with pytest.raises(ArchiveError, match=f"{word}.*free some space or fix"):
                store.archive.put(b"a list")
        assert list(store.archive.root.rglob("*.*")) == []
        assert list(store.archive) == []
        sha256 = store.archive.put(b"a list")
        assert store.archive.get(sha256) == b"a list"
