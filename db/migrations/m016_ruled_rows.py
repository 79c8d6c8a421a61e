"""What a ruling on a change is about: the change's kind, its agreement and both printed rows.

A change's id can be replaced when another list comes; these say which change the ruling means then.
"""

from __future__ import annotations

from sqlite_utils import Database

from db.migrations.registry import migrations


@migrations()
def m016_ruled_rows(db: Database) -> None:
    """Add to each ruling what it is about; those made before are tied to their change's id alone."""
    for column in ("on_kind", "on_agreement", "on_before", "on_after"):
        db.execute(f"alter table rulings add column {column} text not null default ''")
