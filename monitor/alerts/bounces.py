"""Mail that comes back: bounces (RFC 3464) and complaints (ARF, RFC 5965), judged by what they say in code, not prose.

A bounce counts only when it came to a return path of ours, which nobody can forge; a complaint only when it quotes a
Message-ID of ours, which nobody can guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from email import message_from_bytes
from email.message import Message
from email.policy import compat32
from email.utils import getaddresses
from typing import Literal

from db.database import Store
from db.settings import Settings
from monitor.alerts.message import read_return_path
from monitor.alerts.send import count_refusal
from monitor.alerts.send_results import judge_status
from monitor.alerts.subscribers import suppress
from monitor.alerts.tokens import Signer

Verdict = Literal["bounced", "refused", "delayed", "complaint", "ignored"]
MAX_BYTES = 2_000_000
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_OUR_ID = re.compile(r"([0-9a-f]{24})@")
_NO_COMPLAINT = ("not-spam", "virus", "dmarc", "auth-failure")
_TO_HEADERS = ("To", "Delivered-To", "X-Original-To", "Envelope-To")


def take_returned(
    store: Store, settings: Settings, signer: Signer, data: bytes, now: str, recipients: Iterable[str] = ()
) -> Verdict:
    """The returned mail is judged, and the address it is about suppressed or counted; anything else is ignored.

    `recipients` are the envelope's, when they are known; else the headers are asked.
    """
    parsed = message_from_bytes(data[:MAX_BYTES], policy=compat32)
    if _part(parsed, "message/feedback-report") is not None:
        return _take_complaint(store, parsed, data[:MAX_BYTES], now)
    message = _our_message(settings, signer, parsed, recipients)
    if message is None:
        return "ignored"
    return _take_bounce(store, parsed, message, now)


def _our_message(settings: Settings, signer: Signer, parsed: Message, recipients: Iterable[str]) -> int | None:
    headers = [str(v) for name in _TO_HEADERS for v in parsed.get_all(name, [])]
    for address in [*recipients, *(address for _, address in getaddresses(headers))]:
        message = read_return_path(settings, signer, address)
        if message is not None:
            return message
    return None


def _take_bounce(store: Store, parsed: Message, message: int, now: str) -> Verdict:
    found = _reader_of(store, "id = ?", message)
    report = _part(parsed, "message/delivery-status")
    if found is None or report is None:
        return "ignored"  # an out-of-office note, or prose without a code
    subscriber, key = found
    for fields in _blocks(report):
        action = str(fields.get("Action", "")).strip().lower()
        status = _STATUS.search(str(fields.get("Status", "")))
        if action in ("delayed", "delivered", "relayed", "expanded"):
            return "delayed" if action == "delayed" else "ignored"
        if action == "failed" and status is not None:
            word = judge_status(status.group(0))
            said = f"{status.group(0)} {fields.get('Diagnostic-Code', '')}"[:300]
            with store.writing() as connection:
                connection.execute(
                    "insert into attempts (message, at, outcome, detail) values (?,?,?,?)",
                    [message, now, "bounced" if word == "bounced" else "returned", said],
                )
                if word == "bounced":
                    suppress(store, key, "bounce", now, said)
                    return "bounced"
                count_refusal(store, subscriber, key, now, said, good=False)
                return "refused"
    return "ignored"


def _take_complaint(store: Store, parsed: Message, data: bytes, now: str) -> Verdict:
    report = _part(parsed, "message/feedback-report")
    assert report is not None
    kinds = [str(f.get("Feedback-Type", "")).strip().lower() for f in _blocks(report)]
    if any(kind in _NO_COMPLAINT for kind in kinds):
        return "ignored"
    for found in _OUR_ID.finditer(data.decode("ascii", "replace")):
        reader = _reader_of(store, "message_id = ?", found.group(1))
        if reader is not None:
            suppress(store, reader[1], "complaint", now, " ".join(kinds)[:100])
            return "complaint"
    return "ignored"


def _reader_of(store: Store, where: str, value: object) -> tuple[int, str] | None:
    row = store.connection.execute(
        f"select s.id, s.address_key from messages m join subscribers s on s.id = m.subscriber_id where m.{where}",  # noqa: S608 - fixed text
        [value],
    ).fetchone()
    return (int(row[0]), str(row[1])) if row else None


def _part(parsed: Message, content_type: str) -> Message | None:
    return next((part for part in parsed.walk() if part.get_content_type() == content_type), None)


def _blocks(part: Message) -> Iterator[Message]:
    """The groups of fields in a report: the parser makes each a message of its own, or leaves them as text."""
    payload = part.get_payload()
    if isinstance(payload, list):
        for block in payload:
            if isinstance(block, Message):
                yield block
                text = block.get_payload()
                if isinstance(text, str) and ":" in text:
                    yield message_from_bytes(text.encode("utf-8", "replace"), policy=compat32)
        return
    for text in re.split(r"\r?\n\r?\n", str(payload)):
        yield message_from_bytes(text.strip().encode("utf-8", "replace") + b"\n\n", policy=compat32)
