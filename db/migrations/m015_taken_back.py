"""Statements that a ruling made and another took back before anybody was told: kept, but no part of the public log."""

from __future__ import annotations

from sqlite_utils import Database

from db.migrations.registry import migrations


@migrations()
def m015_taken_back(db: Database) -> None:
    """Add to each statement whether rulings made it, and whether it took the change back out of the public log."""
    db.execute("alter table statements add column by_ruling integer not null default 0")
    db.execute("alter table statements add column taken_back integer not null default 0")
    view = next(db.query("select sql from sqlite_master where name = 'change_log'"))["sql"]
    db.execute("drop view change_log")
    db.execute(
        f"{view} and not exists (select 1 from statements x where x.taken_back"
        " and x.id = (select max(id) from statements y where y.change_id = s.change_id))"
    )
