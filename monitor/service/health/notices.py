"""Notices to the operator: a trouble is told once when it begins and once when it is over.

A notice is a row. Which troubles there are is asked anew after every job; a row is opened when one begins and closed
when it is gone. Telling (`monitor.service.health.notify`) is done from the rows, so that a crash in between loses none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from db.database import Store

#: Every notice there is, with what the operator does about it. docs/operations.md says more.
NOTICES = {
    "source_unreachable": "no list could be verified for too long; the log says what fails",
    "blocked": "ICE's site refuses us; nothing is evaded: open the page in a browser, write to ICE if it stays so",
    "layout_changed": "the page links no list we know; look at it, the program may need to learn the new form",
    "unknown_column": "ICE added or renamed a column; it is kept, and scrapers/readers/lookups.toml can learn its name",
    "unreadable_list": "a list came that cannot be read; its document is kept",
    "list_vanished": "the page no longer links a list it linked before",
    "held_list": "a list is held for a person: `ice-agreements review list`",
    "nothing_new": "no new list for longer than usual; look at ICE's page in a browser",
    "outbox_stuck": "messages are due and do not leave; look at the log and at the mail server",
    "sending_paused": "sending is paused: `ice-agreements sending`",
    "disk_low": "little space is left where the data are",
    "job_failing": "a job of the service failed several times in a row; `ice-agreements status` says why",
    "damage_found": "the database or archive is damaged: `ice-agreements doctor`, then restore a backup",
    "backup_missing": "backups are set up and none was made for two days",
    "clock_back": "the machine's clock is earlier than times already written; set it right",
}


class Trouble(NamedTuple):
    """Something a person should know of. `subject` tells apart several troubles of one code."""

    code: str
    subject: str
    text: str


class Notice(NamedTuple):
    """A trouble as it is remembered."""

    id: int
    code: str
    subject: str
    raised_at: str
    text: str
    cleared_at: str | None = None


def note_troubles(store: Store, troubles: Mapping[tuple[str, str], Trouble], now: str) -> tuple[list[Notice], int]:
    """The open notices are just these troubles; returns those that began now and how many are over."""
    with store.writing() as connection:
        known = {(n.code, n.subject): n for n in open_notices(store)}
        for key in [key for key in troubles if key not in known]:
            trouble = troubles[key]
            connection.execute(
                "insert into notices (code, subject, raised_at, text) values (?,?,?,?)", [*key, now, trouble.text]
            )
        over = [notice for key, notice in known.items() if key not in troubles]
        for notice in over:
            connection.execute("update notices set cleared_at = ? where id = ?", [now, notice.id])
    return [n for n in open_notices(store) if (n.code, n.subject) not in known], len(over)


def open_notices(store: Store) -> list[Notice]:
    """The troubles that are not over, oldest first."""
    rows = store.connection.execute(
        "select id, code, subject, raised_at, text from notices where cleared_at is null order by id"
    )
    return [Notice(*row) for row in rows]


def untold(store: Store) -> list[tuple[Notice, bool]]:
    """Notices the operator was not told of yet, oldest first, each with whether it is the all-clear that is due.

    A trouble that was over before it could be told is told as both, in order.
    """
    rows = store.connection.execute(
        "select id, code, subject, raised_at, text, cleared_at, raised_told_at from notices"
        " where raised_told_at is null or (cleared_at is not null and cleared_told_at is null) order by id"
    ).fetchall()
    due = []
    for *fields, raised_told_at in rows:
        notice = Notice(*fields)
        if raised_told_at is None:
            due.append((notice, False))
        if notice.cleared_at is not None:
            due.append((notice, True))
    return due


def mark_told(store: Store, notice: Notice, now: str, *, cleared: bool) -> None:
    """The operator has been told of the trouble, or that it is over."""
    column = "cleared_told_at" if cleared else "raised_told_at"
    with store.writing() as connection:
        connection.execute(f"update notices set {column} = ? where id = ?", [now, notice.id])  # noqa: S608 - fixed names
