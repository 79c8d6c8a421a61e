"""A backup is whole or is none; what is restored is what was backed up, with sending paused."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from db.backup import BackupError, back_up, check_backup, list_backups, mend_archive
from db.database import DATABASE_NAME, Store
from db.errors import NotFoundError, StoreError
from db.keys import load_or_make_key
from db.locks import SERVICE, HomeLock, LockedError
from db.queries import fetches
from db.queries.switches import SENDING_PAUSED, clear_switch, get_switch, set_switch
from db.restore import restore
from db.settings import Settings
from monitor.alerts import tokens

AT = "2026-01-05T16:00:00Z"
LATER = "2026-01-06T16:00:00Z"
LISTS = (b"first list", b"second list", b"third list")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store with two documents."""
    with Store.open(tmp_path / "home") as opened:
        for data in LISTS[:2]:
            keep(opened, data)
        yield opened


def keep(store: Store, data: bytes) -> str:
    sha256 = store.archive.put(data)
    fetches.record_document(store, sha256, AT)
    return sha256


def documents(home: Path) -> list[bytes]:
    with Store.open(home, read_only=True) as store:
        names = [row[0] for row in store.connection.execute("select sha256 from documents")]
        return sorted(store.archive.get(name) for name in names)


def test_what_is_restored_is_what_was_backed_up(store: Store, tmp_path: Path) -> None:
    made = back_up(store, tmp_path / "backups", at=AT, keep=3)
    assert (made.path.name, made.documents, made.new_documents) == ("ice-agreements-20260105T160000Z.sqlite", 2, 2)
    keep(store, LISTS[2])
    done = restore(tmp_path / "backups", tmp_path / "new", at=LATER)
    assert done.new_documents == 2
    assert documents(tmp_path / "new") == sorted(LISTS[:2])
    with Store.open(tmp_path / "new") as restored:
        paused = get_switch(restored, SENDING_PAUSED)
        assert paused is not None
        assert paused.why == "restored from ice-agreements-20260105T160000Z.sqlite"
        assert clear_switch(restored, SENDING_PAUSED)
    assert get_switch(store, SENDING_PAUSED) is None, "the running one sends on"


def test_each_document_is_kept_once_for_all_backups_and_only_the_newest_backups_stay(
    store: Store, tmp_path: Path
) -> None:
    there = tmp_path / "backups"
    for day in range(1, 6):
        made = back_up(store, there, at=f"2026-01-0{day}T16:00:00Z", keep=2)
        assert made.new_documents == (2 if day == 1 else 0)
    assert [path.name[15:23] for path in list_backups(there)] == ["20260104", "20260105"]
    assert made.removed == ("ice-agreements-20260103T160000Z.sqlite",)
    assert len([path for path in (there / "archive").rglob("*") if path.is_file()]) == 2


def test_a_backup_made_while_others_write_is_of_one_instant(store: Store, tmp_path: Path) -> None:
    """The writer always writes two switches with one value in one transaction: a copy with two values is torn."""
    ended = threading.Event()

    def write() -> None:
        with Store.open(store.home) as writer:
            number = 0
            while not ended.is_set():
                number += 1
                with writer.writing():
                    set_switch(writer, "a", str(number), at=AT, why="x" * 3000)
                    set_switch(writer, "z", str(number), at=AT, why="x" * 3000)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        seen = set()
        for minute in range(10, 22):
            made = back_up(store, tmp_path / "backups", at=f"2026-01-05T16:{minute}:00Z", keep=50)
            with closing(sqlite3.connect(made.path)) as copy:
                (pair,) = copy.execute("select group_concat(distinct value) from switches").fetchall()
            assert pair[0] is None or "," not in pair[0]
            seen.add(pair[0])
    finally:
        ended.set()
        thread.join()
    assert len(seen) > 3, "the writer wrote meanwhile"


def test_a_document_lost_here_stops_the_backup_and_the_older_one_stands(store: Store, tmp_path: Path) -> None:
    there = tmp_path / "backups"
    back_up(store, there, at=AT, keep=1)
    lost = keep(store, LISTS[2])
    store.archive.path(lost).unlink()
    with pytest.raises(NotFoundError, match="restore it from a backup"):
        back_up(store, there, at=LATER, keep=1)
    assert [path.name[15:23] for path in list_backups(there)] == ["20260105"]
    check_backup(list_backups(there)[0])


def test_a_damaged_backup_is_not_restored(store: Store, tmp_path: Path) -> None:
    made = back_up(store, tmp_path / "backups", at=AT, keep=1)
    place = next(path for path in (tmp_path / "backups" / "archive").rglob("*") if path.is_file())
    place.write_bytes(b"something else")
    with pytest.raises(StoreError, match="damaged"):
        restore(made.path, tmp_path / "new", at=LATER)
    assert not (tmp_path / "new" / DATABASE_NAME).exists()


