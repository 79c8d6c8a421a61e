"""The entries of feeds: what was confirmed, and the corrections of what had been.

An entry's id comes from the change and how often it was said before, so that a rebuild changes no id; a correction is
an entry of its own, because most readers do not show that an old entry changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import cast

from db.alert_models import What
from db.database import Store
from db.queries.statement_history import list_statement_times
from db.records import ChangeRecord
from monitor import policy
from monitor.alerts.describe_change import ChangeText, describe_change
from monitor.alerts.filters import DEFAULT_KINDS
from monitor.changelog.log import read_log
from monitor.i18n.language import language
from monitor.publications.dating import eastern_day

LENGTH = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: a change as it was said, or the correction of it."""

    id: str  # change id and how often it was said: "b31a06ad6b17.1"
    at: str
    text: ChangeText
    change: ChangeRecord

    @property
    def title(self) -> str:
        """The entry's heading."""
        place = f" ({self.text.place})" if self.text.place else ""
        return f"{self.text.headline}: {self.text.agency}{place}"

    @property
    def summary(self) -> str:
        """The entry's text."""
        facts = ". ".join((*((self.text.support,) if self.text.support else ()), *self.text.facts))
        return f"{facts}. {self.text.certainty}"


@dataclass(frozen=True, slots=True)
class Selection:
    """Which changes a feed has; everything when nothing is named."""

    state: str | None = None
    county_fips: str | None = None
    agency_id: str | None = None

    def selects(self, change: ChangeRecord) -> bool:
        """Return whether the change belongs in the feed."""
        return (
            self.state in (None, change["state"])
            and self.county_fips in (None, change["county_fips"])
            and self.agency_id in (None, change["agency_id"])
        )


def gather_entries(store: Store, selection: Selection, public_url: str) -> list[Entry]:
    """Return all entries, newest first."""
    changes = {
        c["id"]: c for c in cast("list[ChangeRecord]", read_log(store))
        if c["kind"] in DEFAULT_KINDS and selection.selects(c)
    }  # fmt: skip
    said: dict[str, What] = {}
    times: dict[str, int] = {}
    words = language("en")
    entries = []
    for change_id, at, status in list_statement_times(store.connection):
        change = changes.get(change_id)
        what: What | None = None
        if status == "confirmed" and said.get(change_id) != "news":
            what = "news"
        elif status == "retracted" and said.get(change_id) == "news":
            what = "correction"
        if change is None or what is None:
            continue
        said[change_id] = what
        times[change_id] = number = times.get(change_id, 0) + 1
        text = describe_change(change, what, words, public_url)
        entries.append(Entry(f"{change_id}.{number}", _dated(change, at, what), text, change))
    return sorted(entries, key=lambda e: (e.at, e.id), reverse=True)


def _dated(change: ChangeRecord, at: str, what: What) -> str:
    """Return when we said it; for history imported later, when ICE's list showed it."""
    oldest = (date.fromisoformat(eastern_day(at)) - timedelta(days=policy.TOLD_DAYS)).isoformat()
    return at if what == "correction" or change["listed_on"] >= oldest else f"{change['listed_on']}T12:00:00Z"
