"""Rulings in the store: append-only, by whom, when and why."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from db.database import Store
from db.errors import NotFoundError, StoreError
from db.queries.rulings import in_force, ruling_mark
from db.queries.snapshots import load_listings
from db.records import ChangeRecord
from monitor.changelog.log import Filter, read_log
from monitor.matching.ids import agreement_slug
from monitor.review.rulings import RULINGS

_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")  # as the store writes it; they are compared as text
RULING_COLUMNS = ("made_at", "reviewer", "ruling", "subject", "other", "reason")


class RulingError(StoreError):
    """A ruling names nothing that is here, or is none."""


def rule(store: Store, ruling: str, subject: str, other: str = "", *, reviewer: str, reason: str, made_at: str) -> None:
    """The ruling is written down. For `same` and `distinct`, subject is a change id and other an agreement id."""
    if not reviewer.strip():
        raise RulingError("a ruling needs the name of who decides; give --reviewer")
    if ruling in ("same", "distinct"):
        subject, other = _pair(store, subject, other)
    elif ruling in ("confirm", "dismiss"):
        _change(store, subject)
    elif ruling in ("release", "reject") or all(change["id"] != subject for change in read_log(store)):
        subject = _whole_sha256(store, subject)
    add_ruling(store, made_at, reviewer.strip(), ruling, subject, other, reason)


def add_ruling(store: Store, made_at: str, reviewer: str, ruling: str, subject: str, other: str, reason: str) -> bool:
    """The ruling is a row; returns False when just that row was there."""
    with store.writing() as connection:
        cursor = connection.execute(
            "insert into rulings (made_at, reviewer, ruling, subject, other, reason) values (?,?,?,?,?,?)"
            " on conflict do nothing",
            [made_at, reviewer, ruling, subject, other, reason],
        )
        return cursor.rowcount > 0


def all_rulings(store: Store) -> list[dict[str, str]]:
    """Every ruling, oldest first."""
    rows = store.connection.execute(f"select {', '.join(RULING_COLUMNS)} from rulings order by made_at, id")  # noqa: S608 - fixed names
    return [dict(zip(RULING_COLUMNS, row, strict=True)) for row in rows]


def rulings_on(store: Store, subject: str) -> list[dict[str, str]]:
    """The rulings on a change (also those on its agreement) or a list."""
    row = store.connection.execute(
        "select agreement_id from changes where id = ?1 union all select json_extract(body, '$.agreement_id')"
        " from statements where change_id = ?1 and body is not null limit 1",  # overturned: no longer derived
        [subject],
    ).fetchone()
    subjects = {subject, row[0] if row else subject}
    return [r for r in all_rulings(store) if r["subject"] in subjects or r["subject"].startswith(subject)]


def undo_newest(store: Store, subject: str, *, reviewer: str, reason: str, made_at: str) -> str:
    """The newest ruling in force on a change or list no longer counts; returns which ruling it was."""
    rows = [
        (r["made_at"], r["ruling"], r["subject"], r["other"], r["reviewer"], r["reason"])
        for r in rulings_on(store, subject)
    ]
    standing = [row for row in in_force(rows) if row[1] != "note"]
    if not standing:
        raise RulingError(f"no ruling on {subject} is in force")
    at, ruling, of, other, who, _ = standing[-1]
    add_ruling(store, made_at, reviewer, "undo", of, ruling_mark(at, ruling, other, who), reason)
    return ruling


def import_rulings(store: Store, path: Path) -> tuple[int, int]:
    """Rulings from a CSV of `RULING_COLUMNS` are written down; returns how many were new and how many known."""
    added = known = 0
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines, store.writing():
            rows = csv.DictReader(lines, dialect="excel")
            missing = [c for c in RULING_COLUMNS if c not in (rows.fieldnames or ())]
            if missing:
                raise RulingError(
                    f"{path}: the columns {', '.join(missing)} are missing; use what `review export` writes"
                )
            for number, row in enumerate(rows, 2):
                if doubt := _doubt(row):
                    raise RulingError(f"{path}, row {number}: {doubt}")
                if add_ruling(store, *(row[c] for c in RULING_COLUMNS)):
                    added += 1
                else:
                    known += 1
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise RulingError(f"{path} cannot be read: {error}") from error
    return added, known


def _doubt(row: Mapping[str, str | None]) -> str:
    """What is wrong with a ruling read from a file; empty when nothing is."""
    if None in row or None in row.values():
        return "has not as many cells as the header; use what `review export` writes"
    if row["ruling"] not in RULINGS:
        return f"{row['ruling']!r} is no ruling; known: {', '.join(RULINGS)}"
    if not _MOMENT.fullmatch(row["made_at"] or ""):
        return f"{row['made_at']!r} is no time; write it as 2025-05-30T18:00:00Z"
    for name in ("reviewer", "subject"):
        if not (row[name] or "").strip():
            return f"the {name} is missing"
    return ""


def open_reviews(store: Store) -> list[dict[str, Any]]:
    """What waits for a person: held lists that no later list has made up for, then changes that need review."""
    held = [
        {
            "id": row[0], "kind": "held list", "status": "held", "listed_on": row[2], "agency": row[1],
            "reasons": json.loads(row[3]), "state": None, "support_type": None, "candidates": json.loads(row[3]),
        }
        for row in store.connection.execute(
            "select sha256, file, published_on, reasons from publications h where status = 'held' and not exists"
            " (select 1 from publications p where p.status = 'accepted' and p.list = h.list and"
            " p.published_at > h.published_at) order by published_at"
        )
    ]  # fmt: skip
    return [*held, *(c for c in read_log(store, Filter(needs_review=True)) if c["status"] != "retracted")]


def describe_list(store: Store, sha256: str) -> str:
    """A list's publications in lines for a person."""
    whole = _whole_sha256(store, sha256)
    rows = store.connection.execute(
        "select file, list, linked_as, published_on, rows, status, reasons from publications where sha256 = ?", [whole]
    ).fetchall()
    lines = [whole]
    for file, name, linked_as, published_on, count, status, reasons in rows:
        lines.append(
            f"{file}: {name} list of {published_on}, {count} rows, linked as {linked_as or 'nothing'}: {status}"
        )
        lines += [f"  {reason}" for reason in json.loads(reasons)]
    return "\n".join(lines)


