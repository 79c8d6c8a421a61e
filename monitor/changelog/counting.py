"""Counts of a list as it was printed: each agreement once, and the agencies by the names of that day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import us

from db.models import Listing, NameKey
from db.queries.agreements import Owner
from db.records import Counts
from monitor.matching.ids import name_key
from monitor.matching.names import normal_form

SUPPORT_TYPES = ("JEM", "WSO", "TFM")


@dataclass(frozen=True, slots=True)
class CountedRow:
    """A row of a list, as far as counting goes; `agency` is the name printed, spelling aside."""

    agreement: object
    state: str | None
    agency: NameKey
    support_type: str | None


def counted_rows(rows: Sequence[tuple[Listing, Owner | None]]) -> list[CountedRow]:
    """Return the rows of one list as they count, without those that are no agreements; the owner's state serves where
    the row's own cannot be read.

    The name printed then decides, not the agency that the agreement is of today: an agreement that was relabelled
    later was one of the agency it stood under. Two rows of one agreement are one agency's, however they spell it.
    """
    first = {(o.agency_id, row.support_code): o.agreement_id for row, o in rows if o is not None and not o.second}
    names: dict[object, NameKey] = {}
    spelled: dict[NameKey, NameKey] = {}
    found = []
    for row, owner in rows:
        if owner is None and row.is_incomplete:
            continue
        agreement: object = owner.agreement_id if owner else same_row(row)
        if owner and owner.second:
            agreement = first.get((owner.agency_id, row.support_code), agreement)
        key = name_key(row)
        spelled.setdefault(key, names.setdefault(agreement, key))
        state = row.state_code or (owner.state if owner else None)
        found.append((agreement, state, key, row.support_code or row.support_type))
    return [CountedRow(agreement, state, spelled[key], support) for agreement, state, key, support in found]


def same_row(listing: Listing) -> tuple[str, ...]:
    """Return what makes two rows of one list exact duplicates: state, agency, support type and date, as folded text."""
    return (
        listing.state_code or normal_form(listing.state), normal_form(listing.agency),
        listing.support_code or normal_form(listing.support_type), listing.signed_on or normal_form(listing.signed),
    )  # fmt: skip


def count_rows(rows: Sequence[CountedRow]) -> Counts:
    """Return how many agreements, agencies, states and territories the rows are."""
    codes = {row.state for row in rows if row.state}
    territories = {code for code in codes if _is_territory(code)}
    return {
        "agreements": len({row.agreement for row in rows}), "agencies": len({row.agency for row in rows}),
        "states": len(codes - territories), "territories": len(territories),
    }  # fmt: skip


def count_by_type(rows: Sequence[CountedRow]) -> dict[str, Counts]:
    """Return the counts of the rows of each support type."""
    return {code: count_rows([row for row in rows if row.support_type == code]) for code in SUPPORT_TYPES}


def _is_territory(code: str) -> bool:
    known = us.states.lookup(code)
    return bool(known and known.is_territory)
