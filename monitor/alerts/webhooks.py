"""Webhooks: what a message says, as JSON over HTTP, signed as the Standard Webhooks specification says.

The signature is HMAC-SHA256 over `id.timestamp.body`, with a secret of the form `whsec_` and base64.
"""

from __future__ import annotations

import json
import secrets
from base64 import b64decode, b64encode
from collections.abc import Sequence
from hashlib import sha256
from hmac import digest

import requests

from db.alert_models import Statement
from db.records import ChangeRecord
from monitor.alerts.describe_change import ChangeText
from monitor.alerts.digest_times import to_moment
from monitor.alerts.send_results import Outcome

_PREFIX = "whsec_"
_SECRET_BYTES = 32


def make_secret() -> str:
    """Return a new secret for a webhook."""
    return _PREFIX + b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def sign_body(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """Return the value of the header `webhook-signature`."""
    key = b64decode(secret.removeprefix(_PREFIX))
    return "v1," + b64encode(digest(key, f"{message_id}.{timestamp}.".encode() + body, sha256)).decode()


def make_body(
    message_id: str, at: str, told: Sequence[tuple[tuple[Statement, ChangeRecord], ChangeText]], *,
    kind: str = "changes",
) -> bytes:  # fmt: skip
    """Return the JSON of a webhook: each change as `changes --format json` gives it, with what is said of it.

    `kind` is `changes`, or `test` for a delivery that tells nothing new.
    """
    changes = [
        {
            "what": statement.what, "headline": f"{text.headline}: {text.agency}", "url": text.page,
            "corrects": statement.corrects and statement.corrects.message_id, "change": change,
        }
        for (statement, change), text in told
    ]  # fmt: skip
    body = {"type": kind, "id": message_id, "timestamp": at, "changes": changes}
    return json.dumps(body, ensure_ascii=False).encode()


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
