"""The sender: what is due leaves, and the outbox says what became of it.

A message is marked `sending` in a committed transaction before the other side can see it, and `sent` only after its
250. A crash in between leaves it `sending`: it is sent again, with the same Message-ID, and nothing else is.
"""

from __future__ import annotations

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta

from db.alert_models import OutgoingMessage, Subscriber
from db.database import Store, to_text
from db.queries import messages
from db.queries.deliveries import note_told
from db.queries.switches import SENDING_PAUSED, get_switch
from db.settings import Settings
from monitor import policy
from monitor.alerts.compose import compose_due
from monitor.alerts.courier import Courier
from monitor.alerts.digest_times import later, to_moment
from monitor.alerts.relay import Relay
from monitor.alerts.review_mail import WAITING
from monitor.alerts.send_results import Outcome
from monitor.alerts.tokens import open_signer
from monitor.alerts.unsubscribe import give_up, note_refusal, note_taken
from monitor.alerts.write_mail import MailWriter

#: Messages marked at once before they leave. Few, so that a retraction that comes meanwhile finds few of them leaving;
#: more where each batch waits for the copy of the database.
_BATCH, _WAITING_BATCH = 20, 200
_LOCK = "sending.lock"


@dataclass(slots=True)
class Sending:
    """What one run of the sender did."""

    composed: int = 0
    sent: int = 0
    put_off: int = 0
    failed: int = 0
    dropped: int = 0
    halted: str = ""  # why nothing (more) was sent: paused, another process, the relay

    @property
    def tried(self) -> int:
        """How many messages were handed over, taken or not."""
        return self.sent + self.put_off + self.failed


def send_due(store: Store, settings: Settings, now: str, *, sleep: Callable[[float], None] = time.sleep) -> Sending:
    """Try every message due at `now` once; nothing leaves while sending is paused or another process sends."""
    done = Sending()
    with _only_sender(store) as alone:
        if not alone:
            done.halted = "another process is sending"
        elif (why := why_paused(store)) is not None:
            done.halted = why
        else:
            done.composed = compose_due(store, now)
            signer = open_signer(settings, store.home)
            with Relay(settings, sleep=sleep) as relay:
                courier = Courier(settings, signer, relay, MailWriter(store, settings, signer))
                _Sender(store, settings, courier, now, done, sleep).send_all()
    return done


def why_paused(store: Store) -> str | None:
    """Return why no message may leave; None when they may. A restored backup pauses sending until a person resumes."""
    switch = get_switch(store, SENDING_PAUSED)
    return f"sending is paused: {switch.why or switch.value}" if switch else None


@dataclass(slots=True)
class _Sender:
    store: Store
    settings: Settings
    courier: Courier
    now: str
    done: Sending
    sleep: Callable[[float], None]
    relay_down: bool = False
    told: set[str] = field(default_factory=set)  # changes known to be told already

    def send_all(self) -> None:
        """Send what is due, a few messages at a time, until nothing is left or something halts it."""
        self.relay_down = not (self.settings.smtp_host and self.settings.mail_from)
        last, wait = 0, self.settings.sending_wait_seconds
        most = _WAITING_BATCH if wait else _BATCH
        while ids := messages.list_open(self.store.connection, self.now, last, most, mail=not self.relay_down):
            last = ids[-1]
            if (why := why_paused(self.store)) is not None:
                self.done.halted = why
                return
            marked = self._mark_sending(ids)
            if marked and wait:
                self.sleep(wait)
            self._send_some(marked)

    def _mark_sending(self, ids: list[int]) -> list[OutgoingMessage]:
        """Return these messages, marked; those with nothing left to say, or nobody to say it to, are dropped."""
        marked = []
        with self.store.writing() as connection:
            for number in ids:
                message = messages.load_message(connection, number)
                if message is not None and message.kind == "operator":
                    to_reviewers = (message.about or "").startswith(WAITING)
                    recipient = self.settings.review_mail_address if to_reviewers else self.settings.operator_address
                    message = replace(message, recipient=recipient)
                    messages.set_recipient(connection, number, message.recipient)
                if message is None or not _is_wanted(message):
                    messages.drop_message(connection, number)
                    self.done.dropped += 1
                elif message.channel != "mail" or not self.relay_down:
                    messages.mark_sending(connection, number)
                    marked.append(message)
        return marked

    def _send_some(self, marked: list[OutgoingMessage]) -> None:
        for position, message in enumerate(marked):
            if message.channel == "mail" and self.relay_down:
                self._put_back([message])
                continue
            try:
                outcome, subject = self.courier.hand_over(message, self.now)
            except BaseException:
                self._put_back(marked[position + 1 :])
                raise
            if outcome.word == "down":
                self.relay_down, self.done.halted = True, outcome.detail
                self._put_back([message])
            else:
                self._record(message, outcome, subject)

    def _put_back(self, unsent: list[OutgoingMessage]) -> None:
        """Let messages that did not leave wait as before; one that was in doubt before still is."""
        with self.store.writing() as connection:
            for message in unsent:
                if not message.unknown:
                    messages.mark_waiting(connection, message.id)

    def _record(self, message: OutgoingMessage, outcome: Outcome, subject: str) -> None:
        """Store what became of the try, with all that follows from it, in one transaction."""
        word, now = outcome.word, self.now
        with self.store.writing() as connection:
            messages.note_attempt(connection, message.id, now, word, outcome.detail, outcome.code)
            if word in ("later", "unknown"):
                if not self._is_too_old(message):
                    wait = policy.RETRY_MINUTES[min(message.attempts, len(policy.RETRY_MINUTES) - 1)]
                    messages.postpone_message(
                        connection, message.id, now, later(now, minutes=wait), code=outcome.code,
                        unknown=message.unknown or word == "unknown", detail=outcome.detail,
                    )  # fmt: skip
                    self.done.put_off += 1
                    return
                word = "refused"
            sent = word == "sent"
            messages.finish_message(
                connection, message.id, now, sent=sent, code=outcome.code, detail=outcome.detail, subject=subject
            )
            if sent:
                note_told(connection, {s.change_id for s in message.statements} - self.told, now)
            if message.subscriber is not None:
                self._note_address(message.subscriber, word, outcome.detail, message)
        if sent:
            self.done.sent += 1
            self.told.update(s.change_id for s in message.statements)
        else:
            self.done.failed += 1

    def _note_address(self, subscriber: Subscriber, word: str, detail: str, message: OutgoingMessage) -> None:
        """Suppress an address that does not exist or is gone; count the refusals of one that may come back."""
        if word == "bounced":
            give_up(self.store, subscriber, "bounce", self.now, detail)
        elif word == "sent":
            note_taken(self.store, subscriber)
        else:
            since = messages.get_first_try(self.store.connection, message.id)
            note_refusal(self.store, subscriber, self.now, detail, since=since)

    def _is_too_old(self, message: OutgoingMessage) -> bool:
        """Return whether the first try is so long ago that the message is given up."""
        first = messages.get_first_try(self.store.connection, message.id)
        limit = timedelta(hours=self.settings.alert_retry_hours)
        return first is not None and first <= to_text(to_moment(self.now) - limit)


def _is_wanted(message: OutgoingMessage) -> bool:
    if message.kind == "operator":
        return bool(message.recipient)
    status = message.subscriber.status if message.subscriber else "ended"
    if message.kind == "confirm":
        return status in ("pending", "active") and message.subscription_id is not None
    return status == "active" and bool(message.statements)


@contextmanager
def _only_sender(store: Store) -> Iterator[bool]:
    """Give whether this process alone sends; the operating system releases the lock when a process dies."""
    with (store.home / _LOCK).open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True
