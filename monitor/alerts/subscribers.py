"""Subscribers and their subscriptions: made, confirmed, ended, suppressed; each address kept once.

Nobody is told anything before they confirmed. An end is kept as an end, not erased, so that an old link or an import
cannot bring somebody back who left.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from db.database import Store
from db.errors import NotFoundError
from monitor.alerts.addresses import check_address
from monitor.alerts.alert_errors import AddressError
from monitor.alerts.filters import Wish
from monitor.alerts.schedule import RHYTHMS

_SUBSCRIBER = (
    "id", "channel", "address", "address_key", "status", "language", "zone", "nonce", "secret", "how", "soft_bounces",
    "created_at", "confirmed_at", "ended_at",
)  # fmt: skip
_SUBSCRIPTION = (
    "id", "subscriber_id", "status", "rhythm", "state", "county_fips", "agency_id", "support_type", "kinds", "early",
    "created_at", "confirmed_at",
)  # fmt: skip
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Added:
    """A subscription that was put down, and whether it waits for the reader's confirmation."""

    subscriber_id: int
    subscription_id: int
    waits: bool


def add_subscription(
    store: Store, channel: str, address: str, wish: Wish, *, now: str, how: str, language: str = "en",
    zone: str = "America/New_York", confirmed: bool = False, secret: str = "",
) -> Added:  # fmt: skip
    """The subscription is kept, pending until it is confirmed; the same wish again is the same subscription.

    A suppressed address is refused. Webhooks and chats belong to the operator, so they need no confirmation.
    """
    written, key = check_address(channel, address)
    with store.writing() as connection:
        if why := suppression(store, key):
            raise AddressError(
                f"the address is suppressed ({why}); only a person can lift that: `subscribers unsuppress`"
            )
        active = confirmed or channel != "mail"
        row = connection.execute("select id, status from subscribers where address_key = ?", [key]).fetchone()
        if row is None:
            subscriber_id = _insert(
                connection, "subscribers", channel=channel, address=written, address_key=key,
                status="active" if active else "pending", language=language, zone=zone, nonce=secrets.token_hex(8),
                secret=secret or (secrets.token_urlsafe(32) if channel == "webhook" else ""), how=how, created_at=now,
                confirmed_at=now if active else None,
            )  # fmt: skip
        else:
            subscriber_id = int(row[0])
            if row[1] in ("ended", "pending"):
                _reopen(store, subscriber_id, "active" if active else "pending", language, zone, now)
        subscription_id = _keep_wish(store, subscriber_id, wish, active, now)
        return Added(subscriber_id, subscription_id, not active)


def confirm_subscription(store: Store, subscription_id: int, nonce: str, now: str) -> bool:
    """The subscription and its subscriber are active; False when the link is not (or no longer) good for that.

    Confirming once more changes nothing.
    """
    with store.writing() as connection:
        row = connection.execute(
            "select s.id, s.nonce, s.status, p.status, s.address_key from subscriptions p"
            " join subscribers s on s.id = p.subscriber_id where p.id = ?",
            [subscription_id],
        ).fetchone()
        if row is None or not secrets.compare_digest(row[1], nonce) or row[2] not in ("pending", "active"):
            return False
        if row[3] == "ended" or suppression(store, row[4]):
            return False
        connection.execute(
            "update subscriptions set status = 'active', confirmed_at = ? where id = ? and status = 'pending'",
            [now, subscription_id],
        )
        connection.execute(
            "update subscribers set status = 'active', confirmed_at = ? where id = ? and status = 'pending'",
            [now, row[0]],
        )
        return True


def end_subscription(store: Store, subscriber_id: int, subscription_id: int, now: str) -> bool:
    """One subscription has ended; what waited for it is dropped."""
    with store.writing() as connection:
        done = connection.execute(
            "update subscriptions set status = 'ended', ended_at = ? where id = ? and subscriber_id = ?"
            " and status != 'ended'",
            [now, subscription_id, subscriber_id],
        )
        connection.execute(
            "update deliveries set status = 'dropped' where subscription_id = ? and status = 'waiting'"
            " and what != 'correction' and message is null",
            [subscription_id],
        )
        return done.rowcount > 0


def end_subscriber(store: Store, subscriber_id: int, now: str, *, status: str = "ended") -> bool:
    """Nothing more is sent to the subscriber, and every link made so far has ended, but that to stop."""
    with store.writing() as connection:
        done = connection.execute(
            "update subscribers set status = ?, ended_at = ? where id = ? and status not in ('ended', 'suppressed')",
            [status, now, subscriber_id],
        )
        if not done.rowcount:
            return False
        connection.execute(
            "update subscriptions set status = 'ended', ended_at = ? where subscriber_id = ? and status != 'ended'",
            [now, subscriber_id],
        )
        _drop_waiting(store, subscriber_id)
        return True


def suppress(store: Store, key: str, reason: str, now: str, detail: str = "") -> None:
    """The address is never written to again."""
    with store.writing() as connection:
        connection.execute(
            "insert or ignore into suppressions (address_key, reason, at, detail) values (?,?,?,?)",
            [key, reason, now, detail[:300]],
        )
        row = connection.execute("select id from subscribers where address_key = ?", [key]).fetchone()
        if row is not None:
            end_subscriber(store, int(row[0]), now, status="suppressed")


