"""Backups: a copy of the database as of one instant, every document it names, and the keys, each checked after writing.

    DIR/ice-agreements-20260105T160000Z.sqlite    one file a backup, the newest N are kept
    DIR/ice-agreements-20260105T160000Z.keys      the keys of that day (mode 0600): links mailed before work after
    DIR/archive/                                  the documents of all of them; each is there once, none is removed

A backup has its name only once it is whole and checked; one that was broken off is a `.new-` file, which the next
backup removes. Documents never change, so the archive beside the copies is theirs together. `db.restore` puts one
back; `db.remote_backup` keeps the same in a bucket.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from db.database import ARCHIVE_NAME, Store
from db.disk_errors import describe_database_error, describe_os_error
from db.documents import Archive
from db.errors import StoreError
from db.keys import read_keys
from db.queries.kept_documents import read_documents

PREFIX, SUFFIX, KEYS_SUFFIX = "ice-agreements-", ".sqlite", ".keys"
#: Files that are not whole yet.
NEW = ".new-"


class BackupError(StoreError):
    """A backup could not be made, is damaged, or cannot be restored here."""


class Backup(NamedTuple):
    """One backup that was made or checked."""

    path: Path
    documents: int
    new_documents: int
    removed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()  # sha256 of documents that it names and does not have


def list_backups(directory: Path) -> list[Path]:
    """Return every backup in the directory, oldest first."""
    return sorted(path for path in directory.glob(f"{PREFIX}*{SUFFIX}") if path.is_file())


def make_stamp(at: str) -> str:
    """Return a stored time as it stands in the names of backups: `20260105T160000Z`."""
    return at.replace("-", "").replace(":", "")


def back_up(store: Store, directory: Path, *, at: str, keep: int) -> Backup:
    """Make a checked backup in `directory` and keep only the newest `keep`. Everything else may go on meanwhile."""
    final = directory / f"{PREFIX}{make_stamp(at)}{SUFFIX}"
    temporary = directory / f"{NEW}{final.name}"
    try:
        if directory.resolve() == store.home.resolve():
            raise BackupError(f"{directory} is the data directory itself; name another, best on another disk")
        directory.mkdir(parents=True, exist_ok=True)
        for stale in directory.glob(f"{NEW}*"):
            stale.unlink()
        copy_database(store, temporary)
        documents, new = _copy_documents(temporary, store.archive, Archive(directory / ARCHIVE_NAME))
        check_database(temporary)
        _write_keys(read_keys(store.home), final.with_suffix(KEYS_SUFFIX))
        settle(temporary, final)
        removed = [path for path in list_backups(directory)[:-keep] if path != final]
        for path in removed:
            path.unlink()
            path.with_suffix(KEYS_SUFFIX).unlink(missing_ok=True)
    except OSError as error:
        raise BackupError(f"no backup was made: {describe_os_error(error)}") from error
    except sqlite3.Error as error:
        raise BackupError(f"no backup was made: {describe_database_error(error, temporary)}") from error
    return Backup(final, documents, new, tuple(path.name for path in removed))


def check_backup(path: Path) -> Backup:
    """Check a backup: its database is sound, every document it names is there and matches, its keys can be read."""
    try:
        check_database(path)
        archive = Archive(path.parent / ARCHIVE_NAME)
        count = 0
        for sha256, size in read_documents_of(path):
            if len(archive.get(sha256)) != size:
                raise BackupError(f"document {sha256} in {archive.root} is not of the size {path} says")
            count += 1
        load_keys(path)
    except sqlite3.Error as error:
        raise BackupError(f"this backup is damaged: {describe_database_error(error, path)}") from error
    return Backup(path, count, 0)


def load_keys(path: Path) -> dict[str, str]:
    """Return the keys that belong to a backup, by name; none when it has none (an older program made it)."""
    place = path.with_suffix(KEYS_SUFFIX)
    try:
        keys = json.loads(place.read_text(encoding="ascii"))
        return {str(name): str(key) for name, key in keys.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError) as error:
        raise BackupError(f"the keys of this backup cannot be read: {place}: {error}") from error


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


def copy_database(store: Store, target: Path) -> None:
    """Copy the database as of one instant to a single file, without a log beside it."""
    with closing(sqlite3.connect(target)) as copy:
        store.connection.backup(copy)  # in one step: one instant, whatever is written meanwhile
        copy.execute("pragma journal_mode = delete")


def check_database(path: Path) -> None:
    """Raise `BackupError` when the database file is damaged or refers to what is missing."""
    with opened(path) as connection:
        found = [str(row[0]) for row in connection.execute("pragma integrity_check")]
        broken = connection.execute("pragma foreign_key_check").fetchall()
    if found != ["ok"] or broken:
        raise BackupError(f"{path} is damaged: {'; '.join(found[:3]) if found != ['ok'] else broken[0]}")


def read_documents_of(path: Path) -> list[tuple[str, int]]:
    """Return sha256 and size of every document that a database file names."""
    with opened(path) as connection:
        return read_documents(connection)


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a database file for reading only."""
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        yield connection


def settle(temporary: Path, final: Path) -> None:
    """Flush the file to the disk and give it its name."""
    with temporary.open("rb") as written:
        os.fsync(written.fileno())
    temporary.replace(final)
    Archive.sync_directory(final.parent)


def _write_keys(keys: dict[str, str], final: Path) -> None:
    temporary = final.with_name(f"{NEW}{final.name}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as out:
        os.fchmod(handle, 0o600)
        json.dump(keys, out)
    settle(temporary, final)


def _copy_documents(database: Path, source: Archive, target: Archive) -> tuple[int, int]:
    """Copy what the backup lacks and read back what it names; return how many it names and how many were new."""
    named, new = read_documents_of(database), 0
    for sha256, size in named:
        place = target.path(sha256)
        if not (place.is_file() and place.stat().st_size == size):
            target.put(source.get(sha256))
            new += 1
        target.get(sha256)
    return len(named), new
