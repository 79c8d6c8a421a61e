"""Tables written to a SQLite file of their own, for download."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

Cell = str | int | None


class ExportTable(NamedTuple):
    """A table to write: its name, the column to index, its columns with their SQLite types, and its rows."""

    name: str
    key: str
    columns: Sequence[tuple[str, str]]
    rows: Iterable[Sequence[Cell]]


def write_tables(path: Path, tables: Iterable[ExportTable]) -> None:
    """Write the tables to a new file at `path`; the same rows give the same bytes. Names must be the program's own."""
    made = sqlite3.connect(path, isolation_level=None)
    made.execute("pragma journal_mode = off")
    made.execute("begin")
    for table in tables:
        columns = ", ".join(f"{name} {kind}" for name, kind in table.columns)
        made.execute(f"create table {table.name} ({columns}) strict")
        places = ", ".join("?" * len(table.columns))
        made.executemany(f"insert into {table.name} values ({places})", table.rows)
        made.execute(f"create index {table.name}_by_key on {table.name}({table.key})")
    made.execute("commit")
    made.close()
