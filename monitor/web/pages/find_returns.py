"""Agreements that left the list and came back, and agencies that lost one support type and gained another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from monitor.policy import SWITCH_WINDOW
from monitor.web.pages.book import Agency, Agreement, Book, PageChange


@dataclass(frozen=True, slots=True)
class Return:
    """An agreement that was missing for a time, or was followed by another of its agency's."""

    agency: Agency
    ended: Agreement
    listed: Agreement  # the same, where it came back itself
    last_on: str  # the last list with it
    missing_on: str  # the first list without it
    again_on: str  # the first list with it, or with the other
    ending: PageChange | None  # the change that says that it ended

    @property
    def days(self) -> int:
        """Days from the first list without it to the list that has it, or the other; below 0 where that came first."""
        return (date.fromisoformat(self.again_on) - date.fromisoformat(self.missing_on)).days

    @property
    def switched(self) -> bool:
        """Whether another support type took its place."""
        return self.ended.support != self.listed.support


def find_returns(book: Book) -> list[Return]:
    """Return what came back or was followed by another agreement, the newest first."""
    found = [r for agency in book.agencies.values() for r in _of_agency(agency)]
    return sorted(found, key=lambda r: (r.again_on, r.agency.id, r.ended.id), reverse=True)


def _of_agency(agency: Agency) -> Iterator[Return]:
    signed = [g for g in agency.agreements if g.list_name == "participating" and g.spells]
    for g in signed:
        for before, after in zip(g.spells, g.spells[1:], strict=False):
            if before.missing_on:
                yield _return(agency, g, g, before.last_on, before.missing_on, after.first_on)
        last = g.spells[-1]
        if g.status != "ended" or last.missing_on is None:
            continue
        later = [o for o in signed if o is not g and _follows(last.missing_on, g, o)]
        if later:
            next_one = min(later, key=lambda o: (o.first_on, o.id))
            yield _return(agency, g, next_one, last.last_on, last.missing_on, next_one.first_on)


def _follows(missing_on: str, ended: Agreement, other: Agreement) -> bool:
    """Whether the other came instead: of the same type at any later time, of another about the same time."""
    if other.from_start:
        return False
    if other.support == ended.support:
        return other.first_on >= missing_on
    return abs(date.fromisoformat(other.first_on) - date.fromisoformat(missing_on)) <= SWITCH_WINDOW


def _return(
    agency: Agency, ended: Agreement, listed: Agreement, last_on: str, missing_on: str, again_on: str
) -> Return:  # fmt: skip
    endings = (c for c in ended.changes if c["kind"] in ("termination", "switch") and c["listed_on"] == missing_on)
    return Return(agency, ended, listed, last_on, missing_on, again_on, next(endings, None))
