"""Who is told, of what, and what became of each telling. `docs/database.md` describes every table and column.

Deliveries, messages and attempts are facts: a rebuild leaves them alone, and nothing edits what was sent.
"""

from __future__ import annotations

from sqlite_utils import Database

from db.migrations.registry import migrations

_ALERTS = (
    # Ids are never used again (`autoincrement`): they stand in links.
    # An address is kept once, as `address_key`; `nonce` is in signed links and changes when they must stop working.
    """create table subscribers (
        id integer primary key autoincrement, channel text not null check (channel in ('mail', 'webhook', 'chat')),
        address text not null, address_key text not null unique,
        status text not null check (status in ('pending', 'active', 'ended', 'suppressed')),
        language text not null default 'en', zone text not null default 'America/New_York', nonce text not null,
        secret text not null default '', how text not null default '', note text not null default '',
        soft_bounces integer not null default 0,
        created_at text not null, confirmed_at text, ended_at text
    ) strict""",
    # Null means any; `kinds` is null for the kinds told by default, else their names joined by commas.
    """create table subscriptions (
        id integer primary key autoincrement, subscriber_id integer not null references subscribers(id),
        status text not null check (status in ('pending', 'active', 'ended')),
        rhythm text not null check (rhythm in ('instant', 'daily', 'weekly')), rank integer not null,
        state text, county_fips text, agency_id text, support_type text, kinds text,
        early integer not null default 0, created_at text not null, confirmed_at text, ended_at text
    ) strict""",
    "create index subscriptions_by_subscriber on subscriptions(subscriber_id)",
    "create index subscriptions_by_state on subscriptions(status, state)",
    # What must never be written to again, whoever asks: hard bounces, complaints, a person's wish.
    """create table suppressions (
        address_key text primary key, reason text not null, at text not null, detail text not null default ''
    ) strict, without rowid""",
    # One message to one address. `about` keeps a notice to the operator from being written twice.
    """create table messages (
        id integer primary key, subscriber_id integer references subscribers(id), subscription_id integer,
        kind text not null check (kind in ('alert', 'confirm', 'operator')), message_id text not null unique,
        status text not null check (status in ('waiting', 'sending', 'sent', 'failed', 'dropped')),
        about text unique, recipient text, created_at text not null, next_at text not null,
        attempts integer not null default 0, first_tried_at text, code integer,
        detail text not null default '', sent_at text
    ) strict""",
    "create index messages_open on messages(id) where status in ('waiting', 'sending')",
    "create index messages_by_subscriber on messages(subscriber_id, status)",
    # One change for one subscriber: `turn` counts what was said of it, one after another.
    """create table deliveries (
        id integer primary key, subscriber_id integer not null references subscribers(id),
        subscription_id integer not null references subscriptions(id), change_id text not null,
        turn integer not null, what text not null check (what in ('news', 'early', 'correction')),
        status text not null check (status in ('waiting', 'sent', 'failed', 'dropped')),
        answers integer references deliveries(id), queued_at text not null, due_at text not null,
        message integer references messages(id), unique (subscriber_id, change_id, turn)
    ) strict""",
    "create index deliveries_open on deliveries(subscriber_id, due_at) where status = 'waiting' and message is null",
    "create index deliveries_by_change on deliveries(change_id)",
    "create index deliveries_by_message on deliveries(message) where message is not null",
    "create table told (change_id text primary key, first_told_at text not null) strict, without rowid",
    # Changes that were no news when they were first stated, and are not told later either: history taken in late.
    "create table old_news (change_id text primary key, stated_at text not null) strict, without rowid",
    # The delivery log: every try, with what the other side answered.
    """create table attempts (
        id integer primary key, message integer not null references messages(id), at text not null,
        outcome text not null, code integer, detail text not null default ''
    ) strict""",
    "create index attempts_by_message on attempts(message)",
    # Counted for the limits on sign-ups; `who` is a keyed hash, never an address. Old rows are removed.
    "create table signups (id integer primary key, at text not null, who text not null) strict",
    "create index signups_by_who on signups(who, at)",
)


@migrations()
def m004_alerts(db: Database) -> None:
    for statement in _ALERTS:
        db.execute(statement)
