"""Up to which facts the derived tables go."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple


class Marks(NamedTuple):
    """The rules, and the newest sighting, ruling and page state, that the tables were made from."""

    rules: str
    last_sighting: int
    last_ruling: int
    last_page: int


def load_marks(connection: sqlite3.Connection) -> Marks | None:
    """Return the marks; None when nothing was derived yet."""
    row = connection.execute("select rules, last_sighting, last_ruling, last_page from derivation").fetchone()
    return Marks(*row) if row else None


def load_derived_at(connection: sqlite3.Connection) -> str | None:
    """Return when the log was last derived; None when never."""
    row = connection.execute("select derived_at from derivation").fetchone()
    return str(row[0]) if row else None


def has_new_rulings(connection: sqlite3.Connection) -> bool:
    """Return whether a ruling came since the log was derived."""
    row = connection.execute(
        "select 1 from rulings where id > (select ifnull(max(last_ruling), 0) from derivation) limit 1"
    )
    return row.fetchone() is not None


_TAKEN_BACK = (
    "select min(o.made_at) from rulings n join rulings o on o.id < n.id and o.ruling not in ('note', 'undo') and"
    " case n.ruling when 'undo' then o.subject = n.subject and"
    " o.made_at || '|' || o.ruling || '|' || o.other || '|' || o.reviewer = n.other"
    " else n.ruling in ('release', 'reject', 'form') and o.subject = n.subject"
    " and (o.ruling, o.other) != (n.ruling, n.other)"
    " or n.ruling in ('same', 'distinct') and o.ruling in ('same', 'distinct') and o.ruling != n.ruling"
    " and ((o.subject, o.other) = (n.subject, n.other) or (o.subject, o.other) = (n.other, n.subject)) end"
)


def find_taken_back(connection: sqlite3.Connection) -> str | None:
    """Return when the earliest ruling was made that rulings since the last derivation undo or overrule; None: none.

    A ruling that was taken back while such a one stood counts too: what it had stated may have stood until now.
    """
    new = f"{_TAKEN_BACK} where n.id > (select ifnull(max(last_ruling), 0) from derivation)"
    earliest, since = connection.execute(new).fetchone()[0], None
    while earliest is not None and earliest != since:
        since = earliest
        earlier = connection.execute(f"{_TAKEN_BACK} where n.made_at >= ?", [since]).fetchone()[0]
        earliest = min(since, earlier or since)
    return since


def load_last_page(connection: sqlite3.Connection) -> int:
    """Return the number of the newest kept state of ICE's page; 0 when there is none."""
    return int(connection.execute("select ifnull(max(id), 0) from page_checks").fetchone()[0])


def save_marks(connection: sqlite3.Connection, rules: str, now: str) -> None:
    """Note the facts that there are now as those the tables were made from.

    A list that is not read yet, and all met after it, are still to come.
    """
    row = connection.execute(
        "select ifnull((select min(s.id) - 1 from sightings s left join snapshots p on p.sha256 = s.sha256"
        " where p.sha256 is null), ifnull((select max(id) from sightings), 0)),"
        " ifnull((select max(id) from rulings), 0), ifnull((select max(id) from page_checks), 0)"
    ).fetchone()
    marks = Marks(rules, *row)
    if marks == load_marks(connection):
        return  # nothing is written, and the disk is not waited for
    connection.execute(
        "insert or replace into derivation (id, rules, last_sighting, last_ruling, last_page, derived_at)"
        " values (1,?,?,?,?,?)",
        [*marks, now],
    )
