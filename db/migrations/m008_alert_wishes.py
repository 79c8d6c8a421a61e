"""What readers may ask for since: a rhythm for endings, messages only when a count changes; digests that gather.

Secrets of webhooks take the form of Standard Webhooks, with the bytes they had, so that signatures stay the same.
"""

from __future__ import annotations

from base64 import b64encode

from sqlite_utils import Database

from db.migrations.registry import migrations

_COLUMNS = (
    # Null: endings and returns are sent by `rhythm`, like the rest.
    "alter table subscriptions add column ending_rhythm text check (ending_rhythm in ('instant', 'daily', 'weekly'))",
    "alter table subscriptions add column counts_only integer not null default 0",
    # From `due_at` a delivery may leave in company, at `latest_at` it leaves alone; null: the same.
    "alter table deliveries add column latest_at text",
    # What the change does to the number of agreements listed: 1, 0 or -1.
    "alter table deliveries add column effect integer not null default 0",
    "alter table messages add column part integer",
    "alter table messages add column parts integer",
    "alter table messages add column subject text not null default ''",
    # When the refusals in a row that `soft_bounces` counts began.
    "alter table subscribers add column refused_since text",
    # Statements up to this one keep the feed ids they were given at first: addresses of pages.
    "create table old_feed_ids (last_statement integer not null) strict",
    "insert into old_feed_ids select ifnull(max(id), 0) from statements",
)


@migrations()
def m008_alert_wishes(db: Database) -> None:
    for statement in _COLUMNS:
        db.execute(statement)
    for number, secret in db.execute("select id, secret from subscribers where secret != ''").fetchall():
        same = "whsec_" + b64encode(secret.encode()).decode()
        db.execute("update subscribers set secret = ? where id = ?", [same, number])
