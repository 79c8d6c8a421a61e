"""What reviewers found out, put beside what ICE's lists say: on the agency, on the agreement, in the county."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence

from db.desk_models import ReviewedFact
from monitor.review.facts import one_body
from monitor.web.pages.book import Agency, Agreement, FactOnPage


def attach_facts(
    facts: Sequence[ReviewedFact],
    agencies: Mapping[str, Agency],
    agreements: Mapping[str, Agreement],
    former: Mapping[str, str],
) -> dict[str, list[Agency]]:
    """Give each agency and agreement the facts about it; return FIPS code -> agencies that a fact places there.

    `former` maps an agency's id to the JSON list of ids it had before: facts stated of those are about it too.
    """
    now = {old: agency_id for agency_id, ids in former.items() for old in json.loads(ids)}
    placed: dict[str, list[Agency]] = defaultdict(list)
    for fact in facts:
        subject = now.get(fact.subject, fact.subject)
        if agreement := agreements.get(subject):
            agreement.reviewed.append(_on_page(fact))
        agency = agencies.get(subject)
        if agency is None or fact.fact == "one":
            continue
        agency.reviewed.append(_on_page(fact, [now.get(fact.value, fact.value)], agencies))
        if fact.fact == "distinct" and (other := agencies.get(now.get(fact.value, fact.value))):
            other.reviewed.append(_on_page(fact, [agency.id], agencies))
        if fact.fact == "county" and fact.value != agency.fips:
            placed[fact.value].append(agency)
    _attach_bodies(facts, agencies, now)
    return dict(placed)


def _attach_bodies(facts: Sequence[ReviewedFact], agencies: Mapping[str, Agency], now: Mapping[str, str]) -> None:
    """Tell every agency of the others it is one body with, also those it is joined to through a third."""
    stated = {end: fact for fact in facts if fact.fact == "one" for end in (fact.subject, fact.value)}  # newest of each
    for end, fact in stated.items():
        agency = agencies.get(now.get(end, end))
        others = list(dict.fromkeys(now.get(other, other) for other in one_body(facts, end)))
        if agency and (others := [other for other in others if other != agency.id]):
            agency.reviewed.append(_on_page(fact, others, agencies))


def _on_page(
    fact: ReviewedFact, others: Sequence[str] = (), agencies: Mapping[str, Agency] | None = None
) -> FactOnPage:
    named = tuple((other, agencies[other].name) for other in others if agencies and other in agencies)
    return FactOnPage(
        fact.fact, fact.value, fact.detail, fact.source, fact.note, fact.stated_at[:10],
        named if fact.fact in ("one", "distinct") else (),
    )  # fmt: skip
