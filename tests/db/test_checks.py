"""The doctor finds damage, ends in 1 and says what to do."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

import scheduler
from db.database import Store
from db.queries import fetches
from tests.histories import NOW, Posting, agencies, open_store, put, take

BAKER, BAY = agencies("Baker County Sheriff's Office", "Bay County Sheriff's Office")
FIRST = Posting((BAKER, BAY), "2025-06-02T14:00:00Z", "a.xlsx")
SECOND = Posting((BAKER,), "2025-06-04T14:00:00Z", "b.xlsx")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path) as store:
        take(store, [FIRST, SECOND])
        yield store


@pytest.fixture
def doctor(tmp_path: Path, store: Store) -> Callable[..., tuple[int, list[str]]]:
    def run(*options: str) -> tuple[int, list[str]]:
        result = CliRunner().invoke(scheduler.app, ["doctor", "--db", str(tmp_path), *options])
        return result.exit_code, result.stdout.splitlines()

    return run


Doctor = Callable[..., tuple[int, list[str]]]


def test_all_is_well(doctor: Doctor) -> None:
    assert doctor() == (0, ["all is well: 2 documents, each matching its sha256"])


def test_a_flipped_byte_in_a_document_is_found(doctor: Doctor, store: Store) -> None:
    sha256 = put(store, FIRST)
    data = bytearray(store.archive.path(sha256).read_bytes())
    data[100] ^= 1
    store.archive.path(sha256).write_bytes(data)
    assert doctor() == (1, [f"archive: document {sha256} is damaged on the disk; restore it from a backup"])


def test_a_document_that_is_gone_is_found(doctor: Doctor, store: Store) -> None:
    sha256 = put(store, FIRST)
    store.archive.path(sha256).unlink()
    assert doctor() == (
        1, [f"archive: no document {sha256} in {store.archive.root}; restore it from a backup"],
    )  # fmt: skip


def test_a_broken_reference_is_found_and_a_derived_one_repaired(doctor: Doctor, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "ice-agreements.sqlite") as apart:
        apart.execute("delete from agencies where id like 'fl-bay%'")
    code, lines = doctor()
    assert code == 1
    assert "database: agreements refers to a missing agencies; run `doctor --repair`" in lines
    assert doctor("--repair") == (0, ["all is well: 2 documents, each matching its sha256"])


def test_a_broken_reference_of_a_fact_asks_for_a_backup(doctor: Doctor, store: Store, tmp_path: Path) -> None:
    """No rebuild brings back a fact."""
    sha256 = put(store, SECOND)
    with sqlite3.connect(tmp_path / "ice-agreements.sqlite") as apart:
        apart.execute("delete from documents where sha256 = ?", [sha256])
    code, lines = doctor()
    assert code == 1
    assert lines == [
        "database: sightings refers to a missing documents; restore a backup",
        "database: snapshots refers to a missing documents; restore a backup",
    ]


def test_derived_tables_that_are_not_what_the_facts_say_are_found(doctor: Doctor, store: Store) -> None:
    """A change that was deleted by hand."""
    with store.writing() as connection:
        connection.execute("delete from changes")
    code, lines = doctor()
    assert code == 1
    assert lines == ["log: 1 changes stated are neither derived nor overturned; run `doctor --repair`"]
    assert doctor("--repair")[0] == 0


def test_a_list_that_was_not_read_is_found_and_read(doctor: Doctor, store: Store) -> None:
    data = Posting((BAY,), "2025-06-05T14:00:00Z", "c.xlsx").data
    sha256 = store.archive.put(data)
    with store.writing():
        fetches.record_document(store, sha256, NOW)
        fetches.record_sighting(
            store, sha256, file="c.xlsx", url="", linked_as="", seen_at=None, known_at=NOW, how="fetch"
        )
    assert doctor() == (1, ["lists: 1 not read yet; run `ice-agreements run` or `doctor --repair`"])
    assert doctor("--repair")[0] == 0


def test_a_damaged_database_file_is_found(doctor: Doctor, store: Store, tmp_path: Path) -> None:
    store.close()
    path = tmp_path / "ice-agreements.sqlite"
    data = bytearray(path.read_bytes())
    data[4096 * 6 : 4096 * 7] = b"\xff" * 4096
    path.write_bytes(data)
    code, lines = doctor()
    assert code == 1
    assert all("restore a backup" in line for line in lines)
