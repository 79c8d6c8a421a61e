"""What ICE did with an agency's documents, as entries of the agency's feed: posted, replaced, taken down."""

from __future__ import annotations

import hashlib
from collections import defaultdict

from db.database import Store
from db.moa_models import ListedMoa, MoaEvent
from db.queries import moas
from monitor.alerts.describe_change import ChangeText
from monitor.alerts.filters import state_names
from monitor.alerts.page_links import agency_page, document_page
from monitor.alerts.plain_text import plain
from monitor.documents.events import read_events
from monitor.i18n.labels import DOCUMENT_EVENT_SENTENCES, DOCUMENT_EVENTS
from monitor.i18n.language import Language, language
from monitor.publications.dating import eastern_day
from monitor.web.feeds.entries import Entry

#: Beyond every number of a statement: entries of documents are numbered by their id, which no rebuild changes.
_FIRST_NUMBER = 2**48


def gather_document_entries(store: Store, public_url: str) -> dict[str, list[Entry]]:
    """Return the certain events by the agency whose rows link the document, in the order in which they were certain."""
    rows: dict[str, ListedMoa] = {row.agreement_id: row for row in moas.load_listed(store.connection)}
    words = language("en")
    found: dict[str, list[Entry]] = defaultdict(list)
    certain = [(event["certain_at"], event) for event in read_events(store.connection) if event["certain_at"]]
    for at, event in sorted(certain, key=lambda timed: (timed[0] or "", timed[1]["url"])):
        linking = {rows[id].agency_id: rows[id] for id in event["agreement_ids"] if id in rows}
        for agency_id, row in linking.items():
            event_id = _event_id(event)
            text = _describe(event, event_id, row, words, public_url)
            number = _FIRST_NUMBER + int(event_id, 16)
            found[agency_id].append(Entry(number, 1, event["at"], text, said_at=at or "", event=event))
    return found


def _event_id(event: MoaEvent) -> str:
    parts = (event["kind"], event["url"], event["before"] or "", event["after"] or "", event["at"])
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def _describe(event: MoaEvent, event_id: str, row: ListedMoa, words: Language, public_url: str) -> ChangeText:
    headline, sentence = DOCUMENT_EVENTS[event["kind"]], DOCUMENT_EVENT_SENTENCES[event["kind"]]
    state = state_names().get(row.state or "", row.state or "")
    county = plain(row.county)
    day = eastern_day(event["at"])
    return ChangeText(
        event_id, "news", event["kind"], words.say(headline), plain(row.agency), row.agency_id,
        f"{county}, {state}" if county and state else county or state, row.state or "", plain(row.support_type),
        False, "", (plain(event["file"]), words.say("Seen on %(day)s", day=words.date(day))),
        words.say(sentence), "", event["url"],
        document_page(public_url, event["after"] or event["before"] or ""), agency_page(public_url, row.agency_id), day,
    )  # fmt: skip