def test_a_damaged_copy_in_the_backup_is_seen_by_the_next_backup(store: Store, tmp_path: Path) -> None:
    back_up(store, tmp_path / "backups", at=AT, keep=2)
    place = next(path for path in (tmp_path / "backups" / "archive").rglob("*") if path.is_file())
    place.write_bytes(b"X" * place.stat().st_size)
    with pytest.raises(StoreError, match="damaged"):
        back_up(store, tmp_path / "backups", at=LATER, keep=2)


def test_a_cut_backup_is_not_restored(store: Store, tmp_path: Path) -> None:
    made = back_up(store, tmp_path / "backups", at=AT, keep=1)
    made.path.write_bytes(made.path.read_bytes()[:-8192])
    with pytest.raises(BackupError, match="damaged"):
        restore(made.path, tmp_path / "new", at=LATER)


def test_data_that_are_there_are_set_aside_only_when_asked(store: Store, tmp_path: Path) -> None:
    back_up(store, tmp_path / "backups", at=AT, keep=1)
    keep(store, LISTS[2])
    home = store.home
    store.close()
    with pytest.raises(BackupError, match="--replace"):
        restore(tmp_path / "backups", home, at=LATER)
    assert len(documents(home)) == 3
    restore(tmp_path / "backups", home, at=LATER, replace=True)
    assert documents(home) == sorted(LISTS[:2])
    aside = home / f"{DATABASE_NAME}.before-20260106T160000Z"
    with closing(sqlite3.connect(aside)) as old:
        assert old.execute("select count(*) from documents").fetchone() == (3,)


def test_changes_still_in_the_log_of_what_was_there_do_not_reach_what_is_restored(store: Store, tmp_path: Path) -> None:
    """The store is still open, so its last writes stand in the -wal file only."""
    back_up(store, tmp_path / "backups", at=AT, keep=1)
    keep(store, LISTS[2])
    assert (store.home / f"{DATABASE_NAME}-wal").stat().st_size > 0
    restore(tmp_path / "backups", store.home, at=LATER, replace=True)
    assert documents(store.home) == sorted(LISTS[:2])
    with closing(sqlite3.connect(store.home / f"{DATABASE_NAME}.before-20260106T160000Z")) as old:
        assert old.execute("select count(*) from documents").fetchone() == (3,)


def test_nothing_is_restored_beneath_a_running_service(store: Store, tmp_path: Path) -> None:
    back_up(store, tmp_path / "backups", at=AT, keep=1)
    with (
        HomeLock(store.home, SERVICE, "the service", at=AT),
        pytest.raises(LockedError, match="is already running"),
    ):
        restore(tmp_path / "backups", store.home, at=LATER, replace=True)


def test_a_damaged_document_is_put_back_from_the_backup(store: Store, tmp_path: Path) -> None:
    back_up(store, tmp_path / "backups", at=AT, keep=1)
    sha256 = next(iter(store.archive))
    store.archive.path(sha256).write_bytes(b"flipped")
    assert mend_archive(store, tmp_path / "backups") == [sha256]
    assert store.archive.get(sha256) in LISTS
    assert mend_archive(store, None) == []


def test_the_data_directory_is_no_place_for_its_own_backups(store: Store) -> None:
    with pytest.raises(BackupError, match="name another"):
        back_up(store, store.home, at=AT, keep=1)


def test_left_overs_of_a_broken_off_backup_are_removed(store: Store, tmp_path: Path) -> None:
    there = tmp_path / "backups"
    there.mkdir()
    (there / ".new-20260101T000000Z.sqlite").write_bytes(b"half")
    assert list_backups(there) == []
    back_up(store, there, at=AT, keep=1)
    assert [path.name for path in there.iterdir() if path.name.startswith(".new-")] == []


def test_a_link_mailed_before_works_after_a_restore(store: Store, tmp_path: Path) -> None:
    """The key is in the backup, for its owner only, and is the one that signs afterwards."""
    link = tokens.open_signer(Settings(), store.home).sign("unsubscribe", AT, 7)
    made = back_up(store, tmp_path / "backups", at=AT, keep=1)
    keys = made.path.with_suffix(".keys")
    assert keys.stat().st_mode & 0o777 == 0o600
    restore(tmp_path / "backups", tmp_path / "new", at=LATER)
    assert tokens.open_signer(Settings(), tmp_path / "new").read("unsubscribe", link, LATER) == [7]
    keys.write_text("{")
    with pytest.raises(BackupError, match="keys of this backup cannot be read"):
        check_backup(made.path)


def test_a_restored_key_does_not_overwrite_another(store: Store, tmp_path: Path) -> None:
    load_or_make_key(store.home, "secret.key")
    back_up(store, tmp_path / "backups", at=AT, keep=1)
    other = load_or_make_key(tmp_path / "new", "secret.key")
    restore(tmp_path / "backups", tmp_path / "new", at=LATER)
    assert (tmp_path / "new" / "secret.key").read_text() == (store.home / "secret.key").read_text()
    assert (tmp_path / "new" / "secret.key.before-20260106T160000Z").read_text() == other
