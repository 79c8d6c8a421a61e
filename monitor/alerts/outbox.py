"""The outbox: who is told what, written in the transaction that changes the log.

What a reader was last told of a change decides what they are told next; `turn` numbers these statements. A statement
that is overturned before it left is dropped; one that left, or may have left, is answered by a correction to the
same reader. So nobody is corrected who was not told, and nobody told stays uncorrected.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from itertools import groupby

from db.alert_models import Delivery, Match, What
from db.database import Store
from db.queries import deliveries
from db.queries.agency_ids import list_former_ids
from db.queries.held_lists import list_held
from db.queries.messages import insert_operator_notice
from db.queries.old_news import is_old_news
from db.queries.statement_history import list_statuses
from db.queries.subscribers import has_active_subscribers
from db.queries.subscriptions import find_quickest, match_subscriptions
from db.records import ChangeRecord
from monitor.alerts.digest_times import due_at
from monitor.alerts.filters import DEFAULT_KINDS
from monitor.alerts.log_changes import load_changes
from monitor.alerts.news import note_news

#: Kinds whose statement waits for a second list; who asked for early notice is told of them as unconfirmed.
_EARLY_KINDS = ("termination", "pending_withdrawn")
#: What the operator's message about a held list is stored under, before the list's checksum.
HELD = "held:"
_WHAT: dict[str, What] = {"confirmed": "news", "provisional": "early", "retracted": "correction"}


def queue(
    store: Store, now: str, stated: Iterable[str], *, first_import: bool = False, since: str | None = None
) -> int:
    """Put the stated changes into the outbox of everybody whose filter selects them; return how many deliveries.

    Call it inside the transaction that stated the changes; `since` is when the log was derived before. A first import
    tells nothing: it is where history begins.
    """
    with store.writing() as connection:
        ids = list(stated)
        changes = load_changes(store, ids) if ids else []
        for change in changes:
            note_news(connection, change, since)
        if first_import:
            return 0
        for sha256 in list_held(connection):
            insert_operator_notice(connection, HELD + sha256, now)
        if not changes or not has_active_subscribers(connection):
            return 0
        former = list_former_ids(connection)
        return sum(_queue_change(connection, change, former, now) for change in changes)


def _queue_change(connection: sqlite3.Connection, change: ChangeRecord, former: Mapping[str, str], now: str) -> int:
    former_ids = former.get(change["agency_id"] or "", "[]")
    usual = change["kind"] in DEFAULT_KINDS
    made, told = 0, set()
    known = deliveries.list_deliveries(connection, change["id"])
    if known:
        matches = match_subscriptions(connection, change, former_ids, usual=usual, early=False)
        wanted = {match.subscriber_id for match in matches}
        for reader, earlier in groupby(known, key=lambda d: d.subscriber_id):
            told.add(reader)
            made += _tell_again(connection, change, list(earlier), reader in wanted, now)
    what = _WHAT[change["status"]]
    if what == "correction" or (what == "early" and change["kind"] not in _EARLY_KINDS):
        return made
    if not _is_new_statement(connection, change) or is_old_news(connection, change["id"]):
        return made
    first: dict[int, Match] = {}
    for match in match_subscriptions(connection, change, former_ids, usual=usual, early=what == "early"):
        if match.subscriber_id not in told:
            first.setdefault(match.subscriber_id, match)  # the quickest of each reader comes first
    due = ((m.subscriber_id, m.subscription_id, due_at(m.rhythm, m.zone, now)) for m in first.values())
    return made + deliveries.insert_deliveries(connection, change["id"], what, now, due)


def _is_new_statement(connection: sqlite3.Connection, change: ChangeRecord) -> bool:
    """Return whether the status differs from the one stated before: another wording of a reason is nothing to tell."""
    statuses = list_statuses(connection, change["id"])
    return len(statuses) < 2 or statuses[0] != statuses[1]


def _tell_again(
    connection: sqlite3.Connection, change: ChangeRecord, earlier: list[Delivery], wanted: bool, now: str
) -> int:
    """Queue what the change means now for a reader who has, or is to have, a statement about it; return how many."""
    turn = earlier[-1].turn + 1
    said = [d for d in earlier if d.status != "dropped"]
    new = _WHAT[change["status"]]
    if new == "correction":
        return _correct(connection, change, [d for d in said if d.status != "failed"], turn, now)
    if said and said[-1].what == "correction" and said[-1].undone:
        deliveries.withdraw_delivery(connection, said.pop())  # what it would have corrected stands again
    last = said[-1] if said else None
    if last is not None and last.what == "news":
        return 0
    if last is not None and last.what == "early":
        if new == "early":
            return 0
        if last.undone:
            deliveries.withdraw_delivery(connection, last)
    if not wanted or (new == "early" and last is None):
        return 0
    origin = last or earlier[-1]
    quickest = find_quickest(connection, origin.subscriber_id)
    if quickest is None:
        return 0
    due = due_at(quickest.rhythm, quickest.zone, now)
    return deliveries.insert_reply(connection, origin, change["id"], new, turn=turn, now=now, due_at=due)


def _correct(connection: sqlite3.Connection, change: ChangeRecord, said: list[Delivery], turn: int, now: str) -> int:
    """Withdraw what has not left; queue a correction, at once, of what has or may have."""
    while said and said[-1].undone and said[-1].what != "correction":
        deliveries.withdraw_delivery(connection, said.pop())
    if not said or said[-1].what == "correction" or not (said[-1].status == "sent" or said[-1].leaving):
        return 0
    told = said[-1]
    return deliveries.insert_reply(
        connection, told, change["id"], "correction", turn=turn, now=now, due_at=now, answers=told.id
    )
