"""Every address of the API: what it takes, what it gives, who answers."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import Response

from db.moa_models import MoaPageRecord, MoaRecord
from db.queries.sightings import is_public_document
from db.records import (
    AgencyHistory,
    AgencyRecord,
    AgreementHistory,
    ChangeRecord,
    DocumentPublications,
    DocumentRecord,
    ListedAgreement,
    PlaceAgencies,
    PlaceRecord,
    PublicationRecord,
    ReviewedFactRecord,
    SearchRecord,
    StatementRecord,
    Totals,
    Trend,
)
from monitor.documents.library import record_key
from monitor.web.api import answers
from monitor.web.api.as_known import AsKnown, publication_key, read_as_known
from monitor.web.api.description import BYTES, RECORD, RESPONSES, describe_collection, refuse_unknown
from monitor.web.api.parameters import (
    MAX_LIMIT,
    AgenciesQuery,
    AgreementsQuery,
    ChangesQuery,
    Clocks,
    DocumentsQuery,
    KnownAt,
    MoaSearchQuery,
    MoasQuery,
    PlacesQuery,
    PublicationsQuery,
    ReviewedFactsQuery,
    SearchQuery,
    StatementsQuery,
    TrendsQuery,
)
from monitor.web.api.problems import Problem
from monitor.web.api.sending import COMMON, limit_of, page, send_entries, whole

router = APIRouter(responses=RESPONSES, dependencies=[Depends(refuse_unknown)])
Id = Annotated[str, Path(min_length=1, max_length=200)]
Sha256 = Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="64 hexadecimal digits")]


Handler = TypeVar("Handler", bound=Callable[..., Response])
#: Addresses of collections, each of which is had as a table too.
COLLECTIONS: set[str] = set()


def collection(path: str, record: type, **leads: str) -> Callable[[Handler], Handler]:
    """Register what answers with a collection, under its address and, as tables, under `.csv` and the like."""

    def register(handler: Handler) -> Handler:
        COLLECTIONS.add(path)
        router.get(path, response_model=list[record], responses=describe_collection(leads))(handler)  # type: ignore[valid-type]
        router.get(f"{path}.{{form}}", response_model=list[record], include_in_schema=False)(handler)  # type: ignore[valid-type]
        return handler

    return register


def reading(request: Request, asked: KnownAt) -> AbstractContextManager[AsKnown]:
    """Return the data as they were known at the time asked for."""
    return read_as_known(request.app.state.memory, asked.known_at)


def change_key(e: ChangeRecord) -> list[str]:
    """Return what orders the log."""
    return [e["listed_on"], e["state"] or "", e["agency"] or "", e["support_type"] or "", e["id"]]


@collection(
    "/changes",
    ChangeRecord,
    get_change="id",
    get_agreement="agreement_id",
    get_agency="agency_id",
    get_place="county_fips",
)
def list_changes(request: Request, asked: Annotated[ChangesQuery, Query()]) -> Response:
    """The change log, oldest first."""
    with reading(request, asked) as data:
        entries, encoded = answers.choose_changes(data, asked)
        return page(request, data, asked, entries, change_key, encoded=encoded)


@router.get("/changes/{id}", response_model=ChangeRecord, responses=RECORD)
def get_change(
    request: Request, id: Annotated[str, Path(pattern="^[0-9a-f]{12}$")], asked: Annotated[KnownAt, Query()]
) -> Response:
    """One change."""
    with reading(request, asked) as data:
        return whole(data, answers.find_change(data, id))


@collection("/statements", StatementRecord)
def list_statements(request: Request, asked: Annotated[StatementsQuery, Query()]) -> Response:
    """What the log said of each change and when: every statement in the order in which they were made.

    A client that asks again with the last sequence number it has, and keeps the newest change of each id, misses
    nothing: a retraction is a statement too.
    """
    with reading(request, KnownAt()) as data:
        later = [s for s in data.statements() if s.sequence > asked.sequence]
        chosen = later[: limit_of(request, asked, len(later))]
        following = {"sequence": str(chosen[-1].sequence)} if len(chosen) < len(later) else None
        return send_entries(request, data, answers.tell_statements(data, chosen), len(later), following)


@collection("/agreements", ListedAgreement, get_agreement="agreement_id", get_agency="agency_id")
def list_agreements(request: Request, asked: Annotated[AgreementsQuery, Query()]) -> Response:
    """What ICE listed on a day, in the list's order."""
    with reading(request, asked) as data:
        rows = answers.choose_agreements(data, asked)
        # the next page is of the same list, whatever list comes meanwhile
        pinned = {"as_of": rows[0]["publication"]["published_on"]} if rows else {}
        return page(request, data, asked, rows, lambda e: [e["rows"][0]], pinned=pinned)


@router.get("/agreements/{id}", response_model=AgreementHistory, responses=RECORD)
def get_agreement(request: Request, id: Id, asked: Annotated[Clocks, Query()]) -> Response:
    """One agreement with its changes."""
    with reading(request, asked) as data:
        return whole(data, answers.find_agreement(data, id, asked.as_of))


@collection("/agencies", AgencyRecord, get_agency="agency_id")
def list_agencies(request: Request, asked: Annotated[AgenciesQuery, Query()]) -> Response:
    """Agencies by id."""
    with reading(request, asked) as data:
        return page(request, data, asked, answers.choose_agencies(data, asked), lambda e: [e["agency_id"]])


