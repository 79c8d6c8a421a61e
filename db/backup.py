"""Backups: a copy of the database as of one instant and every document it names, each checked after writing.

    DIR/ice-agreements-20260105T160000Z.sqlite    one file a backup, the newest N are kept
    DIR/archive/                                  the documents of all of them; each is there once, none is removed

A backup has its name only once it is whole and checked; one that was broken off is a `.new-` file, which the next
backup removes. Documents never change, so the archive beside the copies is theirs together.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from db.database import ARCHIVE_NAME, DATABASE_NAME, Store
from db.disk_errors import describe_database_error, describe_os_error
from db.documents import Archive
from db.errors import NotFoundError, StoreError
from db.locks import SERVICE, SERVING, WORK, HomeLock
from db.queries.kept_documents import read_documents
from db.queries.switches import SENDING_PAUSED, set_switch

PREFIX, SUFFIX = "ice-agreements-", ".sqlite"
_NEW = ".new-"


class BackupError(StoreError):
    """A backup could not be made, is damaged, or cannot be restored here."""


class Backup(NamedTuple):
    """One backup that was made or checked."""

    path: Path
    documents: int
    new_documents: int
    removed: tuple[str, ...] = ()


def list_backups(directory: Path) -> list[Path]:
    """Return every backup in the directory, oldest first."""
    return sorted(path for path in directory.glob(f"{PREFIX}*{SUFFIX}") if path.is_file())


def back_up(store: Store, directory: Path, *, at: str, keep: int) -> Backup:
    """Make a checked backup in `directory` and keep only the newest `keep`. Everything else may go on meanwhile."""
    stamp = at.replace("-", "").replace(":", "")
    final = directory / f"{PREFIX}{stamp}{SUFFIX}"
    temporary = directory / f"{_NEW}{stamp}{SUFFIX}"
    try:
        if directory.resolve() == store.home.resolve():
            raise BackupError(f"{directory} is the data directory itself; name another, best on another disk")
        directory.mkdir(parents=True, exist_ok=True)
        for stale in directory.glob(f"{_NEW}*"):
            stale.unlink()
        _copy_database(store, temporary)
        documents, new = _copy_documents(temporary, store.archive, Archive(directory / ARCHIVE_NAME))
        _check_database(temporary)
        _settle(temporary, final)
        removed = [path for path in list_backups(directory)[:-keep] if path != final]
        for path in removed:
            path.unlink()
    except OSError as error:
        raise BackupError(f"no backup was made: {describe_os_error(error)}") from error
    except sqlite3.Error as error:
        raise BackupError(f"no backup was made: {describe_database_error(error, temporary)}") from error
    return Backup(final, documents, new, tuple(path.name for path in removed))


def check_backup(path: Path) -> Backup:
    """Check a backup: its database is sound, and every document it names is there and matches its sha256."""
    try:
        _check_database(path)
        archive = Archive(path.parent / ARCHIVE_NAME)
        count = 0
        for sha256, size in _documents(path):
            if len(archive.get(sha256)) != size:
                raise BackupError(f"document {sha256} in {archive.root} is not of the size {path} says")
            count += 1
    except sqlite3.Error as error:
        raise BackupError(f"this backup is damaged: {describe_database_error(error, path)}") from error
    return Backup(path, count, 0)


def restore(place: Path, home: Path, *, at: str, replace: bool = False) -> Backup:
    """Restore a backup into the data directory, pause sending, and keep beside it what was there before.

    `place` is a backup's file, or a directory of backups, whose newest is taken. Nothing else may run meanwhile.
    """
    path = place
    if place.is_dir():
        if not (found := list_backups(place)):
            raise NotFoundError(f"no backup in {place}; its files are named {PREFIX}…{SUFFIX}")
        path = found[-1]
    if not path.is_file():
        raise NotFoundError(f"there is no backup {path}")
    database = home / DATABASE_NAME
    if database.exists() and not replace:
        raise BackupError(f"{database} is there already; add --replace to put the backup in its place")
    checked = check_backup(path)
    with ExitStack() as locks:
        for name in (SERVICE, SERVING, WORK):
            locks.enter_context(HomeLock(home, name, "a restore", at=at))
        try:
            new = _bring_documents(path, home)
            temporary = home / f"{_NEW}{DATABASE_NAME}"
            temporary.unlink(missing_ok=True)
            with _opened(path) as source, closing(sqlite3.connect(temporary)) as target:
                source.backup(target)
            with Store.open_file(temporary, home) as store:  # brings an older backup up to this program
                set_switch(store, SENDING_PAUSED, "on", at=at, why=f"restored from {path.name}")
                store.connection.execute("pragma journal_mode = delete")
            _set_aside(database, at)
            _settle(temporary, database)
        except OSError as error:
            raise BackupError(f"the backup was not restored: {describe_os_error(error)}") from error
        except sqlite3.Error as error:
            raise BackupError(f"the backup was not restored: {describe_database_error(error, path)}") from error
    return Backup(path, checked.documents, new)


def mend_archive(store: Store, directory: Path | None) -> list[str]:
    """Put missing or damaged documents back from the backups in `directory`; return their sha256."""
    if directory is None:
        return []
    good, mended = Archive(directory / ARCHIVE_NAME), []
    for sha256, _ in read_documents(store.connection):
        try:
            store.archive.get(sha256)
        except StoreError:
            with suppress(StoreError):
                data = good.get(sha256)
                store.archive.path(sha256).unlink(missing_ok=True)
                store.archive.put(data)
                mended.append(sha256)
    return mended


def _copy_database(store: Store, target: Path) -> None:
    with closing(sqlite3.connect(target)) as copy:
        store.connection.backup(copy)  # in one step: one instant, whatever is written meanwhile
        copy.execute("pragma journal_mode = delete")  # a single file, without a log beside it


def _copy_documents(database: Path, source: Archive, target: Archive) -> tuple[int, int]:
    """Copy what the backup lacks and read back what it names; return how many it names and how many were new."""
    named, new = _documents(database), 0
    for sha256, size in named:
        place = target.path(sha256)
        if not (place.is_file() and place.stat().st_size == size):
            target.put(source.get(sha256))
            new += 1
        target.get(sha256)
    return len(named), new


def _bring_documents(path: Path, home: Path) -> int:
    source, target, new = Archive(path.parent / ARCHIVE_NAME), Archive(home / ARCHIVE_NAME), 0
    for sha256, _ in _documents(path):
        try:
            target.get(sha256)
        except StoreError:  # missing or damaged here
            target.path(sha256).unlink(missing_ok=True)
            target.put(source.get(sha256))
            new += 1
    return new


def _set_aside(database: Path, at: str) -> None:
    """Keep the old database under another name, and leave no log that SQLite would apply to the new one."""
    if not database.exists():
        return
    with suppress(sqlite3.Error), closing(sqlite3.connect(database)) as old_one:  # a damaged one is set aside as it is
        old_one.execute("pragma wal_checkpoint(truncate)")
    aside = database.with_name(f"{database.name}.before-{at.replace('-', '').replace(':', '')}")
    for ending in ("", "-wal", "-shm"):
        old = database.with_name(database.name + ending)
        if old.exists():
            aside.with_name(aside.name + ending).hardlink_to(old)
    for ending in ("-wal", "-shm"):
        database.with_name(database.name + ending).unlink(missing_ok=True)


def _check_database(path: Path) -> None:
    with _opened(path) as connection:
        found = [str(row[0]) for row in connection.execute("pragma integrity_check")]
        broken = connection.execute("pragma foreign_key_check").fetchall()
    if found != ["ok"] or broken:
        raise BackupError(f"{path} is damaged: {'; '.join(found[:3]) if found != ['ok'] else broken[0]}")


def _documents(path: Path) -> list[tuple[str, int]]:
    with _opened(path) as connection:
        return read_documents(connection)


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        yield connection


def _settle(temporary: Path, final: Path) -> None:
    """Flush the file to the disk and give it its name."""
    with temporary.open("rb") as written:
        os.fsync(written.fileno())
    temporary.replace(final)
    Archive.sync_directory(final.parent)
