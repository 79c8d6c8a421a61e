"""The records that cross packages: a change, an agreement, an agency and a list as the command line, API, pages and
mail show them.

They are typed dictionaries because they are the JSON of the contract: what stands here is what a client receives. The
descriptions are the ones that the API's documentation shows.
"""

from __future__ import annotations

from typing import Annotated, NotRequired

from pydantic import Field
from typing_extensions import TypedDict  # of `typing` only from Python 3.12 on, says pydantic

Day = Annotated[str, Field(json_schema_extra={"format": "date"})]
Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$", description="checksum of the document as received")]
Count = Annotated[int, Field(ge=0)]


#: What one part of the evidence can be.
EvidenceValue = str | int | float | bool | list[str] | None


class Candidate(TypedDict):
    """Another agreement that a doubtful change could be about, with what was weighed."""

    agreement_id: Annotated[str, Field(description="id of the other agreement")]
    agency_id: Annotated[str | None, Field(description="id of its agency, where the candidate is listed")]
    agency: Annotated[str, Field(description="its agency as printed")]
    state: NotRequired[Annotated[str | None, Field(description="USPS code")]]
    signed_on: Annotated[str | None, Field(description="its signing date")]
    score: Annotated[float, Field(description="how alike the two are, from 0 to 1")]
    reasons: Annotated[list[str], Field(description="what speaks against the two being one, in words")]


class PrintedRow(TypedDict):
    """One row of a list: its cells as ICE printed them (None: the list has no such column)."""

    state: str | None
    agency: str | None
    type: str | None
    county: str | None
    support_type: str | None
    signed_on: str | None
    moa: str | None
    addendum: str | None
    normalised: Annotated[dict[str, str], Field(description="what a cell says, where that differs from its print")]
    extra: NotRequired[Annotated[dict[str, str], Field(description="columns that we do not know, as printed")]]


class ListReference(TypedDict):
    """A list that a statement rests on, and the row that says so."""

    file: Annotated[str, Field(description="the list's file name as ICE gave it")]
    list: Annotated[str, Field(description="participating or pending")]
    sha256: Sha256
    url: Annotated[str, Field(description="where the document was found")]
    published_on: Annotated[Day, Field(description="the day the list is of")]
    workbook_modified_at: Annotated[Moment | None, Field(description="when the workbook says it was last saved")]
    row: NotRequired[Annotated[int | None, Field(description="sheet row, from 1")]]


class ChangeRecord(TypedDict):
    """A dated statement about one agreement, or about a list as a whole, with its evidence."""

    id: Annotated[str, Field(pattern="^[0-9a-f]{12}$", description="stays the same through rebuilds")]
    kind: Annotated[str, Field(description="what happened; docs/reasons.md lists the kinds")]
    status: Annotated[str, Field(description="provisional, confirmed or retracted")]
    needs_review: Annotated[bool, Field(description="whether a careful reader could see it another way")]
    state: Annotated[str | None, Field(description="USPS code")]
    agency: Annotated[str | None, Field(description="the agency's name as used today")]
    agency_id: str | None
    agreement_id: str | None
    county: Annotated[str | None, Field(description="the county's name as the Census Bureau writes it")]
    county_fips: Annotated[str | None, Field(description="five digits, as text")]
    support_type: Annotated[str | None, Field(description="JEM, WSO, TFM, or as printed")]
    signed_on: Annotated[Day | None, Field(description="signing date on the newest row concerned")]
    fields: Annotated[list[str], Field(description="what differs between before and after")]
    before: Annotated[PrintedRow | None, Field(description="the row on the earlier list")]
    after: Annotated[PrintedRow | None, Field(description="the row on the later list")]
    rule: Annotated[str, Field(description="the rule that decided; docs/reasons.md lists the rules")]
    evidence: Annotated[dict[str, EvidenceValue], Field(description="what was weighed")]
    candidates: Annotated[list[Candidate], Field(description="what else was considered")]
    reason: Annotated[str, Field(description="why the statement was retracted; empty while it stands")]
    list: Annotated[str, Field(description="participating or pending")]
    last_listed_in: ListReference | None
    first_missing_from: ListReference | None
    first_listed_in: ListReference | None
    listed_on: Annotated[Day, Field(description="date of the list that shows the change")]
    listed_between: Annotated[
        list[Day] | None,
        Field(description="dates of the list before and of the list that shows the change: it lies between them"),
    ]
    known_at: Annotated[Moment | None, Field(description="when this was first stated here")]
    told: Annotated[bool, Field(description="whether a subscriber was told")]


class AgreementRecord(TypedDict):
    """One agreement, and whose it is."""

    agreement_id: str | None
    agency_id: str | None
    agency: Annotated[str | None, Field(description="the agency's name as used today")]
    state: Annotated[str | None, Field(description="USPS code")]
    county: str | None
    county_fips: str | None
    support_type: str | None
    signed_on: Day | None


class ListedAgreement(AgreementRecord):
    """One agreement on one day's list, with the row as printed."""

    moa: Annotated[str | None, Field(description="address of the signed agreement")]
    addendum: str | None
    listed: Annotated[PrintedRow, Field(description="the row as ICE printed it that day")]
    rows: Annotated[list[int], Field(description="sheet rows; more than one where the list repeats a row")]
    publication: ListReference


