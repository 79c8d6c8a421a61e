"""Signed links: a person who has one may do what it says, for as long as it works, and nobody else can make one.

A link contains its purpose, whom it is for and when it was made, signed with the newest key; links signed with older
keys work while those are kept. A subscriber's `nonce` is part of it, so that all links end when that changes.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from pathlib import Path
from typing import Any

from itsdangerous import BadData, URLSafeSerializer

from db.keys import load_or_make_key
from db.settings import Settings
from monitor.alerts.digest_times import to_moment

KEY_FILE = "secret.key"
CONFIRM_DAYS = 7
#: How long a link works, in days; None: as long as its key. A link to stop must work for years-old messages.
_DAYS = {"confirm": CONFIRM_DAYS, "manage": 90, "unsubscribe": None}
_MARK_LENGTH = 16  # base32 digits: 80 bits


class Signer:
    """Makes and reads signed links and marks with a list of keys, oldest first."""

    def __init__(self, keys: list[str]) -> None:
        self._keys = keys

    def __repr__(self) -> str:
        return f"Signer({len(self._keys)} keys)"  # never the keys themselves

    def sign(self, purpose: str, made_at: str, *content: Any) -> str:
        """Return the signed text for a link."""
        text = self._serializer(purpose).dumps([int(to_moment(made_at).timestamp()), *content])
        return text if isinstance(text, str) else text.decode()

    def read(self, purpose: str, token: str, now: str) -> list[Any] | None:
        """Return what the link contains; None when it was not made by us for this purpose, or is too old."""
        if len(token) > 1000:
            return None
        try:
            made, *content = self._serializer(purpose).loads(token)
            age = to_moment(now).timestamp() - int(made)
        except (BadData, ValueError, TypeError):
            return None
        days = _DAYS[purpose]
        if days is not None and not -300 <= age <= days * 86400:  # clocks differ by some minutes
            return None
        return list(content)

    def mark(self, purpose: str, text: str) -> str:
        """Return a short mark of the text that only we can make (lower case, for an address)."""
        return self._mark(self._keys[-1], purpose, text)

    def is_mark(self, purpose: str, text: str, mark: str) -> bool:
        """Return whether the mark is ours for the text, by any key."""
        return any(hmac.compare_digest(self._mark(key, purpose, text), mark.lower()) for key in self._keys)

    def conceal(self, text: str) -> str:
        """Return a keyed hash of an address, for counting without storing it."""
        return hmac.new(self._keys[-1].encode(), f"conceal|{text}".encode(), hashlib.sha256).hexdigest()[:24]

    def _serializer(self, purpose: str) -> URLSafeSerializer:
        digest = {"key_derivation": "hmac", "digest_method": hashlib.sha256}
        return URLSafeSerializer(self._keys, salt=f"ice-agreements.{purpose}", signer_kwargs=digest)

    @staticmethod
    def _mark(key: str, purpose: str, text: str) -> str:
        digest = hmac.new(key.encode(), f"{purpose}|{text}".encode(), hashlib.sha256).digest()
        return base64.b32encode(digest).decode().lower()[:_MARK_LENGTH]


def open_signer(settings: Settings, home: Path) -> Signer:
    """Return the signer with the keys of the settings, else with the data directory's own, made when missing."""
    keys = settings.secret_keys.get_secret_value().split()
    return Signer(keys or [load_or_make_key(home, KEY_FILE)])
