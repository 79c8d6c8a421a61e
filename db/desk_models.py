"""Records of the review desk: who reviews, who is logged in, what people ruled, and which lists wait for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class User:
    """Someone who reviews."""

    id: int
    name: str
    role: str
    active: bool = True
    keys: bool = True  # whether single keys rule on the desk's pages
    looked_at: str | None = None  # when the user last marked the queue as read
    created_at: str = ""

    @property
    def is_administrator(self) -> bool:
        """Whether the user may say who reviews."""
        return self.role == "administrator"


@dataclass(frozen=True, slots=True)
class LoginSession:
    """One login that has not ended; the token itself is stored nowhere, only its hash."""

    token_hash: str
    user_name: str
    created_at: str
    seen_at: str
    expires_at: str
    address: str


class FailedLogin(NamedTuple):
    """A login that failed: `outcome` is "wrong" or "slowed"."""

    tried_at: str
    name: str
    address: str
    outcome: str


class Verdict(NamedTuple):
    """What a ruling decides: one of `RULINGS`, the id of its subject, and the other agreement where there is one."""

    ruling: str
    subject: str
    other: str = ""


@dataclass(frozen=True, slots=True)
class RulingRecord:
    """A ruling as it was made; `counts` says whether it still decides anything."""

    id: int
    made_at: str
    reviewer: str
    ruling: str
    subject: str
    other: str
    reason: str
    counts: bool = True

    @property
    def mark(self) -> str:
        """What an `undo` stores as its `other`: which ruling on the same subject it means, on any machine."""
        return "|".join((self.made_at, self.ruling, self.other, self.reviewer))


@dataclass(frozen=True, slots=True)
class HeldList:
    """A list that waits for a person."""

    sha256: str
    file: str
    list_name: str
    rows: int
    published_on: str
    known_at: str  # when it was first seen
    reasons: list[str]


class AcceptedList(NamedTuple):
    """An accepted list, named for comparison."""

    file: str
    published_on: str
    rows: int
    sha256: str
