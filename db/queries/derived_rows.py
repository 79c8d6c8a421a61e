"""Rows in and out of the derived tables; what they mean is `monitor`'s business."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

#: Tables a rebuild empties and fills again, children first.
DERIVED_TABLES = ("changes", "spans", "apart", "agreements", "agency_names", "agencies", "publications", "derivation")


def put_rows(connection: sqlite3.Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """The rows stand in the table; one with the same key is replaced."""
    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
    connection.executemany(f"insert or replace into {table} ({names}) values ({marks})", rows)  # noqa: S608 - fixed names


def drop_rows(connection: sqlite3.Connection, table: str, keys: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """No row with those keys stands in the table."""
    where = " and ".join(f"{key} = ?" for key in keys)
    connection.executemany(f"delete from {table} where {where}", rows)  # noqa: S608 - fixed names


def get_rows(
    connection: sqlite3.Connection, table: str, columns: Sequence[str], rest: str = "", values: Sequence[Any] = ()
) -> Iterator[Any]:
    """Rows of the table as tuples; `rest` is what follows `from table` (fixed text)."""
    return iter(connection.execute(f"select {', '.join(columns)} from {table} {rest}", values))  # noqa: S608 - fixed names


def clear_derived(connection: sqlite3.Connection) -> None:
    """Every derived table is empty."""
    for table in DERIVED_TABLES:
        connection.execute(f"delete from {table}")  # noqa: S608 - fixed names
