"""A backup put in the place of the data, checked first; what was there before is kept beside it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import NamedTuple

from db.backup import (
    NEW,
    PREFIX,
    SUFFIX,
    Backup,
    BackupError,
    check_backup,
    check_database,
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


def restore(place: Path, home: Path, *, at: str, replace: bool = False, database: Path | None = None) -> Backup:
    """Restore a backup into the data directory, pause sending, and keep beside it what was there before.

    `place` is a backup's file, or a directory of backups, whose newest is taken; `database` is a newer copy of the
    database, which is taken in place of the backup's. Nothing else may run meanwhile.
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
    return put_in_place(path, Kept(archive.get, list(archive), load_keys(path)), home, at=at, database=database)


def refuse_existing(home: Path, *, replace: bool) -> None:
    """Raise `BackupError` when a database is there that was not to be replaced."""
    database = home / DATABASE_NAME
    if database.exists() and not replace:
        raise BackupError(f"{database} is there already; add --replace to put the backup in its place")


class Kept(NamedTuple):
    """What a place of backups holds beside databases."""

    get: Callable[[str], bytes]
    documents: Iterable[str]  # sha256 of every document there
    keys: Mapping[str, str]


def put_in_place(path: Path, kept: Kept, home: Path, *, at: str, database: Path | None = None) -> Backup:
    """Put a checked database file, all documents of the place and the keys into the data directory; pause sending.

    Documents that came after the backup are brought too. What `database`, a newer copy, names and the place does not
    have yet is no error: it is fetched again while ICE links it.
    """
    if database is not None:
        if not database.is_file():
            raise NotFoundError(f"there is no database {database}")
        check_database(database)
    source_path = database or path
    with ExitStack() as locks:
        for name in (SERVICE, SERVING, WORK):
            locks.enter_context(HomeLock(home, name, "a restore", at=at))
        try:
            named, new, missing = _bring_documents(source_path, kept, Archive(home / ARCHIVE_NAME))
            if missing and database is None:
                raise BackupError(f"document {missing[0]} of the backup is missing or damaged")
            for name, key in kept.keys.items():
                write_key(home, name, key, at=make_stamp(at))
            temporary = home / f"{NEW}{DATABASE_NAME}"
            temporary.unlink(missing_ok=True)
            with opened(source_path) as source, closing(sqlite3.connect(temporary)) as target:
                source.backup(target)
            with Store.open_file(temporary, home) as store:  # brings an older backup up to this program
                if get_switch(store, SENDING_PAUSED) is None:  # a pause that was there keeps its reason
                    set_switch(store, SENDING_PAUSED, "on", at=at, why=f"restored from {source_path.name}")
                store.connection.execute("pragma journal_mode = delete")
            _set_aside(home / DATABASE_NAME, at)
            settle(temporary, home / DATABASE_NAME)
        except OSError as error:
            raise BackupError(f"the backup was not restored: {describe_os_error(error)}") from error
        except sqlite3.Error as error:
            raise BackupError(f"the backup was not restored: {describe_database_error(error, source_path)}") from error
    return Backup(source_path, named, new, missing=tuple(missing))


def _bring_documents(path: Path, kept: Kept, target: Archive) -> tuple[int, int, list[str]]:
    """Store what is missing or damaged here; return how many are named, how many came, and which are not to be had."""
    named, new, missing = {sha256 for sha256, _ in read_documents_of(path)}, 0, []
    for sha256 in sorted(named | set(kept.documents)):
        try:
            target.get(sha256)
        except StoreError:
            try:
                data = kept.get(sha256)
            except StoreError:
                if sha256 in named:
                    missing.append(sha256)
                continue
            target.path(sha256).unlink(missing_ok=True)
            if target.put(data) != sha256:
                raise BackupError(f"document {sha256} of the backup is damaged") from None
            new += 1
    return len(named), new, missing


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
