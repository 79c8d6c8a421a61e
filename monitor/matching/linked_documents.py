"""What the MOA that a row links says of it, by its address, by the date in its file's name, and by the agency there."""

from __future__ import annotations

import re
from urllib.parse import unquote

from db.models import NameKey
from monitor.matching.doubts import named_date
from monitor.matching.ids import document_key
from monitor.matching.names import Name, canonical_name

#: What ICE puts before and behind the agency in a file's name: "287gWSO_LakeCoFl2019-10-15", "LakeCoFL_TFM_MOA_0304".
_LEAD = re.compile(r"^(?:r_)?287g(?:JEM|WSO|TFM)?_?", re.IGNORECASE)
_TAIL = re.compile(r"(?:[ _-]+(?:JEM|WSO|TFM|TF|MOA)(?![a-z])|[ _-]*\d|\.pdf$).*", re.IGNORECASE)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def at_address(document: str) -> str:
    """Return the claim that a row links the document."""
    return f"at {document}"


def of_day(day: str) -> str:
    """Return the claim that a row links a document whose file is named for the day (ISO date)."""
    return f"of {day}"


def names_agency(name: Name) -> str:
    """Return the claim that a row links a document whose file is named for the agency."""
    return f"names {name.loose}"


def claim_of_row(name: NameKey, signed_on: str | None, claim: str) -> NameKey:
    """Return what stands for a claim of the row of that name and date, as a name that no agency has."""
    return (name[0], f"{name[1]} | {signed_on or ''} | {claim}")


def claims_of_link(state: str | None, url: str | None) -> list[str]:
    """Return what can be claimed of a row in the state that links the address."""
    document, day = document_key(url), named_date(url)
    if url is None or document is None:
        return []
    file = unquote(url.split("#", 1)[0].split("?", 1)[0].rsplit("/", 1)[-1])
    words = " ".join(_WORD.findall(_TAIL.sub("", _LEAD.sub("", file))))
    found = [at_address(document), names_agency(canonical_name(state, words))]
    return [*found, of_day(day.isoformat())] if day else found
