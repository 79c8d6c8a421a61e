"""Signed links: whoever holds one may do just what it says, for as long as it says, and nobody can make one.

A link holds its purpose, whom it is for and when it was made, signed with the newest key; links of older keys are
believed while those are kept. A subscriber's `nonce` is part of it, so that all links end when that changes.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from pathlib import Path
from typing import Any

from itsdangerous import BadData, URLSafeSerializer

from db.errors import DatabaseError
from db.settings import Settings
from monitor.alerts.schedule import to_moment

KEY_FILE = "secret.key"
#: How long a link is believed, in days; None: as long as its key. A link to stop must work for years-old messages.
DAYS = {"confirm": 7, "manage": 90, "unsubscribe": None}
_MARK_LENGTH = 16  # base32 digits: 80 bits


class Signer:
    """Makes and reads signed links and marks with a list of keys, oldest first."""

    def __init__(self, keys: list[str]) -> None:
        self._keys = keys

    def __repr__(self) -> str:
        return f"Signer({len(self._keys)} keys)"  # never the keys themselves

    def sign(self, purpose: str, made_at: str, *content: Any) -> str:
        """The signed text for a link."""
        text = self._serializer(purpose).dumps([int(to_moment(made_at).timestamp()), *content])
        return text if isinstance(text, str) else text.decode()

    def read(self, purpose: str, token: str, now: str) -> list[Any] | None:
        """What the link holds; None when it was not made by us for this purpose, or is too old."""
        if len(token) > 1000:
            return None
        try:
            made, *content = self._serializer(purpose).loads(token)
            age = to_moment(now).timestamp() - int(made)
        except (BadData, ValueError, TypeError):
            return None
        days = DAYS[purpose]
        if days is not None and not -300 <= age <= days * 86400:  # clocks differ by some minutes
            return None
        return list(content)

    def mark(self, purpose: str, text: str) -> str:
        """A short mark of the text that only we can make (lower case, for an address)."""
        return self._mark(self._keys[-1], purpose, text)

    def is_mark(self, purpose: str, text: str, mark: str) -> bool:
        """Whether the mark is ours for the text, by any key."""
        return any(hmac.compare_digest(self._mark(key, purpose, text), mark.lower()) for key in self._keys)

    def conceal(self, text: str) -> str:
        """A keyed hash of an address, for counting without keeping it."""
        return hmac.new(self._keys[-1].encode(), f"conceal|{text}".encode(), hashlib.sha256).hexdigest()[:24]

    def _serializer(self, purpose: str) -> URLSafeSerializer:
        digest = {"key_derivation": "hmac", "digest_method": hashlib.sha256}
        return URLSafeSerializer(self._keys, salt=f"ice-agreements.{purpose}", signer_kwargs=digest)

    @staticmethod
    def _mark(key: str, purpose: str, text: str) -> str:
        digest = hmac.new(key.encode(), f"{purpose}|{text}".encode(), hashlib.sha256).digest()
        return base64.b32encode(digest).decode().lower()[:_MARK_LENGTH]


def open_signer(settings: Settings, home: Path) -> Signer:
    """The signer with the keys of the settings, else with the data directory's own, which is made when missing."""
    keys = settings.secret_keys.get_secret_value().split()
    return Signer(keys or [_own_key(home / KEY_FILE)])


def _own_key(path: Path) -> str:
    try:
        if not path.is_file():
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh = path.with_name(f".{path.name}.{os.getpid()}")
            fresh.touch(mode=0o600)
            fresh.write_text(secrets.token_urlsafe(32), encoding="ascii")
            try:
                os.link(fresh, path)  # the first of two processes wins, and both read the same key
            except FileExistsError:
                pass
            finally:
                fresh.unlink()
        key = path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise DatabaseError(f"the key file {path} cannot be made or read: {error.strerror}") from error
    if len(key) < 32:
        raise DatabaseError(f"the key file {path} holds no key; restore it from a backup, or remove it for a new one")
    return key
