"""What makes a signing or an amendment doubtful though it is plain which row it is: its dates and its document."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from db.models import Listing
from db.printed_cells import has_words
from monitor import policy
from monitor.matching.find_known import days_between
from monitor.matching.ids import document_key
from monitor.matching.names import printed_form
from monitor.places.agency_county import locate

#: A date in a file name: month, day and year, with or without marks between ("05082025", "03.21.2025", "7_2_25"), or
#: year, month and day ("2019-10-15").
_NAMED_DATE = re.compile(
    r"(?<!\d)(?:(?P<iso>20\d\d[-_.]\d\d[-_.]\d\d)|(?P<month>\d\d|\d(?=[-_.]))[-_.]?(?P<day>\d\d|\d(?=[-_.]))[-_.]?"
    r"(?P<year>20\d\d|\d\d))(?!\d)"
)


def doubts_of_signing(listing: Listing, previous_on: str) -> list[str]:
    """Return the codes of what is odd about a row that is first listed; the list before was of `previous_on`."""
    signed_on, found = listing.signed_on, []
    if signed_on is not None and days_between(signed_on, previous_on) > policy.SIGNED_LONG_BEFORE_DAYS:
        found.append("signed_long_before")
    if _is_dated_otherwise(listing):
        found.append("moa_date_differs")
    return [*found, *doubts_of_place(listing)]


def doubts_of_place(listing: Listing) -> list[str]:
    """Return the code for a county cell that names another county than the agency's name or that of its city."""
    found = locate(listing.state_code, listing.county, printed_form(listing.agency), listing.type)
    return ["county_contradicts"] if found is not None and found.contradicts is not None else []


def doubts_of_cells(before: Listing, after: Listing) -> list[str]:
    """Return the code for a row that lost what makes it an agreement, or its state: a slip of ICE's or of the file."""
    stateless = after.state_code is None and before.state_code is not None and not has_words(after.state or "")
    return ["cell_missing"] if stateless or (after.is_incomplete and not before.is_incomplete) else []


def doubts_of_amendment(before: Listing, after: Listing, fields: list[str], listed_on: str) -> list[str]:
    """Return the codes of what is odd about a row that says something else than before; `fields` names what."""
    found = []
    if "signed_on" in fields and _moved_far(before.signed_on, after.signed_on, listed_on):
        found.append("redated_far")
    believed = after.signed_on is None or after.signed_on <= listed_on  # a date after the list itself is a misprint
    if ("signed_on" in fields or "moa" in fields) and believed and _is_dated_otherwise(after):
        found.append("moa_date_differs")
    if "moa" in fields and "signed_on" not in fields:
        old, new = named_date(before.moa_url), named_date(after.moa_url)
        if old is not None and new is not None and old != new:
            found.append("new_document")
    if {"county", "agency", "state"}.intersection(fields) and not doubts_of_place(before):
        found += doubts_of_place(after)
    return found


@lru_cache(maxsize=16384)
def named_date(url: str | None) -> date | None:
    """Return the date in the file name of an agreement document; None when there is none, or more than one."""
    found = set()
    for match in _NAMED_DATE.finditer((document_key(url) or "").rsplit("/", 1)[-1]):
        year, month, day = (
            re.split(r"[-_.]", match["iso"]) if match["iso"] else (match["year"], match["month"], match["day"])
        )
        try:
            found.add(date(int(year) if len(year) == 4 else 2000 + int(year), int(month), int(day)))
        except ValueError:
            continue
    return found.pop() if len(found) == 1 else None


def _is_dated_otherwise(listing: Listing) -> bool:
    named = named_date(listing.moa_url)
    if named is None or listing.signed_on is None:
        return False
    return abs((named - date.fromisoformat(listing.signed_on)).days) > policy.REDATE_LINKED_DAYS


def _moved_far(before: str | None, after: str | None, listed_on: str) -> bool:
    """Return whether both dates could be meant, which one after the list itself is not, and lie far apart."""
    if before is None or after is None or max(before, after) > listed_on:
        return False
    return abs(days_between(before, after)) > policy.REDATE_LINKED_DAYS
