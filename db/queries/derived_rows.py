"""The derived tables: written, rolled back to an earlier step, and emptied, here and nowhere else.

Each step of the fold keeps, in `undo_journal`, the rows it replaced as they were before. Rolling back puts them in
their place again, so that the tables say what they said after an earlier step.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Container, Iterable, Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

from db.queries import publications

Row = tuple[Any, ...]
_KEYS = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


class Table(NamedTuple):
    """A derived table: its columns, those that make a row's key first."""

    name: str
    keys: int
    columns: tuple[str, ...]


PUBLICATIONS = Table("publications", 3, ("sha256", "file", "linked_as", *(
    c for c in publications.COLUMNS if c not in ("sha256", "file", "linked_as"))))  # fmt: skip
AGENCIES = Table(
    "agencies", 1, ("id", "state", "name", "county", "county_fips", "body", "former_ids", "first_position")
)
NAMES = Table("agency_names", 2, ("state", "name_key", "agency_id", "name", "first_position", "last_position"))
AGREEMENTS = Table("agreements", 1, (
    "id", "list", "agency_id", "support_type", "signed_on", "status", "first_position", "last_listing", "last_row",
    "last_seen", "missing_position", "documents", "document", "endings", "baseline", "signing", "ending",
))  # fmt: skip
SPANS = Table("spans", 3, ("listing_id", "agreement_id", "first_position", "row", "last_position", "list"))
CHANGES = Table("changes", 1, (
    "id", "kind", "status", "needs_review", "list", "agreement_id", "agency_id", "position", "listed_on",
    "before_listing", "after_listing", "fields", "rule", "evidence", "candidates", "reason", "last_listed",
    "first_missing", "first_listed",
))  # fmt: skip
HELD = Table("held_lists", 1, ("list", "sha256", "file", "linked_as", "lacking"))
#: Parents first: the others refer to them.
JOURNALLED = (PUBLICATIONS, AGENCIES, NAMES, AGREEMENTS, SPANS, CHANGES, HELD)
_BY_NAME = {table.name: table for table in JOURNALLED}
#: Every table that a rebuild empties, children first.
DERIVED_TABLES = (
    *(table.name for table in reversed(JOURNALLED)), "side_by_side", "undo_journal", "fold_steps", "derivation"
)  # fmt: skip


def begin(connection: sqlite3.Connection) -> None:
    """Let references be checked at the end of the transaction: rows are replaced one table after the other."""
    connection.execute("pragma defer_foreign_keys = on")


def mark(connection: sqlite3.Connection) -> None:
    """Remember the state inside the transaction; `go_back_to_mark` returns to it, `drop_mark` ends it."""
    connection.execute("savepoint mark")


def go_back_to_mark(connection: sqlite3.Connection) -> None:
    """Undo what was written since `mark`."""
    connection.execute("rollback to mark")


def drop_mark(connection: sqlite3.Connection) -> None:
    """Keep what was written since `mark` (as far as it was not undone)."""
    connection.execute("release mark")


def write_rows(connection: sqlite3.Connection, step: int, table: Table, rows: Sequence[Row]) -> None:
    """Put the rows, given in the order of the table's columns, in place of those with the same key.

    What they replace is kept for undoing `step`; before step 1 there is nothing to go back to.
    """
    if step > 0 and rows:
        _keep(connection, step, table, [row[: table.keys] for row in rows])
    connection.executemany(_put(table), rows)


def drop_rows(connection: sqlite3.Connection, step: int, table: Table, keys: Sequence[Row]) -> None:
    """Remove the rows with those keys; they are kept for undoing `step`."""
    if step > 0 and keys:
        _keep(connection, step, table, keys)
    connection.executemany(f"delete from {table.name} where {_where(table)}", keys)


def read_rows(
    connection: sqlite3.Connection, table: Table, rest: str = "", values: Sequence[Any] = ()
) -> Iterator[Row]:
    """Yield rows in the order of the table's columns; `rest` is what follows `from table` (fixed text)."""
    yield from connection.execute(f"select {', '.join(table.columns)} from {table.name} {rest}", values)


def load_rows(connection: sqlite3.Connection, table: Table, keys: Iterable[Row] | None = None) -> dict[Row, Row]:
    """Return the table's rows by key: all of them, or those asked for."""
    if keys is None:
        return {row[: table.keys]: row for row in read_rows(connection, table)}
    columns = ", ".join(f"t.{name}" for name in table.columns)
    query = f"select {columns} from json_each(?) k cross join {table.name} t on {_same_key(table)}"
    return {row[: table.keys]: row for row in connection.execute(query, [_KEYS.encode(list(keys))])}


