"""Errors of the disk and of SQLite in one line: what, where, and what to do."""

from __future__ import annotations

import errno
import sqlite3

#: SQLite's primary result codes, and what a person does about each.
_ADVICE = {
    sqlite3.SQLITE_FULL: "free some space on the disk; the next run goes on from here",
    sqlite3.SQLITE_READONLY: "make the data directory writable for this user; the next run goes on from here",
    sqlite3.SQLITE_BUSY: "another program holds the database; the next run tries again",
    sqlite3.SQLITE_LOCKED: "another program holds the database; the next run tries again",
    sqlite3.SQLITE_CORRUPT: "the database is damaged: stop the service and restore a backup",
    sqlite3.SQLITE_NOTADB: "the file is not a database: stop the service and restore a backup",
    sqlite3.SQLITE_IOERR: "look at the disk (and the system's log); the next run tries again",
    sqlite3.SQLITE_CANTOPEN: "check that the data directory is there and writable for this user",
    sqlite3.SQLITE_INTERRUPT: "it was stopped; the next run repeats it",
}
_OTHERWISE = "look at the log; if it happens again, run `ice-agreements doctor`"


def describe_database_error(error: sqlite3.Error, where: object) -> str:
    """Return one line: which database, what SQLite says, what to do."""
    code = getattr(error, "sqlite_errorcode", None)
    advice = _ADVICE.get(code & 0xFF, _OTHERWISE) if isinstance(code, int) else _OTHERWISE
    return f"{where}: {error}; {advice}"


def describe_os_error(error: OSError) -> str:
    """Return one line: which file, what the system says, what to do."""
    where = f"{error.filename}: " if error.filename else ""
    advice = {
        errno.ENOSPC: "free some space on the disk",
        errno.EDQUOT: "free some space, or raise the quota",
        errno.EROFS: "the disk is mounted read-only; look at the system's log",
        errno.EACCES: "give this user the right to write there",
    }.get(error.errno or 0, "look at the log")
    return f"{where}{error.strerror or error}; {advice}"
