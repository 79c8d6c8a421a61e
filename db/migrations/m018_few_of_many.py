"""Indexes of what is few among many: asked for with each new list, and not to cost more the more lists there are."""

from __future__ import annotations

from sqlite_utils import Database

from db.migrations.registry import migrations


@migrations()
def m018_few_of_many(db: Database) -> None:
    for statement in _STATEMENTS:
        db.execute(statement)


_STATEMENTS = (
    "create index fold_steps_by_document on fold_steps(sha256)",
    "create index fold_steps_disbelieved on fold_steps(step) where believed = 0",
    "create index publications_by_list on publications(list, published_at, published_on, status)",
    "create index publications_not_accepted on publications(status) where status != 'accepted'",
    # what stands on the newest lists, to be read without those of all earlier ones
    "create index spans_that_last on spans(listing_id, agreement_id, first_position, row) where last_position is null",
    "create index listings_by_block on listings(ifnull(state_code, ''), ifnull(support_code, ''))",
)
