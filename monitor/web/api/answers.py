"""The answers: what each collection holds, from the same functions as the command line's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import us

from db.database import Store
from db.errors import NotFoundError
from monitor.changelog.as_of import find_list, listed_agreements, totals
from monitor.changelog.county_filter import is_county
from monitor.changelog.log import Filter, fits
from monitor.changelog.trends import read_trends
from monitor.cli.log_commands import read_publications
from monitor.places.gazetteer import counties
from monitor.web.api.memory import Memory
from monitor.web.api.problems import Problem

Row = dict[str, Any]
Asked = Mapping[str, Any]


def changes(memory: Memory, asked: Asked) -> tuple[Sequence[Row], Sequence[bytes]]:
    """The log's entries that fit, oldest first, and each as JSON."""
    entries, encoded = memory.log(asked.get("known_at"))
    until = min(filter(None, (asked.get("until"), asked.get("as_of"))), default=None)
    wanted = Filter(
        asked.get("since"), until, asked.get("state"), asked.get("county"), asked.get("agency"),
        asked.get("support_type"), asked.get("kind"), asked.get("status"), asked.get("needs_review"),
    )  # fmt: skip
    if wanted == Filter():
        return entries, encoded
    chosen = [i for i, entry in enumerate(entries) if fits(entry, wanted)]
    return [entries[i] for i in chosen], [encoded[i] for i in chosen]


def change(memory: Memory, asked: Asked) -> Row:
    """One change as it stands, or as it was known."""
    return _one((e for e in memory.log(asked.get("known_at"))[0] if e["id"] == asked["id"]), f"no change {asked['id']}")


def agreements(memory: Memory, asked: Asked) -> list[Row]:
    """What ICE listed on the day, in the list's order."""
    known_at, as_of, name = asked.get("known_at"), asked.get("as_of"), asked.get("list", "participating")
    rows = _listed(memory, as_of, known_at, name)
    state, agency, county = asked.get("state"), asked.get("agency"), asked.get("county")
    return [
        r for r in rows
        if (not state or r["state"] == state)
        and (not agency or agency in (r["agency_id"], r["agency"], r["agreement_id"]))
        and (not county or _in_county(r, county))
        and asked.get("support_type") in (None, r["support_type"])
    ]  # fmt: skip


def agreement(memory: Memory, asked: Asked) -> Row:
    """One agreement with its row and changes; `listed_now` says whether the newest list has it."""
    known_at = asked.get("known_at")
    log = [e for e in memory.log(known_at)[0] if e["agreement_id"] == asked["id"]]
    for name in ("participating", "pending"):
        try:
            rows = _listed(memory, asked.get("as_of"), known_at, name)
        except Problem:
            continue
        for row in rows:
            if row["agreement_id"] == asked["id"]:
                return {**row, "listed_now": True, "changes": log}
    last = _one(reversed(log), f"no agreement {asked['id']}")
    names = ("agreement_id", "agency_id", "agency", "state", "county", "county_fips", "support_type", "signed_on")
    return {**{n: last[n] for n in names}, "listed_now": False, "changes": log}


def agencies(memory: Memory, asked: Asked) -> list[Row]:
    """Agencies listed on the day (or ever by then), by id."""
    key = (asked.get("as_of"), memory.known_by(asked.get("known_at")))
    found = memory.keep("agencies", key, lambda store: _agencies(memory, asked, store))
    return [
        a for a in found
        if (asked.get("ever") or a["agreements"])
        and (not asked.get("state") or a["state"] == asked["state"])
        and (not asked.get("county") or _in_county(a, asked["county"]))
        and (not asked.get("support_type") or asked["support_type"] in a["support_types"])
    ]  # fmt: skip


def agency(memory: Memory, asked: Asked) -> Row:
    """One agency: every name, what is listed, its changes."""
    every = agencies(memory, {"ever": True, "as_of": asked.get("as_of"), "known_at": asked.get("known_at")})
    found = _one((a for a in every if a["agency_id"] == asked["id"]), f"no agency {asked['id']}")
    log = memory.log(asked.get("known_at"))[0]
    return {**found, "changes": [e for e in log if e["agency_id"] == asked["id"]]}


def places(memory: Memory, asked: Asked) -> list[Row]:
    """Counties with an agency listed on the day, by FIPS code, with how many agencies and agreements."""
    found: dict[str, Row] = {}
    for a in agencies(memory, {k: v for k, v in asked.items() if k in ("as_of", "known_at", "state")}):
        if a["county_fips"] is None:
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


def place(memory: Memory, asked: Asked) -> Row:
    """One county with its agencies, also those no longer listed; a county without any is an answer too."""
    county = next((c for c in counties_by_fips() if c[0] == asked["id"]), None)
    if county is None:
        raise Problem(404, f"no county {asked['id']}; ask by the five digits of its FIPS code")
    every = agencies(memory, {"ever": True, "as_of": asked.get("as_of"), "known_at": asked.get("known_at")})
    here = [a for a in every if a["county_fips"] == asked["id"]]
    return {"county_fips": county[0], "state": county[1], "county": county[2], "agencies": here}


