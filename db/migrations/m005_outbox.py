"""How much waits to be sent, as one row: what `status` and the metrics read."""

from __future__ import annotations

from sqlite_utils import Database

from db.migrations.registry import migrations


@migrations()
def m007_outbox_depth(db: Database) -> None:
    db.execute(
        "create view outbox_depth as select count(*) as waiting, min(next_at) as oldest_due_at from messages"
        " where status in ('waiting', 'sending') and kind != 'operator'"  # those have notices of their own
    )
