"""The outbox: who is told what, written in the transaction that changes the log.

What a reader was last told of a change decides what they are told next; `turn` numbers these statements. A statement
that is overturned before it left is dropped; one that left, or may have left, is answered by a correction to the
same reader. So nobody is corrected who was not told, and nobody told stays uncorrected.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from itertools import groupby

from db.alert_models import Delivery, Due, Match, What
from db.database import Store
from db.queries import deliveries
from db.queries.agency_ids import list_former_ids
from db.queries.held_lists import read_waiting_lists
from db.queries.messages import drop_decided_notices, insert_operator_notice
from db.queries.old_news import is_old_news, note_old_news
from db.queries.statement_history import list_statuses
from db.queries.subscribers import has_active_subscribers
from db.queries.subscriptions import match_subscriptions
from db.records import ChangeRecord
from monitor import policy
from monitor.alerts.digest_times import plan_delivery
from monitor.alerts.filters import EFFECTS, ENDING_KINDS, QUIET_KINDS, is_sent_by_default
from monitor.alerts.news import note_news
from monitor.changelog.log import read_entries
from monitor.documents.event_changes import read_document_changes
from monitor.publications.dating import eastern_day

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
        changes = read_entries(store, ids) if ids else []
        for change in changes:
            note_news(connection, change, since)
        if first_import:
            return 0
        waiting = {HELD + held.sha256 for held in read_waiting_lists(connection)}
        drop_decided_notices(connection, HELD, waiting)
        for about in sorted(waiting):
            insert_operator_notice(connection, about, now)
        if not changes or not has_active_subscribers(connection):
            return 0
        former = list_former_ids(connection)
        return sum(_queue_change(connection, change, former, now) for change in changes)


def queue_documents(store: Store, now: str) -> int:
    """Put what ICE did with documents into the outbox of those who asked for it; return how many deliveries.

    An event is told once, to those who are subscribed when it is certain, while it is at most `policy.TOLD_DAYS` old.
    """
    oldest = (date.fromisoformat(eastern_day(now)) - timedelta(days=policy.TOLD_DAYS)).isoformat()
    with store.writing() as connection:
        changes = [c for c in read_document_changes(store) if not is_old_news(connection, str(c["evidence"]["event"]))]
        former = list_former_ids(connection) if changes else {}
        made = 0
        for change in changes:
            if change["listed_on"] >= oldest or eastern_day(change["known_at"] or "") >= oldest:
                made += _tell_first(connection, change, former.get(change["agency_id"] or "", "[]"), now)
        for change in changes:
            note_old_news(connection, str(change["evidence"]["event"]), now)
        return made


def _tell_first(connection: sqlite3.Connection, change: ChangeRecord, former_ids: str, now: str) -> int:
    matches = match_subscriptions(connection, change, former_ids, usual=False, early=False)
    quickest = _find_quickest(change, matches, now)
    return deliveries.insert_deliveries(connection, change["id"], "news", now, quickest.values(), 0)


def _queue_change(connection: sqlite3.Connection, change: ChangeRecord, former: Mapping[str, str], now: str) -> int:
    former_ids = former.get(change["agency_id"] or "", "[]")
    usual = is_sent_by_default(change)
    known = deliveries.list_deliveries(connection, change["id"])
    readers = {d.subscriber_id for d in known}
    made = 0
    if known:
        matches = match_subscriptions(connection, change, former_ids, usual=usual, early=False)
        quickest = _find_quickest(change, matches, now)
        for reader, earlier in groupby(known, key=lambda d: d.subscriber_id):
            made += _tell_again(connection, change, list(earlier), quickest.get(reader), now)
    what = _WHAT[change["status"]]
    if what == "correction" or (what == "early" and change["kind"] not in _EARLY_KINDS):
        return made
    if not _is_new_statement(connection, change) or is_old_news(connection, change["id"]):
        return made
    matches = match_subscriptions(connection, change, former_ids, usual=usual, early=what == "early")
    quickest = _find_quickest(change, [m for m in matches if m.subscriber_id not in readers], now)
    effect = 0 if what == "early" else EFFECTS.get(change["kind"], 0)
    return made + deliveries.insert_deliveries(connection, change["id"], what, now, quickest.values(), effect)


def _find_quickest(change: ChangeRecord, matches: Iterable[Match], now: str) -> dict[int, tuple[Match, Due]]:
    """Return for each reader the subscription by which the change leaves first, and when."""
    ending = change["kind"] in ENDING_KINDS
    days = policy.GATHER_PENDING_DAYS if change["kind"] in QUIET_KINDS else policy.GATHER_DAYS
    quickest: dict[int, tuple[Match, Due]] = {}
    for match in matches:
        rhythm = match.ending_rhythm or match.rhythm if ending else match.rhythm
        due = plan_delivery(rhythm, match.zone, now, 0 if ending else days)
        known = quickest.get(match.subscriber_id)
        if known is None or (due.latest_at, due.due_at) < (known[1].latest_at, known[1].due_at):
            quickest[match.subscriber_id] = (match, due)
    return quickest


def _is_new_statement(connection: sqlite3.Connection, change: ChangeRecord) -> bool:
    """Return whether the status differs from the one stated before: another wording of a reason is nothing to tell."""
    statuses = list_statuses(connection, change["id"])
    return len(statuses) < 2 or statuses[0] != statuses[1]


def _tell_again(
    connection: sqlite3.Connection, change: ChangeRecord, earlier: list[Delivery], wanted: tuple[Match, Due] | None,
    now: str,
) -> int:  # fmt: skip
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
    if wanted is None or (new == "early" and last is None):
        return 0
    effect = 0 if new == "early" else EFFECTS.get(change["kind"], 0)
    return deliveries.insert_reply(
        connection, last or earlier[-1], change["id"], new, turn=turn, now=now, due=wanted[1], effect=effect
    )


def _correct(connection: sqlite3.Connection, change: ChangeRecord, said: list[Delivery], turn: int, now: str) -> int:
    """Withdraw what has not left; queue a correction, at once, of what has or may have."""
    while said and said[-1].undone and said[-1].what != "correction":
        deliveries.withdraw_delivery(connection, said.pop())
    if not said or said[-1].what == "correction" or not (said[-1].status == "sent" or said[-1].leaving):
        return 0
    told = said[-1]
    return deliveries.insert_reply(
        connection, told, change["id"], "correction", turn=turn, now=now, due=Due(now, now), answers=told.id
    )
