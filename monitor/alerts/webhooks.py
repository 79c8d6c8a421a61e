"""Webhooks and chat channels: the same tellings as JSON over HTTP, or as a line a change through Apprise.

A webhook is signed as the Standard Webhooks specification says: HMAC-SHA256 over `id.timestamp.body`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any

import requests

from monitor.alerts.schedule import to_moment
from monitor.alerts.send_results import Outcome
from monitor.alerts.story import Story
from monitor.alerts.subject import make_subject
from monitor.alerts.wording import words_of

_CHAT_CHANGES = 20  # chat services cut long messages


def sign_body(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The value of the header `webhook-signature`."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()).decode()


def make_body(message_id: str, at: str, tellings: Sequence[tuple[Mapping[str, Any], str]]) -> bytes:
    """The JSON of a webhook: each change as `changes --format json` gives it, with what is said of it."""
    changes = [{"what": what, "change": entry} for entry, what in tellings]
    return json.dumps({"id": message_id, "sent_at": at, "changes": changes}, ensure_ascii=False).encode()


def call_webhook(url: str, secret: str, message_id: str, at: str, body: bytes, *, timeout: float) -> Outcome:
    """The body is posted; 2xx is taken, 410 is an end, everything else is tried again later."""
    timestamp = int(to_moment(at).timestamp())
    headers = {
        "Content-Type": "application/json", "User-Agent": "ice-agreements", "webhook-id": message_id,
        "webhook-timestamp": str(timestamp), "webhook-signature": sign_body(secret, message_id, timestamp, body),
    }  # fmt: skip
    try:
        # A redirect is not followed: it could lead the signed body to somebody else's address.
        with requests.post(
            url, data=body, headers=headers, timeout=timeout, allow_redirects=False, stream=True
        ) as answer:
            text = answer.raw.read(300, decode_content=False).decode("utf-8", "replace")
            code = answer.status_code
    except (requests.ReadTimeout, requests.exceptions.ChunkedEncodingError) as error:
        return Outcome("unknown", None, str(error)[:300])
    except (requests.RequestException, OSError) as error:
        return Outcome("later", None, _without_address(str(error)))
    if 200 <= code < 300:
        return Outcome("sent", code, text)
    return Outcome("bounced" if code == 410 else "later", code, text)


def post_to_chat(address: str, stories: Sequence[Story], language: str) -> Outcome:
    """The changes are posted through Apprise, a line each; its services say only whether they took it."""
    import apprise  # takes half a second to import; only who has a chat channel waits for it

    words = words_of(language)
    lines = [f"{s.headline}: {s.agency} ({s.place}) {s.page}" for s in stories[:_CHAT_CHANGES]]
    if len(stories) > _CHAT_CHANGES:
        lines.append(words.count("%(n)d more change", "%(n)d more changes", len(stories) - _CHAT_CHANGES))
    channel = apprise.Apprise()
    if not channel.add(address):
        return Outcome("refused", None, "Apprise knows no service for this address")
    if channel.notify(title=make_subject(stories, words), body="\n".join(lines), body_format=apprise.NotifyFormat.TEXT):
        return Outcome("sent")
    return Outcome("later", None, "the service did not take it")


def _without_address(text: str) -> str:
    """An error's text without the URL, which may hold a secret."""
    return text.split("url:")[0][:300]
