"""Agencies and what people researched about them: found, shown beside what the lists say, stated, withdrawn, shared."""

from __future__ import annotations

from starlette.responses import Response

from db.desk_models import ReviewedFact
from db.errors import NotFoundError
from db.queries import reviewed_facts
from monitor.i18n import labels
from monitor.places import gazetteer
from monitor.review import facts, facts_csv
from monitor.review.queue import find_named
from monitor.review.say_facts import say_agreement, say_fact
from monitor.web.desk.respond import DeskRequest
from monitor.web.desk.views.queue_view import STATES

PER_PAGE = 100
SHOWN = 200  # facts of an import


def show_agencies(request: DeskRequest) -> Response:
    """Show the agencies that a name, also a misspelt one, and a state find."""
    asked, state = request.get("q"), request.get("state")
    cards = [c for c in reviewed_facts.list_cards(request.store.connection) if state in ("", c.state)]
    if asked:
        cards = find_named(cards, asked, lambda card: (card.id, card.name, *card.names))
    last = max(1, -(-len(cards) // PER_PAGE))
    number = min(request.page_number(), last)
    about = {f.subject for f in facts.read_facts(request.store) if f.counts}
    return request.page(
        "agencies.html", cards=cards[(number - 1) * PER_PAGE : number * PER_PAGE], total=len(cards), number=number,
        last=last, asked=asked, state=state, states=STATES, about=about,
    )  # fmt: skip


def show_agency(request: DeskRequest) -> Response:
    """Show an agency as the lists have it, its changes, the facts about it and its agreements, and their forms."""
    connection = request.store.connection
    card = reviewed_facts.find_card(connection, request.http.path_params["id"])
    if card is None:
        raise NotFoundError(f"no agency {request.http.path_params['id']}")
    every, queue = facts.read_facts(request.store), request.queue()
    together = facts.one_body(every, card.id)
    bodies = [found for one in together if (found := reviewed_facts.find_card(connection, one))]
    agreements = [
        (agreement.id, say_agreement(agreement) + f" ({body.name})" * (len(bodies) > 1))
        for body in bodies for agreement in reviewed_facts.list_agreements(connection, body.id)
    ]  # fmt: skip
    subjects = {*together, *(agreement_id for agreement_id, _ in agreements)}
    about = [f for f in every if f.subject in subjects or f.value == card.id]
    return request.page(
        "agency.html", card=card, others=[body for body in bodies if body.id != card.id], agreements=agreements,
        changes=[c for c in queue.changes if c["agency_id"] in together],
        facts=[(f, say_fact(request.store, f, card.id)) for f in about],
        reasons=labels.ENDED_BY, leads=labels.LEADS_TO, bodies=labels.BODIES, said=request.get("said"),
        counties=[county.name for county in gazetteer.counties(card.state or "").values()],
        agencies=[c for c in reviewed_facts.list_cards(connection) if c.state == card.state and c.id != card.id],
    )  # fmt: skip


def state_fact(request: DeskRequest) -> Response:
    """Store a fact about an agency or one of its agreements, with its source, by the person logged in."""
    names = ("subject", "fact", "value", "detail", "source")
    subject, kind, value, detail, source = (request.form.get(name, "").strip() for name in names)
    note = " ".join(request.form.get("note", "").split())
    at, user = request.store.now_text(), request.who.user.name
    fact = ReviewedFact(0, at, user, subject, kind, value, detail, source, note)
    stated = facts.state_fact(request.store, fact)
    return request.go(f"/agencies/{_agency_of(request, stated.subject)}", said=stated.fact)


def withdraw_fact(request: DeskRequest) -> Response:
    """Store that a fact no longer counts; both stay on record."""
    wanted = request.form.get("id", "")
    fact = next((f for f in facts.read_facts(request.store) if str(f.id) == wanted), None)
    if fact is None:
        raise NotFoundError(f"no fact {wanted}")
    note = " ".join(request.form.get("note", "").split())
    user = request.who.user.name
    withdrawal = ReviewedFact(0, request.store.now_text(), user, fact.subject, "withdrawn", fact.mark, note=note)
    facts.state_fact(request.store, withdrawal)
    return request.go(f"/agencies/{_agency_of(request, fact.subject)}", said="withdrawn")


def export_facts(request: DeskRequest) -> Response:
    """Send every fact as CSV."""
    return request.send_csv("reviewed-facts", facts_csv.export_facts(request.store))


def import_facts(request: DeskRequest) -> Response:
    """Show what the facts of a CSV would add; store them when the preview's form comes back unchanged."""
    data = request.posted_csv("reviewed facts")
    found = facts_csv.read_import(request.store, data, "the file", request.who.user.name)
    if request.file or not found.new:
        said = [say_fact(request.store, fact) for fact in found.new[:SHOWN]]
        return request.page(
            "import.html", told="", found=found, said=said, effects=None, guard=None, shown=SHOWN,
            csv=data.decode("utf-8-sig"), action="/facts/import", noun="fact",
        )  # fmt: skip
    facts_csv.store_import(request.store, found)
    told = f"{len(found.new)} facts imported, {found.known} known already."
    return request.page("message.html", title="Imported", text=told)


def _agency_of(request: DeskRequest, subject: str) -> str:
    return reviewed_facts.find_agreement_agency(request.store.connection, subject) or subject
