"""Records of the review desk: who reviews, who is logged in, what people ruled, and which lists wait for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from db.models import RuledRows

#: Of a ruling on a list, and of those made before rows were stored with them.
NO_ROWS = RuledRows()


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
    on_change: str = ""  # id of the change on which a pair was ruled
    imported_by: str = ""  # who imported it; "" when it was made here
    about: RuledRows = NO_ROWS  # what the change ruled on says, whatever id it has; empty for older rulings
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
    waits: bool = True  # False: it was held once, and a ruling that counts decides on it
    superseded: bool = False  # whether a later list of the same name was accepted

    @property
    def group(self) -> str:
        """What it has in common with other held lists: its name and the codes of its reasons."""
        return ",".join([self.list_name or "no list", *sorted({reason.partition(":")[0] for reason in self.reasons})])


class RulingEffect(NamedTuple):
    """What a ruling did to one change: its status before and after, "" where it is not in the log."""

    ruling_id: int
    change_id: str
    before: str
    after: str


class AcceptedList(NamedTuple):
    """An accepted list, named for comparison."""

    file: str
    published_on: str
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ReviewedFact:
    """A fact that a person researched about an agency or agreement; `counts` says whether it stands."""

    id: int
    stated_at: str
    reviewer: str
    subject: str  # agency id or agreement id
    fact: str  # one of `monitor.review.facts.FACTS`
    value: str
    detail: str = ""  # of "ended" why it ended, of "link" what it leads to
    source: str = ""  # address of the evidence
    note: str = ""
    imported_by: str = ""
    counts: bool = True

    @property
    def mark(self) -> str:
        """What a "withdrawn" fact about the same subject has as its value when it means this one."""
        return "|".join((self.fact, self.value, self.stated_at))


class AgencyCard(NamedTuple):
    """An agency as the lists have it, in a few words."""

    id: str
    state: str | None
    name: str
    county: str | None
    county_fips: str | None
    names: list[str]  # every name it was printed under, oldest first


class AgreementCard(NamedTuple):
    """An agreement of an agency as the lists have it."""

    id: str
    list_name: str
    support_type: str | None
    signed_on: str | None
    status: str


class RowPlace(NamedTuple):
    """Where a row stands: its listing's id, its sheet row (from 1), and the list."""

    listing_id: int
    row: int
    list_name: str
    file: str
    sha256: str
    published_on: str
