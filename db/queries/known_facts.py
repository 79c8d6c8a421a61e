"""What was known at an earlier time: temporary views and tables, on one connection, that stand before the real ones."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from db.desk_models import Verdict
from db.queries.derived_rows import DERIVED_TABLES

#: Facts, and the column that says when each was known.
_KNOWN = {
    "sightings": "known_at", "fetches": "requested_at", "page_checks": "seen_at", "rulings": "made_at",
    "statements": "known_at",
}  # fmt: skip


@contextmanager
def shadowing(
    connection: sqlite3.Connection, moment: str | None, rulings: Iterable[Verdict] = (), *, instead: bool = False
) -> Iterator[None]:
    """Let every later query on the connection see the facts known by `moment`, and copies of the derived tables.

    With None all facts are known. `rulings` are taken to have been made as well, last of all, or
    `instead` of all others.
    What is done inside sees one state of the database, and writes to the copies only.
    """
    connection.execute("pragma temp_store = memory")
    if moment is not None and not re.fullmatch(r"[0-9TZ:.+-]*", moment):
        raise ValueError(f"{moment!r} is no time")
    connection.execute("begin")
    for table, column in _KNOWN.items() if moment is not None else ():
        connection.execute(f"create temp view {table} as select * from main.{table} where {column} <= '{moment}'")
    if moment is None:
        connection.execute("create temp table rulings as select * from main.rulings where ?", [not instead])
        connection.executemany(
            "insert into temp.rulings (id, made_at, reviewer, ruling, subject, other, reason, on_change, imported_by,"
            " on_kind, on_agreement, on_before, on_after) values ((select ifnull(max(id), 0) + 1 from temp.rulings),"
            " '9999', '', ?, ?, ?, '', '', '', '', '', '', '')",
            rulings,
        )
    copy_derived(connection)
    yield
    connection.execute("commit")


@contextmanager
def beside(connection: sqlite3.Connection) -> Iterator[None]:
    """Let statements see one state of the facts, and write copies of the derived tables, which stay afterwards."""
    connection.execute("pragma temp_store = memory")
    connection.execute("begin")
    try:
        copy_derived(connection)
        yield
        connection.execute("commit")
    except BaseException:
        connection.rollback()
        raise


def copy_derived(connection: sqlite3.Connection) -> None:
    """Let every later statement on the connection see and write copies of the derived tables."""
    for table in reversed(DERIVED_TABLES):
        made = connection.execute("select name, sql from main.sqlite_master where tbl_name = ?", [table]).fetchall()
        for _, sql in sorted(made, key=lambda row: row[0] != table):  # the table before its indexes
            if sql is not None:
                sql = re.sub(r" references \w+\(\w+\)", "", sql)  # a temporary table cannot refer to a stored one
                connection.execute(re.sub(r"^create (table|index) ", r"create \1 temp.", sql, flags=re.IGNORECASE))
        connection.execute(f"insert into temp.{table} select * from main.{table}")


def drop_copies(connection: sqlite3.Connection) -> None:
    """Let statements see the stored tables again."""
    for table in DERIVED_TABLES:
        connection.execute(f"drop table if exists temp.{table}")


def store_copies(connection: sqlite3.Connection) -> None:
    """Make the stored derived tables say what their copies say, within a transaction that writes."""
    connection.execute("pragma defer_foreign_keys = on")
    for table in DERIVED_TABLES:
        columns = connection.execute("select name from pragma_table_info(?, 'main') where pk order by pk", [table])
        keys = ", ".join(str(row[0]) for row in columns)
        connection.execute(
            f"delete from main.{table} where ({keys}) in (select {keys} from main.{table} except"
            f" select {keys} from temp.{table})"
        )
    for table in reversed(DERIVED_TABLES):
        connection.execute(
            f"insert or replace into main.{table} select * from temp.{table} except select * from main.{table}"
        )


def read_fact_marks(connection: sqlite3.Connection) -> tuple[object, ...]:
    """Return what differs whenever a derivation may: how far the facts go, and of what the log was derived last."""
    row = connection.execute(
        "select (select max(id) from sightings), (select count(*) from snapshots), (select max(id) from rulings),"
        " (select max(id) from fetches), (select max(id) from page_checks), (select max(id) from statements),"
        " (select count(*) from archive_seen), (select count(*) from archive_captures),"
        " (select derived_at || rules || last_sighting || '/' || last_ruling || '/' || last_page from main.derivation)"
    )
    return tuple(row.fetchone())
