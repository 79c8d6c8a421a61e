"""The entries of feeds: what was confirmed, and the corrections of what had been; and which are on which page.

An entry's id comes from the change and how often it was said before, so that a rebuild changes no id; a correction is
an entry of its own, because most readers do not show that an old entry changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from heapq import merge

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

#: Entries of the current document at least, and of each archive page.
LENGTH = 200
PAGE = 100


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: a change as it was said, or the correction of it; or what ICE did with a document."""

    number: int  # of the statement, in the order in which they were made
    times: int  # how often the change was said, this time included
    at: str
    text: ChangeText
    said_at: str
    change: ChangeRecord

    @property
    def updated(self) -> str:
        """When it was said, to a fraction that no other entry has: many are said in one second."""
        return f"{self.at.removesuffix('Z')}.{self.number % 1_000_000:06d}Z"

    @property
    def title(self) -> str:
        """The entry's heading."""
        place = f" ({self.text.place})" if self.text.place else ""
        return f"{self.text.headline}: {self.text.agency}{place}"

    @property
    def summary(self) -> str:
        """The entry's text."""
        return self.text.in_short


@dataclass(frozen=True, slots=True)
class Page:
    """One document of a feed: the current one, or an archive page, from 1 (RFC 5005)."""

    entries: tuple[Entry, ...]
    number: int | None  # None: the current document
    last: int  # the newest archive page; 0 when there is none


def gather_entries(store: Store, public_url: str) -> list[Entry]:
    """Return all entries in the order in which they were said."""
    changes = {c["id"]: c for c in read_log(store) if c["kind"] in DEFAULT_KINDS}
    said: dict[str, What] = {}
    times: dict[str, int] = {}
    entries = []
    for number, change_id, at, status, reason in list_statement_times(store.connection):
        change = changes.get(change_id)
        what: What | None = None
        if status == "confirmed" and said.get(change_id) != "news":
            what = "news"
        elif status == "retracted" and said.get(change_id) == "news":
            what = "correction"
        if change is None or what is None:
            continue
        said_before = change_id in said
        said[change_id] = what
        times[change_id] = times.get(change_id, 0) + 1
        again = what == "news" and said_before
        text = _describe(change, what, reason, public_url, again=again)
        entries.append(Entry(number, times[change_id], at if again else _dated(change, at, what), text, at, change))
    return entries


def _describe(change: ChangeRecord, what: What, reason: str, public_url: str, *, again: bool) -> ChangeText:
    """Return the words of an entry: a correction gives the reason of its own time, which may hold no longer."""
    stated: ChangeRecord = {**change, "reason": reason} if what == "correction" else change
    text = describe_change(stated, what, language("en"), public_url)
    if again:
        certainty = f"{text.certainty} An earlier correction of this statement has been withdrawn.".strip()
        return replace(text, headline=f"Confirmed again: {text.headline}", certainty=certainty)
    return text


def merge_entries(entries: Iterable[Entry], more: Iterable[Entry]) -> list[Entry]:
    """Return both in the order in which they were said, each in its own order."""
    return list(merge(entries, more, key=lambda entry: entry.said_at))


def find_page(entries: Sequence[Entry], number: int | None) -> Page | None:
    """Return a page of a feed's entries (given as said), newest first; None when there is no such page.

    A full page never changes what is on it. The current document has what is on no full page, and the newest by date.
    """
    full = len(entries) // PAGE
    if number is not None:
        found = entries[(number - 1) * PAGE : number * PAGE] if 1 <= number <= full else []
        return Page(tuple(reversed(found)), number, full) if found else None
    newest = sorted(entries, key=_by_date)[-LENGTH:]
    current = {entry.number: entry for entry in (*newest, *entries[full * PAGE :])}
    return Page(tuple(sorted(current.values(), key=_by_date, reverse=True)), None, full)


def _by_date(entry: Entry) -> tuple[str, int]:
    return entry.at, entry.number


def _dated(change: ChangeRecord, at: str, what: What) -> str:
    """Return when we said it; for history imported later, when ICE's list showed it."""
    oldest = (date.fromisoformat(eastern_day(at)) - timedelta(days=policy.TOLD_DAYS)).isoformat()
    return at if what == "correction" or change["listed_on"] >= oldest else f"{change['listed_on']}T12:00:00Z"