def _pair(store: Store, subject: str, other: str) -> tuple[str, str]:
    """The two agreements that a ruling on a change is about: its own, and a candidate or any other.

    An amendment took two rows for one agreement: its own candidate is that agreement under the older row, so the
    other is the agreement that the newer row would be by itself.
    """
    change = _change(store, subject)
    agreement = change["agreement_id"]
    if agreement is None:
        raise RulingError(f"{subject} is about a list, not about two agreements")
    row = store.connection.execute(
        "select after_listing from changes where id = ? and kind in ('amendment', 'reinstatement')", [subject]
    ).fetchone()
    if row is not None:
        newer = agreement_slug(load_listings(store, [row[0]])[row[0]])
        if other in (agreement, newer):
            return agreement, newer
    names = {c["agreement_id"] for c in change["candidates"]}
    known = store.connection.execute(
        "select 1 from agreements where id = ? union all select 1 from rulings where subject = ? and other = ?",
        [other, agreement, other],  # what was once ruled the same is no agreement of its own any more
    ).fetchone()
    if other not in names and known is None:
        raise RulingError(f"{other!r} is no agreement; `ice-agreements explain {subject}` names the candidates")
    return agreement, other


def _change(store: Store, change_id: str) -> ChangeRecord:
    for change in read_log(store):
        if change["id"] == change_id:
            return change
    raise NotFoundError(f"no change {change_id}; `ice-agreements changes` lists their ids")


def _whole_sha256(store: Store, beginning: str) -> str:
    """The one document whose sha256 begins so."""
    rows = store.connection.execute(
        "select distinct sha256 from publications where substr(sha256, 1, ?) = ?", [len(beginning), beginning]
    ).fetchall()
    if len(rows) != 1 or len(beginning) < 6:
        raise NotFoundError(
            f"{beginning!r} names no one list; `ice-agreements publications --format json` gives sha256"
        )
    return str(rows[0][0])
