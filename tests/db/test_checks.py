"""The doctor finds damage, ends in 1 and says what to do."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

import scheduler
from db.backup import back_up
from db.database import Store
from db.keys import KEY_NAMES, load_or_make_key
from db.queries import fetches
from db.queries.publication_list import read_publications
from monitor.alerts import tokens
from monitor.web.desk import logins
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
        "archive: 1 documents that the database does not know; run `doctor --repair` to adopt them",
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


def read_all_publications(home: Path) -> list[str]:
    """The file of each publication, in order."""
    with Store.open(home) as store:
        return [p["file"] for p in read_publications(store.connection)]


def test_a_list_that_came_after_the_backup_is_adopted_by_restore_and_by_repair(
    doctor: Doctor, store: Store, tmp_path: Path
) -> None:
    """The restored database knows two of four documents; of the others one is a list, and none is lost."""
    back_up(store, tmp_path / "backups", at=NOW, keep=3)
    take(store, [Posting((BAKER, BAY), "2025-06-06T14:00:00Z", "participatingAgencies06062025am.xlsx")])
    store.archive.put(b"%PDF-1.7 an agreement")
    store.close()
    command = ["--db", str(tmp_path), "restore", str(tmp_path / "backups"), "--replace"]
    restored = CliRunner().invoke(scheduler.app, command)
    assert restored.exit_code == 0, restored.exception
    assert "2 documents that the database did not know were adopted, 1 of them lists\n" in restored.stdout
    assert doctor() == (0, ["all is well: 4 documents, each matching its sha256"])
    with Store.open(tmp_path) as again:
        published = [(p["published_on"], p["status"]) for p in read_publications(again.connection)]
        assert published == [("2025-06-02", "accepted"), ("2025-06-04", "accepted"), ("2025-06-06", "accepted")]
        again.archive.put(Posting((BAY,), "2025-06-09T14:00:00Z", "x.xlsx").data)
    assert doctor() == (
        1, ["archive: 1 documents that the database does not know; run `doctor --repair` to adopt them"],
    )  # fmt: skip
    code, lines = doctor("--repair")
    assert (code, lines[0]) == (0, "1 documents that the database did not know were adopted, 1 of them lists")
    adopted = read_all_publications(tmp_path)[-1]
    assert adopted.startswith("recovered-")
    with Store.open(tmp_path) as again:
        take(again, [Posting((BAY,), "2025-06-09T14:00:00Z", "participatingAgencies06092025am.xlsx")])
    found = read_all_publications(tmp_path)
    assert (len(found), found[-1]) == (4, "participatingAgencies06092025am.xlsx"), "ICE's name takes the other's place"


def test_keys_that_others_can_read_or_that_are_gone_are_found(doctor: Doctor, store: Store, tmp_path: Path) -> None:
    load_or_make_key(tmp_path, "secret.key")
    assert doctor()[0] == 0
    (tmp_path / "secret.key").chmod(0o644)
    path = tmp_path / "secret.key"
    assert doctor() == (1, [f"keys: others can read {path}; run `chmod 600 {path}`"])
    path.unlink()
    assert doctor()[0] == 0, "no message was sent yet"
    with store.writing() as connection:
        connection.execute(
            "insert into messages (kind, message_id, status, created_at, next_at)"
            " values ('alert', 'a', 'sent', ?1, ?1)",
            [NOW],
        )
    assert doctor() == (
        1, ["keys: secret.key is missing, and messages with signed links were sent; restore it from a backup"],
    )  # fmt: skip


def test_the_keys_of_a_backup_are_those_of_the_links_and_of_the_desk() -> None:
    assert set(KEY_NAMES) == {tokens.KEY_FILE, logins.KEY_NAME}