def load_keys(connection: sqlite3.Connection, table: Table, step: int) -> set[Row]:
    """Return the keys of the rows that `step` and later ones replaced or made."""
    rows = connection.execute("select distinct key from undo_journal where step >= ? and tbl = ?", [step, table.name])
    return {tuple(key) for key in _parse(row[0] for row in rows)}


def load_replaced(
    connection: sqlite3.Connection, table: Table, step: int, known: Container[Row]
) -> dict[Row, Row | None]:
    """Return by key the rows that `step` and later ones replaced, as they stood before; None where there was none.

    Those of `known` keys are left out.
    """
    rows = connection.execute(
        "select key, row, min(step) from undo_journal where step >= ? and tbl = ? group by key", [step, table.name]
    ).fetchall()
    keys = map(tuple, _parse(row[0] for row in rows))
    wanted = {key: row[1] for key, row in zip(keys, rows, strict=True) if key not in known}
    before = _parse(wanted.values())
    return {key: None if row is None else tuple(row) for key, row in zip(wanted, before, strict=True)}


def roll_back(connection: sqlite3.Connection, step: int) -> None:
    """Undo `step` and every later one. Step 0 cannot be undone: use `clear`."""
    rows = connection.execute(
        "select tbl, key, row, min(step) from undo_journal where step >= ? group by tbl, key", [step]
    ).fetchall()
    put: dict[str, list[Row]] = {}
    drop: dict[str, list[Row]] = {}
    keys, before = _parse(row[1] for row in rows), _parse(row[2] for row in rows)
    for (name, *_), key, row in zip(rows, keys, before, strict=True):
        (drop if row is None else put).setdefault(name, []).append(key if row is None else row)
    for table in JOURNALLED:
        connection.executemany(f"delete from {table.name} where {_where(table)}", drop.get(table.name, ()))
        write_rows(connection, 0, table, put.get(table.name, ()))
    connection.execute("delete from undo_journal where step >= ?", [step])
    connection.execute("delete from side_by_side where step >= ?", [step])
    connection.execute("delete from fold_steps where step >= ?", [step])


def merge_steps(connection: sqlite3.Connection, first: int, past: int) -> None:
    """Let the steps from `first` up to `past` be undone only together: their journal gets shorter."""
    connection.execute(
        "insert or ignore into undo_journal (step, tbl, key, row) select ?1, tbl, key, row from (select tbl, key, row,"
        " min(step) from undo_journal where step > ?1 and step < ?2 group by tbl, key)",
        [first, past],
    )
    connection.execute("delete from undo_journal where step > ? and step < ?", [first, past])
    connection.execute("update fold_steps set checkpoint = 0 where step > ? and step < ?", [first, past])


def clear(connection: sqlite3.Connection) -> None:
    """Empty every derived table."""
    for table in DERIVED_TABLES:
        connection.execute(f"delete from {table}")


def _parse(texts: Iterable[str | None]) -> list[Any]:
    """Return what the JSON texts say, None for none; in one go, for they are thousands of short ones."""
    return list(json.loads(f"[{','.join(text or 'null' for text in texts)}]"))


def _keep(connection: sqlite3.Connection, step: int, table: Table, keys: Iterable[Row]) -> None:
    """Keep the rows of those keys as they are, unless this step has replaced them before."""
    row = ", ".join(table.columns)
    connection.execute(
        "insert or ignore into undo_journal (step, tbl, key, row) select ?, ?, k.value,"
        f" (select json_array({row}) from {table.name} t where {_same_key(table)}) from json_each(?) k",
        [step, table.name, _KEYS.encode(list(keys))],
    )


@cache
def _put(table: Table) -> str:
    """Return the statement that puts a row in place; no row is deleted for it, so nothing that refers to it is read."""
    names, marks = ", ".join(table.columns), ", ".join("?" * len(table.columns))
    keys = ", ".join(table.columns[: table.keys])
    new = ", ".join(f"{name} = excluded.{name}" for name in table.columns[table.keys :])
    return f"insert into {table.name} ({names}) values ({marks}) on conflict ({keys}) do update set {new}"


def _where(table: Table) -> str:
    return " and ".join(f"{key} = ?" for key in table.columns[: table.keys])


def _same_key(table: Table) -> str:
    """Return the condition that row `t` has the key that is the JSON array `k.value`."""
    return " and ".join(
        f"t.{name} = json_extract(k.value, '$[{n}]')" for n, name in enumerate(table.columns[: table.keys])
    )
