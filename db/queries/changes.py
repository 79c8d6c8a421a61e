"""The change log: what the lists say now, and what was stated of each change and when."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple, cast

from db.models import Change
from db.queries.derived_rows import CHANGES, Row, read_rows
from db.records import ChangeRecord


class Stated(NamedTuple):
    """What was last stated of a change, and when it was first stated."""

    known_at: str
    status: str
    needs_review: bool
    why: str


class Statement(NamedTuple):
    """One statement to be kept: `body` is the last wording of a change that is no longer derived."""

    change_id: str
    status: str
    needs_review: bool
    why: str
    body: str | None = None


def change_row(c: Change) -> Row:
    """Return the change as a row of its table."""
    return (
        c.id, c.kind, c.status, int(c.needs_review), c.list_name, c.agreement_id, c.agency_id, c.position, c.listed_on,
        c.before_listing, c.after_listing, _json(c.fields), c.rule, _json(c.evidence), _json(c.candidates), c.reason,
        _place(c.last_listed), c.first_missing, _place(c.first_listed),
    )  # fmt: skip


def load_changes(connection: sqlite3.Connection, ids: Collection[str] | None = None) -> list[Change]:
    """Return the derived changes: all, or those asked for."""
    if ids is None:
        return [change_of(row) for row in read_rows(connection, CHANGES)]
    asked = json.dumps(sorted(ids))
    return [
        change_of(row)
        for row in read_rows(connection, CHANGES, "where id in (select value from json_each(?))", [asked])
    ]


def load_change_rows(connection: sqlite3.Connection, ids: Collection[str] | None = None) -> dict[str, Row]:
    """Return the rows of derived changes by id, for `change_of`: of all, or of those asked for."""
    if ids is None:
        return {row[0]: row for row in read_rows(connection, CHANGES)}
    asked = json.dumps(sorted(ids))
    rows = read_rows(connection, CHANGES, "where id in (select value from json_each(?))", [asked])
    return {row[0]: row for row in rows}


def find_change(connection: sqlite3.Connection, change_id: str) -> Change | None:
    """Return the derived change of that id; None when there is none."""
    return next((change_of(row) for row in read_rows(connection, CHANGES, "where id = ?", [change_id])), None)


def load_ids_of_agency(connection: sqlite3.Connection, agency_id: str) -> list[str]:
    """Return the ids of every change of the agency."""
    return [row[0] for row in connection.execute("select id from changes where agency_id = ?", [agency_id]).fetchall()]


def load_waiting(connection: sqlite3.Connection) -> dict[str, str]:
    """Return agreement id -> id of its ending that waits for confirmation."""
    rows = connection.execute(
        "select agreement_id, id from changes where status = 'provisional'"
        " and kind in ('termination', 'pending_withdrawn') order by position, id"
    )
    return dict(rows.fetchall())


def load_ids(connection: sqlite3.Connection) -> set[str]:
    """Return the ids of all derived changes."""
    return {row[0] for row in connection.execute("select id from changes")}


def find_ids(
    connection: sqlite3.Connection, *, kind: str | None, since: str | None, until: str | None, state: str | None
) -> list[str]:
    """Return the ids of the derived changes of a kind, time and state (None: of all), and of all overturned ones.

    Changes without an agency are among them whatever the state.
    """
    rows = connection.execute(
        "select id from changes where (:kind is null or kind = :kind) and (:since is null or listed_on >= :since)"
        " and (:until is null or listed_on <= :until) and (:state is null or not exists"
        " (select 1 from agencies a where a.id = changes.agency_id and ifnull(upper(a.state), '') <> upper(:state)))"
        " union all select distinct change_id from statements where change_id not in (select id from changes)",
        {"kind": kind, "since": since, "until": until, "state": state},
    )
    return [row[0] for row in rows]


def load_ids_showing(connection: sqlite3.Connection, agencies: Sequence[str], positions: Sequence[int]) -> set[str]:
    """Return the ids of the changes that name one of the agencies or refer to a list at one of the positions."""
    rows = connection.execute(
        "with p as (select value from json_each(?2)) select id from changes"
        " where agency_id in (select value from json_each(?1)) or first_missing in p"
        " or cast(last_listed as integer) in p or cast(first_listed as integer) in p",  # "position:row"
        [json.dumps(agencies), json.dumps(positions)],
    )
    return {row[0] for row in rows}


def load_current(connection: sqlite3.Connection, ids: Collection[str] | None = None) -> dict[str, Statement]:
    """Return what the derived log says of each change: of all, or of those asked for."""
    asked = None if ids is None else json.dumps(sorted(ids))
    rows = connection.execute(
        "select id, status, needs_review, reason from changes"
        + ("" if asked is None else " where id in (select value from json_each(?))"),
        [] if asked is None else [asked],
    )
    return {row[0]: Statement(row[0], row[1], bool(row[2]), row[3]) for row in rows}


def load_newest_statements(connection: sqlite3.Connection, ids: Collection[str] | None = None) -> dict[str, Statement]:
    """Return the newest statement of each change: of all, or of those asked for."""
    asked = None if ids is None else json.dumps(sorted(ids))
    rows = connection.execute(
        "select change_id, status, needs_review, why, body, max(id) from statements"
        + ("" if asked is None else " where change_id in (select value from json_each(?))")
        + " group by change_id",
        [] if asked is None else [asked],
    )
    return {row[0]: Statement(row[0], row[1], bool(row[2]), row[3], row[4]) for row in rows}


def add_statements(
    connection: sqlite3.Connection, known_at: str, statements: Iterable[Statement], *, by_ruling: bool = False
) -> None:
    """Keep the statements as made at `known_at`; `by_ruling` says that rulings made them."""
    connection.executemany(
        "insert into statements (change_id, known_at, status, needs_review, why, body, by_ruling)"
        " values (?,?,?,?,?,?,?)",
        ((s.change_id, known_at, s.status, int(s.needs_review), s.why, s.body, int(by_ruling)) for s in statements),
    )


def take_back(
    connection: sqlite3.Connection, stated: Collection[str], overruled: Collection[str], since: str | None
) -> None:
    """Take overturned changes out of the public log if only rulings stated them and nobody was or will be told.

    Those are looked at that were just `stated`, and those that a ruling overturned which is `overruled` itself.
    Rulings stated a change when they made its first statement since it was last taken out, or when that came after
    the earliest ruling that was taken back (`since`, None when none was): without that ruling it would not have been
    stated.
    """
    connection.execute(
        "update statements set taken_back = 1 where id in (select max(id) from statements where change_id in"
        " (select value from json_each(?1) union all select value from json_each(?2)) group by change_id)"
        " and body is not null and (by_ruling or change_id in (select value from json_each(?1)))"
        " and change_id not in (select id from changes) and change_id not in (select change_id from told)"
        " and not exists (select 1 from deliveries d where d.change_id = statements.change_id"
        " and d.status != 'dropped') and exists (select 1 from statements f where f.id ="
        " (select min(m.id) from statements m where m.change_id = statements.change_id and m.id > ifnull("
        "(select max(t.id) from statements t where t.change_id = statements.change_id and t.taken_back), 0))"
        " and (f.by_ruling or f.known_at >= ?3))",
        [json.dumps(sorted(stated)), json.dumps(sorted(overruled)), since],
    )


def load_stated(
    connection: sqlite3.Connection, ids: Collection[str] | None = None, *, whole: bool = False
) -> dict[str, Stated]:
    """Return what was last stated of each change, and when first: of all, or of those asked for.

    What rulings stated and took back before anybody was told is left out, unless the `whole` is asked for.
    """
    asked = None if ids is None else json.dumps(sorted(ids))
    rows = connection.execute(
        "select change_id, known_at, status, needs_review, why, taken_back from statements"
        + ("" if asked is None else " where change_id in (select value from json_each(?))")
        + " order by id",
        [] if asked is None else [asked],
    )
    said: dict[str, Stated] = {}
    hidden: set[str] = set()
    for change_id, at, status, needs_review, why, taken_back in rows:
        first = said[change_id].known_at if change_id in said else at
        said[change_id] = Stated(first, status, bool(needs_review), why)
        (hidden.add if taken_back else hidden.discard)(change_id)
    return said if whole else {i: stated for i, stated in said.items() if i not in hidden}


def load_last_wordings(connection: sqlite3.Connection, ids: Collection[str]) -> dict[str, ChangeRecord]:
    """Return the last wording of changes that were overturned at some time.

    At an earlier time a change may not have been overturned yet, nor be derived by the rules of today: then the words
    of its first overturning serve.
    """
    asked = json.dumps(sorted(ids))
    among = "body is not null and change_id in (select value from json_each(?)) group by change_id"
    later = connection.execute(f"select change_id, body, min(id) from main.statements where {among}", [asked])
    found = {row[0]: row[1] for row in later}
    rows = connection.execute(f"select change_id, body, max(id) from statements where {among}", [asked])
    found.update((row[0], row[1]) for row in rows)
    return {change_id: cast(ChangeRecord, json.loads(body)) for change_id, body in found.items()}


def load_told(connection: sqlite3.Connection) -> frozenset[str]:
    """Return the ids of the changes that some subscriber was told."""
    return frozenset(str(row[0]) for row in connection.execute("select change_id from told"))


def change_of(row: Row) -> Change:
    """Return the change that a row of its table is."""
    return Change(
        row[0], row[1], row[2], row[4], row[5], row[6], row[7], row[8], row[12], bool(row[3]), row[9], row[10],
        json.loads(row[11]), json.loads(row[13]), json.loads(row[14]), row[15], _unplace(row[16]), row[17],
        _unplace(row[18]),
    )  # fmt: skip


def _place(place: tuple[int, int] | None) -> str | None:
    return f"{place[0]}:{place[1]}" if place else None


def _unplace(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    position, row = text.split(":")
    return int(position), int(row)


_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _json(value: Any) -> str:
    return _ENCODER.encode(value) if value else ("{}" if isinstance(value, dict) else "[]")
