"""Subscriptions: what each subscriber asked for, and which of them select a change."""

from __future__ import annotations

import sqlite3
from typing import Any

from db.alert_models import Match, Preferences, Subscription, SubscriptionRow
from db.records import ChangeRecord

#: Ranks of the rhythms: a change that two subscriptions of one reader select is sent by the quicker.
_RANKS = {"instant": 0, "daily": 1, "weekly": 2}
_FILTERS = "rhythm, state, county_fips, agency_id, support_type, kinds, early, ending_rhythm, counts_only"
_COLUMNS = f"id, subscriber_id, status, created_at, confirmed_at, {_FILTERS}"
_SELECTS = (
    "p.status = 'active' and (p.state is null or p.state = :state)"
    " and (p.county_fips is null or p.county_fips = :county)"
    " and (p.agency_id is null or p.agency_id = :agency or p.agency_id in (select value from json_each(:former)))"
    " and (p.support_type is null or p.support_type = :support)"
    " and ((p.kinds is null and :usual) or instr(',' || p.kinds || ',', ',' || :kind || ',') > 0)"
)


def store_subscription(
    connection: sqlite3.Connection, subscriber_id: int, wanted: Preferences, *, active: bool, now: str
) -> tuple[int, bool]:
    """Store a subscription, active or pending; return its id and whether it is new (the same one is stored once)."""
    values = _filter_values(wanted)
    same = connection.execute(
        "select id from subscriptions where subscriber_id = ? and status != 'ended' and rhythm = ? and state is ?"
        " and county_fips is ? and agency_id is ? and support_type is ? and kinds is ? and early = ?"
        " and ending_rhythm is ? and counts_only = ?",
        [subscriber_id, *values],
    ).fetchone()
    if same is not None:
        if active:
            activate_subscription(connection, int(same[0]), now)
        return int(same[0]), False
    status = "active" if active else "pending"
    cursor = connection.execute(
        f"insert into subscriptions (subscriber_id, status, rank, created_at, confirmed_at, {_FILTERS})"
        " values (?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        [subscriber_id, status, _RANKS[wanted.rhythm], now, now if active else None, *values],
    )
    return int(cursor.lastrowid or 0), True


def find_subscription(connection: sqlite3.Connection, subscription_id: int) -> Subscription | None:
    """Return one subscription, ended or not."""
    row = connection.execute(
        f"select {_COLUMNS} from subscriptions where id = ?",
        [subscription_id],
    ).fetchone()
    return _subscription(row) if row else None


def list_subscriptions(connection: sqlite3.Connection, subscriber_id: int) -> list[Subscription]:
    """Return the subscriber's subscriptions that have not ended, oldest first."""
    rows = connection.execute(
        f"select {_COLUMNS} from subscriptions where subscriber_id = ? and status != 'ended' order by id",
        [subscriber_id],
    )
    return [_subscription(row) for row in rows]


def activate_subscription(connection: sqlite3.Connection, subscription_id: int, now: str) -> None:
    """Mark a pending subscription as confirmed."""
    connection.execute(
        "update subscriptions set status = 'active', confirmed_at = ? where id = ? and status = 'pending'",
        [now, subscription_id],
    )


def close_subscription(connection: sqlite3.Connection, subscriber_id: int, subscription_id: int, now: str) -> bool:
    """Mark one subscription of the subscriber as ended; return whether it had not ended before."""
    return bool(
        connection.execute(
            "update subscriptions set status = 'ended', ended_at = ? where id = ? and subscriber_id = ?"
            " and status != 'ended'",
            [now, subscription_id, subscriber_id],
        ).rowcount
    )


def close_all_subscriptions(connection: sqlite3.Connection, subscriber_id: int, now: str) -> None:
    """Mark every subscription of the subscriber as ended."""
    connection.execute(
        "update subscriptions set status = 'ended', ended_at = ? where subscriber_id = ? and status != 'ended'",
        [now, subscriber_id],
    )


