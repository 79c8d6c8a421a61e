"""How often a row that left came back soon, counted in the log itself."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from db.queries.endings import load_decided_endings
from monitor import policy
from monitor.matching.find_known import days_between


@dataclass(frozen=True, slots=True)
class ReturnRate:
    """Of `cases` rows that left the participating list since `since` (ISO date), `back` were back within `days`."""

    since: str
    cases: int
    back: int
    days: int = policy.ENDING_DAYS

    @property
    def sentence(self) -> str:
        """The count as words for a reader."""
        return f"of {self.cases} such cases since {self.since[:4]}, {self.back} were back within {self.days} days"


def measure_return_rate(connection: sqlite3.Connection) -> ReturnRate | None:
    """Count the decided endings between lists close enough to tell; None when there is none."""
    near = [
        ending for ending in load_decided_endings(connection)
        if days_between(ending.last_listed_on, ending.first_missing_on) <= policy.ENDING_DAYS
    ]  # fmt: skip
    if not near:
        return None
    back = [e for e in near if e.back_after_days is not None and e.back_after_days <= policy.ENDING_DAYS]
    return ReturnRate(min(e.first_missing_on for e in near), len(near), len(back))
