"""The worker: what is due leaves, and the outbox says what became of it.

A message is marked `sending` in a committed transaction before the other side can see it, and `sent` only after its
250. A crash in between leaves it `sending`: it is sent again, with the same Message-ID, and nothing else is.
"""

from __future__ import annotations

import fcntl
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta

from db.database import Store, to_text
from db.settings import Settings
from monitor import policy
from monitor.alerts import message, webhooks
from monitor.alerts.compose import compose_due
from monitor.alerts.contents import Letter, Writer, load_letter
from monitor.alerts.relay import Relay
from monitor.alerts.schedule import later, to_moment
from monitor.alerts.send_results import Outcome
from monitor.alerts.subscribers import suppress
from monitor.alerts.tokens import Signer, open_signer

#: Messages marked at once before they leave. Few, so that a retraction that comes meanwhile finds few of them leaving.
_BATCH = 20
_LOCK = "sending.lock"


@dataclass(slots=True)
class Sending:
    """What one run of the worker did."""

    composed: int = 0
    sent: int = 0
    put_off: int = 0
    failed: int = 0
    dropped: int = 0
    halted: str = ""  # why nothing (more) was sent: paused, another worker, the relay

    @property
    def tried(self) -> int:
        """How many messages were handed over, taken or not."""
        return self.sent + self.put_off + self.failed


def send_due(store: Store, settings: Settings, now: str, *, sleep: Callable[[float], None] = time.sleep) -> Sending:
    """Every message due at `now` was tried once; nothing leaves while sending is paused or another worker is at it."""
    done = Sending()
    with _only_worker(store) as alone:
        if not alone:
            done.halted = "another process is sending"
            return done
        if (why := paused(store)) is not None:
            done.halted = why
            return done
        done.composed = compose_due(store, now)
        signer = open_signer(settings, store.home)
        with Relay(settings, sleep=sleep) as relay:
            _send_all(_Post(store, settings, signer, relay, Writer(store, settings, signer)), now, done)
    return done


def paused(store: Store) -> str | None:
    """Why no message may leave; None when they may. A restored backup pauses sending until a person lifts that."""
    try:
        row = store.connection.execute("select value, why from switches where name = 'sending_paused'").fetchone()
    except sqlite3.OperationalError:  # the service's tables are not there
        return None
    return f"sending is paused: {row[1] or row[0]}" if row else None


@dataclass(slots=True)
class _Post:
    store: Store
    settings: Settings
    signer: Signer
    relay: Relay
    writer: Writer
    told: set[str] = field(default_factory=set)  # changes known to be told already

    @property
    def mails(self) -> bool:
        return bool(self.settings.smtp_host and self.settings.mail_from)

    def deliver(self, letter: Letter, now: str) -> Outcome:
        """The letter is handed over, whichever channel it goes by."""
        if letter.channel == "webhook":
            body = webhooks.make_body(letter.message_id, now, self.writer.tellings(letter))
            secret = str(letter.subscriber["secret"]) if letter.subscriber else ""
            timeout = self.settings.webhook_timeout_seconds
            return webhooks.call_webhook(letter.address, secret, letter.message_id, now, body, timeout=timeout)
        if letter.channel == "chat":
            assert letter.subscriber is not None
            language = str(letter.subscriber["language"])
            return webhooks.post_to_chat(letter.address, self.writer.stories(letter, language), language)
        sender = message.return_path(self.settings, self.signer, letter.id)
        return self.relay.send(sender, letter.address, self.writer.write_mail(letter))


def _send_all(post: _Post, now: str, done: Sending) -> None:
    last, relay_down = 0, not post.mails
    while True:
        ids = _open_ids(post.store, now, last, mails=not relay_down)
        if not ids:
            return
        last = ids[-1]
        if (why := paused(post.store)) is not None:
            done.halted = why
            return
        letters = _mark_sending(post.store, ids, post.settings, mails=not relay_down, done=done)
        for number, letter in enumerate(letters):
            if letter.channel == "mail" and relay_down:
                _not_begun(post.store, letter)
                continue
            try:
                outcome = post.deliver(letter, now)
            except BaseException:
                for rest in letters[number + 1 :]:
                    _not_begun(post.store, rest)
                raise
            if outcome.word == "down":
                relay_down, done.halted = True, outcome.detail
                _not_begun(post.store, letter)
                continue
            _record(post, letter, outcome, now, done)


def _open_ids(store: Store, now: str, last: int, *, mails: bool) -> list[int]:
    """The next few messages that are due; without `mails` those by other channels only."""
    others = "" if mails else " and subscriber_id in (select id from subscribers where channel != 'mail')"
    rows = store.connection.execute(
        "select id from messages where status in ('waiting', 'sending') and id > ? and next_at <= ?"  # noqa: S608 - fixed text
        f"{others} order by id limit ?",
        [last, now, _BATCH],
    )
    return [int(row[0]) for row in rows]


