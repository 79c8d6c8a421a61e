"""What agencies, agreements and documents are named by: their ids are made of rows as first printed."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from db.models import Listing, ListName, NameKey
from monitor.matching.names import Name, canonical_name, printed_form, slug
from monitor.places.printed_county import county_of


def name_of(listing: Listing) -> Name:
    """Return the canonical name of a listing's agency."""
    return canonical_name(listing.state_code, listing.agency or "")


def name_key(listing: Listing) -> NameKey:
    """Return the state and strict key that a listing's agency goes by."""
    return (listing.state_code or "", name_of(listing).key)


def is_untyped(listing: Listing) -> bool:
    """Return whether a row is of a list that named agencies only, without support types and dates, as until 2008."""
    return not (listing.support_code or listing.support_type or listing.signed)


def agency_slug(listing: Listing) -> str:
    """Return the id a new agency gets: its state and its name as first printed."""
    return f"{(listing.state_code or 'xx').lower()}-{slug(listing.agency or '')}"


def on_list(list_name: ListName, listing: Listing) -> Listing:
    """Return the row as one of that list: its document's header may be the other list's."""
    return listing if listing.list == list_name else replace(listing, list=list_name)


def agreement_slug(listing: Listing) -> str:
    """Return the id a new agreement gets: agency, support type and signing date as first printed."""
    support = (listing.support_code or slug(listing.support_type or "unknown")).lower()
    if listing.list == "pending":
        return f"pending-{agency_slug(listing)}-{support}"
    return f"{agency_slug(listing)}-{support}-{listing.signed_on or 'undated'}"


@lru_cache(maxsize=65536)
def document_key(url: str | None) -> str | None:
    """Return what makes two links the same document: host and path without case, query or fragment."""
    if not url:
        return None
    bare = url.split("#", 1)[0].split("?", 1)[0].split("://", 1)[-1].casefold().rstrip("/")
    return bare.removeprefix("www.") or None


def county_fips(listing: Listing) -> str | None:
    """Return the FIPS code of a listing's county; None when it has none or names no single county."""
    found = county_of(listing.state_code, listing.county, printed_form(listing.agency))
    return found[0] if found else None
