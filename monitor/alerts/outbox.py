"""The outbox: who is to be told what, written in the transaction that changes the log.

What a reader was last told of a change decides what they are told next; `turn` numbers these tellings. A statement
that is overturned before it left is dropped; one that left, or may have left, is answered by a correction to the
same reader. So nobody is corrected who was not told, and nobody told stays uncorrected.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from db.database import Store
from monitor.alerts import schedule
from monitor.alerts.filters import USUAL_KINDS
from monitor.alerts.news import is_old_news, note_old_news
from monitor.alerts.operator_mail import note_held
from monitor.changelog.log import read_entries

#: Kinds whose statement waits for a second list; who asked for early notice is told of them as unconfirmed.
_EARLY_KINDS = ("termination", "pending_withdrawn")


@dataclass(frozen=True, slots=True)
class _Telling:
    """One row of `deliveries`, with how far its message has got."""

    id: int
    subscriber: int
    subscription: int
    turn: int
    what: str
    status: str
    answers: int | None
    message: int | None
    leaving: bool  # handed to the server, or about to be: it may have been taken

    @property
    def undone(self) -> bool:
        """Whether it has not left and can still be taken back."""
        return self.status == "waiting" and not self.leaving


def queue(
    store: Store, now: str, stated_ids: Iterable[str], *, first_import: bool = False, since: str | None = None
) -> int:
    """Everybody whose filter selects a stated change has it in the outbox; returns how many tellings were put there.

    Called inside the transaction that stated the changes; `since` is when the log was derived before. A first import
    tells nothing: it is where history begins.
    """
    with store.writing() as connection:
        ids = list(stated_ids)
        entries = read_entries(store, ids) if ids else []
        for entry in entries:
            note_old_news(connection, entry, since)
        if first_import:
            return 0
        note_held(store, now)
        if not entries or not _anybody(connection):
            return 0
        connection.create_function("due_at", 3, schedule.due_at, deterministic=True)
        before = connection.execute("select count(*) from deliveries").fetchone()[0]
        former = _former_ids(connection)
        for entry in entries:
            _queue_change(connection, entry, former, now)
        return int(connection.execute("select count(*) from deliveries").fetchone()[0]) - int(before)


def _anybody(connection: sqlite3.Connection) -> bool:
    return bool(connection.execute("select 1 from subscribers where status = 'active' limit 1").fetchone())


def _former_ids(connection: sqlite3.Connection) -> Mapping[str, str]:
    """Agency id -> JSON of the ids it went by before it was found to be the same as another."""
    return {
        str(r[0]): str(r[1]) for r in connection.execute("select id, former_ids from agencies where former_ids != '[]'")
    }


def _queue_change(
    connection: sqlite3.Connection, entry: Mapping[str, Any], former: Mapping[str, str], now: str
) -> None:
    known = connection.execute("select 1 from deliveries where change_id = ? limit 1", [entry["id"]]).fetchone()
    if known is not None:
        _tell_again(connection, entry, former, now)
    what = {"confirmed": "news", "provisional": "early"}.get(entry["status"])
    if what is None or not _is_new_statement(connection, entry) or is_old_news(connection, entry["id"]):
        return
    where, values = _selects(entry, former, early=what == "early")
    if what == "early" and entry["kind"] not in _EARLY_KINDS:
        return
    # The quickest subscription of a reader wins; the unique key keeps the others out.
    connection.execute(
        "insert or ignore into deliveries (subscriber_id, subscription_id, change_id, turn, what, status, queued_at,"  # noqa: S608 - fixed text
        " due_at) select s.id, p.id, :change, 1, :what, 'waiting', :now, due_at(p.rhythm, s.zone, :now)"
        " from subscriptions p join subscribers s on s.id = p.subscriber_id"
        f" where s.status = 'active' and {where} and not exists (select 1 from deliveries d where"
        " d.subscriber_id = s.id and d.change_id = :change) order by p.rank, p.id",
        {**values, "what": what, "now": now},
    )


def _is_new_statement(connection: sqlite3.Connection, entry: Mapping[str, Any]) -> bool:
    """Whether the status is another than the one stated before: a reason put otherwise is nothing to tell."""
    rows = connection.execute(
        "select status from statements where change_id = ? order by id desc limit 2", [entry["id"]]
    ).fetchall()
    return len(rows) < 2 or rows[0][0] != rows[1][0]


def _selects(entry: Mapping[str, Any], former: Mapping[str, str], *, early: bool) -> tuple[str, dict[str, Any]]:
    """SQL that holds for subscriptions whose filter selects the change, and its values."""
    usual = entry["kind"] in USUAL_KINDS
    where = (
        "p.status = 'active' and (p.state is null or p.state = :state)"
        " and (p.county_fips is null or p.county_fips = :county)"
        " and (p.agency_id is null or p.agency_id = :agency or p.agency_id in (select value from json_each(:former)))"
        " and (p.support_type is null or p.support_type = :support)"
        " and ((p.kinds is null and :usual) or instr(',' || p.kinds || ',', ',' || :kind || ',') > 0)"
    )
    if early:
        where += " and p.early = 1"
    return where, {
        "change": entry["id"], "state": entry["state"], "county": entry["county_fips"], "agency": entry["agency_id"],
        "former": former.get(entry["agency_id"] or "", "[]"), "support": entry["support_type"], "usual": int(usual),
        "kind": entry["kind"],
    }  # fmt: skip


def _tell_again(connection: sqlite3.Connection, entry: Mapping[str, Any], former: Mapping[str, str], now: str) -> None:
    """Each reader who has (or is to have) a telling of the change is told what it means for them now."""
    by_reader: dict[int, list[_Telling]] = {}
    rows = connection.execute(
        "select d.id, d.subscriber_id, d.subscription_id, d.turn, d.what, d.status, d.answers, d.message,"
        " ifnull(m.status = 'sending', 0) from deliveries d left join messages m on m.id = d.message"
        " where d.change_id = ? order by d.subscriber_id, d.turn",
        [entry["id"]],
    ).fetchall()
    for row in rows:
        by_reader.setdefault(int(row[1]), []).append(_telling(row))
    where, values = _selects(entry, former, early=False)
    wanted = {
        int(row[0])
        for row in connection.execute(
            "select distinct p.subscriber_id from subscriptions p where " + where,  # noqa: S608 - fixed text
            values,
        )
    }
    for reader, tellings in by_reader.items():
        _tell_reader(connection, entry, tellings, reader in wanted, now)


def _tell_reader(
    connection: sqlite3.Connection, entry: Mapping[str, Any], tellings: list[_Telling], wanted: bool, now: str
) -> None:
    turn = tellings[-1].turn + 1
    said = [t for t in tellings if t.status != "dropped"]
    new = {"confirmed": "news", "provisional": "early", "retracted": "correction"}[entry["status"]]
    if new == "correction":
        said = [t for t in said if t.status != "failed"]
        while said and said[-1].undone and said[-1].what != "correction":
            _take_back(connection, said.pop())
        if said and said[-1].what != "correction" and (said[-1].status == "sent" or said[-1].leaving):
            _put(connection, said[-1], entry["id"], turn, "correction", now, now, answers=said[-1].id)
        return
    if said and said[-1].what == "correction" and said[-1].undone:
        _take_back(connection, said.pop())  # what it would have corrected stands again
    last = said[-1] if said else None
    if last is not None and last.what == "news":
        return
    if last is not None and last.what == "early":
        if new == "early":
            return
        if last.undone:
            _take_back(connection, last)
    if not wanted or (new == "early" and last is None):
        return
    origin = last or tellings[-1]
    due = connection.execute(
        "select due_at(p.rhythm, s.zone, ?) from subscriptions p join subscribers s on s.id = p.subscriber_id"
        " where s.id = ? and s.status = 'active' and p.status = 'active' order by p.rank, p.id limit 1",
        [now, origin.subscriber],
    ).fetchone()
    if due is not None:
        _put(connection, origin, entry["id"], turn, new, now, str(due[0]))


def _telling(row: tuple[Any, ...]) -> _Telling:
    number, reader, subscription, turn, what, status, answers, message, leaving = row
    return _Telling(number, reader, subscription, turn, what, status, answers, message, bool(leaving))


def _put(
    connection: sqlite3.Connection, origin: _Telling, change_id: str, turn: int, what: str, now: str, due: str,
    *, answers: int | None = None,
) -> None:  # fmt: skip
    connection.execute(
        "insert into deliveries (subscriber_id, subscription_id, change_id, turn, what, status, answers, queued_at,"
        " due_at) select ?, ?, ?, ?, ?, 'waiting', ?, ?, ? where exists"
        " (select 1 from subscribers where id = ? and status = 'active')",
        [origin.subscriber, origin.subscription, change_id, turn, what, answers, now, due, origin.subscriber],
    )


def _take_back(connection: sqlite3.Connection, telling: _Telling) -> None:
    """The telling will not be made; a message that has nothing else to say is dropped with it."""
    connection.execute("update deliveries set status = 'dropped' where id = ?", [telling.id])
    if telling.message is not None:
        connection.execute(
            "update messages set status = 'dropped' where id = ? and status = 'waiting' and not exists"
            " (select 1 from deliveries d where d.message = messages.id and d.status = 'waiting')",
            [telling.message],
        )
