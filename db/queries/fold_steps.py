"""The steps in which the derived tables were made, and the answers each step relied on."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from db.models import ListName, NameKey
from db.queries.snapshots import unpack

Question = tuple[str, str, NameKey, NameKey]  # list, support type, name, name


class Step(NamedTuple):
    """One publication folded in. `chain` stands for it and all before it."""

    key: tuple[str, str, str]
    chain: str
    checkpoint: bool  # whether the tables can go back to what they said before this step
    believed: bool  # whether its rows count as evidence of which names stood together


def load_steps(connection: sqlite3.Connection) -> list[Step]:
    """Return every step in order, from step 0."""
    rows = connection.execute(
        "select sha256, file, linked_as, chain, checkpoint, believed from fold_steps order by step"
    )
    return [Step((row[0], row[1], row[2]), row[3], bool(row[4]), bool(row[5])) for row in rows]


def count_steps(connection: sqlite3.Connection) -> int:
    """Return the number of steps; they are numbered from 0."""
    return int(connection.execute("select ifnull(max(step) + 1, 0) from fold_steps").fetchone()[0])


def load_newest_keys(connection: sqlite3.Connection, most: int) -> list[tuple[str, str, str]]:
    """Return the keys of the publications of the last steps, newest first, at most so many."""
    return connection.execute(
        "select sha256, file, linked_as from fold_steps order by step desc limit ?", [most]
    ).fetchall()


def load_chain(connection: sqlite3.Connection, step: int) -> str:
    """Return what stands for the step and all before it."""
    return str(connection.execute("select chain from fold_steps where step = ?", [step]).fetchone()[0])


def load_step_of(connection: sqlite3.Connection, position: int) -> int:
    """Return the number of the step whose publication has that position."""
    row = connection.execute(
        "select s.step from fold_steps s join publications p on p.sha256 = s.sha256 and p.file = s.file"
        " and p.linked_as = s.linked_as where p.position = ?",
        [position],
    ).fetchone()
    return int(row[0])


def load_held_rows(connection: sqlite3.Connection) -> list[tuple[int, ListName | None, tuple[int, ...]]]:
    """Return (step, list, listing ids) of every list that is held: what it is held for names its rows."""
    rows = connection.execute(
        "select s.step, p.list, n.listing_ids from publications p join fold_steps s on s.sha256 = p.sha256"
        " and s.file = p.file and s.linked_as = p.linked_as join snapshots n on n.sha256 = p.sha256"
        " where p.status = 'held' and n.listing_ids is not null order by s.step"
    )
    return [(row[0], row[1], unpack(row[2])) for row in rows]


def load_ending_steps(connection: sqlite3.Connection, ruled: Mapping[str, str]) -> list[int]:
    """Return the steps of the endings (by id, with the time of the ruling) whose list was followed by a later one then.

    A ruling made after the newest list was seen decides nothing that is folded in.
    """
    found = []
    for change_id, made_at in ruled.items():
        row = connection.execute(
            "select c.position from changes c where c.id = ? and c.kind in ('termination', 'pending_withdrawn')"
            " and exists (select 1 from publications p where p.list = c.list and p.position > c.position"
            " and p.first_seen_at > ?)",
            [change_id, made_at],
        ).fetchone()
        if row is not None:
            found.append(load_step_of(connection, row[0]))
    return found


def add_steps(connection: sqlite3.Connection, first: int, steps: Iterable[Step]) -> None:
    """Note the steps, numbered from `first`."""
    connection.executemany(
        "insert into fold_steps (step, sha256, file, linked_as, chain, checkpoint, believed) values (?,?,?,?,?,?,?)",
        ((n, *s.key, s.chain, int(s.checkpoint), int(s.believed)) for n, s in enumerate(steps, first)),
    )


def save_believed(connection: sqlite3.Connection, believed: Iterable[int]) -> None:
    """Note which steps' rows count as evidence."""
    numbers = json.dumps(sorted(believed))
    connection.execute(
        "update fold_steps set believed = not believed where believed != (step in (select value from json_each(?)))",
        [numbers],
    )


def load_accepted(connection: sqlite3.Connection) -> frozenset[int]:
    """Return the numbers of the steps whose publications were accepted."""
    rows = connection.execute(
        "select s.step from fold_steps s join publications p on p.sha256 = s.sha256 and p.file = s.file"
        " and p.linked_as = s.linked_as where p.status = 'accepted'"
    )
    return frozenset(row[0] for row in rows)


def load_lists(connection: sqlite3.Connection, first: int = 0) -> list[ListName]:
    """Return of each step from `first` on which list its publication was judged to be."""
    rows = connection.execute(
        "select p.list from fold_steps s join publications p on p.sha256 = s.sha256 and p.file = s.file"
        " and p.linked_as = s.linked_as where s.step >= ? order by s.step",
        [first],
    )
    return [row[0] for row in rows]


def is_settled(connection: sqlite3.Connection) -> bool:
    """Return whether the lists whose rows counted as evidence are just those that were accepted."""
    same = "p.sha256 = s.sha256 and p.file = s.file and p.linked_as = s.linked_as"
    row = connection.execute(  # an index has the few lists that are not believed, another those not accepted
        f"select 1 from fold_steps s cross join publications p on {same}"
        " where s.believed = 0 and p.status = 'accepted' union all"
        f" select 1 from publications p cross join fold_steps s on {same}"
        " where p.status != 'accepted' and s.believed = 1 limit 1"
    )
    return row.fetchone() is None


def save_answers(connection: sqlite3.Connection, answers: Iterable[tuple[Question, bool, int]]) -> None:
    """Keep (question, answer, step that asked); a question asked before keeps its earlier step."""
    connection.executemany(
        "insert or ignore into side_by_side (list, support_type, state_a, name_a, state_b, name_b, together, step)"
        " values (?,?,?,?,?,?,?,?)",
        ((q[0], q[1], *q[2], *q[3], int(answer), step) for q, answer, step in answers),
    )


def load_answers(
    connection: sqlite3.Connection, names: Iterable[NameKey] | None = None
) -> list[tuple[Question, bool, int]]:
    """Return (question, answer, step that first asked) of all questions, or of those about one of the names."""
    query = "select list, support_type, state_a, name_a, state_b, name_b, together, step from side_by_side"
    if names is None:
        rows = connection.execute(query).fetchall()
    else:
        name = "json_extract(value, '$[0]'), json_extract(value, '$[1]')"
        wanted = f"with n (s, k) as (select {name} from json_each(?1))"
        rows = connection.execute(
            f"{wanted} {query} where (state_a, name_a) in (select s, k from n) union"
            f" {query} where (state_b, name_b) in (select s, k from n)",
            [json.dumps(list(names))],
        ).fetchall()
    return [((row[0], row[1], (row[2], row[3]), (row[4], row[5])), bool(row[6]), row[7]) for row in rows]