@router.get("/agencies/{id}", response_model=AgencyHistory, responses=RECORD)
def get_agency(request: Request, id: Id, asked: Annotated[Clocks, Query()]) -> Response:
    """One agency with its changes."""
    with reading(request, asked) as data:
        return whole(data, answers.find_agency(data, id, asked.as_of))


@collection("/places", PlaceRecord, get_place="county_fips")
def list_places(request: Request, asked: Annotated[PlacesQuery, Query()]) -> Response:
    """Counties with a listed agency, by FIPS code."""
    with reading(request, asked) as data:
        return page(
            request, data, asked, answers.count_places(data, asked.as_of, asked.state), lambda e: [e["county_fips"]]
        )


@router.get("/places/{id}", response_model=PlaceAgencies, responses=RECORD)
def get_place(
    request: Request,
    id: Annotated[str, Path(pattern="^[0-9]{5}$", description="five digits of a FIPS code")],
    asked: Annotated[Clocks, Query()],
) -> Response:
    """One county with its agencies."""
    with reading(request, asked) as data:
        return whole(data, answers.find_place(data, id, asked.as_of))


@router.get("/search", response_model=list[SearchRecord], responses=RECORD)
def search(request: Request, asked: Annotated[SearchQuery, Query()]) -> Response:
    """States, counties, places and agencies that a text can mean, best first. Slips of the hand are forgiven."""
    with reading(request, KnownAt()) as data:
        found = data.finder().find(asked.q, asked.limit)
        return send_entries(request, data, found, len(found), None)


@collection("/publications", PublicationRecord, get_document="sha256", get_document_content="sha256")
def list_publications(request: Request, asked: Annotated[PublicationsQuery, Query()]) -> Response:
    """Every list ever found, oldest first."""
    with reading(request, asked) as data:
        return page(request, data, asked, answers.choose_publications(data, asked), publication_key)


@collection("/reviewed-facts", ReviewedFactRecord)
def list_reviewed_facts(request: Request, asked: Annotated[ReviewedFactsQuery, Query()]) -> Response:
    """What people found out and ICE's lists do not say, oldest first: real-world ends, counties, one body or two."""
    with reading(request, asked) as data:
        facts = [f for f in data.reviewed_facts() if asked.subject in (None, f["subject"])]
        return page(request, data, asked, facts, lambda e: [e["stated_at"], e["id"]])


@router.get("/totals", response_model=Totals, responses=RECORD)
def get_totals(request: Request, asked: Annotated[Clocks, Query()]) -> Response:
    """The totals of a day, and a sentence."""
    with reading(request, asked) as data:
        return whole(data, data.totals(asked.as_of))


@collection("/trends", Trend)
def list_trends(request: Request, asked: Annotated[TrendsQuery, Query()]) -> Response:
    """The totals of every day with a list, oldest first."""
    with reading(request, asked) as data:
        return page(request, data, asked, answers.choose_trends(data, asked), lambda e: [e["date"]])


@collection("/documents", DocumentRecord, get_document="sha256", get_document_content="sha256")
def list_documents(request: Request, asked: Annotated[DocumentsQuery, Query()]) -> Response:
    """Every public document, oldest first: lists, agreements and pages of ICE."""
    with reading(request, asked) as data:
        return page(request, data, asked, data.documents(), lambda e: [e["stored_at"], e["sha256"]])


@router.get("/documents/{id}", response_model=DocumentPublications, responses=RECORD)
def get_document(request: Request, id: Sha256) -> Response:
    """One document and its publications."""
    with reading(request, KnownAt()) as data:
        return whole(data, answers.find_document(data, id))


@router.get("/documents/{id}/content", response_class=Response, responses=BYTES)
def get_document_content(request: Request, id: Sha256) -> Response:
    """A document's bytes, exactly as received; offered as a download, never shown."""
    with reading(request, KnownAt()) as data:
        if not is_public_document(data.store.connection, id):
            raise Problem(404, f"no document {id}")
        headers = {
            **COMMON, "Cache-Control": "public, max-age=31536000, immutable",
            "Content-Disposition": f'attachment; filename="{id}"',
        }  # fmt: skip
        return Response(data.store.archive.get(id), headers=headers, media_type="application/octet-stream")


@collection("/moas", MoaRecord, get_document="sha256", get_document_content="sha256")
def list_moas(request: Request, asked: Annotated[MoasQuery, Query()]) -> Response:
    """Every agreement document, by file name: what it says of its support type, duration and ending, and signals."""
    with reading(request, KnownAt()) as data:
        return page(request, data, asked, answers.choose_moas(data, asked), record_key)


@collection("/moas/search", MoaPageRecord, get_document="sha256", get_document_content="sha256")
def search_moas(request: Request, asked: Annotated[MoaSearchQuery, Query()]) -> Response:
    """The pages of agreement documents on which the words stand, best first, each with the passage."""
    with reading(request, KnownAt()) as data:
        found, total = answers.search_moas(data, asked, limit_of(request, asked, MAX_LIMIT))
        after = asked.offset + len(found)
        following = {"offset": str(after)} if found and after < total else None
        return send_entries(request, data, found, total, following)
