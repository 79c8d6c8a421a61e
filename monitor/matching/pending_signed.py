"""Which participating agreement a pending row became: the same agency, however either list prints it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

from db.models import Agreement, Listing
from monitor import policy
from monitor.matching.blocking import share_nothing, telling_words
from monitor.matching.find_known import days_between
from monitor.matching.ids import name_of
from monitor.matching.known import Known
from monitor.matching.names import Name, canonical_name, normal_form
from monitor.matching.same_agreement import same_county_cell
from monitor.matching.similarity import compare, is_real, place_of, shares_place

Fit = Literal["same agency", "like name", "same place", "other state"]
#: Fits of another agency by how sure they are; the last two are for a person to look at.
OTHER_FITS: tuple[Fit, ...] = ("like name", "same place", "other state")


@dataclass(frozen=True, slots=True)
class Signed:
    """The participating agreement that a pending one became, and what shows it."""

    agreement: Agreement
    fit: Fit

    @property
    def review(self) -> bool:
        """Whether a person should look."""
        return self.fit in ("same place", "other state")


def listed_around(known: Known, pending: Agreement, gone_on: str) -> list[Agreement]:
    """Return the participating agreements of the pending one's support type that were first listed when it left, by id.

    One that had been listed for weeks before is no signing of the pending row's.
    """
    days = known.dates[pending.last_seen], gone_on
    if days not in known.opened_between:
        earliest, latest = _days_after(days[0], -policy.SIGNED_DAYS), _days_after(days[1], policy.SIGNED_DAYS)
        known.opened_between[days] = [
            known.agreements[agreement_id]
            for agreement_id in sorted(
                agreement_id
                for position, ids in known.opened.items() if earliest <= known.dates[position] <= latest
                for agreement_id in ids if not known.agreements[agreement_id].baseline
            )
        ]  # fmt: skip
    support = pending.support
    return [a for a in known.opened_between[days] if a.rows and a.support == support]


def find_signing(known: Known, pending: Agreement, gone_on: str, around: Sequence[Agreement]) -> Signed | None:
    """Return which of the agreements the pending one became; None when none fits, or two fit equally well."""
    own = [a for a in around if a.agency_id == pending.agency_id]
    if own:
        return Signed(max(own, key=lambda a: (a.first_position, a.id)), "same agency")
    listing = known.listings[pending.last_listing]
    words = telling_words(name_of(listing))
    late_after = _days_after(gone_on, policy.SIGNED_LATER_DAYS)
    found: dict[Fit, list[Agreement]] = {}
    for agreement in around:
        if not _late(known, agreement, gone_on, late_after):
            fit = _fit(known, listing, words, agreement)
            if fit is not None:
                found.setdefault(fit, []).append(agreement)
    for fit in OTHER_FITS:
        if fit in found:
            return Signed(found[fit][0], fit) if len(found[fit]) == 1 else None
    return None


def _late(known: Known, agreement: Agreement, gone_on: str, late_after: str) -> bool:
    """Whether the agreement was neither listed nor signed about when the pending row left."""
    if known.dates[agreement.first_position] <= late_after:
        return False
    signed_on = agreement.signed_on
    return signed_on is None or abs(days_between(gone_on, signed_on)) > policy.SIGNED_LATER_DAYS


def _fit(known: Known, listing: Listing, words: tuple[str, ...], agreement: Agreement) -> Fit | None:
    """How another agency's agreement fits the pending row, whose name has the telling words, if it does."""
    agency = known.agencies[agreement.agency_id]
    other = canonical_name(agency.state, agency.name)
    if listing.state_code != agency.state and share_nothing(words, telling_words(other)):
        return None
    name = name_of(listing)
    like = compare(name, other, listing.state_code, agency.state)
    if listing.state_code != agency.state:
        if like.kind not in ("equal", "loosely equal"):
            return None
        one_real = is_real(name, listing.state_code) != is_real(other, agency.state)
        return "other state" if one_real or _in_one_county(known, listing, agreement) else None
    if like.strong and (like.kind != "contained" or place_of(name)):
        sure = not like.doubt or (shares_place(name, other) and name.digits == other.digits)
        return "like name" if sure else "same place"
    county = _in_one_county(known, listing, agreement)
    return "same place" if _same_place(name, other, like.kind, like.against, county) else None


def _in_one_county(known: Known, listing: Listing, agreement: Agreement) -> bool:
    """Whether one of the agreement's rows has the pending row's county cell."""
    printed = normal_form(listing.county)
    return any(same_county_cell(printed, normal_form(known.listings[i].county)) for i in agreement.rows)


@lru_cache(maxsize=1024)
def _days_after(day: str, days: int) -> str:
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def _same_place(name: Name, other: Name, kind: str, against: tuple[str, ...], county: bool) -> bool:
    """Return whether the names are of one place: another office of it, or in one county cell with its words."""
    if county and set(against) <= {"digits_differ"} and shares_place(name, other):
        return True
    return not against and kind == "same place" and bool(name.place) and name.place == other.place
