"""Who may review: names, roles, passwords. A password is kept as its argon2id hash only."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import cache
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from db.database import Store
from db.errors import NotFoundError, StoreError

ROLES = {
    "reviewer": "settles changes and lists",
    "administrator": "does that, and says who may review",
}
SHORTEST, LONGEST = 12, 200
#: argon2id as RFC 9106 advises where memory is short: 64 MiB, 3 passes, 4 lanes; about 50 ms.
HASHER = PasswordHasher()
#: One hash at a time: a flood of guesses must not take all memory.
_HASHING = threading.Lock()
_COLUMNS = "id, name, role, active, keys, looked_at, created_at"


class AccountError(StoreError):
    """An account cannot be made or changed so; the text says why."""


@dataclass(frozen=True, slots=True)
class User:
    """Who reviews."""

    id: int
    name: str
    role: str
    active: bool = True
    keys: bool = True  # whether one key rules
    looked_at: str | None = None  # when the queue was last marked as looked at
    created_at: str = ""

    @property
    def is_administrator(self) -> bool:
        """Whether the user may say who reviews."""
        return self.role == "administrator"


def add_user(store: Store, name: str, password: str, role: str, at: str) -> None:
    """The user may log in."""
    name = " ".join(name.split())
    if not name or len(name) > 80 or not name.isprintable():
        raise AccountError("a user needs a name of 1 to 80 printable characters")
    if role not in ROLES:
        raise AccountError(f"{role!r} is no role; known: {', '.join(ROLES)}")
    hashed = hash_password(password, name)
    with store.writing() as connection:
        if connection.execute("select 1 from users where name = ?", [name]).fetchone():
            raise AccountError(f"there is a user {name!r} already")
        connection.execute(
            "insert into users (name, role, password_hash, created_at, changed_at) values (?,?,?,?,?)",
            [name, role, hashed, at, at],
        )


def set_password(store: Store, name: str, password: str, at: str) -> None:
    """The user logs in with this password from now on; every login of theirs has ended."""
    hashed = hash_password(password, name)
    _change(store, name, "password_hash", hashed, at)


def set_role(store: Store, name: str, role: str, at: str) -> None:
    """The user has the role; logins of theirs have ended, so that no page shows what the old role saw."""
    if role not in ROLES:
        raise AccountError(f"{role!r} is no role; known: {', '.join(ROLES)}")
    _change(store, name, "role", role, at)


def set_active(store: Store, name: str, active: bool, at: str) -> None:
    """The user may (or may no longer) log in; logins of theirs have ended. Rulings stay."""
    _change(store, name, "active", int(active), at)


def users(store: Store) -> list[User]:
    """Every user, by name."""
    rows = store.connection.execute(f"select {_COLUMNS} from users order by name")  # noqa: S608 - fixed names
    return [_user(row) for row in rows]


def find_user(store: Store, name: str) -> User | None:
    """The active user of that name, however it is capitalised."""
    row = store.connection.execute(f"select {_COLUMNS} from users where name = ? and active = 1", [name]).fetchone()  # noqa: S608 - fixed names
    return _user(row) if row else None


def check_password(store: Store, name: str, password: str) -> User | None:
    """The active user whose password it is; as much work is done when there is none of that name."""
    row = store.connection.execute("select password_hash from users where name = ? and active = 1", [name]).fetchone()
    hashed = str(row[0]) if row else _nobody()
    with _HASHING:
        try:
            HASHER.verify(hashed, password[:LONGEST])
        except (Argon2Error, InvalidHashError):
            return None
    return find_user(store, name) if row else None


def hash_password(password: str, name: str) -> str:
    """The password's hash; `AccountError` when it is too short, too long or the name."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise AccountError(f"a password has {SHORTEST} to {LONGEST} characters")
    if password.casefold() == name.casefold() or len(set(password)) < 4:
        raise AccountError("that password is guessed at once; take several words")
    with _HASHING:
        return HASHER.hash(password)


@cache
def _nobody() -> str:
    return HASHER.hash("the password of nobody")


def _change(store: Store, name: str, column: str, value: Any, at: str) -> None:
    with store.writing() as connection:
        row = connection.execute("select id, role, active from users where name = ?", [name]).fetchone()
        if row is None:
            raise NotFoundError(f"no user {name!r}; `ice-agreements users list` names them")
        connection.execute(f"update users set {column} = ?, changed_at = ? where id = ?", [value, at, row[0]])  # noqa: S608 - fixed names
        left = connection.execute("select 1 from users where role = 'administrator' and active = 1").fetchone()
        if left is None and row[1] == "administrator" and row[2]:
            raise AccountError(f"{name!r} is the last administrator; make another one first")
        connection.execute("delete from sessions where user_id = ?", [row[0]])


def _user(row: Any) -> User:
    return User(row[0], row[1], row[2], bool(row[3]), bool(row[4]), row[5], row[6])
