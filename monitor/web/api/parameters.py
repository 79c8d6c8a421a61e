"""What may be asked: every parameter with its form, its meaning and its check, once, for answers and description."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import us

from db.database import to_text
from monitor.changelog.log import KINDS, STATUSES
from monitor.web.api.problems import Problem

Schema = Mapping[str, Any]
MAX_LIMIT, DEFAULT_LIMIT = 1000, 100
_STATES = sorted({s.abbr for s in [*us.states.STATES, *us.states.TERRITORIES, us.states.DC]})
_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a query: `parse` gives its value or raises ValueError with what was expected."""

    name: str
    description: str
    schema: Schema
    parse: Callable[[str], Any]


def one_of(name: str, values: Sequence[str], description: str) -> Parameter:
    """A parameter that takes one of some words."""

    def parse(text: str) -> str:
        if text not in values:
            raise ValueError(f"expected one of {', '.join(values)}")
        return text

    return Parameter(name, description, {"type": "string", "enum": list(values)}, parse)


def _text(text: str) -> str:
    if not 1 <= len(text) <= 200:
        raise ValueError("expected 1 to 200 characters")
    return text


def _date(text: str) -> str:
    try:
        if not re.fullmatch(_DATE, text, re.ASCII):
            raise ValueError
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValueError("expected a date such as 2025-05-30") from None


def _moment(text: str) -> str:
    try:
        if re.fullmatch(_DATE, text, re.ASCII):
            text = f"{_date(text)}T23:59:59Z"
        if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?", text, re.ASCII):
            raise ValueError
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
        return to_text(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        raise ValueError("expected a date or a time such as 2025-05-30T18:00:00Z") from None


def _flag(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError("expected true or false")
    return text == "true"


def _limit(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,4}", text, re.ASCII) or not 1 <= int(text) <= MAX_LIMIT:
        raise ValueError(f"expected a whole number from 1 to {MAX_LIMIT}")
    return int(text)


_WORD = {"type": "string", "minLength": 1, "maxLength": 200}
_FLAG = {"type": "boolean"}
_ON = {"type": "string", "format": "date"}

STATE = one_of("state", _STATES, "USPS code of a state or territory.")
COUNTY = Parameter("county", "County by name or five-digit FIPS code.", _WORD, _text)
AGENCY = Parameter("agency", "Agency by id or by the name used today.", _WORD, _text)
SUPPORT = one_of("support_type", ("JEM", "WSO", "TFM"), "Support type.")
SINCE = Parameter("since", "Shown by a list of this day or later.", _ON, _date)
UNTIL = Parameter("until", "Shown by a list of this day or earlier.", _ON, _date)
KIND = one_of("kind", tuple(KINDS), "Kind of change.")
STATUS = one_of("status", tuple(STATUSES), "Status of the change.")
NEEDS_REVIEW = Parameter("needs_review", "Only changes that wait for a person, or only others.", _FLAG, _flag)
AS_OF = Parameter("as_of", "Listed time: as of ICE's lists at the end of this day.", _ON, _date)
KNOWN_AT = Parameter(
    "known_at", "Known time: with what was known here at this time (UTC; a bare date means its end).",
    {"type": "string", "anyOf": [{"format": "date"}, {"format": "date-time"}]}, _moment,
)  # fmt: skip
LIST = one_of("list", ("participating", "pending"), "Which of ICE's two lists.")
EVER = Parameter("ever", "Also agencies that are no longer listed on the day.", _FLAG, _flag)
PUBLICATION_STATUS = one_of(
    "status", ("accepted", "duplicate", "stale", "held", "rejected"), "Status of the publication."
)
ORDER = one_of("order", ("oldest", "newest"), "Which end comes first; oldest when not given.")
LIMIT = Parameter(
    "limit", f"Entries a page; {DEFAULT_LIMIT} when not given.",
    {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT}, _limit,
)  # fmt: skip
CURSOR = Parameter(
    "cursor", "Where the page begins; taken from the Link header of the page before, never made up.",
    {"type": "string", "minLength": 1, "maxLength": 2000}, lambda text: text,
)  # fmt: skip


def read_parameters(pairs: Sequence[tuple[str, str]], known: Sequence[Parameter]) -> dict[str, Any]:
    """The values asked for, checked; `Problem` 400 names every one that is wrong, unknown or given twice."""
    by_name = {p.name: p for p in known}
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for name, text in pairs:
        if name not in by_name:
            errors[name] = f"unknown; known here: {', '.join(by_name) or 'none'}"
        elif name in values:
            errors[name] = "given more than once"
        else:
            values[name] = None
            try:
                values[name] = by_name[name].parse(text)
            except ValueError as error:
                errors[name] = str(error)
    if errors:
        raise Problem(400, f"wrong parameters: {', '.join(sorted(errors))}", errors=errors)
    return values
