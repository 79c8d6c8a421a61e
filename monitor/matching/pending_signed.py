"""Which participating agreement a pending row became: the same agency, however either list prints it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from db.models import Agreement, Listing
from monitor import policy
from monitor.matching.find_known import days_between
from monitor.matching.ids import name_of
from monitor.matching.known import Known
from monitor.matching.names import Name, canonical_name, normal_form
from monitor.matching.rules import same_county_cell
from monitor.matching.similarity import compare, is_real, place_of, shares_place

Fit = Literal["same agency", "like name", "same place", "other state"]
#: Fits by how sure they are; the last two are for a person to look at.
FITS: tuple[Fit, ...] = ("same agency", "like name", "same place", "other state")


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
    around = timedelta(days=policy.SIGNED_DAYS)
    earliest = (date.fromisoformat(known.dates[pending.last_seen]) - around).isoformat()
    latest = (date.fromisoformat(gone_on) + around).isoformat()
    opened = (
        known.agreements[agreement_id]
        for position, ids in known.opened.items() if earliest <= known.dates[position] <= latest
        for agreement_id in ids
    )  # fmt: skip
    found = [a for a in opened if a.support == pending.support and a.rows and not a.baseline]
    return sorted(found, key=lambda a: a.id)


def find_signing(known: Known, pending: Agreement, gone_on: str, around: Iterable[Agreement]) -> Signed | None:
    """Return which of the agreements the pending one became; None when none fits, or two fit equally well."""
    listing = known.listings[pending.last_listing]
    found: dict[Fit, list[Agreement]] = {fit: [] for fit in FITS}
    for agreement in around:
        fit = _fit(known, pending, listing, agreement)
        if fit is None:
            continue
        late = days_between(gone_on, known.dates[agreement.first_position]) > policy.SIGNED_LATER_DAYS
        if fit == "same agency" or not late:
            found[fit].append(agreement)
    for fit in FITS:
        if fit == "same agency" and found[fit]:
            return Signed(max(found[fit], key=lambda a: (a.first_position, a.id)), fit)
        if found[fit]:
            return Signed(found[fit][0], fit) if len(found[fit]) == 1 else None
    return None


def _fit(known: Known, pending: Agreement, listing: Listing, agreement: Agreement) -> Fit | None:
    if agreement.agency_id == pending.agency_id:
        return "same agency"
    agency, name = known.agencies[agreement.agency_id], name_of(listing)
    other = canonical_name(agency.state, agency.name)
    like = compare(name, other, listing.state_code, agency.state)
    rows = [known.listings[i] for i in agreement.rows]
    county = any(same_county_cell(normal_form(listing.county), normal_form(row.county)) for row in rows)
    if listing.state_code != agency.state:
        if like.kind not in ("equal", "loosely equal"):
            return None
        one_real = is_real(name, listing.state_code) != is_real(other, agency.state)
        return "other state" if county or one_real else None
    if like.strong and (like.kind != "contained" or place_of(name)):
        return "same place" if like.doubt and not shares_place(name, other) else "like name"
    return "same place" if _same_place(name, other, like.kind, like.against, county) else None


def _same_place(name: Name, other: Name, kind: str, against: tuple[str, ...], county: bool) -> bool:
    """Return whether the names are of one place: another office of it, or in one county cell with its words."""
    if county and set(against) <= {"digits_differ"} and shares_place(name, other):
        return True
    return not against and kind == "same place" and bool(name.place) and name.place == other.place