def match_subscriptions(
    connection: sqlite3.Connection, change: ChangeRecord, former_ids: str, *, usual: bool, early: bool
) -> list[Match]:
    """Return the active subscriptions that select the change, oldest first.

    `former_ids` is the JSON list of ids that the agency had before; `usual` says whether the change's kind is sent by
    default; `early` asks only for subscriptions that want unconfirmed changes.
    """
    rows = connection.execute(
        "select s.id, p.id, p.rhythm, p.ending_rhythm, s.zone from subscriptions p"
        f" join subscribers s on s.id = p.subscriber_id where s.status = 'active' and {_SELECTS}"
        " and p.early >= :early order by p.id",
        {
            "state": change["state"], "county": change["county_fips"], "agency": change["agency_id"],
            "former": former_ids, "support": change["support_type"], "usual": usual, "kind": change["kind"],
            "early": early,
        },
    )  # fmt: skip
    return [Match(*row) for row in rows]


def list_all_subscriptions(connection: sqlite3.Connection, *, ended: bool) -> list[SubscriptionRow]:
    """Return the active subscriptions with their addresses, by address; with `ended` also all others."""
    rows = connection.execute(
        "select s.address, s.channel, p.rhythm, p.state, p.county_fips, p.agency_id, p.support_type, p.kinds, p.early,"
        " p.ending_rhythm, p.counts_only, s.language, s.zone,"
        " case when s.status = 'suppressed' then s.status else p.status end, p.created_at,"
        " p.confirmed_at, s.how from subscriptions p join subscribers s on s.id = p.subscriber_id"
        " where ? or (p.status = 'active' and s.status = 'active') order by s.address_key, p.id",
        [ended],
    )
    return [_listed(row) for row in rows]


def purge_pending(connection: sqlite3.Connection, before: str) -> int:
    """Delete sign-ups older than `before` that nobody confirmed, with their addresses; return how many subscribers."""
    old = "select id from subscriptions where status = 'pending' and created_at < ?"
    connection.execute(
        "update messages set subscription_id = null, status ="
        f" case when status = 'sent' then 'sent' else 'dropped' end where subscription_id in ({old})",
        [before],
    )
    connection.execute(
        "delete from subscriptions where status = 'pending' and created_at < ? and not exists"
        " (select 1 from deliveries d where d.subscription_id = subscriptions.id)",
        [before],
    )
    lone = (
        "select s.id from subscribers s where s.status = 'pending' and s.created_at < ? and not exists"
        " (select 1 from subscriptions p where p.subscriber_id = s.id)"
    )
    connection.execute(f"update messages set subscriber_id = null where subscriber_id in ({lone})", [before])
    return connection.execute(f"delete from subscribers where id in ({lone})", [before]).rowcount


def _filter_values(wanted: Preferences) -> list[Any]:
    kinds = None if wanted.kinds is None else ",".join(wanted.kinds)
    return [
        wanted.rhythm, wanted.state, wanted.county_fips, wanted.agency_id, wanted.support_type, kinds,
        int(wanted.early), wanted.ending_rhythm, int(wanted.counts_only),
    ]  # fmt: skip


def _subscription(row: tuple[Any, ...]) -> Subscription:
    number, subscriber, status, created_at, confirmed_at, rhythm, state, county, agency, support, *others = row
    kinds, early, ending_rhythm, counts_only = others
    named = None if kinds is None else tuple(kinds.split(","))
    wanted = Preferences(rhythm, state, county, agency, support, named, bool(early), ending_rhythm, bool(counts_only))
    return Subscription(number, subscriber, status, wanted, created_at, confirmed_at)


def _listed(row: tuple[Any, ...]) -> SubscriptionRow:
    return SubscriptionRow(
        address=row[0], channel=row[1], rhythm=row[2], state=row[3], county_fips=row[4], agency_id=row[5],
        support_type=row[6], kinds=row[7], early=bool(row[8]), ending_rhythm=row[9], counts_only=bool(row[10]),
        language=row[11], zone=row[12], status=row[13], created_at=row[14], confirmed_at=row[15], how=row[16],
    )  # fmt: skip
