"""How up to date each list is: its newest accepted publication, and since when later ones are held."""

from __future__ import annotations

import json
import sqlite3
from datetime import date
from itertools import takewhile

from db.models import ListName
from db.service_models import ListFreshness

_NAMES: tuple[ListName, ...] = ("participating", "pending")


def read_list_freshness(connection: sqlite3.Connection, today: str) -> list[ListFreshness]:
    """Return for each list that was ever linked or accepted how up to date it is on the day `today` (ISO).

    A held list counts for the list that its link promised, for that one is going stale.
    """
    return [found for name in _NAMES if (found := _read_one(connection, name, today)) is not None]


def _read_one(connection: sqlite3.Connection, name: ListName, today: str) -> ListFreshness | None:
    newest = connection.execute(
        "select published_on, published_at from publications where list = ? and position is not null"
        " order by position desc limit 1",
        [name],
    ).fetchone()
    held = connection.execute(
        "select published_on, sha256, reasons from publications where status = 'held' and published_at > ?"
        " and iif(linked_as = '', list, linked_as) = ? order by published_at, file",
        [newest[1] if newest else "", name],
    ).fetchall()
    if newest is None and not held:
        return None
    codes = [json.loads(reasons)[-1].split(":", 1)[0] for _, _, reasons in held]
    in_a_row = len(list(takewhile(lambda code: code == codes[-1], reversed(codes))))
    since = held[0][0] if held else None
    days = (date.fromisoformat(today) - date.fromisoformat(since)).days if since else 0
    return ListFreshness(
        name, newest[0] if newest else None, since, max(days, 0), len(held), in_a_row, codes[-1] if codes else "",
        held[-1][1] if held else "",
    )  # fmt: skip
