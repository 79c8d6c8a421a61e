"""The status of a place: listed, pending, no longer listed or never; since when; and how the map paints it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from monitor.i18n.labels import ADMINISTRATIONS, administration
from monitor.web.pages.book import Agency, Agreement, Book
from monitor.web.pages.place_index import State


@dataclass(frozen=True, slots=True)
class PlaceStatus:
    """The status of a place on the newest list, and the agreements behind it."""

    code: str  # listed, pending, ended, never
    since: str | None  # first listed (listed, pending), or first missing (ended, never but once pending)
    listed: Sequence[Agreement]
    pending: Sequence[Agreement]
    ended: Sequence[Agreement]  # no longer listed, renewed ones left out
    from_start: bool = False  # the first list kept here shows it: `since` is the latest day it can be
    once_pending: bool = False  # of "never": an agreement was pending, and `since` is when it was no longer

    @property
    def words(self) -> str:
        """What the status is called in `labels.PLACE_STATUSES`."""
        return "once_pending" if self.once_pending else self.code


def status_of(agencies: Iterable[Agency]) -> PlaceStatus:
    """Return the status of a place with these agencies."""
    every = [agreement for agency in agencies for agreement in agency.agreements]
    listed = [a for a in every if a.status == "listed"]
    pending = [a for a in every if a.status == "pending"]
    ended = [a for a in every if a.status == "ended"]
    for code, found in (("listed", listed), ("pending", pending)):
        if found:
            first = min(found, key=lambda a: a.first_on)
            return PlaceStatus(code, first.first_on, listed, pending, ended, first.from_start)
    if ended:
        return PlaceStatus("ended", max(a.ended_on or a.last_on for a in ended), listed, pending, ended)
    once = [a.ended_on or a.last_on for a in every if a.status == "pending_ended"]
    return PlaceStatus("never", max(once, default=None), listed, pending, ended, once_pending=bool(once))


def agencies_of(book: Book, state: State | None = None, fips: str | None = None) -> list[Agency]:
    """Return the agencies placed in the county, or in the state, by name."""
    found = book.in_county.get(fips, []) if fips else book.in_state.get(state.code, []) if state else []
    return sorted(found, key=lambda a: (a.name.lower(), a.id))


def in_order(agencies: Iterable[Agency]) -> dict[str, list[tuple[Agreement, Agency]]]:
    """Return the agencies' agreements as template values.

    `pairs` holds them with their agencies, listed ones first, then pending, then ended; `once_pending` those that were
    pending and are no longer.
    """
    every = [(g, a) for a in agencies for g in a.agreements]
    ranks = {status: number for number, status in enumerate(("listed", "pending", "ended", "renewed", "second_row"))}
    pairs = [pair for pair in every if pair[0].status in ranks]
    pairs.sort(key=lambda pair: ranks[pair[0].status])
    return {"pairs": pairs, "once_pending": [pair for pair in every if pair[0].status == "pending_ended"]}


def paint(agreements: Sequence[Agreement], day: str, layer: str) -> str | None:
    """Return the class in which the map paints a county at the end of a day; None for no color."""
    now = [a for a in agreements if a.list_name == "participating" and is_listed(a, day)]
    if layer == "status":
        if now:
            return "listed"
        if any(a.list_name == "pending" and is_listed(a, day) for a in agreements):
            return "pending"
        return "ended" if any(a.list_name == "participating" and a.first_on <= day for a in agreements) else None
    if not now:
        return None
    if layer == "number":
        count = len(now)
        return f"n{count if count < 4 else 4 if count < 6 else 6}"
    if layer == "administration":
        under = {code for a in now if (code := signed_under(a))}
        return next((code for _, code in reversed(ADMINISTRATIONS) if code in under), None)
    models = {a.support for a in now}
    if "TFM" in models:
        return "tj" if models & {"JEM", "WSO"} else "t"
    if {"JEM", "WSO"} <= models:
        return "jw"
    return {"JEM": "j", "WSO": "w"}.get(next(iter(models)) or "")


def signed_under(agreement: Agreement) -> str | None:
    """Return the code of the administration under which an agreement was signed, None when that is not known.

    It was signed by the day on which it was first listed: lists of 2007 and 2008 name no dates, later ones the newest
    signing only.
    """
    listed = administration(agreement.first_on)
    if agreement.signed_on:
        return administration(min(agreement.signed_on, agreement.first_on))
    return listed if listed == ADMINISTRATIONS[-1][1] else None


def is_listed(agreement: Agreement, day: str) -> bool:
    """Return whether the last list of its kind by the end of the day shows it, other than as a second row of another.

    Dates are enough: gone in the morning and back in the evening are two spells; the second begins that day.
    """
    return any(s.first_on <= day and (s.missing_on is None or day < s.missing_on) for s in agreement.counted)
