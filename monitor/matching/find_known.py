"""Which agency a name belongs to, and which agreements of that agency a row could be."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date, timedelta
from functools import lru_cache

from db.models import Accepted, Agency, Agreement, Listing, ListName
from monitor import policy
from monitor.matching.ids import agreement_slug, county_fips, document_key, name_key, name_of
from monitor.matching.known import Known
from monitor.matching.names import canonical_name
from monitor.matching.similarity import compare


def agency_for(known: Known, listing: Listing) -> Agency | None:
    """Return the agency that a listing's name belongs to; None when it is a new one."""
    use = known.names.get(name_key(listing))
    if use is not None:
        return known.agencies[use.agency_id]
    name, state = name_of(listing), listing.state_code
    alike = {known.names[key].agency_id for key in known.loose.get((state or "", name.loose), ())}
    fitting = [
        agency
        for agency_id in sorted(alike)
        for agency in [known.agencies[agency_id]]
        if not compare(canonical_name(agency.state, agency.name), name, agency.state, state).against
    ]
    return fitting[0] if len(fitting) == 1 else None


def find_double(known: Known, listing: Listing, *, exact: bool, leaving: Collection[str] = ()) -> Agreement | None:
    """Return the listed agreement that the row is a second row of; None when there is none.

    Agency and support type agree, and the date is the same (`exact`) or within the bounds of a correction.
    """
    agency = agency_for(known, listing)
    if agency is None and listing.state_code is None:
        agency = _only_agency_named(known, name_of(listing).key)
    if agency is None:
        return None
    for agreement in _of_agency(known, agency.id, listing):
        if agreement.status != "listed" or agreement.id in leaving or not agreement.rows:
            continue
        if of_two_counties(known, agreement, listing) or is_ruled_distinct(known, agreement.id, listing):
            continue
        if agreement.signed_on == listing.signed_on or (not exact and _near(agreement, listing)):
            return agreement
    return None


def is_ruled_distinct(known: Known, agreement_id: str, listing: Listing) -> bool:
    """Return whether a reviewer says that the row is another agreement's."""
    return agreement_id in known.ruled and known.rulings.get((agreement_id, agreement_slug(listing))) == "distinct"


def find_missing(known: Known, listing: Listing) -> Agreement | None:
    """Return the agreement, gone on an earlier list, with the row's agency, support type and signing date."""
    agency = agency_for(known, listing)
    if agency is None:
        return None
    found = [
        a
        for a in _of_agency(known, agency.id, listing)
        if a.status in ("missing", "withdrawn") and a.signed_on == listing.signed_on
    ]
    return max(found, key=lambda a: (a.last_seen, a.id), default=None)


def last_gone(known: Known, listing: Listing, *, other_support: bool) -> Agreement | None:
    """Return the agency's newest missing agreement: of the same support type, or of another one."""
    agency = agency_for(known, listing)
    if agency is None:
        return None
    found = [
        a
        for a in _agreements(known, agency.id)
        if a.list == listing.list and a.status == "missing" and (a.support != listing.support_code) == other_support
    ]
    return max(found, key=lambda a: (a.missing_position or 0, a.id), default=None)


def other_listed(known: Known, agreement: Agreement) -> Agreement | None:
    """Return another listed agreement of the same agency, list and support type, the newest signed."""
    found = [
        a
        for a in _agreements(known, agreement.agency_id)
        if a.id != agreement.id and a.list == agreement.list and a.support == agreement.support and a.rows
        and not of_two_counties(known, a, known.listings[agreement.last_listing])
        and known.rulings.get((agreement.id, a.id)) != "distinct"
    ]  # fmt: skip
    return max(found, key=lambda a: (a.signed_on or "", a.id), default=None)


def of_two_counties(known: Known, agreement: Agreement, listing: Listing) -> bool:
    """Return whether the cells name two counties, as for two townships of one name, and no document says otherwise."""
    if document_key(listing.moa_url) in agreement.documents or agreement.signed_on == listing.signed_on:
        return False
    here, there = county_fips(known.listings[agreement.last_listing]), county_fips(listing)
    return here is not None and there is not None and here != there


def recently_gone(known: Known, list_name: ListName, today: str) -> list[Agreement]:
    """Return the agreements that left the list at most `policy.RETURN_DAYS` ago and are missing still, by id.

    Their endings are recent enough for a new row to be theirs.
    """
    earliest = (date.fromisoformat(today) - timedelta(days=policy.RETURN_DAYS)).isoformat()
    found = [i for position, ids in known.missing[list_name].items() if known.dates[position] >= earliest for i in ids]
    return [known.agreements[agreement_id] for agreement_id in sorted(found)]


