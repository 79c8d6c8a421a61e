"""The order in which the log said things, so that a program that asks again misses nothing.

`docs/database.md` describes the table and its columns.
"""

from __future__ import annotations

from sqlite_utils import Database

from db.migrations.registry import migrations

_STATEMENTS = (
    """create table statement_log (
        sequence integer primary key, change_id text not null, stated_at text not null,
        statement_id integer not null references statements(id), digest text
    ) strict""",
    "create index statement_log_by_change on statement_log(change_id, sequence)",
    # the digest of what was stated before is noted when the change is next looked at
    "insert into statement_log (sequence, change_id, stated_at, statement_id)"
    " select id, change_id, known_at, id from statements order by id",
)


@migrations()
def m012_statement_log(db: Database) -> None:
    """Create the log of statements from the statements made so far."""
    for statement in _STATEMENTS:
        db.execute(statement)
