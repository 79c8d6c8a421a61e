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
    "signing_differs": "the last date in the signature block is later than the row's, or long before it",
    "several_agencies": "one document is linked by rows of several agencies",
    "taken_down": "the document was kept, and its address has since answered that nothing is there",
    "own_wording": "no other kept document has this wording",
    "departs_from_template": "the document differs from its template in more than its fields",
    "nothing_there": "a row of today's list links an address at which nothing is, and nothing was ever kept of it",
    "link_without_address": "the row prints a link, but nothing is linked",
}
#: Those by which a document and the list disagree: for a person to look at.
AT_ODDS = (
    "support_type_differs", "agency_differs", "signing_differs", "several_agencies", "taken_down", "nothing_there",
    "link_without_address",
)  # fmt: skip
#: Names less alike than this, common words aside, are different names.
NAME_RATIO = 55.0
#: The row's date is that of ICE's signature, the last one; the day on which ICE enters it can be a few days off.
LATER_DAYS = 7
#: Of several dates one is ICE's. A single one may be the agency's, which signs weeks before ICE.
EARLIER_DAYS = 31
_KINDS = (("sheriff",), ("police", " pd"), ("commission", "board", "bocc"), ("attorney",), ("correction",))
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
    if signed and dates and all(_contradicts(dates, row) for row in signed):
        signals.append("signing_differs")
    return signals


def same_name(in_document: str, listed: str, row: ListedMoa) -> bool:
    """Whether two names could be of one agency: of one kind, and their own words are alike, spaces and slips aside."""
    kinds = [{kind for kind in _KINDS if any(word in name.lower() for word in kind)} for name in (in_document, listed)]
    if kinds[0] and kinds[1] and not kinds[0] & kinds[1]:
        return False
    if _initials(listed) & set(in_document.lower().replace(",", " ").split()):
        return True
    ours, theirs = _own_words(in_document, row), _own_words(listed, row)
    if not ours or not theirs:
        return True  # nothing but common words: nothing to hold against each other
    squeezed = fuzz.partial_ratio(ours.replace(" ", ""), theirs.replace(" ", ""))
    return max(fuzz.token_set_ratio(ours, theirs), squeezed) >= NAME_RATIO


def _initials(name: str) -> set[str]:
    """Return the short forms that a name's capitals can make: "fdfs" and "dfs" of Florida's Financial Services."""
    letters = "".join(word[0] for word in name.split() if word[0].isupper()).lower()
    return {letters[start:] for start in range(len(letters) - 2)}


def _own_words(name: str, row: ListedMoa) -> str:
    words = _COMMON.sub(" ", name.lower().replace("’", "'")).split()
    state = (row.state or "").lower()
    return " ".join(word for word in words if word != state and len(word) > 1)


def _contradicts(dates: Sequence[str], signed_on: str) -> bool:
    """Whether the last date of the signature block cannot be the date that the row prints."""
    later = (date.fromisoformat(max(dates)) - date.fromisoformat(signed_on)).days
    return later > LATER_DAYS or (len(dates) > 1 and -later > EARLIER_DAYS)
