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

from sqlite_utils import Database

from db.disk_errors import describe_database_error
from db.documents import Archive
from db.errors import DatabaseError
from db.migrations import migrations

DATABASE_NAME = "ice-agreements.sqlite"
ARCHIVE_NAME = "archive"
BUSY_SECONDS = 30.0


def utc_now() -> datetime:
    """The present, aware, in UTC. Only composition roots call this; below them `now` is a parameter."""
    return datetime.now(UTC)


def to_text(moment: datetime) -> str:
    """An aware time as the store writes it: `2025-09-22T16:17:25Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _bring_up_to_date(connection: sqlite3.Connection, db: Database) -> None:
    """The file is in WAL mode and has every table; another process that is just doing the same is waited for.

    SQLite's own busy time-out does not cover the switch to WAL, and what is pending must be asked under the lock.
    """
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("pragma journal_mode = wal")
            if migrations.pending(db):
                connection.execute("begin immediate")
                migrations.apply(db)
                connection.execute("commit")
            return
        except sqlite3.OperationalError as error:
            if connection.in_transaction:
                connection.rollback()
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.05)


class Store:
    """An open store. Use `Store.open`; close it, or use it as a context manager."""

    def __init__(self, home: Path, db: Database, now: Callable[[], datetime]) -> None:
        self.home = home
        self.db = db
        self.archive = Archive(home / ARCHIVE_NAME)
        self._now = now

    @classmethod
    def open(cls, home: Path, *, now: Callable[[], datetime] = utc_now, read_only: bool = False) -> Self:
        """The store in `home` is open and up to date with this program; it is made when it is not there."""
        return cls.open_file(home / DATABASE_NAME, home, now=now, read_only=read_only)

    @classmethod
    def open_file(
        cls, path: Path, home: Path, *, now: Callable[[], datetime] = utc_now, read_only: bool = False
    ) -> Self:
        """The same for a database that does not bear the store's name (yet)."""
        try:
            if read_only and not path.is_file():
                raise DatabaseError(f"no database at {path}; run `ice-agreements run` or `import` first")
            if not read_only:
                home.mkdir(parents=True, exist_ok=True)
            # autocommit (isolation_level None): transactions are ours alone to begin
            connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
            db = Database(connection)
            connection.execute("pragma foreign_keys = on")
            if not read_only:
                _bring_up_to_date(connection, db)
                connection.execute("pragma synchronous = full")
            elif migrations.pending(db):  # also before reading: an upgrade may be followed by a question first
                _bring_up_to_date(connection, db)
        except (sqlite3.Error, OSError) as error:
            raise DatabaseError(
                f"cannot open the database {path}: {error}; check the directory's permissions and free space, "
                "or restore a backup"
            ) from error
        return cls(home, db, now)

    @property
    def connection(self) -> sqlite3.Connection:
        """The SQLite connection, for reading; write inside `writing()`."""
        connection = self.db.conn
        assert connection is not None  # sqlite-utils types it optional; ours is given at the start
        return connection

    def now_text(self) -> str:
        """The present as the store writes it."""
        return to_text(self._now())

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Everything inside is written together or not at all; nested use joins the outer transaction."""
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
        """Nothing of the transaction stands, also when its very commit failed: a later one must not join it."""
        with suppress(sqlite3.Error):  # SQLite may have rolled back by itself, on a full disk for one
            self.connection.rollback()

    def close(self) -> None:
        """The database file is closed."""
        self.db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
