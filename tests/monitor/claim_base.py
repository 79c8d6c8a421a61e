"""What every check of a sentence shares: whom a page is about, the register of checks, and how values are read.

A check takes what stands in the places of the sentence, whom the page is about, and the lists.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tests.monitor.claim_truth import Agreement, List, Truth

Values = Mapping[str, str]


@dataclass
class Subject:
    """Whom a page or message is about: agreements, the place's state, the day that was asked for, the change."""

    agreements: list[Agreement]
    beside: list[Agreement] = field(default_factory=list)  # of neighboring places that the page tells of as well
    state: str = ""
    fips: str = ""
    asked_on: str = ""
    name: str = ""
    change: dict[str, str] = field(default_factory=dict)  # kind, status, listed_on, known_at, before, after


Check = Callable[[Values, Subject, Truth], bool]
CHECKS: dict[str, Check] = {}


def check(function: Check) -> Check:
    """Make the function a check that the table can name."""
    CHECKS[function.__name__] = function
    return function


def iso(text: str) -> str:
    """Return the ISO date of "August 12, 2025", or the text itself."""
    try:
        return datetime.strptime(text, "%B %d, %Y").date().isoformat()  # noqa: DTZ007 - a date
    except ValueError:
        return text


def number(text: str) -> int:
    """Return the number of "1,035"."""
    return int(text.replace(",", ""))


def newest(truth: Truth, kind: str = "participating") -> List:
    """Return the newest list."""
    return truth.lists[kind][-1]
