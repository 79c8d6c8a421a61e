"""Notices to the operator: a held list makes one, and nobody else hears of it."""

from __future__ import annotations

import json
import secrets

from db.database import Store


def make_message_id() -> str:
    """The part of a Message-ID before the @; nobody can guess it, so a complaint that quotes it is about our mail."""
    return secrets.token_hex(12)


def note_held(store: Store, now: str) -> int:
    """Each list that waits for a person has one notice in the outbox, however often it is looked at; returns new ones.

    Lists that were held in history and made up for since are not told.
    """
    connection = store.connection
    held = connection.execute(
        "select sha256 from publications h where status = 'held' and not exists (select 1 from publications p"
        " where p.status = 'accepted' and p.list = h.list and p.published_at > h.published_at) order by published_at"
    ).fetchall()
    made = 0
    for (sha256,) in held:
        made += connection.execute(
            "insert or ignore into messages (kind, message_id, status, about, created_at, next_at)"
            " values ('operator', ?, 'waiting', ?, ?, ?)",
            [make_message_id(), f"held:{sha256}", now, now],
        ).rowcount
    return made


def held_lines(store: Store, sha256: str) -> list[str]:
    """What is held and why, in lines for the operator."""
    lines = []
    for file, name, rows, reasons in store.connection.execute(
        "select file, list, rows, reasons from publications where sha256 = ?", [sha256]
    ):
        lines.append(f"{file} ({name}, {rows} rows)")
        lines += [f"  - {reason}" for reason in json.loads(reasons)]
    return lines
