"""Facts that people researched, in words: names and places for the ids and codes that they are stored as."""

from __future__ import annotations

from typing import NamedTuple

from db.database import Store
from db.desk_models import AgreementCard, ReviewedFact
from db.queries import reviewed_facts
from monitor.i18n.labels import AGREEMENT_STATUSES, BODIES, ENDED_BY, LEADS_TO, status_of_agreement
from monitor.places import gazetteer

#: What the desk calls each kind of fact.
FACT_NAMES = {
    "one": "One body with",
    "distinct": "Another body than",
    "display_name": "Name to show",
    "body": "Kind of body",
    "county": "County",
    "coordinates": "Seat",
    "ended": "Really ended",
    "link": "Link",
    "withdrawn": "Withdrawn",
}


class FactInWords(NamedTuple):
    """A fact for a person; `about` is "" where the page says it, `code` what the words stand for ("" where nothing)."""

    title: str
    about: str
    words: str
    code: str
    agency_id: str = ""  # of the agency that the words name


def say_fact(store: Store, fact: ReviewedFact, here: str = "") -> FactInWords:
    """Return a fact in words, on the page of the agency `here`; "": on no agency's page."""
    title = FACT_NAMES[fact.fact]
    agreement = _find_agreement(store, fact.subject)
    if agreement is not None:
        about = say_agreement(agreement) if here else f"{_name(store, fact.subject)}: {say_agreement(agreement)}"
    else:
        about = "" if fact.subject == here or fact.value == here else _name(store, fact.subject)
    if fact.fact in ("one", "distinct"):
        other = fact.subject if fact.value == here else fact.value
        return FactInWords(title, about, _name(store, other), other, other)
    if fact.fact == "withdrawn":
        kind, _, rest = fact.value.partition("|")
        value, _, stated_at = rest.rpartition("|")
        of = say_fact(store, ReviewedFact(0, stated_at, "", fact.subject, kind, value), here)
        at = stated_at.replace("T", " ").replace("Z", " UTC")
        return FactInWords(title, about, f"{of.title}: {of.words}, recorded {at}", of.code)
    code = fact.subject if agreement is not None else fact.value if fact.fact == "county" else ""
    return FactInWords(title, about, _value(store, fact), code)


def say_agreement(agreement: AgreementCard) -> str:
    """Return an agreement of an agency in words: its support type, when it was signed, and what became of it."""
    signed = f" signed {agreement.signed_on}" if agreement.signed_on else ""
    if not signed and agreement.list_name != "pending":
        signed = ", its signing date not readable"
    status = AGREEMENT_STATUSES[status_of_agreement(agreement.list_name, agreement.status)]
    return f"{agreement.support_type or 'Support type not readable'}{signed}, {status}"


def _value(store: Store, fact: ReviewedFact) -> str:
    if fact.fact == "county":
        card = reviewed_facts.find_card(store.connection, fact.subject)
        found = gazetteer.counties((card and card.state) or "").values()
        return next((county.name for county in found if county.fips == fact.value), fact.value)
    if fact.fact == "body":
        return BODIES[fact.value]
    detail = {"ended": ENDED_BY, "link": LEADS_TO}.get(fact.fact, {}).get(fact.detail, "")
    return f"{fact.value}, {detail}" if detail else fact.value


def _name(store: Store, subject: str) -> str:
    """Return the name and state of an agency, or of that of an agreement; the id where neither is here any more."""
    agency_id = reviewed_facts.find_agreement_agency(store.connection, subject) or subject
    card = reviewed_facts.find_card(store.connection, agency_id)
    return f"{card.name}, {card.state}" if card else subject


def _find_agreement(store: Store, subject: str) -> AgreementCard | None:
    agency_id = reviewed_facts.find_agreement_agency(store.connection, subject)
    found = reviewed_facts.list_agreements(store.connection, agency_id) if agency_id else []
    return next((agreement for agreement in found if agreement.id == subject), None)
