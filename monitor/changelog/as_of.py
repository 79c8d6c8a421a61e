"""What ICE listed on a day: the rows of the newest accepted list by then, and the totals they add up to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from db.database import Store
from db.errors import NotFoundError
from db.models import Listing
from db.queries import publications
from db.queries.agreements import Owner, load_owners
from db.queries.snapshots import load_listings, load_rows
from db.records import Counts, ListedAgreement, ListReference, Totals
from monitor.changelog.counting import SUPPORT_TYPES, count_by_type, count_rows, counted_rows, same_row
from monitor.changelog.county_filter import is_county
from monitor.changelog.known_at import as_known
from monitor.changelog.log import listing_view


@dataclass(frozen=True, slots=True)
class AsOf:
    """The publication that answers for a day, its rows, and whose each of them is."""

    position: int
    reference: ListReference
    listing_ids: tuple[int, ...]
    rows: tuple[int, ...]  # the sheet row of each listing
    listings: Mapping[int, Listing]
    owners: Mapping[int, Owner]  # by listing id

    @property
    def published_on(self) -> str:
        """The day the list is of."""
        return self.reference["published_on"]


def listed_agreements(
    store: Store, *, as_of: str | None = None, known_at: str | None = None, list_name: str = "participating",
    state: str | None = None, county: str | None = None, agency: str | None = None,
) -> list[ListedAgreement]:  # fmt: skip
    """Return the rows of the list in force on `as_of` (the newest when None), without exact duplicates, in its order.

    With `known_at`, only what was known by then counts. Raises `NotFoundError` when no list was out by that day.
    """
    found = find_list(store, as_of, known_at, list_name)
    return [r for r in list_rows(found) if _fits(r, state, county, agency)]


def list_rows(found: AsOf) -> list[ListedAgreement]:
    """Return the rows of a list that was found, without exact duplicates, in its order."""
    rows: dict[tuple[str, ...], ListedAgreement] = {}
    for listing_id, sheet_row in zip(found.listing_ids, found.rows, strict=True):
        listing, owner = found.listings[listing_id], found.owners.get(listing_id)
        if owner is None and listing.is_incomplete:
            continue  # no agreement
        key = same_row(listing)
        if key in rows:
            rows[key]["rows"].append(sheet_row)
            continue
        rows[key] = _entry(found, listing, sheet_row, owner)
    return list(rows.values())


def totals(store: Store, *, as_of: str | None = None, known_at: str | None = None) -> Totals:
    """Return how many agreements, agencies, states and territories ICE listed on a day, and a sentence that says so."""
    found = find_list(store, as_of, known_at, "participating")
    return count_totals(found, as_of)


def count_totals(found: AsOf, as_of: str | None = None) -> Totals:
    """Return the totals of a list that was found: each agreement once, agencies by the names printed then."""
    each = counted_rows([(found.listings[i], found.owners.get(i)) for i in found.listing_ids])
    whole, support = count_rows(each), count_by_type(each)
    other = [row for row in each if row.support_type not in SUPPORT_TYPES]
    if other:
        support["other"] = count_rows(other)
    return {
        "as_of": as_of or found.published_on, "publication": found.reference, **whole,
        "support_types": support, "sentence": totals_sentence(found.published_on, whole, support, len(each)),
    }  # fmt: skip


def totals_sentence(published_on: str, whole: Counts, support: Mapping[str, Counts], rows: int) -> str:
    """Return the totals as one sentence in the form ICE's page uses; the date is the list's.

    The number of its rows is named where it differs from that of its agreements. Where no row has a support type, as on
    the lists of 2007 and 2008, none is said to be of none.
    """
    day = date.fromisoformat(published_on)
    parts = [f"{code} {counts['agreements']:,} in {_covered(counts)}" for code, counts in support.items()]
    is_typed = any(counts["agreements"] for code, counts in support.items() if code != "other")
    by_type = f": {', '.join(parts)}" if is_typed or not whole["agreements"] else "; the list names no support type"
    in_rows = f" in {rows:,} rows" if rows != whole["agreements"] else ""
    return (
        f"As of {day:%B} {day.day}, {day.year}, ICE listed {whole['agreements']:,} agreements{in_rows}"
        f" with {whole['agencies']:,} agencies covering {_covered(whole)}{by_type}."
    )


def find_list(store: Store, as_of: str | None, known_at: str | None, list_name: str) -> AsOf:
    """Return the newest accepted publication of the list by the end of `as_of`."""
    with _at(store, known_at) as then:
        connection = then.connection
        found = publications.load_list_in_force(connection, list_name, as_of)
        if found is None:
            raise _no_list(then, as_of, known_at, list_name)
        position, reference = found
        ids, rows = load_rows(connection, reference["sha256"])
        owners = load_owners(connection, list_name, position)
        return AsOf(position, reference, ids, rows, load_listings(then, set(ids)), owners)


@contextmanager
def _at(store: Store, known_at: str | None) -> Iterator[Store]:
    """Yield the store, or one that knows only what was known then."""
    if known_at is None:
        yield store
    else:
        with as_known(store, known_at) as then:
            yield then


def _no_list(store: Store, as_of: str | None, known_at: str | None, list_name: str) -> NotFoundError:
    oldest = publications.load_oldest_day(store.connection, list_name)
    if known_at is not None:
        return NotFoundError(f"no {list_name} list was known at {known_at}" + (f" for {as_of}" if as_of else ""))
    if oldest is None:
        return NotFoundError(f"no {list_name} list is here yet; run `ice-agreements run` or `import` first")
    return NotFoundError(f"no {list_name} list is known for {as_of}; the oldest is of {oldest}")


def _entry(found: AsOf, listing: Listing, sheet_row: int, owner: Owner | None) -> ListedAgreement:
    return {
        "agreement_id": owner.agreement_id if owner else None, "agency_id": owner.agency_id if owner else None,
        "agency": owner.agency if owner else None, "state": listing.state_code or (owner.state if owner else None),
        "county": owner.county if owner else None, "county_fips": owner.county_fips if owner else None,
        "support_type": listing.support_code or listing.support_type, "signed_on": listing.signed_on,
        "moa": listing.moa_url, "addendum": listing.addendum_url, "listed": listing_view(listing),
        "rows": [sheet_row], "publication": {**found.reference, "row": sheet_row},
    }  # fmt: skip


def _covered(counts: Counts) -> str:
    states = f"{counts['states']} state{'' if counts['states'] == 1 else 's'}"
    if not counts["territories"]:
        return states
    return f"{states} and {counts['territories']} U.S. territor{'y' if counts['territories'] == 1 else 'ies'}"


def _fits(row: ListedAgreement, state: str | None, county: str | None, agency: str | None) -> bool:
    if state and (row["state"] or "").upper() != state.upper():
        return False
    if county and not is_county(county, row["county"], row["county_fips"]):
        return False
    return not agency or agency in (row["agency_id"], row["agency"], row["agreement_id"])
