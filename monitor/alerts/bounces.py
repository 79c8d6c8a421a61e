"""Mail that comes back: bounces (RFC 3464, RFC 6533) and complaints (ARF, RFC 5965), judged by their codes.

A bounce counts only when it came to a return path of ours, which nobody can forge; a complaint only when it quotes a
Message-ID of ours, which nobody can guess. A bounce in prose counts as one refusal, never more, and stands in the
delivery log for the operator to read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from email import message_from_bytes, message_from_string
from email.message import Message
from email.policy import compat32
from email.utils import getaddresses
from typing import Literal

from db.database import Store
from db.queries.delivery_log import find_recipient, find_recipient_by_message_id
from db.queries.messages import note_attempt
from db.queries.subscribers import get_subscriber
from db.settings import Settings
from monitor.alerts.message import read_return_path
from monitor.alerts.send_results import judge_status
from monitor.alerts.tokens import Signer
from monitor.alerts.unsubscribe import note_refusal, suppress

Verdict = Literal["bounced", "refused", "delayed", "complaint", "prose", "ignored"]
MAX_BYTES = 2_000_000
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_OUR_ID = re.compile(r"([0-9a-f]{24})@")
_REPORTS = ("message/delivery-status", "message/global-delivery-status")
_MAILERS = ("mailer-daemon@", "postmaster@")
_PROSE_BYTES = 4000  # of a bounce in prose, the beginning says why
_NO_COMPLAINT = ("not-spam", "virus", "dmarc", "auth-failure")
_TO_HEADERS = ("To", "Delivered-To", "X-Original-To", "Envelope-To")


def take_returned(
    store: Store, settings: Settings, signer: Signer, data: bytes, now: str, recipients: Iterable[str] = ()
) -> Verdict:
    """Judge returned mail, and suppress or count the address it is about; anything else is ignored.

    `recipients` are those of the envelope, when known; else the headers name them.
    """
    data = data[:MAX_BYTES]
    parsed = message_from_bytes(data, policy=compat32)
    report = _find_part(parsed, "message/feedback-report")
    if report is not None:
        return _take_complaint(store, report, data, now)
    message = _find_message(settings, signer, parsed, recipients)
    recipient = find_recipient(store.connection, message) if message is not None else None
    if message is None or recipient is None:
        return "ignored"
    report = _find_part(parsed, *_REPORTS)
    if report is not None:
        return _take_bounce(store, report, message, recipient, now)
    return _take_prose(store, parsed, message, recipient, now)


def _find_message(settings: Settings, signer: Signer, parsed: Message, recipients: Iterable[str]) -> int | None:
    headers = [str(v) for name in _TO_HEADERS for v in parsed.get_all(name, [])]
    addresses = [*recipients, *(address for _, address in getaddresses(headers))]
    found = (read_return_path(settings, signer, address) for address in addresses)
    return next((message for message in found if message is not None), None)


def _take_bounce(store: Store, report: Message, message: int, recipient: int, now: str) -> Verdict:
    for fields in _read_fields(report):
        action = str(fields.get("Action", "")).strip().lower()
        status = _STATUS.search(str(fields.get("Status", "")))
        if action in ("delayed", "delivered", "relayed", "expanded"):
            return "delayed" if action == "delayed" else "ignored"
        if action == "failed" and status is not None:
            bounced = judge_status(status.group(0)) == "bounced"
            detail = f"{status.group(0)} {fields.get('Diagnostic-Code', '')}"[:300]
            with store.writing() as connection:
                subscriber = get_subscriber(connection, recipient)
                note_attempt(connection, message, now, "bounced" if bounced else "returned", detail)
                if bounced:
                    suppress(store, subscriber.address_key, "bounce", now, detail)
                else:
                    note_refusal(store, subscriber, now, detail)
            return "bounced" if bounced else "refused"
    return "ignored"


def _take_prose(store: Store, parsed: Message, message: int, recipient: int, now: str) -> Verdict:
    """Count a mailer's note that has no report as one refusal; people's and machines' replies are ignored."""
    sender = ",".join(address.lower() for _, address in getaddresses([str(parsed.get("From", ""))]))
    automatic = str(parsed.get("Auto-Submitted", "no")).lower()
    if automatic.startswith("auto-replied") or not sender.startswith(_MAILERS):
        return "ignored"
    part = _find_part(parsed, "text/plain")
    content = part.get_payload(decode=True) if part is not None else b""
    text = content.decode("utf-8", "replace")[:_PROSE_BYTES] if isinstance(content, bytes) else ""
    status = _STATUS.search(text)
    detail = " ".join(f"{status.group(0) if status else 'no code'}: {parsed.get('Subject', '')} {text}".split())[:300]
    with store.writing() as connection:
        note_attempt(connection, message, now, "returned", detail)
        if status is None or not status.group(0).startswith("4"):
            note_refusal(store, get_subscriber(connection, recipient), now, detail)
    return "prose"


def _take_complaint(store: Store, report: Message, data: bytes, now: str) -> Verdict:
    kinds = [str(fields.get("Feedback-Type", "")).strip().lower() for fields in _read_fields(report)]
    if any(kind in _NO_COMPLAINT for kind in kinds):
        return "ignored"
    for found in _OUR_ID.finditer(data.decode("ascii", "replace")):
        recipient = find_recipient_by_message_id(store.connection, found.group(1))
        if recipient is not None:
            key = get_subscriber(store.connection, recipient).address_key
            suppress(store, key, "complaint", now, " ".join(kinds)[:100])
            return "complaint"
    return "ignored"


def _find_part(parsed: Message, *content_types: str) -> Message | None:
    return next((part for part in parsed.walk() if part.get_content_type() in content_types), None)


def _read_fields(part: Message) -> Iterator[Message]:
    """Yield the groups of fields in a report, empty lines between them; the part's own headers are the first."""
    for text in re.split(r"(?:\r?\n){2,}", part.as_string()):
        yield message_from_string(text.strip() + "\n\n", policy=compat32)
