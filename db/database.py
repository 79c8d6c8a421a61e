"""The store: one directory with a SQLite file and an archive of documents.

One writer at a time: every write happens in a transaction that takes the write lock first (`BEGIN IMMEDIATE`), so a
read is never upgraded to a write half-way. WAL lets readers go on meanwhile.
"""

from __future__ import annotations

import os
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
#: STRICT tables need it; everything else that is used is older.
LEAST_SQLITE = (3, 37, 0)

#: Databases that were found sound in this process, by path, device and inode: each is checked once.
_checked: set[tuple[Path, tuple[int, int]]] = set()


def utc_now() -> datetime:
    """Return the present, aware, in UTC. Only composition roots call this; below them `now` is a parameter."""
    return datetime.now(UTC)


def to_text(moment: datetime) -> str:
    """Return an aware time as the store writes it: `2025-09-22T16:17:25Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_time(text: str) -> datetime:
    """Return a time as the store writes it as an aware one."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def _identify(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _connect(path: Path, *, read_only: bool) -> sqlite3.Connection:
    place, uri = str(path), False
    if read_only and not os.access(path.parent, os.W_OK):  # SQLite's WAL wants to write beside the file
        log = path.with_name(path.name + "-wal")
        frozen = "&immutable=1" if not (log.exists() and log.stat().st_size) else ""
        place, uri = f"{path.resolve().as_uri()}?mode=ro{frozen}", True
    # autocommit (isolation_level None): transactions are ours alone to begin
    return sqlite3.connect(place, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False, uri=uri)


def _refuse_damage(connection: sqlite3.Connection, path: Path) -> None:
    """Raise `DatabaseError` when the file's structure is damaged; 2 ms for each megabyte, once in a process."""
    file = _identify(path)
    if file is None or (path, file) in _checked:
        return
    try:
        found = [str(row[0]) for row in connection.execute("pragma quick_check(1)")]
    except sqlite3.DatabaseError as error:
        found = [str(error)]
        if "locked" in found[0] or "busy" in found[0]:
            raise
    if found != ["ok"]:
        what = " ".join(found[0].split())
        raise DatabaseError(f"the database {path} is damaged: {what}; stop the service and restore a backup")
    _checked.add((path, file))


@contextmanager
def _closing_on_error(connection: sqlite3.Connection) -> Iterator[None]:
    try:
        yield
    except BaseException:
        connection.close()
        raise


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

    def __init__(
        self, home: Path, connection: sqlite3.Connection, now: Callable[[], datetime], path: Path | None = None
    ) -> None:
        self.home = home
        self._path = path
        self._file = _identify(path) if path else None
        #: For reading; write inside `writing()`.
        self.connection = connection
        self.archive = Archive(home / ARCHIVE_NAME)
        self._now = now

    @classmethod
    def open(
        cls, home: Path, *, now: Callable[[], datetime] = utc_now, read_only: bool = False, check: bool = True
    ) -> Self:
        """Open the store in `home`, bring it up to date with this program, and create it where there is none.

        A damaged database is refused, unless `check` is False: what a query reads of it may look right and be old.
        """
        return cls.open_file(home / DATABASE_NAME, home, now=now, read_only=read_only, check=check)

    @classmethod
    def open_file(
        cls, path: Path, home: Path, *, now: Callable[[], datetime] = utc_now, read_only: bool = False,
        check: bool = True,
    ) -> Self:  # fmt: skip
        """Do the same for a database that does not have the store's name (yet)."""
        if sqlite3.sqlite_version_info < LEAST_SQLITE:
            least = ".".join(map(str, LEAST_SQLITE))
            raise DatabaseError(
                f"SQLite {sqlite3.sqlite_version} is too old: {least} or newer is needed; use a Python that brings one"
            )
        try:
            if read_only and not path.is_file():
                raise DatabaseError(f"no database at {path}; run `ice-agreements run` or `import` first")
            if not read_only:
                home.mkdir(parents=True, exist_ok=True)
            connection = _connect(path, read_only=read_only)
            connection.execute("pragma foreign_keys = on")
            if check:
                with _closing_on_error(connection):
                    _refuse_damage(connection, path)
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
        return cls(home, connection, now, path)

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
            if self.is_replaced():
                raise DatabaseError(
                    f"{self._path} was replaced while this program had it open; nothing was written: try again"
                )
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

    def is_replaced(self) -> bool:
        """Return whether another file has taken the database's name since it was opened: a restored backup, say."""
        return self._path is not None and _identify(self._path) != self._file

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """See the database as it is at this moment, whatever is written meanwhile."""
        self.connection.execute("begin")
        try:
            yield self.connection
        finally:
            self.connection.execute("rollback")

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
