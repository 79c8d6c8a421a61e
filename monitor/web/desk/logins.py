"""Logins: kept in the store, named by a signed cookie, short, and ended at once when someone says so.

The cookie holds a random token, signed; the store holds the token's hash, so that neither a forged cookie nor a
stolen copy of the database is a login. The CSRF token of a form is made from the login's token, so another login's
token, or none, does not fit.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from itsdangerous import BadSignature, Signer

from db.database import Store, to_text
from db.desk_models import User
from db.queries import sessions
from monitor.web.desk.accounts import find_active_user

KEY_NAME = "desk.key"


@dataclass(frozen=True, slots=True)
class Login:
    """A login of a user, and the secret from which the tokens of its forms are made."""

    user: User
    secret: str
    token_hash: str = ""  # "" when a proxy vouches for the user: then there is nothing here to end


def read_signing_key(home: Path) -> bytes:
    """Return the key that signs cookies; make it, readable by its owner only, when there is none.

    Deleting the file ends every login.
    """
    path = home / KEY_NAME
    if not path.exists():
        home.mkdir(parents=True, exist_ok=True)
        made = home / f".{KEY_NAME}.{os.getpid()}"
        handle = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as out:
            out.write(secrets.token_hex(32))
        try:
            os.link(made, path)  # fails when another process was first: then its key is the key
        except FileExistsError:
            pass
        finally:
            made.unlink()
    return path.read_bytes().strip()


class Logins:
    """Start and find logins, and make the tokens of their forms."""

    def __init__(self, key: bytes, hours: float, idle_minutes: float) -> None:
        self._key = key
        self._signer = Signer(key, salt="desk session", digest_method=hashlib.sha256)
        self._longest = timedelta(hours=hours)
        self._idle = timedelta(minutes=idle_minutes)

    def start(self, store: Store, user: User, address: str, now: datetime) -> str:
        """Store a new login of the user; return its cookie's value."""
        token = secrets.token_urlsafe(32)
        with store.writing() as connection:
            ends = to_text(now + self._longest)
            sessions.add_session(connection, _hash(token), user.id, to_text(now), ends, address)
        return self._signer.sign(token).decode()

    def find(self, store: Store, cookie: str, now: datetime) -> Login | None:
        """Return the login that a cookie names, while it lasts and its user may review."""
        try:
            token = self._signer.unsign(cookie).decode()
        except BadSignature:
            return None
        found = sessions.find_session(store.connection, _hash(token), to_text(now), to_text(now - self._idle))
        user = find_active_user(store, found.user_name) if found else None
        if found is None or user is None:
            return None
        if found.seen_at <= to_text(now - timedelta(minutes=1)):  # not at every request: each is a write
            with store.writing() as connection:
                sessions.touch_session(connection, _hash(token), to_text(now))
        return Login(user, token, _hash(token))

    def vouch(self, user: User) -> Login:
        """Return the login of a user whom a trusted proxy names."""
        return Login(user, f"proxy:{user.id}:{user.name}")

    def csrf(self, secret: str) -> str:
        """Return the token that every form of the login must carry."""
        return hmac.new(self._key, f"csrf:{secret}".encode(), hashlib.sha256).hexdigest()

    def is_csrf(self, secret: str, token: str) -> bool:
        """Return whether the token is the login's, in the same time whatever it is."""
        return hmac.compare_digest(self.csrf(secret).encode(), token.encode())


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
