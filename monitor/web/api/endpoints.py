"""Every address of the API: what it takes, what it gives, who answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from monitor.web.api import answers
from monitor.web.api.memory import Memory
from monitor.web.api.parameters import (
    AGENCY,
    AS_OF,
    COUNTY,
    EVER,
    KIND,
    KNOWN_AT,
    LIST,
    NEEDS_REVIEW,
    PUBLICATION_STATUS,
    SINCE,
    STATE,
    STATUS,
    SUPPORT,
    UNTIL,
    Parameter,
)

Row = dict[str, Any]
Key = Callable[[Mapping[str, Any]], list[Any]]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address. `key` orders a collection and is what a cursor remembers; without one, the answer is one object."""

    path: str
    name: str
    summary: str
    schema: str
    answer: Callable[[Memory, Mapping[str, Any]], Any]
    parameters: tuple[Parameter, ...] = ()
    key: Key | None = None
    id_pattern: str = ""  # what {id} looks like, for the description


def _change_key(e: Mapping[str, Any]) -> list[Any]:
    return [e["listed_on"], e["state"] or "", e["agency"] or "", e["support_type"] or "", e["id"]]


ENDPOINTS = (
    Endpoint(
        "/changes", "changes", "The change log, oldest first.", "Change", answers.changes,
        (SINCE, UNTIL, STATE, COUNTY, AGENCY, SUPPORT, KIND, STATUS, NEEDS_REVIEW, AS_OF, KNOWN_AT), _change_key,
    ),
    Endpoint(
        "/changes/{id}", "change", "One change.", "Change", answers.change, (KNOWN_AT,), id_pattern="^[0-9a-f]{12}$"
    ),
    Endpoint(
        "/agreements", "agreements", "What ICE listed on a day, in the list's order.", "Agreement", answers.agreements,
        (AS_OF, KNOWN_AT, STATE, COUNTY, AGENCY, SUPPORT, LIST), lambda e: [e["rows"][0]],
    ),
    Endpoint(
        "/agreements/{id}", "agreement", "One agreement with its changes.", "AgreementHistory", answers.agreement,
        (AS_OF, KNOWN_AT),
    ),
    Endpoint(
        "/agencies", "agencies", "Agencies by id.", "Agency", answers.agencies,
        (AS_OF, KNOWN_AT, STATE, COUNTY, SUPPORT, EVER), lambda e: [e["agency_id"]],
    ),
    Endpoint(
        "/agencies/{id}", "agency", "One agency with its changes.", "AgencyHistory", answers.agency, (AS_OF, KNOWN_AT)
    ),
    Endpoint(
        "/places", "places", "Counties with a listed agency, by FIPS code.", "Place", answers.places,
        (AS_OF, KNOWN_AT, STATE), lambda e: [e["county_fips"]],
    ),
    Endpoint(
        "/places/{id}", "place", "One county with its agencies.", "PlaceAgencies", answers.place, (AS_OF, KNOWN_AT),
        id_pattern="^[0-9]{5}$",
    ),
    Endpoint(
        "/publications", "publications", "Every list ever met, oldest first.", "Publication", answers.publications,
        (AS_OF, KNOWN_AT, LIST, PUBLICATION_STATUS),
        lambda e: [e["published_at"], e["list"] or "", e["file"], e["sha256"], e["linked_as"]],
    ),
    Endpoint("/totals", "totals", "The totals of a day, and a sentence.", "Totals", answers.count, (AS_OF, KNOWN_AT)),
    Endpoint(
        "/trends", "trends", "The totals of every day with a list, oldest first.", "Trend", answers.trends,
        (SINCE, UNTIL, AS_OF, KNOWN_AT), lambda e: [e["date"]],
    ),
    Endpoint(
        "/documents", "documents", "Every document kept, oldest first.", "Document", answers.documents, (KNOWN_AT,),
        lambda e: [e["stored_at"], e["sha256"]],
    ),
    Endpoint(
        "/documents/{id}", "document", "One document and its publications.", "DocumentPublications", answers.document,
        id_pattern="^[0-9a-f]{64}$",
    ),
)  # fmt: skip