def may_return(known: Known, publication: Accepted) -> list[Agreement]:
    """Return the list's missing agreements that a new row may be: those gone recently, then those ruled on, by id."""
    recent = recently_gone(known, publication.list, publication.listed_on)
    missing = set().union(*known.missing[publication.list].values())
    return [*recent, *(known.agreements[i] for i in sorted(missing & known.ruled - {a.id for a in recent}))]


def gap_days(known: Known, agreement: Agreement, publication: Accepted) -> int:
    """Return the days from the list that first lacked the agreement to `publication`, at least 1."""
    assert agreement.missing_position is not None
    return max(1, days_between(known.dates[agreement.missing_position], publication.listed_on))


def listed_in(known: Known, list_name: ListName, states: Iterable[str | None]) -> Iterator[Agreement]:
    """Yield the listed agreements of agencies of the states, in no order."""
    agencies, by_agency, agreements = known.agencies, known.by_agency, known.agreements
    for state in states:
        for agency_id in known.by_state.get(state, ()):
            agency = agencies.get(agency_id)
            if agency is not None and agency.state == state:  # else it was merged or moved
                for agreement_id in by_agency.get(agency_id, ()):
                    agreement = agreements[agreement_id]
                    if agreement.rows and agreement.list == list_name:
                        yield agreement


def listed_besides(known: Known, agreement: Agreement) -> bool:
    """Return whether the agency has another listed agreement on the list, under whatever support type."""
    return any(
        a.rows and a.id != agreement.id and a.list == agreement.list for a in _agreements(known, agreement.agency_id)
    )


def is_participating(known: Known, pending: Agreement) -> bool:
    """Return whether a pending agreement's agency is on the participating list with its support type."""
    return any(
        a.list == "participating" and a.support == pending.support and a.rows
        for a in _agreements(known, pending.agency_id)
    )


def signed_meanwhile(known: Known, pending: Agreement, today: str) -> Agreement | None:
    """Return the participating agreement, first listed lately, of a pending one's agency and support type."""
    found = [
        a for a in _agreements(known, pending.agency_id)
        if a.list == "participating" and a.support == pending.support and a.rows and not a.baseline
        and days_between(known.dates[a.first_position], today) <= policy.SIGNED_DAYS
    ]  # fmt: skip
    return max(found, key=lambda a: (a.first_position, a.id), default=None)


def pending_of(known: Known, signed: Agreement, today: str) -> Agreement | None:
    """Return the pending agreement, listed or gone lately, of a participating one's agency and support type."""
    found = [
        a for a in _agreements(known, signed.agency_id)
        if a.list == "pending" and a.support == signed.support
        and (bool(a.rows) or (a.missing_position is not None
             and days_between(known.dates[a.missing_position], today) <= policy.SIGNED_DAYS))
    ]  # fmt: skip
    return max(found, key=lambda a: (a.first_position, a.id), default=None)


def was_pending_since(known: Known, agreement: Agreement) -> bool:
    """Return whether the agency was on the pending list, for the support type, after the missing agreement left."""
    since = agreement.missing_position
    if since is None or agreement.list == "pending":
        return False
    return any(
        a.list == "pending" and a.support == agreement.support
        and (bool(a.rows) or a.first_position >= since or a.last_seen >= since)
        for a in _agreements(known, agreement.agency_id)
    )  # fmt: skip


def document_shared(
    known: Known, list_name: ListName, document: str, agreement_id: str, leaving: Collection[str]
) -> bool:
    """Return whether another agreement that stays listed links the document too."""
    return any(
        document == known.agreements[other].document and other != agreement_id and other not in leaving
        for other in known.listed[list_name].values()
    )


@lru_cache(maxsize=16384)
def days_between(earlier: str, later: str) -> int:
    """Return the whole days from one ISO date to another."""
    return (date.fromisoformat(later) - date.fromisoformat(earlier)).days


def _only_agency_named(known: Known, key: str) -> Agency | None:
    """Return the one agency, in whatever state, that goes by the name; None when there is none or more than one."""
    found = {use.agency_id for use in known.names.values() if use.key == key}
    return known.agencies[found.pop()] if len(found) == 1 else None


def _agreements(known: Known, agency_id: str) -> list[Agreement]:
    """Return the agency's agreements by id."""
    return [known.agreements[agreement_id] for agreement_id in sorted(known.by_agency.get(agency_id, ()))]


def _of_agency(known: Known, agency_id: str, listing: Listing) -> list[Agreement]:
    """Return the agency's agreements on the listing's list with its support type, by id."""
    return [a for a in _agreements(known, agency_id) if a.list == listing.list and a.support == listing.support_code]


def _near(agreement: Agreement, listing: Listing) -> bool:
    """Return whether the two dates could be one date and its misprint."""
    if agreement.signed_on is None or listing.signed_on is None:
        return True
    return abs(days_between(agreement.signed_on, listing.signed_on)) <= policy.REDATE_LINKED_DAYS
