"""Publications: the evidence they are gathered from, the rows kept of them, and the list in force on a day."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, cast

from db.models import Accepted, ListName, PageState, Publication, StatedTotals
from db.queries.snapshots import load_rows
from db.records import ListReference

COLUMNS = (
    "position", "list", "sha256", "file", "linked_as", "url", "published_on", "published_at",
    "workbook_modified_at", "first_seen_at", "fetched_at", "rows", "status", "reasons",
)  # fmt: skip
_SELECT = f"select {', '.join(COLUMNS)} from publications"
#: A held list that no later accepted one has made up for.
_WAITS = (
    "status != 'accepted' and status = 'held' and not exists (select 1 from publications p where p.status = 'accepted'"
    " and p.list = iif(h.linked_as = '', h.list, h.linked_as) and p.published_at > h.published_at)"
)


def load_sightings(connection: sqlite3.Connection, only: Sequence[str] | None = None) -> Iterator[tuple[Any, ...]]:
    """Yield (sha256, file, linked_as, url, seen_at, known_at, how) of every sighting, in the order they were noted."""
    yield from connection.execute(
        "select sha256, file, linked_as, url, seen_at, known_at, how from sightings"
        + ("" if only is None else " where sha256 in (select value from json_each(?))")
        + " order by id",
        [] if only is None else [json.dumps(list(only))],
    )


def load_new_documents(connection: sqlite3.Connection, last_sighting: int) -> list[str]:
    """Return the documents sighted since that sighting."""
    rows = connection.execute("select distinct sha256 from sightings where id > ?", [last_sighting])
    return [str(row[0]) for row in rows]


def load_page_states(connection: sqlite3.Connection) -> list[PageState]:
    """Return every kept state of ICE's page, oldest first."""
    rows = connection.execute("select seen_at, sha256, links, totals from page_checks order by id")
    found = []
    for seen_at, sha256, links, totals in rows:
        linked = frozenset(link["linked_as"] for link in json.loads(links) if link.get("linked_as"))
        stated = json.loads(totals) if totals else None
        if stated is not None:
            counts = {code: (pair[0], pair[1]) for code, pair in (stated.get("by_support_type") or {}).items()}
            stated = StatedTotals(
                stated["sentence"], stated.get("as_of_on"), stated.get("agreements"), stated.get("states"),
                stated.get("territories"), counts, stated.get("pending"),
            )  # fmt: skip
        found.append(PageState(seen_at, sha256, linked, stated))
    return found


def publication_row(p: Publication) -> tuple[Any, ...]:
    """Return the publication as a row of `COLUMNS`."""
    return (
        p.position, p.list_name, p.sha256, p.file, p.linked_as, p.url, p.published_on, p.published_at,
        p.workbook_modified_at, p.first_seen_at, p.fetched_at, p.rows, p.status, json.dumps(p.reasons),
    )  # fmt: skip


def load_publication(connection: sqlite3.Connection, key: tuple[str, str, str]) -> Publication:
    """Return the kept publication of that document, name and promise."""
    row = connection.execute(f"{_SELECT} where sha256 = ? and file = ? and linked_as = ?", key).fetchone()
    return _publication(row)


def load_others(connection: sqlite3.Connection) -> dict[tuple[str, str, str], tuple[Any, ...]]:
    """Return the rows of `COLUMNS`, by key, of the publications that are no step of the fold."""
    rows = connection.execute(
        f"{_SELECT} p where not exists (select 1 from fold_steps s where s.sha256 = p.sha256 and s.file = p.file"
        " and s.linked_as = p.linked_as)"
    )
    return {row[2:5]: tuple(row) for row in rows}


def load_newest_days(connection: sqlite3.Connection) -> dict[str | None, str]:
    """Return the latest day that a publication of each list is of."""
    rows = connection.execute(
        "select list, max(published_on) from publications where status not in ('duplicate', 'stale') group by list"
    )
    return dict(rows.fetchall())


def load_seen_after(connection: sqlite3.Connection, day: str) -> list[tuple[str, str, str, str | None]]:
    """Return (file, published_at, first_seen_at, fetched_at) of what was first seen or fetched that day or later.

    Repeats are left out.
    """
    return connection.execute(
        "select file, published_at, first_seen_at, fetched_at from publications where list is not null"
        " and status not in ('duplicate', 'stale') and (first_seen_at >= ?1 or fetched_at >= ?1)",
        [day],
    ).fetchall()


def are_known(connection: sqlite3.Connection, documents: Sequence[str]) -> bool:
    """Return whether some publication is one of the documents."""
    row = connection.execute(
        "select 1 from publications where sha256 in (select value from json_each(?)) limit 1",
        [json.dumps(list(documents))],
    )
    return row.fetchone() is not None


def load_accepted(connection: sqlite3.Connection, position: int) -> Accepted:
    """Return the accepted publication of that position with its rows."""
    row = connection.execute(
        "select list, sha256, file, published_on from publications where position = ?", [position]
    ).fetchone()
    return Accepted(position, cast(ListName, row[0]), row[1], row[2], row[3], *load_rows(connection, row[1]))


