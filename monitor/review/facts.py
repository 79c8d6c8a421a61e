"""Facts that people researched and the lists do not say: checked when stated, withdrawn by a later one.

They stand beside what ICE's lists say and never change it: a list row is evidence, a reviewed fact is a claim with a
source. Of a fact that can have one value only, the newest that was not withdrawn stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from urllib.parse import urlsplit

from db.database import Store
from db.desk_models import AgencyCard, ReviewedFact
from db.errors import StoreError
from db.queries import reviewed_facts
from monitor.i18n.labels import BODIES, ENDED_BY, LEADS_TO
from monitor.matching.names import normal_form
from monitor.places import gazetteer

#: Every kind of fact, with its meaning. The first six are about an agency, "ended" about an agreement.
FACTS = {
    "one": "the agency and another one are one body",
    "distinct": "the agency and another one are different bodies",
    "display_name": "the name to show for the agency",
    "body": "what kind of body the agency is",
    "county": "the county the agency is in",
    "coordinates": "where the agency has its seat, as latitude and longitude",
    "ended": "when and why the agreement really ended",
    "link": "a report, vote or document about the agency or agreement",
    "withdrawn": "an earlier fact no longer counts",
}
LONGEST = 2000
_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


class FactError(StoreError):
    """A fact that cannot be stated: the text says what is wrong and what to write."""


def check_fact(store: Store, fact: ReviewedFact, today: str) -> ReviewedFact:
    """Return the fact with its value written in one way; raise `FactError` when it cannot be so.

    `today` is an ISO date; nothing ends after it.
    """
    if not fact.reviewer.strip():
        raise FactError("a fact needs the name of the person who states it")
    if fact.source and not _is_address(fact.source):
        raise FactError(f"{fact.source!r} is not an address; a source begins with https:// or http://")
    if max(len(fact.value), len(fact.note), len(fact.source)) > LONGEST:
        raise FactError(f"a value, note or source has {LONGEST} characters at most")
    agency = reviewed_facts.find_card(store.connection, fact.subject)
    is_agreement = reviewed_facts.find_agreement_agency(store.connection, fact.subject) is not None
    if fact.fact not in FACTS:
        raise FactError(f"{fact.fact!r} is not a kind of fact; known: {', '.join(FACTS)}")
    if fact.fact in ("ended",) and not is_agreement:
        raise FactError(f"no agreement {fact.subject!r}; the agency's page lists the ids of its agreements")
    if fact.fact in ("one", "distinct", "display_name", "body", "county", "coordinates") and agency is None:
        raise FactError(f"no agency {fact.subject!r}; search the agencies for its id")
    if agency is None and not is_agreement:
        raise FactError(f"{fact.subject!r} is neither an agency nor an agreement")
    return replace(fact, value=_checked_value(store, fact, agency, today))


def state_fact(store: Store, fact: ReviewedFact) -> ReviewedFact:
    """Check and store a fact; return it as it was stored."""
    checked = check_fact(store, fact, fact.stated_at[:10])
    with store.writing() as connection:
        if not reviewed_facts.add_fact(connection, checked):
            raise FactError("you stated just this a moment ago")
    return checked


def read_facts(store: Store, until: str | None = None) -> list[ReviewedFact]:
    """Return every fact stated by a time (ISO, UTC; None: by now), oldest first, and whether it counted then."""
    facts = [f for f in reviewed_facts.list_facts(store.connection) if until is None or f.stated_at <= until]
    withdrawn = {(f.subject, f.value) for f in facts if f.fact == "withdrawn"}
    standing = [f for f in facts if f.fact != "withdrawn" and (f.subject, f.mark) not in withdrawn]
    newest = {_question(f): f.id for f in standing}
    return [replace(f, counts=newest.get(_question(f)) == f.id) for f in facts]


def one_body(facts: Iterable[ReviewedFact], agency_id: str) -> list[str]:
    """Return the ids of all agencies that counted facts make one body with this one, itself included."""
    together = {agency_id}
    pairs = [{f.subject, f.value} for f in facts if f.counts and f.fact == "one"]
    while grown := [pair for pair in pairs if pair & together and not pair <= together]:
        together.update(*grown)
    return sorted(together)


def _checked_value(store: Store, fact: ReviewedFact, agency: AgencyCard | None, today: str) -> str:
    """Return the value of a fact, written in one way; raise `FactError` when its kind cannot have it."""
    value = " ".join(fact.value.split())
    if fact.fact == "withdrawn":
        if not any(f.mark == fact.value and f.subject == fact.subject for f in read_facts(store)):
            raise FactError("there is no such fact to withdraw")
        return fact.value
    if fact.fact in ("one", "distinct"):
        return _other_agency(store, agency, value)
    if fact.fact == "display_name" and (not value or not value.isprintable() or len(value) > 200):
        raise FactError("a display name has 1 to 200 printable characters")
    if fact.fact == "body" and value not in BODIES:
        raise FactError(f"{value!r} is not a kind of body; known: {', '.join(BODIES)}")
    if fact.fact == "county":
        return _fips(agency.state if agency else None, value)
    if fact.fact == "coordinates":
        return _coordinates(value)
    if fact.fact == "ended":
        _check_ending(fact, value, today)
    if fact.fact == "link":
        if not _is_address(value):
            raise FactError(f"{value!r} is not an address; a link begins with https:// or http://")
        if fact.detail not in LEADS_TO:
            raise FactError(f"{fact.detail!r} is nothing a link leads to; known: {', '.join(LEADS_TO)}")
    return value


def _other_agency(store: Store, agency: AgencyCard | None, text: str) -> str:
    """Return the id of another agency that is named by its id, or as just one of the state is printed."""
    other = reviewed_facts.find_card(store.connection, text)
    if other is None and agency:
        cards = [c for c in reviewed_facts.list_cards(store.connection) if c.state == agency.state]
        named = [c for c in cards if normal_form(text) in {normal_form(name) for name in (c.name, *c.names)}]
        other = named[0] if len(named) == 1 else None
    if other is None or (agency and other.id == agency.id):
        raise FactError(f"{text!r} is not the id of another agency, nor the whole name of just one of the state")
    return other.id


def _check_ending(fact: ReviewedFact, value: str, today: str) -> None:
    if fact.detail not in ENDED_BY:
        raise FactError(f"{fact.detail!r} is not a reason; known: {', '.join(ENDED_BY)}")
    if not fact.source:
        raise FactError("a real-world end needs the address of a source")
    try:
        date.fromisoformat((value + "-01-01")[:10])
    except ValueError:
        value = ""
    if not _DATE.fullmatch(value):
        raise FactError(f"{fact.value!r} is not a date; write 2025-08-31, or 2025-08 or 2025 when no more is known")
    if value > today:
        raise FactError(f"{value} is in the future; state an end when it has come")


def _fips(state: str | None, text: str) -> str:
    """Return the FIPS code of a county of the state, named by its code or its name."""
    for county in gazetteer.counties(state or "").values():
        if county.fips == text:
            return text
    found = gazetteer.find_county(state, text)
    if found is None:
        raise FactError(f"{text!r} is no one county of {state}; write its name or its five-digit FIPS code")
    return found.county.fips


def _coordinates(text: str) -> str:
    """Return "latitude,longitude" with four decimals (11 meters), inside the United States and its territories."""
    try:
        latitude, longitude = (float(part) for part in text.split(","))
    except ValueError:
        latitude = longitude = 999.0
    if not (-15 <= latitude <= 72 and (-180 <= longitude <= -64 or 144 <= longitude <= 180)):
        raise FactError(f"{text!r} is not a place in the United States; write latitude, longitude: 29.6516, -82.3248")
    return f"{latitude:.4f},{longitude:.4f}"


def _is_address(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme in ("http", "https") and "." in parts.netloc and text.isprintable() and " " not in text


def _question(fact: ReviewedFact) -> Sequence[str]:
    """Return what a fact answers: of all facts that answer the same, the newest stands."""
    if fact.fact in ("one", "distinct"):
        return ("pair", *sorted((fact.subject, fact.value)))
    return (fact.fact, fact.subject, fact.value if fact.fact == "link" else "")
