"""The tools that an assistant can call. They read and never write; what they say is what the log says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Literal

import us
from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations
from pydantic import Field

from db.database import Store, to_text
from db.errors import NotFoundError, StoreError
from db.moa_models import MoaFilter
from db.queries.agreements import AgencyView, load_agency_views
from db.records import ListedAgreement
from monitor.changelog.as_of import count_totals, find_list, list_rows, listed_agreements
from monitor.changelog.county_filter import is_county
from monitor.changelog.explain import explain_change
from monitor.changelog.known_at import as_known
from monitor.changelog.log import KINDS, Filter, read_entries, read_log
from monitor.changelog.return_rate import measure_return_rate
from monitor.documents.library import Library
from monitor.documents.search import LONGEST_QUERY, page_record, search, to_expression
from monitor.matching.names import normal_form
from monitor.places.gazetteer import counties
from monitor.web.mcp.cited import (
    AsOfAnswer,
    ChangesAnswer,
    Citing,
    DocumentsAnswer,
    ExplainAnswer,
    FoundAgency,
    PlaceAnswer,
    SearchAnswer,
)

_INSTRUCTIONS = (
    "ICE's published lists of 287(g) agreements, what changed on them, and the signed documents that they link. Cite"
    " the id and the address of every statement you use. ICE publishes no terminations: that an agreement is gone is"
    ' inferred from a row\'s absence, so say "no longer listed by ICE", never "terminated". A provisional statement'
    " waits for ten days; a retracted one does not stand; needs_review means that a careful reader could see it"
    " another way. as_of asks what ICE's lists said by a day, known_at what was known here at a time."
)
_READ_ONLY = ToolAnnotations(read_only_hint=True, open_world_hint=False)

State = Annotated[str | None, Field(description="state or territory by USPS code or name", max_length=40)]
County = Annotated[str | None, Field(description="county by name or five-digit FIPS code", max_length=200)]
Agency = Annotated[str | None, Field(description="agency by id or by the name used today", max_length=200)]
SupportType = Annotated[Literal["JEM", "WSO", "TFM"] | None, Field(description="support type")]
Limit = Annotated[int, Field(ge=1, le=200, description="entries at most")]
Kind = Annotated[str | None, Field(description=", ".join(KINDS))]
Day = Annotated[date | None, Field(description="day as YYYY-MM-DD")]


def make_server(home: Path, public_url: str) -> MCPServer:
    """Return the server of the tools over the data in `home`; addresses begin with `public_url`."""
    tools = Tools(home, Citing(public_url))
    server = MCPServer("ice-agreements", instructions=_INSTRUCTIONS, website_url=public_url, log_level="WARNING")
    for tool in (tools.search, tools.place, tools.changes, tools.as_of, tools.explain, tools.documents):
        server.tool(annotations=_READ_ONLY)(tool)
    return server


class Tools:
    """The tools; each call reads the data as they stand."""

    def __init__(self, home: Path, citing: Citing) -> None:
        self._home = home
        self._citing = citing

    def search(
        self, words: Annotated[str, Field(min_length=2, max_length=200)], state: State = None, limit: Limit = 20
    ) -> SearchAnswer:
        """Find agencies by words of their name, county or state; say what the newest list has of each."""
        code = to_state(state)
        wanted = normal_form(words).split()
        with self._reading() as store:
            listed: dict[str | None, list[ListedAgreement]] = {}
            for row in _listed_now(store):
                listed.setdefault(row["agency_id"], []).append(row)
            found: list[FoundAgency] = [
                {"agency_id": agency_id, "agency": a.name, "state": a.state, "county": a.county,
                 "listed": self._citing.agreements(listed.get(agency_id, ())),
                 "address": self._citing.page(f"agencies/{agency_id}/")}
                for agency_id, a in sorted(load_agency_views(store.connection).items())
                if code in (None, a.state) and _has_all(wanted, a)
            ]  # fmt: skip
        return {"total": len(found), "agencies": found[:limit]}

    def place(self, state: Annotated[str, Field(max_length=40)], county: County = None) -> PlaceAnswer:
        """Say what the newest list has of a state or a county, and what changed there last."""
        known = find_state(state)
        code, name = str(known.abbr), str(known.name)
        if county is not None:
            names = [c.name for c in counties(code).values() if is_county(county, c.name, c.fips)]
            if not names:
                raise ToolError(f"no county {county!r} in {name}; give its name or its five-digit FIPS code")
            name = f"{names[0]}, {name}"
        with self._reading() as store:
            rows = [
                r for r in _listed_now(store)
                if r["state"] == code and (county is None or is_county(county, r["county"], r["county_fips"]))
            ]  # fmt: skip
            log = read_log(store, Filter(state=code, county=county))
        return {
            "place": name, "total": len(rows), "agreements": self._citing.agreements(rows[:200]),
            "newest_changes": [self._citing.change(c) for c in log[:-11:-1]],
            "address": self._citing.page(f"places/{code.lower()}/"),
        }  # fmt: skip

    def changes(
        self, state: State = None, county: County = None, agency: Agency = None, support_type: SupportType = None,
        kind: Kind = None, since: Day = None, until: Day = None, needs_review: bool | None = None, limit: Limit = 20,
    ) -> ChangesAnswer:  # fmt: skip
        """Say what changed on the lists, newest first: signings, endings, renewals, corrections, retracted ones too."""
        if kind is not None and kind not in KINDS:
            raise ToolError(f"no kind {kind!r}; there are {', '.join(KINDS)}")
        wanted = Filter(
            _day(since), _day(until), to_state(state), county, agency, support_type,
            kind, None, needs_review,
        )  # fmt: skip
        with self._reading() as store:
            found = read_log(store, wanted)[::-1]
        return {"total": len(found), "changes": [self._citing.change(c) for c in found[:limit]]}

    def as_of(
        self, day: Annotated[date, Field(description="day as YYYY-MM-DD")], state: State = None, county: County = None,
        agency: Agency = None, known_at: Annotated[datetime | None, Field(description="time, UTC")] = None,
        limit: Limit = 100,
    ) -> AsOfAnswer:  # fmt: skip
        """Say what ICE listed at the end of a day, also with only what was known here at a time."""
        with self._reading() as store:
            if known_at is None:
                return self._as_of(store, day, to_state(state), county, agency, limit)
            moment = known_at if known_at.tzinfo else known_at.replace(tzinfo=UTC)
            with as_known(store, to_text(moment)) as then:
                return self._as_of(then, day, to_state(state), county, agency, limit)

    def explain(
        self, change_id: Annotated[str, Field(pattern="^[0-9a-f]{12}$", description="id of a change")]
    ) -> ExplainAnswer:
        """Say why the log says what it says of a change: both rows, the rule, what else was considered."""
        with self._reading() as store:
            found, return_rate = read_entries(store, [change_id]), measure_return_rate(store.connection)
        if not found:
            raise ToolError(f"no change {change_id}; `changes` gives their ids")
        return {"change": self._citing.change(found[0]), "explanation": explain_change(found[0], return_rate)}

    def documents(
        self,
        words: Annotated[
            str | None, Field(description='words and "phrases" that all stand on a page', max_length=LONGEST_QUERY)
        ] = None,
        state: State = None, support_type: SupportType = None,
        agreement_id: Annotated[str | None, Field(description="documents of this agreement", max_length=200)] = None,
        limit: Limit = 20,
    ) -> DocumentsAnswer:  # fmt: skip
        """Find signed agreement documents, or pages of them by their words; quote how each lasts and ends."""
        if words is not None and not to_expression(words):
            raise ToolError(f"nothing to look for in {words!r}; give a word or a phrase in quotation marks")
        wanted = MoaFilter(to_state(state), support_type, agreement_id=agreement_id)
        with self._reading() as store:
            library = Library(store.connection)
            if words is None:
                found = library.select(wanted)
                return {"total": len(found), "documents": [self._citing.document(r) for r in found[:limit]]}
            answer = search(store.connection, library, words, wanted, limit=limit)
        documents = [
            self._citing.document(hit.record, {"page": hit.page.page, "text": page_record(hit)["passage"]})
            for hit in answer.hits
        ]
        return {"total": answer.total, "documents": documents}

    def _as_of(
        self, store: Store, day: date, state: str | None, county: str | None, agency: str | None, limit: int
    ) -> AsOfAnswer:
        found = find_list(store, day.isoformat(), None, "participating")
        rows = list_rows(found)
        fitting = [
            r for r in rows
            if state in (None, r["state"]) and agency in (None, r["agency_id"], r["agency"])
            and (county is None or is_county(county, r["county"], r["county_fips"]))
        ]  # fmt: skip
        return {
            "sentence": count_totals(found)["sentence"], "total": len(fitting),
            "agreements": self._citing.agreements(fitting[:limit]),
            "source": self._citing.source("the list in force", found.reference),
            "address": self._citing.page(f"as-of/{day.isoformat()}/"),
        }  # fmt: skip

    @contextmanager
    def _reading(self) -> Iterator[Store]:
        """The data as they stand; whatever keeps them from being read is told to the assistant."""
        try:
            with Store.open(self._home, read_only=True) as store:
                yield store
        except StoreError as error:
            raise ToolError(str(error)) from error


def find_state(text: str) -> us.states.State:
    """Return the state or territory of a USPS code or name."""
    asked = text.strip().casefold()  # not `us.states.lookup`, which also takes what only sounds alike
    places = (*us.STATES, us.states.DC, *us.states.TERRITORIES)
    known = next((p for p in places if asked in (p.abbr.casefold(), p.name.casefold())), None)
    if known is None:
        raise ToolError(f"no state or territory {text!r}; give its name or USPS code, such as FL")
    return known


def to_state(text: str | None) -> str | None:
    """Return the USPS code of a state given by code or name; None for None."""
    return None if text is None else str(find_state(text).abbr)


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _listed_now(store: Store) -> list[ListedAgreement]:
    """The newest participating list; nothing while there is none."""
    try:
        return listed_agreements(store)
    except NotFoundError:
        return []


def _has_all(parts: list[str], agency: AgencyView) -> bool:
    """Whether each part begins a word of the agency's name, county or state."""
    known = us.states.lookup(agency.state) if agency.state else None
    words = normal_form(f"{agency.name} {agency.county or ''} {agency.state or ''} {known.name if known else ''}")
    return all(f" {part}" in f" {words}" for part in parts)
