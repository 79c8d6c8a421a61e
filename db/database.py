"""The store: one directory with a SQLite file and an archive of documents.

One writer at a time: every write happens in a transaction that takes the write lock first (`BEGIN IMMEDIATE`), so a
read is never upgraded to a write half-way. WAL lets readers go on meanwhile.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from db.disk_errors import describe_database_error
from db.documents import Archive
from db.errors import DatabaseError
from db.migrations import SCHEMA_VERSION, load_migrations

DATABASE_NAME = "ice-agreements.sqlite"
ARCHIVE_NAME = "archive"
BUSY_SECONDS = 30.0


def utc_now() -> datetime:
    """Return the present, aware, in UTC. Only composition roots call this; below them `now` is a parameter."""
    return datetime.now(UTC)


def to_text(moment: datetime) -> str:
    """Return an aware time as the store writes it: `2025-09-22T16:17:25Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_time(text: str) -> datetime:
    """Return a time as the store writes it as an aware one."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def _is_up_to_date(connection: sqlite3.Connection) -> bool:
    return int(connection.execute("pragma user_version").fetchone()[0]) == SCHEMA_VERSION


def _bring_up_to_date(connection: sqlite3.Connection) -> None:
    """Apply what migrations are missing; wait for another process that is just doing the same.

    SQLite's own busy time-out does not cover the switch to WAL, and what is missing must be asked under the lock.
    """
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("pragma journal_mode = wal")
            if not _is_up_to_date(connection):
                _migrate(connection)
            return
        except sqlite3.OperationalError as error:
            if connection.in_transaction:
                connection.rollback()
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def _migrate(connection: sqlite3.Connection) -> None:
    from sqlite_utils import Database  # a tenth of a second: only where there is something to migrate

    migrations = load_migrations()
    connection.execute("begin immediate")
    migrations.apply(Database(connection))
    connection.execute(f"pragma user_version = {SCHEMA_VERSION}")
    connection.execute("commit")


class Store:
    """An open store. Use `Store.open`; close it, or use it as a context manager."""

    def __init__(self, home: Path, connection: sqlite3.Connection, now: Callable[[], datetime]) -> None:
        self.home = home
        #: For reading; write inside `writing()`.
        self.connection = connection
        self.archive = Archive(home / ARCHIVE_NAME)
        self._now = now

    @classmethod
    def open(cls, home: Path, *, now: Callable[[], datetime] = utc_now, read_only: bool = False) -> Self:
        """Open the store in `home`, bring it up to date with this program, and create it where there is none."""
        return cls.open_file(home / DATABASE_NAME, home, now=now, read_only=read_only)

    @classmethod
    def open_file(
        cls, path: Path, home: Path, *, now: Callable[[], datetime] = utc_now, read_only: bool = False
    ) -> Self:
        """Do the same for a database that does not have the store's name (yet)."""
        try:
            if read_only and not path.is_file():
                raise DatabaseError(f"no database at {path}; run `ice-agreements run` or `import` first")
            if not read_only:
                home.mkdir(parents=True, exist_ok=True)
            # autocommit (isolation_level None): transactions are ours alone to begin
            connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
            connection.execute("pragma foreign_keys = on")
            if not read_only:
                _bring_up_to_date(connection)
                connection.execute("pragma synchronous = full")
            elif not _is_up_to_date(connection):  # also before reading: an upgrade may be followed by a question first
                _bring_up_to_date(connection)
        except (sqlite3.Error, OSError) as error:
            raise DatabaseError(
                f"cannot open the database {path}: {error}; check the directory's permissions and free space, "
                "or restore a backup"
            ) from error
        return cls(home, connection, now)

    def now_text(self) -> str:
        """Return the present as the store writes it."""
        return to_text(self._now())

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Write everything inside together or not at all; nested use joins the outer transaction."""
        connection = self.connection
        if connection.in_transaction:
            yield connection
            return
        try:
            connection.execute("begin immediate")
            yield connection
            connection.execute("commit")
        except sqlite3.DatabaseError as error:
            self._roll_back()
            if isinstance(error, sqlite3.IntegrityError | sqlite3.ProgrammingError):
                raise  # a mistake of ours, not trouble of the disk's
            raise DatabaseError(describe_database_error(error, self.home / DATABASE_NAME)) from error
        except BaseException:
            self._roll_back()
            raise

    def _roll_back(self) -> None:
        """Undo the transaction, also when its very commit failed: a later one must not join it."""
        with suppress(sqlite3.Error):  # SQLite may have rolled back by itself, on a full disk for one
            self.connection.rollback()

    def close(self) -> None:
        """Close the database file."""
        self.connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