def publications(memory: Memory, asked: Asked) -> list[Row]:
    """Every list ever met, oldest first."""

    def make(store: Store) -> list[Row]:
        return [{**p} for p in read_publications(memory.known(store, asked.get("known_at")))]

    rows = memory.keep("publications", memory.known_by(asked.get("known_at")), make)
    return [
        p for p in rows
        if asked.get("list") in (None, p["list"]) and asked.get("status") in (None, p["status"])
        and (not asked.get("as_of") or p["published_on"] <= asked["as_of"])
    ]  # fmt: skip


def count(memory: Memory, asked: Asked) -> Row:
    """The totals of a day."""
    as_of, known_at = asked.get("as_of"), asked.get("known_at")
    key = (as_of, memory.known_by(known_at))
    found: Row = _found(lambda: memory.keep("totals", key, lambda s: totals(memory.known(s, known_at), as_of=as_of)))
    return found


def trends(memory: Memory, asked: Asked) -> list[Row]:
    """The totals of every day with a list."""
    known_at = asked.get("known_at")
    known = memory.known_by(known_at)
    rows = memory.keep("trends", known, lambda store: read_trends(memory.known(store, known_at)))
    until = min(filter(None, (asked.get("until"), asked.get("as_of"))), default="9999-12-31")
    return [r for r in rows if (asked.get("since") or "") <= r["date"] <= until]


def documents(memory: Memory, asked: Asked) -> list[Row]:
    """Every document kept, oldest first, with the names under which ICE put it out."""
    known_at = asked.get("known_at")

    def make(store: Store) -> list[Row]:
        names: dict[str, list[str]] = {}
        for sha256, file in store.connection.execute("select sha256, file from sightings order by id"):
            if file not in names.setdefault(sha256, []):
                names[sha256].append(file)
        rows = store.connection.execute("select sha256, bytes, stored_at from documents order by stored_at, sha256")
        return [{"sha256": r[0], "bytes": r[1], "stored_at": r[2], "files": names.get(r[0], [])} for r in rows]

    rows = memory.keep("documents", None, make)
    return [r for r in rows if known_at is None or r["stored_at"] <= known_at]


def document(memory: Memory, asked: Asked) -> Row:
    """One document and every publication that is it."""
    found = _one((d for d in documents(memory, {}) if d["sha256"] == asked["id"]), f"no document {asked['id']}")
    return {**found, "publications": [p for p in publications(memory, {}) if p["sha256"] == asked["id"]]}


def counties_by_fips() -> list[tuple[str, str, str]]:
    """(FIPS code, state, name) of every county known."""
    states = [s.abbr for s in [*us.states.STATES, *us.states.TERRITORIES, us.states.DC]]
    return [(c.fips, c.state, c.name) for state in states for c in counties(state).values()]


def _listed(memory: Memory, as_of: str | None, known_at: str | None, name: str) -> list[Row]:
    known = memory.known_by(known_at)
    # which list answers is found first, so that all days between two lists share its rows
    position = _found(
        lambda: memory.keep(
            "listed on",
            (as_of, name, known),
            lambda s: find_list(memory.known(s, known_at), as_of, None, name).position,
        )
    )
    rows: list[Row] = memory.keep(
        "listed", (position, name, known),
        lambda s: listed_agreements(memory.known(s, known_at), as_of=as_of, list_name=name),
    )  # fmt: skip
    return rows


def _agencies(memory: Memory, asked: Asked, store: Store) -> list[Row]:
    listed: dict[str, list[Row]] = {}
    found = False
    for name in ("participating", "pending"):
        try:
            rows = _listed(memory, asked.get("as_of"), asked.get("known_at"), name)
        except Problem:
            continue
        found = True
        if name == "participating":
            for row in rows:
                listed.setdefault(row["agency_id"] or "", []).append(row)
    if not found:
        raise Problem(404, "no list is known for that day")
    entries = []
    for agency_id, state, name, county, fips, first in _every_agency(
        memory.known(store, asked.get("known_at")), asked.get("as_of")
    ):
        rows = listed.get(agency_id, [])
        entries.append({
            "agency_id": agency_id, "agency": name, "state": state, "county": county, "county_fips": fips,
            "first_listed_on": first, "support_types": sorted({r["support_type"] for r in rows if r["support_type"]}),
            "agreements": [r["agreement_id"] for r in rows],
        })  # fmt: skip
    return entries


def _every_agency(store: Store, as_of: str | None) -> list[tuple[Any, ...]]:
    rows = store.connection.execute(
        "select g.id, g.state, g.name, g.county, g.county_fips, p.published_on from agencies g join publications p"
        " on p.position = g.first_position order by g.id"
    ).fetchall()
    return [r for r in rows if as_of is None or r[5] <= as_of]


def _found(ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except NotFoundError as error:
        raise Problem(404, str(error)) from None


def _one(found: Any, otherwise: str) -> Row:
    for row in found:
        return dict(row)
    raise Problem(404, otherwise)


def _in_county(row: Mapping[str, Any], county: str) -> bool:
    return is_county(county, row["county"], row["county_fips"])
