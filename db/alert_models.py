"""What the alerts keep, as types: who is told, what they asked for, each statement made to them, each message sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple, TypedDict

Channel = Literal["mail", "webhook", "chat"]
#: What a delivery says of its change: that it stands, that it is unconfirmed, or that it no longer stands.
What = Literal["news", "early", "correction"]


@dataclass(frozen=True, slots=True)
class Preferences:
    """What one subscription asks for. None means any; `kinds` None means the kinds sent by default."""

    rhythm: str = "daily"
    state: str | None = None
    county_fips: str | None = None
    agency_id: str | None = None
    support_type: str | None = None
    kinds: tuple[str, ...] | None = None
    early: bool = False
    ending_rhythm: str | None = None  # of endings and returns; None: `rhythm`
    counts_only: bool = False  # only when the number of listed agreements changes


@dataclass(frozen=True, slots=True)
class Told:
    """An earlier message that said what a correction corrects."""

    sent_at: str | None
    subject: str
    message_id: str


class Statement(NamedTuple):
    """What a message says of one change."""

    change_id: str
    what: What
    corrects: Told | None = None


@dataclass(frozen=True, slots=True)
class Subscriber:
    """One address that messages go to. `nonce` is part of its signed links, which end when it changes."""

    id: int
    channel: Channel
    address: str
    address_key: str  # the address in the one form under which it is stored once
    status: Literal["pending", "active", "ended", "suppressed"]
    language: str
    zone: str
    nonce: str
    secret: str  # signs a webhook's messages; empty for other channels
    how: str
    soft_bounces: int  # refusals in a row
    refused_since: str | None  # when they began
    created_at: str
    confirmed_at: str | None
    ended_at: str | None


@dataclass(frozen=True, slots=True)
class Subscription:
    """What one subscriber asked for, and whether they confirmed it."""

    id: int
    subscriber_id: int
    status: Literal["pending", "active", "ended"]
    preferences: Preferences
    created_at: str
    confirmed_at: str | None


class Match(NamedTuple):
    """An active subscription that selects a change."""

    subscriber_id: int
    subscription_id: int
    rhythm: str
    ending_rhythm: str | None
    zone: str


class Due(NamedTuple):
    """When a delivery leaves: from `due_at` in company, at `latest_at` alone."""

    due_at: str
    latest_at: str


@dataclass(frozen=True, slots=True)
class DueDelivery:
    """A delivery that is due, or would leave in company."""

    id: int
    corrected: str | None  # status of the delivery that it corrects
    due_at: str
    latest_at: str
    subscription_id: int
    counts_only: bool
    effect: int  # what the change does to the number of listed agreements: 1, 0 or -1


@dataclass(frozen=True, slots=True)
class Delivery:
    """One statement about one change to one subscriber, and how far its message has got."""

    id: int
    subscriber_id: int
    subscription_id: int
    turn: int  # counts what this subscriber was told of the change
    what: What
    status: Literal["waiting", "sent", "failed", "dropped"]
    answers: int | None  # the delivery that a correction corrects
    message: int | None
    leaving: bool  # handed to the server, or about to be: it may have been taken

    @property
    def undone(self) -> bool:
        """Whether it has not left and can still be withdrawn."""
        return self.status == "waiting" and not self.leaving


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """One message of the outbox, whom it is for, and the statements it makes."""

    id: int
    kind: Literal["alert", "confirm", "operator"]
    message_id: str
    about: str | None
    subscription_id: int | None
    created_at: str
    unknown: bool  # an earlier try may have been taken
    attempts: int
    recipient: str
    subscriber: Subscriber | None
    statements: tuple[Statement, ...]
    part: int | None  # of a digest in several messages: which
    parts: int | None  # and of how many

    @property
    def channel(self) -> Channel:
        """How the message travels; messages to the operator are mail."""
        return self.subscriber.channel if self.subscriber else "mail"

    @property
    def address(self) -> str:
        """Where the message goes; empty when that is not known yet."""
        return self.subscriber.address if self.subscriber else self.recipient


class SubscriptionRow(TypedDict):
    """A subscription with its address, as commands list it and CSV holds it."""

    address: str
    channel: Channel
    rhythm: str
    state: str | None
    county_fips: str | None
    agency_id: str | None
    support_type: str | None
    kinds: str | None
    early: bool
    ending_rhythm: str | None
    counts_only: bool
    language: str
    zone: str
    status: str
    created_at: str
    confirmed_at: str | None
    how: str


class AttemptRow(TypedDict):
    """One try to hand over one message, with what the other side answered."""

    at: str
    channel: Channel
    address: str
    kind: str
    status: str
    outcome: str
    code: int | None
    detail: str
    message_id: str


class WaitingRow(TypedDict):
    """A statement or message that has not left."""

    due_at: str
    channel: Channel
    address: str | None  # None for the operator
    what: str
    change_id: str | None


class SuppressionRow(TypedDict):
    """An address that is never written to."""

    address_key: str
    reason: str
    at: str
    detail: str
