"""What the Internet Archive's index names, and what asking for it gave."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

_CAPTURE = re.compile(r"/web/(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)id_/")


def find_capture_time(url: str) -> str | None:
    """Return when the Internet Archive captured what is at this address; None when it is no address of a capture."""
    found = _CAPTURE.search(url)
    return "{}-{}-{}T{}:{}:{}Z".format(*found.groups()) if found else None


@dataclass(frozen=True, slots=True)
class Capture:
    """One capture that the archive's index names."""

    captured_at: str  # aware UTC, as the store writes it
    original: str  # the address as it was captured
    digest: str  # SHA-1 of the body as stored, in base32; "-" where the index has none
    mimetype: str
    is_revisit: bool = False  # without a body of its own: the same content as an earlier capture

    @property
    def stamp(self) -> str:
        """The time in the archive's fourteen digits."""
        return "".join(filter(str.isdigit, self.captured_at))

    @property
    def content(self) -> str:
        """What captures of the same content have in common; without a digest each is one of its own."""
        return self.digest if self.digest != "-" else f"{self.captured_at} {self.original}"


@dataclass(frozen=True, slots=True)
class SettledCapture:
    """A capture that was asked for and will not be asked for again."""

    url: str  # the archive's address of its bytes
    original: str
    captured_at: str
    digest: str
    asked_at: str
    outcome: str  # docs/reasons.md
    sha256: str | None = None  # of the document, when it was kept
    detail: str = ""


@dataclass(frozen=True, slots=True)
class KeptSighting:
    """A list kept from the archive, under one of its names: what an earlier capture of the same bytes would better."""

    sha256: str
    digest: str
    file: str
    linked_as: str
    seen_at: str


@dataclass(frozen=True, slots=True)
class IndependentCopy:
    """What the archive answered when asked to keep what is at an address of ICE's."""

    sha256: str  # of the document that we had there
    original: str
    asked_at: str
    copy_url: str  # "" when there is none
    copied_at: str
    detail: str = ""  # why there is none


@dataclass(frozen=True, slots=True)
class BackfillPlan:
    """What is to be asked for, and what was asked for before."""

    captures: tuple[Capture, ...]
    known: int  # distinct contents that were asked for before


@dataclass
class BackfillResult:
    """How many captures had which outcome, and why a backfill ended early, if it did."""

    outcomes: Counter[str] = field(default_factory=Counter)
    lists: int = 0  # lists kept that were not known before
    stopped: str = ""  # the archive refused, or the day's requests are used up
    unsettled: int = 0  # captures whose bodies came cut; they are asked for again next time

    @property
    def is_complete(self) -> bool:
        """Return whether nothing is left to ask for again."""
        return not self.stopped and not self.unsettled