def load_newest_positions(connection: sqlite3.Connection) -> dict[ListName, tuple[int, int]]:
    """Return for each list the position of its newest accepted publication, and of the newest that moved anything."""
    found = {}
    names: tuple[ListName, ...] = ("participating", "pending")
    for name in names:
        newest = "select position from publications where list = ? and position is not null {} order by position desc"
        row = connection.execute(newest.format("") + " limit 1", [name]).fetchone()
        if row is not None:
            moved = newest.format("and reasons not like '%\"unchanged\"%'") + " limit 1"
            found[name] = (row[0], connection.execute(moved, [name]).fetchone()[0])
    return found


def load_dates(connection: sqlite3.Connection) -> dict[int, str]:
    """Return the date of each accepted publication by position."""
    rows = connection.execute("select position, published_on from publications where position is not null")
    return dict(rows.fetchall())


def find_same_rows(connection: sqlite3.Connection, list_name: str, listing_ids: frozenset[int]) -> str | None:
    """Return the file of the oldest accepted publication of the list with just these rows; None when there is none."""
    rows = connection.execute(
        "select file, sha256 from publications where list = ? and position is not null order by position", [list_name]
    )
    return next((str(file) for file, sha256 in rows if set(load_rows(connection, sha256)[0]) == listing_ids), None)


def load_held_files(connection: sqlite3.Connection) -> list[str]:
    """Return the files of the held lists that no later accepted list has made up for, by name."""
    rows = connection.execute(f"select file from publications h where {_WAITS} order by file")
    return [str(row[0]) for row in rows]


def load_served_until(connection: sqlite3.Connection, sha256: str, before: str | None = None) -> str | None:
    """Return when ICE was last found to serve the document (before that time); None when it never was."""
    row = connection.execute(
        "select max(requested_at) from fetches where sha256 = ? and role in ('list', 'page')"
        " and outcome in ('new', 'same', 'not_modified') and (? is null or requested_at < ?)",
        [sha256, before, before],
    ).fetchone()
    return cast("str | None", row[0])


def load_waiting_served(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """Return (first day of an ending that waits, when ICE was last found to serve the newest list) for each list."""
    rows = connection.execute(
        "select min(c.listed_on), c.list from changes c where c.status = 'provisional'"
        " and c.kind in ('termination', 'pending_withdrawn') group by c.list"
    ).fetchall()
    found = []
    for first_missing, name in rows:
        (sha256,) = connection.execute(
            "select sha256 from publications where list = ? and position is not null order by position desc limit 1",
            [name],
        ).fetchone()
        until = load_served_until(connection, sha256)
        if until is not None:
            found.append((first_missing, until))
    return found


def load_list_in_force(
    connection: sqlite3.Connection, list_name: str, as_of: str | None
) -> tuple[int, ListReference] | None:
    """Return the position and reference of the newest accepted publication by the end of `as_of`; None when none."""
    row = connection.execute(
        "select position, file, list, sha256, url, published_on, workbook_modified_at from publications where list = ?"
        " and position is not null and (? is null or published_on <= ?) order by position desc limit 1",
        [list_name, as_of, as_of],
    ).fetchone()
    return None if row is None else (row[0], _reference(row[1:]))


def load_oldest_day(connection: sqlite3.Connection, list_name: str) -> str | None:
    """Return the day of the oldest accepted publication of the list; None when there is none."""
    row = connection.execute(
        "select min(published_on) from publications where list = ? and position is not null", [list_name]
    ).fetchone()
    return cast("str | None", row[0])


def load_last_lists_of_days(connection: sqlite3.Connection) -> list[tuple[int, ListReference]]:
    """Return the last accepted participating publication of each day, oldest first."""
    rows = connection.execute(
        "select max(position), file, list, sha256, url, published_on, workbook_modified_at from publications"
        " where list = 'participating' and position is not null group by published_on order by published_on"
    )
    return [(row[0], _reference(row[1:])) for row in rows]


def load_references(connection: sqlite3.Connection, positions: Iterable[int] | None = None) -> dict[int, ListReference]:
    """Return a reference to accepted publications by position: to every one, or to those asked for.

    Those asked for come with the list of the same name before each.
    """
    query = "select position, file, list, sha256, url, published_on, workbook_modified_at from publications"
    if positions is None:
        return references(connection.execute(f"{query} where position is not null"))
    asked = "select value from json_each(?1)"
    before = (
        "select (select max(b.position) from publications b where b.list = p.list and b.position < p.position)"
        f" from publications p where p.position in ({asked})"
    )
    wanted = f"position in ({asked}) or position in ({before})"
    return references(connection.execute(f"{query} where {wanted}", [json.dumps(list(positions))]))


def references(rows: Iterable[tuple[Any, ...]]) -> dict[int, ListReference]:
    """Return the reference that each row is, by position; one without a position is none."""
    return {row[0]: _reference(row[1:]) for row in rows if row[0] is not None}


def reference_row(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return what `references` wants of a whole row of the table, its key (document, file, promise) in front."""
    return (row[3], row[1], row[4], row[0], row[5], row[6], row[8])


def _reference(row: tuple[Any, ...]) -> ListReference:
    return {
        "file": row[0], "list": row[1], "sha256": row[2], "url": row[3], "published_on": row[4],
        "workbook_modified_at": row[5],
    }  # fmt: skip


def _publication(row: tuple[Any, ...]) -> Publication:
    return Publication(
        row[2], row[3], row[4], row[5], cast("ListName | None", row[1]), row[7], row[6], row[8], row[9], row[10],
        row[11], row[12], json.loads(row[13]), row[0],
    )  # fmt: skip
