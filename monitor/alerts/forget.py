"""Addresses forgotten: of who asks for that, and of sign-ups that nobody confirmed."""

from __future__ import annotations

import secrets

from db.database import Store
from monitor.alerts.subscribers import end_subscriber


def erase_subscriber(store: Store, subscriber_id: int, now: str) -> None:
    """The subscriber has ended and the address is forgotten; what was sent stays counted, without it."""
    with store.writing() as connection:
        end_subscriber(store, subscriber_id, now)
        connection.execute(
            "update subscribers set address = '', address_key = 'erased:' || id, secret = '', nonce = ? where id = ?",
            [secrets.token_hex(8), subscriber_id],
        )


def purge_pending(store: Store, before: str) -> int:
    """Sign-ups that nobody confirmed and that are older than `before` are gone, address and all; returns how many."""
    with store.writing() as connection:
        old = "select id from subscriptions where status = 'pending' and created_at < ?"
        connection.execute(
            "update messages set subscription_id = null, status ="  # noqa: S608 - fixed text
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
        connection.execute(f"update messages set subscriber_id = null where subscriber_id in ({lone})", [before])  # noqa: S608 - fixed text
        return connection.execute(f"delete from subscribers where id in ({lone})", [before]).rowcount  # noqa: S608 - fixed text
