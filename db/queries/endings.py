"""Endings of the participating list that are decided: confirmed, or withdrawn because the row came back."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple


class DecidedEnding(NamedTuple):
    """When the row was last listed and first missing (ISO dates), and how soon it was back; None when it was not."""

    last_listed_on: str
    first_missing_on: str
    back_after_days: int | None


def load_decided_endings(connection: sqlite3.Connection) -> list[DecidedEnding]:
    """Return the decided endings, oldest first; those that were an error of ours are left out."""
    rows = connection.execute(
        "select p.published_on, c.listed_on, json_extract(c.evidence, '$.back_after_days') from changes c"
        " join publications p on p.position = cast(c.last_listed as integer)"
        " where c.kind = 'termination' and (c.status = 'confirmed' or (c.status = 'retracted'"
        " and json_extract(c.evidence, '$.back_after_days') is not null)) order by c.listed_on, c.id"
    )
    return [DecidedEnding(*row) for row in rows]