def lift_suppression(store: Store, key: str) -> bool:
    """The address may subscribe again; it is not subscribed by this."""
    with store.writing() as connection:
        done = connection.execute("delete from suppressions where address_key = ?", [key])
        connection.execute(
            "update subscribers set status = 'ended' where address_key = ? and status = 'suppressed'", [key]
        )
        return done.rowcount > 0


def suppression(store: Store, key: str) -> str | None:
    """Why the address is never written to; None when it may be."""
    row = store.connection.execute("select reason from suppressions where address_key = ?", [key]).fetchone()
    return str(row[0]) if row else None


def set_reader(store: Store, subscriber_id: int, language: str, zone: str) -> None:
    """The subscriber reads this language by this clock."""
    with store.writing() as connection:
        connection.execute(
            "update subscribers set language = ?, zone = ? where id = ?", [language, zone, subscriber_id]
        )


def get_subscriber(store: Store, subscriber_id: int) -> Row:
    """One subscriber; NotFoundError when there is none."""
    rows = store.connection.execute(
        f"select {', '.join(_SUBSCRIBER)} from subscribers where id = ?",  # noqa: S608 - fixed names
        [subscriber_id],
    ).fetchall()
    if not rows:
        raise NotFoundError(f"no subscriber {subscriber_id}; `ice-agreements subscribers list` lists them")
    return dict(zip(_SUBSCRIBER, rows[0], strict=True))


def find_subscriber(store: Store, address: str) -> Row:
    """The subscriber of an address (mail, webhook or chat); NotFoundError when there is none."""
    text = address.strip()
    keys = [text.lower(), f"webhook:{text}", f"chat:{text}"]
    row = store.connection.execute("select id from subscribers where address_key in (?,?,?)", keys).fetchone()
    if row is None:
        raise NotFoundError("no such subscriber; `ice-agreements subscribers list` lists them")
    return get_subscriber(store, int(row[0]))


def subscriptions_of(store: Store, subscriber_id: int) -> list[Row]:
    """The subscriber's subscriptions that have not ended, oldest first."""
    rows = store.connection.execute(
        f"select {', '.join(_SUBSCRIPTION)} from subscriptions"  # noqa: S608 - fixed names
        " where subscriber_id = ? and status != 'ended' order by id",
        [subscriber_id],
    )
    return [dict(zip(_SUBSCRIPTION, row, strict=True)) for row in rows]


def _reopen(store: Store, subscriber_id: int, status: str, language: str, zone: str, now: str) -> None:
    """Who left or never confirmed may come again: with new links, so that old ones stay ended."""
    store.connection.execute(
        "update subscribers set status = ?, language = ?, zone = ?, soft_bounces = 0, ended_at = null,"
        " confirmed_at = case when ? = 'active' then ? else null end,"
        " nonce = case when status = 'ended' then ? else nonce end where id = ?",
        [status, language, zone, status, now, secrets.token_hex(8), subscriber_id],
    )


def _keep_wish(store: Store, subscriber_id: int, wish: Wish, active: bool, now: str) -> int:
    same = store.connection.execute(
        "select id, status from subscriptions where subscriber_id = ? and status != 'ended' and rhythm = ? and"
        " state is ? and county_fips is ? and agency_id is ? and support_type is ? and kinds is ? and early = ?",
        [subscriber_id, wish.rhythm, wish.state, wish.county_fips, wish.agency_id, wish.support_type, wish.kinds_text,
         int(wish.early)],
    ).fetchone()  # fmt: skip
    if same is not None:
        if active and same[1] == "pending":
            store.connection.execute(
                "update subscriptions set status = 'active', confirmed_at = ? where id = ?", [now, same[0]]
            )
        return int(same[0])
    return _insert(
        store.connection, "subscriptions", subscriber_id=subscriber_id, status="active" if active else "pending",
        rhythm=wish.rhythm, rank=RHYTHMS[wish.rhythm], state=wish.state, county_fips=wish.county_fips,
        agency_id=wish.agency_id, support_type=wish.support_type, kinds=wish.kinds_text, early=int(wish.early),
        created_at=now, confirmed_at=now if active else None,
    )  # fmt: skip


def _drop_waiting(store: Store, subscriber_id: int) -> None:
    """What waits for the subscriber will not be sent; a message just being handed over is left to its outcome."""
    store.connection.execute(
        "update messages set status = 'dropped' where subscriber_id = ? and status = 'waiting'", [subscriber_id]
    )
    store.connection.execute(
        "update deliveries set status = 'dropped' where subscriber_id = ? and status = 'waiting' and (message is null"
        " or message in (select m.id from messages m where m.id = deliveries.message and m.status = 'dropped'))",
        [subscriber_id],
    )


def _insert(connection: Any, table: str, **values: Any) -> int:
    names, marks = ", ".join(values), ", ".join("?" * len(values))
    cursor = connection.execute(f"insert into {table} ({names}) values ({marks})", list(values.values()))  # noqa: S608 - fixed names
    return int(cursor.lastrowid or 0)