class Counts(TypedDict):
    """How many agreements, agencies, states and territories some listed rows are."""

    agreements: Count
    agencies: Count
    states: Count
    territories: Count


class Totals(Counts):
    """What ICE listed on a day, counted."""

    as_of: Day
    publication: ListReference
    support_types: dict[str, Counts]
    sentence: Annotated[str, Field(description="the totals in one sentence, in the form ICE's page uses")]


class Trend(Counts):
    """The totals of the last list of a day."""

    date: Day
    file: str
    sha256: Sha256
    support_types: dict[str, Counts]


class PublicationRecord(TypedDict):
    """One list as ICE put it out, whether it was believed, and why."""

    file: str
    list: Annotated[str | None, Field(description="participating or pending; None when it could not be read")]
    linked_as: Annotated[str, Field(description="what the link on ICE's page promised; empty for imported lists")]
    sha256: Sha256
    url: str
    rows: Count
    published_on: Day
    published_at: Moment
    workbook_modified_at: Moment | None
    first_seen_at: Moment
    status: Annotated[str, Field(description="accepted, duplicate, stale, held or rejected")]
    reasons: list[str]


class AgreementHistory(AgreementRecord):
    """One agreement with its changes; without its row when it is not listed."""

    moa: NotRequired[str | None]
    addendum: NotRequired[str | None]
    listed: NotRequired[PrintedRow]
    rows: NotRequired[list[int]]
    publication: NotRequired[ListReference]
    listed_now: Annotated[bool, Field(description="whether the list of that day has it")]
    changes: list[ChangeRecord]


class AgencyRecord(TypedDict):
    """One law-enforcement agency in one state, and what ICE lists for it."""

    agency_id: str
    agency: Annotated[str, Field(description="the name used today")]
    state: Annotated[str | None, Field(description="USPS code")]
    county: Annotated[str | None, Field(description="the county's name as the Census Bureau writes it")]
    county_fips: Annotated[str | None, Field(description="five digits, as text")]
    first_listed_on: Day
    support_types: list[str]
    agreements: Annotated[list[str | None], Field(description="ids of its listed agreements; empty when none is")]


class AgencyHistory(AgencyRecord):
    """An agency with its changes."""

    changes: list[ChangeRecord]


class PlaceRecord(TypedDict):
    """A county and how much is listed in it."""

    county_fips: Annotated[str, Field(description="five digits, as text")]
    county: str | None
    state: Annotated[str | None, Field(description="USPS code")]
    agencies: Count
    agreements: Count
    support_types: list[str]


class SearchRecord(TypedDict):
    """A state, county, place or agency that a search found."""

    kind: Annotated[str, Field(description="state, county, place or agency")]
    name: str
    state: Annotated[str | None, Field(description="USPS code")]
    fips: Annotated[str | None, Field(description="of the county, five digits as text; two of a state")]
    url: Annotated[str, Field(description="the page, from the site's root")]
    agencies: Annotated[int, Field(ge=0, description="agencies there with an agreement on the newest list")]


class PlaceAgencies(TypedDict):
    """A county with its agencies, also those no longer listed."""

    county_fips: Annotated[str, Field(description="five digits, as text")]
    state: Annotated[str, Field(description="USPS code")]
    county: str
    agencies: list[AgencyRecord]


class DocumentRecord(TypedDict):
    """A document as received, under its checksum."""

    sha256: Sha256
    bytes: Count
    stored_at: Moment
    files: Annotated[list[str], Field(description="the names under which ICE published it")]


class DocumentPublications(DocumentRecord):
    """A document and the lists it was published as."""

    publications: list[PublicationRecord]


class ParameterProblem(TypedDict):
    """A parameter that is wrong, and why."""

    parameter: str
    detail: str


class ProblemRecord(TypedDict):
    """What went wrong, as an RFC 9457 problem detail."""

    type: str
    title: str
    status: int
    detail: str
    errors: NotRequired[list[ParameterProblem]]


class ReviewedFactRecord(TypedDict):
    """A fact that people researched and ICE's lists do not say."""

    id: Annotated[int, Field(ge=1, description="number of the fact on this site")]
    stated_at: Moment
    subject: Annotated[str, Field(description="agency_id or agreement_id")]
    fact: Annotated[str, Field(description="one, distinct, display_name, body, county, coordinates, ended or link")]
    value: str
    detail: Annotated[str, Field(description="why the agreement ended, or what the link leads to; else empty")]
    source: Annotated[str, Field(description="address of the evidence; empty when none was given")]
    note: str


class StatementRecord(TypedDict):
    """What the log said of a change from a moment on; a change is stated again when that differs."""

    sequence: Annotated[int, Field(ge=1, description="grows with every statement, in the order they were made")]
    stated_at: Moment
    status: Annotated[str, Field(description="provisional, confirmed or retracted, as stated then")]
    needs_review: bool
    reason: Annotated[str, Field(description="why the statement was retracted; empty while it stands")]
    change: Annotated[ChangeRecord, Field(description="the change as it stands now")]
