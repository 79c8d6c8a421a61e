"""Logins: kept here, named by a signed cookie, short, and ended at once when someone says so.

The cookie holds a random token, signed; the store holds the token's hash, so that neither a forged cookie nor a
stolen copy of the database is a login. The CSRF token of a form is made from the session's token: another session's,
or none, does not fit.
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
from monitor.web.desk.accounts import User, find_user

KEY_NAME = "desk.key"


@dataclass(frozen=True, slots=True)
class Session:
    """A login: whose, and the secret from which the tokens of its forms are made."""

    user: User
    secret: str
    token_hash: str = ""  # "" when a proxy vouches for the user: then there is nothing here to end


def signing_key(home: Path) -> bytes:
    """The key that signs cookies: made once, readable by its owner only. Deleting the file ends every login."""
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


class Sessions:
    """Opens, finds and ends logins."""

    def __init__(self, key: bytes, hours: float, idle_minutes: float) -> None:
        self._key = key
        self._signer = Signer(key, salt="desk session", digest_method=hashlib.sha256)
        self._longest = timedelta(hours=hours)
        self._idle = timedelta(minutes=idle_minutes)

    def start(self, store: Store, user: User, address: str, now: datetime) -> str:
        """The user is logged in anew; returns the cookie's value."""
        token = secrets.token_urlsafe(32)
        with store.writing() as connection:
            connection.execute("delete from sessions where expires_at <= ?", [to_text(now)])
            connection.execute(
                "insert into sessions (token_hash, user_id, created_at, seen_at, expires_at, address)"
                " values (?,?,?,?,?,?)",
                [_hash(token), user.id, to_text(now), to_text(now), to_text(now + self._longest), address],
            )
        return self._signer.sign(token).decode()

    def find(self, store: Store, cookie: str, now: datetime) -> Session | None:
        """The login the cookie names, while it lasts and its user may review."""
        try:
            token = self._signer.unsign(cookie).decode()
        except BadSignature:
            return None
        row = store.connection.execute(
            "select u.name, s.seen_at from sessions s join users u on u.id = s.user_id where s.token_hash = ?"
            " and s.expires_at > ? and s.seen_at > ?",
            [_hash(token), to_text(now), to_text(now - self._idle)],
        ).fetchone()
        user = find_user(store, row[0]) if row else None
        if user is None:
            return None
        if row[1] <= to_text(now - timedelta(minutes=1)):  # not at every request: each is a write
            with store.writing() as connection:
                connection.execute("update sessions set seen_at = ? where token_hash = ?", [to_text(now), _hash(token)])
        return Session(user, token, _hash(token))

    def vouched(self, user: User) -> Session:
        """The login of a user whom a trusted proxy names."""
        return Session(user, f"proxy:{user.id}:{user.name}")

    def csrf(self, secret: str) -> str:
        """The token that every form of the session must bring."""
        return hmac.new(self._key, f"csrf:{secret}".encode(), hashlib.sha256).hexdigest()

    def is_csrf(self, secret: str, token: str) -> bool:
        """Whether the token is the session's; takes the same time whatever it is."""
        return hmac.compare_digest(self.csrf(secret).encode(), token.encode())


def end_session(store: Store, token_hash: str) -> None:
    """The login is over, whoever holds its cookie."""
    with store.writing() as connection:
        connection.execute("delete from sessions where token_hash = ?", [token_hash])


def end_sessions(store: Store, user_id: int) -> None:
    """Every login of the user is over."""
    with store.writing() as connection:
        connection.execute("delete from sessions where user_id = ?", [user_id])


def sessions_of(store: Store, user_id: int, now: str) -> list[dict[str, str]]:
    """The user's logins: token_hash, created_at, seen_at, expires_at, address."""
    names = ("token_hash", "created_at", "seen_at", "expires_at", "address")
    rows = store.connection.execute(
        f"select {', '.join(names)} from sessions where user_id = ? and expires_at > ? order by created_at",  # noqa: S608 - fixed names
        [user_id, now],
    )
    return [dict(zip(names, row, strict=True)) for row in rows]


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
