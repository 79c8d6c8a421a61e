"""How a place stands: listed, pending, no longer listed, never; since when; and what the map paints it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from monitor.i18n.labels import administration
from monitor.web.pages.book import Agency, Agreement, Book
from monitor.web.pages.place_index import State


@dataclass(frozen=True, slots=True)
class Standing:
    """How a place stands on the newest list: its status, since when, and the agreements that say so."""

    status: str  # listed, pending, ended, never
    since: str | None  # first listed (listed, pending), or first missing (ended)
    listed: Sequence[Agreement]
    pending: Sequence[Agreement]
    ended: Sequence[Agreement]  # no longer listed, renewed ones left out


def standing_of(agencies: Iterable[Agency]) -> Standing:
    """The standing of a place with these agencies."""
    every = [a for agency in agencies for a in agency.agreements]
    listed = [a for a in every if a.status == "listed"]
    pending = [a for a in every if a.status == "pending"]
    ended = [a for a in every if a.status == "ended"]
    if listed:
        return Standing("listed", min(a.first_on for a in listed), listed, pending, ended)
    if pending:
        return Standing("pending", min(a.first_on for a in pending), listed, pending, ended)
    if ended:
        return Standing("ended", max(a.ended_on or a.last_on for a in ended), listed, pending, ended)
    return Standing("never", None, listed, pending, ended)


def agencies_of(book: Book, state: State | None = None, fips: str | None = None) -> list[Agency]:
    """The agencies placed in the county, or in the state, by name."""
    found = book.in_county.get(fips, []) if fips else book.in_state.get(state.code, []) if state else []
    return sorted(found, key=lambda a: (a.name.lower(), a.id))


def in_order(agencies: Iterable[Agency]) -> dict[str, list[tuple[Agreement, Agency]]]:
    """`pairs`: the agencies' agreements, those listed first, then pending, then ended; `once_pending`: the others."""
    every = [(g, a) for a in agencies for g in a.agreements]
    ranks = {status: number for number, status in enumerate(("listed", "pending", "ended", "renewed", "second_row"))}
    pairs = [pair for pair in every if pair[0].status in ranks]
    pairs.sort(key=lambda pair: ranks[pair[0].status])
    return {"pairs": pairs, "once_pending": [pair for pair in every if pair[0].status == "pending_ended"]}


def paint(agreements: Sequence[Agreement], day: str, layer: str) -> str | None:
    """The class in which the map paints a county at the end of a day; None for no colour."""
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
        signed = [a.signed_on for a in now if a.signed_on]
        return administration(min(signed)) if signed else None
    held = {a.support for a in now}
    if "TFM" in held:
        return "tj" if held & {"JEM", "WSO"} else "t"
    if {"JEM", "WSO"} <= held:
        return "jw"
    return {"JEM": "j", "WSO": "w"}.get(next(iter(held)) or "")


def is_listed(agreement: Agreement, day: str) -> bool:
    """Whether the last list of its kind by the end of the day shows it.

    Dates are enough: gone in the morning and back in the evening are two stretches; the second begins that day.
    """
    return any(s.first_on <= day and (s.missing_on is None or day < s.missing_on) for s in agreement.spells)
