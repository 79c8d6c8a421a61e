"""What each address takes: one model a query, with the meaning and the check of every parameter."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from typing import Annotated, Any, Literal

import us
from pydantic import AfterValidator, BaseModel, Field, GetCoreSchemaHandler
from pydantic.json_schema import SkipJsonSchema

from db.database import to_text
from monitor.changelog.log import KINDS, STATUSES
from monitor.documents.library import OUTCOMES
from monitor.documents.search import LONGEST_QUERY, to_expression

MAX_LIMIT, DEFAULT_LIMIT = 1000, 100
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME = _DATE + r"T\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?"
_STATES = tuple(sorted(s.abbr for s in [*us.states.STATES, *us.states.TERRITORIES, us.states.DC]))


@dataclass(frozen=True)
class OneOf:
    """A check that a text is one of some words, which the description then lists."""

    words: tuple[str, ...]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> Any:
        """Return the schema of a literal of the words."""
        return handler.generate_schema(Literal[self.words])


def _day(text: str) -> str:
    try:
        if not re.fullmatch(_DATE, text, re.ASCII):
            raise ValueError
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValueError("expected a date such as 2025-05-30") from None


def _moment(text: str, of_day: str) -> str:
    """The time in UTC as text; a bare date means that time of its day."""
    try:
        if re.fullmatch(_DATE, text, re.ASCII):
            text = f"{_day(text)}T{of_day}Z"
        if not re.fullmatch(_TIME, text, re.ASCII):
            raise ValueError
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
        return to_text(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        raise ValueError("expected a date or a time such as 2025-05-30T18:00:00Z") from None


def _searched(text: str) -> str:
    if not to_expression(text):
        raise ValueError('expected at least one word or "phrase" to look for')
    return text


#: None stands for a parameter that was not given; it cannot be asked for, so the description leaves it out.
Absent = SkipJsonSchema[None]
Word = Annotated[str, Field(min_length=1, max_length=200)]
Day = Annotated[str, AfterValidator(_day), Field(json_schema_extra={"format": "date"})]
_DATE_OR_TIME = Field(json_schema_extra={"anyOf": [{"format": "date"}, {"format": "date-time"}]})
Moment = Annotated[str, AfterValidator(partial(_moment, of_day="23:59:59")), _DATE_OR_TIME]
Start = Annotated[str, AfterValidator(partial(_moment, of_day="00:00:00")), _DATE_OR_TIME]
State = Annotated[str, OneOf(_STATES), Field(description="USPS code of a state or territory.")]
County = Annotated[Word, Field(description="County by name or five-digit FIPS code.")]
Agency = Annotated[Word, Field(description="Agency by id or by the name used today.")]
SupportType = Annotated[str, OneOf(("JEM", "WSO", "TFM")), Field(description="Support type.")]
ListName = Annotated[str, OneOf(("participating", "pending")), Field(description="Which of ICE's two lists.")]
Limit = Annotated[int, Field(ge=1, le=MAX_LIMIT, description="Entries a page.")]


class KnownAt(BaseModel):
    """The clock of what was known here."""

    known_at: Annotated[
        Moment | Absent,
        Field(description="Known time: with what was known here at this time (UTC; a bare date means its end)."),
    ] = None


class Clocks(KnownAt):
    """Both clocks."""

    as_of: Annotated[Day | Absent, Field(description="Listed time: as of ICE's lists at the end of this day.")] = None


class Paging(BaseModel):
    """Which page of a collection."""

    order: Annotated[Literal["oldest", "newest"], Field(description="Which end comes first.")] = "oldest"
    limit: Limit = DEFAULT_LIMIT
    cursor: Annotated[
        Annotated[str, Field(min_length=1, max_length=2000)] | Absent,
        Field(description="Where the page begins: taken from the Link header of the page before, never made up."),
    ] = None


class Period(BaseModel):
    """The days of the lists asked for."""

    since: Annotated[Day | Absent, Field(description="Shown by a list of this day or later.")] = None
    until: Annotated[Day | Absent, Field(description="Shown by a list of this day or earlier.")] = None


class ChangesQuery(Period, Clocks, Paging):
    """Which changes."""

    state: State | Absent = None
    county: County | Absent = None
    agency: Agency | Absent = None
    support_type: SupportType | Absent = None
    kind: Annotated[Annotated[str, OneOf(tuple(KINDS))] | Absent, Field(description="Kind of change.")] = None
    status: Annotated[Annotated[str, OneOf(tuple(STATUSES))] | Absent, Field(description="Status of the change.")] = (
        None
    )
    needs_review: Annotated[
        bool | Absent, Field(description="Only changes that wait for a person, or only others.")
    ] = None
    updated_since: Annotated[
        Start | Absent,
        Field(description="Only changes of which something was stated at this time or later (UTC; a date: its start)."),
    ] = None


class StatementsQuery(BaseModel):
    """Which statements."""

    sequence: Annotated[
        int, Field(ge=0, le=2**53 - 1, description="Only statements after the one with this sequence number.")
    ] = 0
    limit: Limit = DEFAULT_LIMIT


class AgreementsQuery(Clocks, Paging):
    """Which listed agreements."""

    state: State | Absent = None
    county: County | Absent = None
    agency: Agency | Absent = None
    support_type: SupportType | Absent = None
    list: ListName = "participating"


class AgenciesQuery(Clocks, Paging):
    """Which agencies."""

    state: State | Absent = None
    county: County | Absent = None
    support_type: SupportType | Absent = None
    ever: Annotated[bool, Field(description="Also agencies that are no longer listed on the day.")] = False


class PlacesQuery(Clocks, Paging):
    """Which counties."""

    state: State | Absent = None


class PublicationsQuery(Clocks, Paging):
    """Which lists."""

    list: ListName | Absent = None
    status: Annotated[
        Annotated[str, OneOf(("accepted", "duplicate", "stale", "held", "rejected"))] | Absent,
        Field(description="Status of the publication."),
    ] = None


class ReviewedFactsQuery(KnownAt, Paging):
    """Which reviewed facts."""

    subject: Annotated[
        Annotated[str, Field(max_length=200)] | Absent, Field(description="Only those about this agency or agreement.")
    ] = None


class TrendsQuery(Period, Clocks, Paging):
    """Which days."""


class DocumentsQuery(KnownAt, Paging):
    """Which documents."""


class MoaFilters(BaseModel):
    """Which agreement documents."""

    state: Annotated[State | Absent, Field(description="Documents of this state's agreements, by USPS code.")] = None
    support_type: Annotated[SupportType | Absent, Field(description="Support type, by the document itself.")] = None
    template: Annotated[Word | Absent, Field(description="Wording shared with others, such as TFM 2025-02.")] = None
    year: Annotated[
        Annotated[str, Field(pattern="^[0-9]{4}$")] | Absent, Field(description="Year in which it was signed.")
    ] = None
    signal: Annotated[Word | Absent, Field(description="A signal that docs/documents.md lists.")] = None
    outcome: Annotated[Annotated[str, OneOf(tuple(OUTCOMES))] | Absent, Field(description="What came of it.")] = None
    agreement: Annotated[Word | Absent, Field(description="Documents that this agreement's rows link, by id.")] = None


class MoasQuery(MoaFilters, Paging):
    """Which agreement documents, and which page of them."""


class MoaSearchQuery(MoaFilters):
    """What to look for in the agreement documents."""

    q: Annotated[
        Annotated[str, Field(min_length=1, max_length=LONGEST_QUERY)],
        AfterValidator(_searched),
        Field(description='Words and "phrases" that all stand on the page, by their stems; -word: not on it.'),
    ]
    limit: Limit = DEFAULT_LIMIT
    offset: Annotated[int, Field(ge=0, le=1_000_000, description="How many of the best pages to leave out.")] = 0


class SearchQuery(BaseModel):
    """What a person typed."""

    q: Annotated[str, Field(max_length=200, description="ZIP code, city, county, state or agency, as people write it.")]
    limit: Annotated[int, Field(ge=1, le=50, description="Answers at most.")] = 20
