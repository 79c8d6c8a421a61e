"""What a document says against the row of the list that links it. Signals for a person; they change no log."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from rapidfuzz import fuzz

from db.moa_models import ListedMoa, MoaReading

SIGNALS = {
    "support_type_differs": "the document is of another support type than the row that links it",
    "agency_differs": "the document names an agency that the row's name does not resemble",
    "signing_differs": "every date typed or stamped in the signature block is more than a month off the row's date",
    "several_agencies": "one document is linked by rows of several agencies",
    "taken_down": "the document was kept, and its address has since answered that nothing is there",
    "own_wording": "no other kept document has this wording",
    "departs_from_template": "the document differs from its template in more than its fields",
    "link_without_address": "the row prints a link, but nothing is linked",
}
#: Names less alike than this, common words aside, are different names.
NAME_RATIO = 55.0
SIGNING_DAYS = 31
_COMMON = re.compile(
    r"\b(county|parish|city|town|township|borough|village|of|the|and|sheriff'?s?|sheriff’s|office|police|department|dept|"
    r"pd|so|board|commissioners|state|detention|center|jail|corrections?|public|safety|division|by|through)\b|[^a-z ]"
)


def check_document(reading: MoaReading, rows: Sequence[ListedMoa]) -> list[str]:
    """Return the signals that the rows linking this document give; addenda are not compared with their rows."""
    signals = []
    agreements = [row for row in rows if row.kind == "moa"]
    if len({row.agency_id for row in agreements}) > 1:
        signals.append("several_agencies")
    support_types = {row.support_type for row in agreements if row.support_type}
    if reading.support_type and support_types and reading.support_type not in support_types:
        signals.append("support_type_differs")
    if reading.agency and agreements and not any(same_name(reading.agency, row.agency, row) for row in agreements):
        signals.append("agency_differs")
    signed = [row.signed_on for row in agreements if row.signed_on]
    dates = [line.on for line in reading.dates if line.kind == "signed"]
    if signed and dates and all(_days_apart(on, row) > SIGNING_DAYS for on in dates for row in signed):
        signals.append("signing_differs")
    return signals


def same_name(in_document: str, listed: str, row: ListedMoa) -> bool:
    """Whether two names could be of one agency: their own words are alike, spaces and slips aside."""
    ours, theirs = _own_words(in_document, row), _own_words(listed, row)
    if not ours or not theirs:
        return True  # nothing but common words: nothing to hold against each other
    return max(fuzz.token_set_ratio(ours, theirs), fuzz.partial_ratio(ours.replace(" ", ""), theirs.replace(" ", ""))) >= (
        NAME_RATIO
    )


def _own_words(name: str, row: ListedMoa) -> str:
    words = _COMMON.sub(" ", name.lower().replace("’", "'")).split()
    state = (row.state or "").lower()
    return " ".join(word for word in words if word != state and len(word) > 1)


def _days_apart(one: str, other: str) -> int:
    return abs((date.fromisoformat(one) - date.fromisoformat(other)).days)
