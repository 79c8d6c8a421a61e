"""Who may review: names, roles, passwords. Of a password only its argon2id hash is kept."""

from __future__ import annotations

import threading
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from db.database import Store
from db.desk_models import User
from db.errors import NotFoundError, StoreError
from db.queries import sessions, users

ROLES = {
    "reviewer": "rules on changes and lists",
    "administrator": "does that, and decides who may review",
}
SHORTEST, LONGEST = 12, 200
#: argon2id as RFC 9106 advises where memory is short: 64 MiB, 3 passes, 4 lanes; about 50 ms.
HASHER = PasswordHasher()
#: One hash at a time: a flood of guesses must not take all memory.
_HASHING = threading.Lock()


class AccountError(StoreError):
    """An account that cannot be made or changed as asked; the text says why."""


def add_user(store: Store, name: str, password: str, role: str, at: str) -> None:
    """Store an account that may log in; raise `AccountError` when name, role or password will not do."""
    name = " ".join(name.split())
    if not name or len(name) > 80 or not name.isprintable():
        raise AccountError("a user needs a name of 1 to 80 printable characters")
    hashed = hash_password(password, name)
    with store.writing() as connection:
        if users.find_user(connection, name):
            raise AccountError(f"there is a user {name!r} already")
        users.add_user(connection, name, _known_role(role), hashed, at)


def set_password(store: Store, name: str, password: str, at: str) -> None:
    """Give the user another password, and end all their logins."""
    _change_user(store, name, at, password_hash=hash_password(password, name))


def set_role(store: Store, name: str, role: str, at: str) -> None:
    """Give the user another role, and end all their logins, so that no page shows what the old role saw."""
    _change_user(store, name, at, role=_known_role(role))


def set_active(store: Store, name: str, active: bool, at: str) -> None:
    """Allow the user to log in, or forbid it and end all their logins. Rulings stay."""
    _change_user(store, name, at, active=active)


def find_active_user(store: Store, name: str) -> User | None:
    """Return the user of that name, in any capitalization, if they may log in."""
    user = users.find_user(store.connection, name)
    return user if user and user.active else None


def check_password(store: Store, name: str, password: str) -> User | None:
    """Return the active user whose password it is; do as much work when there is none of that name."""
    hashed = users.find_password_hash(store.connection, name)
    with _HASHING:
        try:
            HASHER.verify(hashed or _nobody(), password[:LONGEST])
        except (Argon2Error, InvalidHashError):
            return None
    return find_active_user(store, name) if hashed else None


def hash_password(password: str, name: str) -> str:
    """Return the password's hash; raise `AccountError` when it is too short, too long or easy to guess."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise AccountError(f"a password has {SHORTEST} to {LONGEST} characters")
    if password.casefold() == name.casefold() or len(set(password)) < 4:
        raise AccountError("that password is easy to guess; use several words")
    with _HASHING:
        return HASHER.hash(password)


@cache
def _nobody() -> str:
    return HASHER.hash("the password of nobody")


def _known_role(role: str) -> str:
    if role not in ROLES:
        raise AccountError(f"{role!r} is not a role; known: {', '.join(ROLES)}")
    return role


def _change_user(
    store: Store, name: str, at: str, *,
    password_hash: str | None = None, role: str | None = None, active: bool | None = None,
) -> None:  # fmt: skip
    with store.writing() as connection:
        user = users.find_user(connection, name)
        if user is None:
            raise NotFoundError(f"no user {name!r}; `ice-agreements users list` names them")
        users.change_user(connection, user.id, at, password_hash=password_hash, role=role, active=active)
        if user.is_administrator and user.active and not users.has_administrator(connection):
            raise AccountError(f"{name!r} is the last administrator; make another one first")
        sessions.delete_sessions(connection, user.id)
