"""A change in words: what, who, where, since when, on what evidence, how sure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeGuard
from urllib.parse import urlsplit

from db.alert_models import Told, What
from db.records import ChangeRecord
from monitor.alerts.filters import SUPPORT_TYPES, state_names
from monitor.alerts.page_links import agency_page, change_page
from monitor.alerts.plain_text import plain
from monitor.i18n.labels import FIELDS, KINDS, SUPPORT, label
from monitor.i18n.language import N_, Language
from monitor.publications.dating import eastern_day

#: Beginning of a retraction's reason, as the log words it -> what a reader is told.
_REASONS = (
    ("listed again", N_("ICE's list shows the agreement again.")),
    ("renewed", N_("The agreement was renewed under a later signing date.")),
    ("a second row of", N_("It was a second row of an agreement that ICE lists once.")),
    ("dismissed", N_("A reviewer found that it does not stand.")),
    ("overturned by a reviewer", N_("A reviewer found that it does not stand.")),
)


@dataclass(frozen=True, slots=True)
class ChangeText:
    """One change for a message or feed, in words; every text is on one line and not yet escaped."""

    change_id: str
    what: What
    kind: str
    headline: str
    agency: str
    agency_id: str  # "" for a list as a whole
    place: str
    state: str  # USPS code
    model: str  # JEM, WSO, TFM, or as printed
    support: str  # the model in words
    facts: tuple[str, ...]
    certainty: str
    told_before: str  # of a correction: when and in which message we said the other
    document: str  # ICE's document; "" when the row links none
    page: str
    agency_page: str
    listed_on: str


def describe_change(
    change: ChangeRecord, what: What, words: Language, public_url: str, corrects: Told | None = None
) -> ChangeText:
    """Return the change as a reader is told it; `corrects` is the message that a correction corrects."""
    headline = label(KINDS, change["kind"], words.say)
    if change["kind"] == "termination" and change["needs_review"] and change["candidates"]:
        headline = words.say("Replaced or dropped by ICE, a person is to check")
    if change["kind"] == "pending_withdrawn" and change["rule"] == "signed":
        headline = words.say("Pending before, signed now")
    if what == "correction":
        headline = words.say("Correction to: %(headline)s", headline=headline)
    elif what == "early":
        headline = words.say("Unconfirmed: %(headline)s", headline=headline)
    agency_id = change["agency_id"]
    return ChangeText(
        change["id"], what, change["kind"], headline, _agency(change, words), agency_id or "", _place(change),
        change["state"] or "", plain(change["support_type"]), _support(change, words), tuple(_facts(change, words)),
        _certainty(change, what, words), _told_before(corrects, words), document_of(change),
        change_page(public_url, change["id"]), agency_page(public_url, agency_id) if agency_id else "",
        change["listed_on"],
    )  # fmt: skip


def _told_before(corrects: Told | None, words: Language) -> str:
    if corrects is None:
        return ""
    if not corrects.sent_at:
        return words.say("This corrects an earlier message of ours.")
    day = words.date(eastern_day(corrects.sent_at))
    if not corrects.subject:
        return words.say("This corrects our message of %(day)s.", day=day)
    return words.say("This corrects our message of %(day)s, “%(subject)s”.", day=day, subject=corrects.subject)


def document_of(change: ChangeRecord) -> str:
    """Return the address of ICE's document, from the newest row that links one; "" when none does."""
    for row in (change["after"], change["before"]):
        if row:
            for found in (row["normalised"].get("moa"), row["moa"]):
                if found and urlsplit(found).scheme in ("http", "https") and not any(c.isspace() for c in found):
                    return str(found)
    return ""


def _agency(change: ChangeRecord, words: Language) -> str:
    if change["kind"] == "list_event":
        name = words.say("pending list") if change["list"] == "pending" else words.say("participating list")
        return words.say("ICE's %(name)s", name=name)
    return plain(change["agency"])


def _place(change: ChangeRecord) -> str:
    state = state_names().get(change["state"] or "", change["state"] or "")
    county = plain(change["county"])
    return f"{county}, {state}" if county and state else county or state


def _support(change: ChangeRecord, words: Language) -> str:
    code = plain(change["support_type"])
    return f"{words.say(SUPPORT[code])} ({code})" if code in SUPPORT_TYPES else code


def _facts(change: ChangeRecord, words: Language) -> list[str]:
    kind, facts = change["kind"], []
    if change["signed_on"]:
        facts.append(words.say("Signed on %(day)s", day=words.date(change["signed_on"])))
    if kind in ("renewal", "switch") and (before := change["before"]):
        older = before["normalised"].get("signed_on") or before["signed_on"]
        if kind == "renewal" and _is_day(older):
            facts.append(words.say("The agreement before was signed on %(day)s", day=words.date(older)))
        elif kind == "switch" and before["support_type"]:
            facts.append(words.say("Before: %(support)s", support=plain(before["support_type"])))
    if since := change["evidence"].get("pending_since"):
        bound, _, day = str(since).rpartition(" ")
        said = words.say("Was pending on or before %(day)s", day=words.date(day)) if bound else ""
        facts.append(said or words.say("Was pending since %(day)s", day=words.date(day)))
    if kind in ("termination", "pending_withdrawn"):
        facts += _absence(change, words)
    elif kind == "list_event":
        day = words.date(change["listed_on"])
        facts.append(words.say("ICE's page has not linked the list since %(day)s", day=day))
    else:
        facts.append(words.say("On ICE's list of %(day)s", day=words.date(change["listed_on"])))
    if kind == "amendment" and change["fields"]:
        names = [label(FIELDS, plain(f), words.say) for f in change["fields"]]
        facts.append(words.say("What differs: %(fields)s", fields=words.join(names)))
    return facts


def _absence(change: ChangeRecord, words: Language) -> list[str]:
    """Return on which list the row was last, and on which it was not; two lists can be of one day."""
    facts = []
    last, first = change["last_listed_in"], change["first_missing_from"]
    if last:
        facts.append(words.say("Last on ICE's list of %(day)s", day=words.date(last["published_on"])))
    if last and first and last["published_on"] == first["published_on"]:
        facts.append(words.say("Not on a later list of the same day"))
    elif first:
        facts.append(words.say("Not on ICE's list of %(day)s", day=words.date(first["published_on"])))
    if change["rule"] == "signed":
        facts.append(words.say("The agency's agreement is now on the participating list"))
    return facts


def _certainty(change: ChangeRecord, what: What, words: Language) -> str:
    if what == "correction":
        for beginning, said in _REASONS:
            if str(change["reason"] or "").startswith(beginning):
                return words.say(said)
        return words.say("The lists known now no longer say so.")
    if what == "early":
        return words.say("ICE's newest list lacks it. Ten days decide, and we will tell you.")
    if change["needs_review"]:
        named = plain(change["candidates"][0]["agency"]) if change["candidates"] else ""
        if named:
            return words.say("A reviewer has not yet checked whether it continues as %(agency)s.", agency=named)
        return words.say("A reviewer has not yet checked it.")
    if change["kind"] in ("termination", "pending_withdrawn"):
        if change["evidence"].get("confirmed_by") == "time":
            return words.say("Confirmed: ICE still served a list without it ten days later.")
        return words.say("Confirmed: later lists lack it too. ICE's list does not say why.")
    first = change["first_listed_in"]
    row = first.get("row") if first else None
    return words.say("As ICE's list says in row %(row)s.", row=row) if row else words.say("As ICE's list says.")


def _is_day(text: object) -> TypeGuard[str]:
    return isinstance(text, str) and len(text) == 10 and text[4] == text[7] == "-" and text.replace("-", "").isdigit()
