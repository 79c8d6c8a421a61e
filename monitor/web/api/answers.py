"""The answers: what each collection holds, from the same functions as the command line's."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import TypeVar

import us

from db.errors import NotFoundError
from db.moa_models import MoaFilter, MoaPageRecord, MoaRecord
from db.queries.statement_log import LoggedStatement
from db.records import (
    AgencyHistory,
    AgencyRecord,
    AgreementHistory,
    ChangeRecord,
    DocumentPublications,
    ListedAgreement,
    PlaceAgencies,
    PlaceRecord,
    PublicationRecord,
    StatementRecord,
    Trend,
)
from monitor.changelog.county_filter import is_county
from monitor.changelog.log import Filter, fits, read_entries
from monitor.documents.search import page_record, search
from monitor.places.gazetteer import counties
from monitor.web.api.as_known import AsKnown
from monitor.web.api.parameters import (
    AgenciesQuery,
    AgreementsQuery,
    ChangesQuery,
    MoaFilters,
    MoaSearchQuery,
    PublicationsQuery,
    TrendsQuery,
)
from monitor.web.api.problems import Problem

Record = TypeVar("Record")


def choose_changes(data: AsKnown, asked: ChangesQuery) -> tuple[list[ChangeRecord], list[bytes]]:
    """Return the log's entries that fit, oldest first, and each as JSON."""
    entries, encoded = data.log()
    wanted = Filter(
        asked.since, _earliest(asked.until, asked.as_of), asked.state, asked.county, asked.agency, asked.support_type,
        asked.kind, asked.status, asked.needs_review,
    )  # fmt: skip
    if wanted == Filter() and asked.updated_since is None:
        return entries, encoded
    updated = None
    if asked.updated_since is not None:
        updated = {s.change_id for s in data.statements() if s.stated_at >= asked.updated_since}
    chosen = [
        i for i, entry in enumerate(entries) if fits(entry, wanted) and (updated is None or entry["id"] in updated)
    ]
    return [entries[i] for i in chosen], [encoded[i] for i in chosen]


def find_change(data: AsKnown, change_id: str) -> ChangeRecord:
    """Return one change."""
    return _first((e for e in data.log()[0] if e["id"] == change_id), f"no change {change_id}")


def tell_statements(data: AsKnown, statements: Iterable[LoggedStatement]) -> list[StatementRecord]:
    """Return the statements as records, each with its change as it stands now."""
    statements = list(statements)
    known = data.keep("log by id", None, lambda: {e["id"]: e for e in data.log()[0]})
    taken_back = {s.change_id for s in statements} - known.keys()  # clients that kept them learn that they do not hold
    changes = {**known, **{e["id"]: e for e in read_entries(data.store, taken_back)}} if taken_back else known
    return [
        {"sequence": s.sequence, "stated_at": s.stated_at, "status": s.status, "needs_review": s.needs_review,
         "reason": s.reason, "change": changes[s.change_id]}
        for s in statements
    ]  # fmt: skip


def choose_agreements(data: AsKnown, asked: AgreementsQuery) -> list[ListedAgreement]:
    """Return the listed agreements that fit, in the list's order."""
    return [
        r for r in data.listed(asked.as_of, asked.list)
        if asked.state in (None, r["state"])
        and asked.agency in (None, r["agency_id"], r["agency"], r["agreement_id"])
        and (asked.county is None or is_county(asked.county, r["county"], r["county_fips"]))
        and asked.support_type in (None, r["support_type"])
    ]  # fmt: skip


def find_agreement(data: AsKnown, agreement_id: str, as_of: str | None) -> AgreementHistory:
    """Return one agreement with its row, if a list of the day has it, and its changes."""
    log = [e for e in data.log()[0] if e["agreement_id"] == agreement_id]
    for rows in _both_lists(data, as_of).values():
        for row in rows:
            if row["agreement_id"] == agreement_id:
                return {**row, "listed_now": True, "changes": log}
    last = _first(reversed(log), f"no agreement {agreement_id}")
    return {
        "agreement_id": agreement_id, "agency_id": last["agency_id"], "agency": last["agency"],
        "state": last["state"], "county": last["county"], "county_fips": last["county_fips"],
        "support_type": last["support_type"], "signed_on": last["signed_on"], "listed_now": False, "changes": log,
    }  # fmt: skip


def choose_agencies(data: AsKnown, asked: AgenciesQuery) -> list[AgencyRecord]:
    """Return the agencies listed on the day (or ever by then) that fit, by id."""
    return [
        a for a in _agencies(data, asked.as_of)
        if (asked.ever or a["agreements"])
        and asked.state in (None, a["state"])
        and (asked.county is None or is_county(asked.county, a["county"], a["county_fips"]))
        and (asked.support_type is None or asked.support_type in a["support_types"])
    ]  # fmt: skip


