"""Webhooks: the changes a message tells, as JSON over HTTP.

A webhook is signed as the Standard Webhooks specification says: HMAC-SHA256 over `id.timestamp.body`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence

import requests

from db.alert_models import What
from db.records import ChangeRecord
from monitor.alerts.digest_times import to_moment
from monitor.alerts.send_results import Outcome


def sign_body(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """Return the value of the header `webhook-signature`."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()).decode()


def make_body(message_id: str, at: str, told: Sequence[tuple[ChangeRecord, What]]) -> bytes:
    """Return the JSON of a webhook: each change as `changes --format json` gives it, with what is said of it."""
    changes = [{"what": what, "change": change} for change, what in told]
    return json.dumps({"id": message_id, "sent_at": at, "changes": changes}, ensure_ascii=False).encode()


def call_webhook(url: str, secret: str, message_id: str, at: str, body: bytes, *, timeout: float) -> Outcome:
    """Post the body: 2xx means taken, 410 means an end, everything else is tried again later."""
    timestamp = int(to_moment(at).timestamp())
    headers = {
        "Content-Type": "application/json", "User-Agent": "ice-agreements", "webhook-id": message_id,
        "webhook-timestamp": str(timestamp), "webhook-signature": sign_body(secret, message_id, timestamp, body),
    }  # fmt: skip
    try:
        # A redirect is not followed: it could send the signed body to somebody else's address.
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


def _without_address(text: str) -> str:
    """Return an error's text without the URL, which may contain a secret."""
    return text.split("url:")[0][:300]
