"""A backup put in the place of the data, checked first; what was there before is kept beside it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing, suppress
from pathlib import Path

from db.backup import (
    NEW,
    PREFIX,
    SUFFIX,
    Backup,
    BackupError,
    check_backup,
    list_backups,
    load_keys,
    make_stamp,
    opened,
    read_documents_of,
    settle,
)
from db.database import ARCHIVE_NAME, DATABASE_NAME, Store
from db.disk_errors import describe_database_error, describe_os_error
from db.documents import Archive
from db.errors import NotFoundError, StoreError
from db.keys import write_key
from db.locks import SERVICE, SERVING, WORK, HomeLock
from db.queries.switches import SENDING_PAUSED, get_switch, set_switch


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
    refuse_existing(home, replace=replace)
    check_backup(path)
    archive = Archive(path.parent / ARCHIVE_NAME)
    return put_in_place(path, archive.get, load_keys(path), home, at=at)


def refuse_existing(home: Path, *, replace: bool) -> None:
    """Raise `BackupError` when a database is there that was not to be replaced."""
    database = home / DATABASE_NAME
    if database.exists() and not replace:
        raise BackupError(f"{database} is there already; add --replace to put the backup in its place")


def put_in_place(
    path: Path, get_document: Callable[[str], bytes], keys: Mapping[str, str], home: Path, *, at: str
) -> Backup:
    """Put a checked database file, its documents and its keys into the data directory, with sending paused."""
    with ExitStack() as locks:
        for name in (SERVICE, SERVING, WORK):
            locks.enter_context(HomeLock(home, name, "a restore", at=at))
        try:
            documents, new = _bring_documents(path, get_document, Archive(home / ARCHIVE_NAME))
            for name, key in keys.items():
                write_key(home, name, key, at=make_stamp(at))
            temporary = home / f"{NEW}{DATABASE_NAME}"
            temporary.unlink(missing_ok=True)
            with opened(path) as source, closing(sqlite3.connect(temporary)) as target:
                source.backup(target)
            with Store.open_file(temporary, home) as store:  # brings an older backup up to this program
                if get_switch(store, SENDING_PAUSED) is None:  # a pause that was there keeps its reason
                    set_switch(store, SENDING_PAUSED, "on", at=at, why=f"restored from {path.name}")
                store.connection.execute("pragma journal_mode = delete")
            _set_aside(home / DATABASE_NAME, at)
            settle(temporary, home / DATABASE_NAME)
        except OSError as error:
            raise BackupError(f"the backup was not restored: {describe_os_error(error)}") from error
        except sqlite3.Error as error:
            raise BackupError(f"the backup was not restored: {describe_database_error(error, path)}") from error
    return Backup(path, documents, new)


def _bring_documents(path: Path, get_document: Callable[[str], bytes], target: Archive) -> tuple[int, int]:
    """Store the documents that are missing or damaged here; return how many the backup names and how many came."""
    named, new = read_documents_of(path), 0
    for sha256, _ in named:
        try:
            target.get(sha256)
        except StoreError:
            data = get_document(sha256)
            target.path(sha256).unlink(missing_ok=True)
            if target.put(data) != sha256:
                raise BackupError(f"document {sha256} of the backup is damaged") from None
            new += 1
    return len(named), new


def _set_aside(database: Path, at: str) -> None:
    """Keep the old database under another name, and leave no log that SQLite would apply to the new one."""
    if not database.exists():
        return
    with suppress(sqlite3.Error), closing(sqlite3.connect(database)) as old_one:  # a damaged one is set aside as it is
        old_one.execute("pragma wal_checkpoint(truncate)")
    aside = database.with_name(f"{database.name}.before-{make_stamp(at)}")
    for ending in ("", "-wal", "-shm"):
        old = database.with_name(database.name + ending)
        if old.exists():
            aside.with_name(aside.name + ending).hardlink_to(old)
    for ending in ("-wal", "-shm"):
        database.with_name(database.name + ending).unlink(missing_ok=True)