def _mark_sending(store: Store, ids: list[int], settings: Settings, *, mails: bool, done: Sending) -> list[Letter]:
    """The letters of these messages, marked; those with nothing left to say, or nobody to say it to, are dropped."""
    letters = []
    with store.writing() as connection:
        for message in ids:
            letter = load_letter(store, message)
            if letter is not None and letter.kind == "operator":
                letter = _for_operator(connection, letter, settings)
            if letter is None or not _still_wanted(letter):
                connection.execute("update messages set status = 'dropped' where id = ?", [message])
                connection.execute(
                    "update deliveries set status = 'dropped' where message = ? and status = 'waiting'", [message]
                )
                done.dropped += 1
            elif mails or letter.channel != "mail":
                connection.execute("update messages set status = 'sending' where id = ?", [message])
                letters.append(letter)
    return letters


def _for_operator(connection: sqlite3.Connection, letter: Letter, settings: Settings) -> Letter | None:
    if not settings.operator_address:
        return None
    connection.execute("update messages set recipient = ? where id = ?", [settings.operator_address, letter.id])
    return replace(letter, address=settings.operator_address)


def _still_wanted(letter: Letter) -> bool:
    if letter.kind == "operator":
        return True
    status = letter.subscriber["status"] if letter.subscriber else "ended"
    if letter.kind == "confirm":
        return status in ("pending", "active") and letter.subscription_id is not None
    return status == "active" and bool(letter.tellings)


def _not_begun(store: Store, letter: Letter) -> None:
    """The message did not leave: it waits as before, still in doubt if it was."""
    if not letter.unknown:
        with store.writing() as connection:
            connection.execute("update messages set status = 'waiting' where id = ?", [letter.id])


def _record(post: _Post, letter: Letter, outcome: Outcome, now: str, done: Sending) -> None:
    """What became of the try is written down, with all that follows from it, in one transaction."""
    with post.store.writing() as connection:
        connection.execute(
            "insert into attempts (message, at, outcome, code, detail) values (?,?,?,?,?)",
            [letter.id, now, outcome.word, outcome.code, outcome.detail],
        )
        word = outcome.word
        if word in ("later", "unknown") and _too_old(connection, letter, post.settings, now):
            word = "refused"
        if word in ("later", "unknown"):
            status = "sending" if letter.unknown or word == "unknown" else "waiting"
            wait = policy.RETRY_MINUTES[min(letter.attempts, len(policy.RETRY_MINUTES) - 1)]
            connection.execute(
                "update messages set status = ?, attempts = attempts + 1, next_at = ?, code = ?, detail = ?,"
                " first_tried_at = ifnull(first_tried_at, ?) where id = ?",
                [status, later(now, minutes=wait), outcome.code, outcome.detail, now, letter.id],
            )
            done.put_off += 1
            return
        end = "sent" if word == "sent" else "failed"
        connection.execute(
            "update messages set status = ?, attempts = attempts + 1, code = ?, detail = ?, sent_at = ? where id = ?",
            [end, outcome.code, outcome.detail, now if end == "sent" else None, letter.id],
        )
        connection.execute(
            "update deliveries set status = ? where message = ? and status = 'waiting'", [end, letter.id]
        )
        if end == "sent":
            fresh = {change_id for change_id, _ in letter.tellings} - post.told
            connection.executemany(
                "insert or ignore into told (change_id, first_told_at) values (?, ?)", [(i, now) for i in fresh]
            )
            done.sent += 1
        else:
            done.failed += 1
        _mind_address(post.store, letter, word, outcome, now)
    if end == "sent":
        post.told.update(change_id for change_id, _ in letter.tellings)


def _mind_address(store: Store, letter: Letter, word: str, outcome: Outcome, now: str) -> None:
    """An address that does not exist is suppressed at once, one that refuses again and again after some messages."""
    if letter.subscriber is None:
        return
    if word == "bounced":
        suppress(store, letter.address_key, "bounce", now, outcome.detail)
        return
    if word != "sent" or letter.subscriber["soft_bounces"]:
        count_refusal(store, letter.subscriber["id"], letter.address_key, now, outcome.detail, good=word == "sent")


def count_refusal(store: Store, subscriber: int, key: str, now: str, detail: str, *, good: bool) -> None:
    """Refusals in a row are counted for an address; at the fifth it is suppressed, a message taken starts anew."""
    with store.writing() as connection:
        connection.execute(
            "update subscribers set soft_bounces = case when ? then 0 else soft_bounces + 1 end where id = ?"
            " and (soft_bounces > 0 or not ?)",
            [good, subscriber, good],
        )
        row = connection.execute("select soft_bounces from subscribers where id = ?", [subscriber]).fetchone()
        if row is not None and row[0] >= policy.SOFT_BOUNCES:
            suppress(store, key, "refused", now, detail)


def _too_old(connection: sqlite3.Connection, letter: Letter, settings: Settings, now: str) -> bool:
    """Whether the first try is so long ago that the message is given up."""
    row = connection.execute("select first_tried_at from messages where id = ?", [letter.id]).fetchone()
    limit = timedelta(hours=settings.alert_retry_hours)
    return bool(row and row[0] and row[0] <= to_text(to_moment(now) - limit))


@contextmanager
def _only_worker(store: Store) -> Iterator[bool]:
    """Whether this process alone sends; the operating system lets the lock go when a process dies."""
    with (store.home / _LOCK).open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True