def find_agency(data: AsKnown, agency_id: str, as_of: str | None) -> AgencyHistory:
    """Return one agency with what is listed of it and its changes."""
    found = _first((a for a in _agencies(data, as_of) if a["agency_id"] == agency_id), f"no agency {agency_id}")
    return {**found, "changes": [e for e in data.log()[0] if e["agency_id"] == agency_id]}


def count_places(data: AsKnown, as_of: str | None, state: str | None) -> list[PlaceRecord]:
    """Return the counties with an agency listed on the day, by FIPS code, with how much is listed in each."""
    found: dict[str, PlaceRecord] = {}
    for a in _agencies(data, as_of):
        if a["county_fips"] is None or not a["agreements"] or state not in (None, a["state"]):
            continue
        place = found.setdefault(
            a["county_fips"],
            {"county_fips": a["county_fips"], "county": a["county"], "state": a["state"], "agencies": 0,
             "agreements": 0, "support_types": []},
        )  # fmt: skip
        place["agencies"] += 1
        place["agreements"] += len(a["agreements"])
        place["support_types"] = sorted({*place["support_types"], *a["support_types"]})
    return [found[fips] for fips in sorted(found)]


def find_place(data: AsKnown, fips: str, as_of: str | None) -> PlaceAgencies:
    """Return one county with its agencies, also those no longer listed; a county without any is an answer too."""
    states = (s.abbr for s in [*us.states.STATES, *us.states.TERRITORIES, us.states.DC])
    every = (c for state in states for c in counties(state).values())
    county = _first((c for c in every if c.fips == fips), f"no county {fips}")
    here = [a for a in _agencies(data, as_of) if a["county_fips"] == fips]
    return {"county_fips": fips, "state": county.state, "county": county.name, "agencies": here}


def choose_publications(data: AsKnown, asked: PublicationsQuery) -> list[PublicationRecord]:
    """Return the lists that fit, oldest first."""
    return [
        p for p in data.publications()
        if asked.list in (None, p["list"]) and asked.status in (None, p["status"])
        and (asked.as_of is None or p["published_on"] <= asked.as_of)
    ]  # fmt: skip


def choose_trends(data: AsKnown, asked: TrendsQuery) -> list[Trend]:
    """Return the totals of the days that fit, oldest first."""
    until = _earliest(asked.until, asked.as_of) or "9999-12-31"
    return [t for t in data.trends() if (asked.since or "") <= t["date"] <= until]


def find_document(data: AsKnown, sha256: str) -> DocumentPublications:
    """Return one document and every publication of it."""
    found = _first((d for d in data.documents() if d["sha256"] == sha256), f"no document {sha256}")
    return {**found, "publications": [p for p in data.publications() if p["sha256"] == sha256]}


def choose_moas(data: AsKnown, asked: MoaFilters) -> list[MoaRecord]:
    """Return the agreement documents that fit, by file name."""
    return data.library().select(_moa_filter(asked))


def search_moas(data: AsKnown, asked: MoaSearchQuery, limit: int) -> tuple[list[MoaPageRecord], int]:
    """Return the pages on which the words stand, best first, and how many there are in all."""
    answer = search(
        data.store.connection, data.library(), asked.q, _moa_filter(asked), limit=limit, offset=asked.offset
    )
    return [page_record(hit) for hit in answer.hits], answer.total


def _moa_filter(asked: MoaFilters) -> MoaFilter:
    return MoaFilter(
        asked.state, asked.support_type, asked.template, asked.year, asked.signal, asked.outcome, asked.agreement
    )


def _both_lists(data: AsKnown, as_of: str | None) -> dict[str, list[ListedAgreement]]:
    """The rows of the participating and the pending list of a day, without a list that is not known."""
    found = {}
    for name in ("participating", "pending"):
        with suppress(NotFoundError):
            found[name] = data.listed(as_of, name)
    return found


def _agencies(data: AsKnown, as_of: str | None) -> list[AgencyRecord]:
    """Every agency first listed by a day, with what was listed of it on that day."""
    return data.keep("agency records", as_of, lambda: _make_agencies(data, as_of))


def _make_agencies(data: AsKnown, as_of: str | None) -> list[AgencyRecord]:
    lists = _both_lists(data, as_of)
    if not lists:
        raise Problem(404, "no list is known for that day")
    listed: dict[str | None, list[ListedAgreement]] = {}
    for row in lists.get("participating", ()):
        listed.setdefault(row["agency_id"], []).append(row)
    return [
        {"agency_id": a.agency_id, "agency": a.name, "state": a.state, "county": a.county,
         "county_fips": a.county_fips, "first_listed_on": a.first_listed_on,
         "support_types": sorted({r["support_type"] for r in listed.get(a.agency_id, ()) if r["support_type"]}),
         "agreements": [r["agreement_id"] for r in listed.get(a.agency_id, ())]}
        for a in data.agencies() if as_of is None or a.first_listed_on <= as_of
    ]  # fmt: skip


def _first(found: Iterable[Record], otherwise: str) -> Record:
    for record in found:
        return record
    raise Problem(404, otherwise)


def _earliest(*days: str | None) -> str | None:
    return min(filter(None, days), default=None)
