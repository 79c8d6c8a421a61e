"""Mail to the operator: a list that waits for a person, and why."""

from __future__ import annotations

import sqlite3

from db.queries.held_lists import describe_held
from monitor.alerts.outbox import HELD
from monitor.alerts.render import Rendered


def write_held_notice(connection: sqlite3.Connection, about: str) -> Rendered:
    """Return the message about a held list; `about` is what the outbox stored with it."""
    sha256 = about.removeprefix(HELD)
    lines = describe_held(connection, sha256)
    text = (
        "A list waits for a person. It made no changes and no alerts.\n\n" + "\n".join(lines)
        + f"\n\nSee it:      ice-agreements review show {sha256[:12]}"
        + f"\nAccept it:   ice-agreements review release {sha256[:12]}"
        + f"\nReject it:   ice-agreements review reject {sha256[:12]}\n"
    )  # fmt: skip
    return Rendered(f"287(g): a list is held: {lines[0] if lines else sha256[:12]}", text, "")
