"""A change in words: what, who, where, since when, on what evidence, how sure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeGuard
from urllib.parse import urlsplit

from db.alert_models import Told, What
from db.archive_models import find_capture_time
from db.records import ChangeRecord
from monitor.alerts.filters import SUPPORT_TYPES, state_names
from monitor.alerts.page_links import agency_page, change_page, document_page
from monitor.alerts.plain_text import plain
from monitor.changelog.change_words import say_reason
from monitor.changelog.listed_between import wide_range
from monitor.i18n.labels import DOCUMENT_EVENT_SENTENCES, DOCUMENT_EVENTS, FIELDS, NEWS_KINDS, SUPPORT, label
from monitor.i18n.language import Language
from monitor.publications.dating import eastern_day


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
    unsettled: bool  # whether an ending may be no more than a replacement, which a person is to check
    support: str  # the model in words
    facts: tuple[str, ...]
    certainty: str
    told_before: str  # of a correction: when and in which message we said the other
    document: str  # ICE's document; "" when the row links none
    page: str
    agency_page: str
    listed_on: str

    @property
    def in_short(self) -> str:
        """What is said of it besides its headline, on one line."""
        told = [self.support, *self.facts]
        sentences = [*(f"{part}." for part in told if part), self.certainty, self.told_before]
        return " ".join(part for part in sentences if part)


def describe_change(
    change: ChangeRecord, what: What, words: Language, public_url: str, corrects: Told | None = None
) -> ChangeText:
    """Return the change as a reader is told it; `corrects` is the message that a correction corrects."""
    headline = label(NEWS_KINDS, change["kind"], words.say)
    unsettled = bool(change["kind"] == "termination" and change["needs_review"] and change["candidates"])
    if unsettled:
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
        change["state"] or "", plain(change["support_type"]), unsettled, _support(change, words),
        tuple(_facts(change, what, words)), _certainty(change, what, words), _told_before(corrects, words),
        document_of(change),
        _page(change, public_url), agency_page(public_url, agency_id) if agency_id else "",
        change["listed_on"],
    )  # fmt: skip


def _page(change: ChangeRecord, public_url: str) -> str:
    evidence = change["evidence"]
    if change["kind"] in DOCUMENT_EVENTS:
        return document_page(public_url, str(evidence["document_after"] or evidence["document_before"]))
    return change_page(public_url, change["id"])


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
    if change["kind"] in DOCUMENT_EVENTS:
        return str(change["evidence"]["url"])
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


def _facts(change: ChangeRecord, what: What, words: Language) -> list[str]:
    kind, facts = change["kind"], []
    if kind in DOCUMENT_EVENTS:
        seen = words.say("Seen on %(day)s", day=words.date(change["listed_on"]))
        return [plain(str(change["evidence"]["file"])), seen]
    if change["signed_on"]:
        facts.append(words.say("Signed on %(day)s", day=words.date(change["signed_on"])))
    if kind in ("renewal", "switch") and (before := change["before"]):
        older = before["normalised"].get("signed_on") or before["signed_on"]
        if kind == "renewal" and _is_day(older):
            facts.append(words.say("The agreement before was signed on %(day)s", day=words.date(older)))
        elif kind == "switch" and before["support_type"]:
            facts.append(words.say("Before: %(support)s", support=plain(before["support_type"])))
    if what == "correction":
        return facts  # which list showed it, or did not, is what no longer counts
    if since := change["evidence"].get("pending_since"):
        bound, _, day = str(since).rpartition(" ")
        said = words.say("Was pending on or before %(day)s", day=words.date(day)) if bound else ""
        facts.append(said or words.say("Was pending since %(day)s", day=words.date(day)))
    if kind in ("termination", "pending_withdrawn"):
        facts += _absence(change, words)
    elif kind == "list_event":
        day = words.date(change["listed_on"])
        facts.append(words.say("ICE's page has not linked the list since %(day)s", day=day))
    elif wide := wide_range(change["listed_between"]):
        first, last = map(words.date, wide)
        facts.append(words.say("Between ICE's lists of %(first)s and %(last)s", first=first, last=last))
        facts.append(_presence(change, words))
    else:
        facts.append(_presence(change, words))
    shown = change["first_missing_from"] or change["first_listed_in"]
    if shown and (captured_at := find_capture_time(shown["url"])):
        facts.append(words.say("The list as the Internet Archive kept it on %(day)s", day=words.date(captured_at)))
    if kind == "amendment" and change["fields"]:
        names = [label(FIELDS, plain(f), words.say) for f in change["fields"]]
        facts.append(words.say("What differs: %(fields)s", fields=words.join(names)))
        if is_dated_by_document(change):
            facts.append(words.say("The date was corrected as ICE posted the agreement document"))
    return facts


def _presence(change: ChangeRecord, words: Language) -> str:
    day, first = words.date(change["listed_on"]), change["first_listed_in"]
    row = first.get("row") if first else None
    if row:
        return words.say("On ICE's list of %(day)s, row %(row)s", day=day, row=row)
    return words.say("On ICE's list of %(day)s", day=day)


def is_dated_by_document(change: ChangeRecord) -> bool:
    """Whether a signing date was corrected on the list that first links the signed agreement."""
    return {"signed_on", "moa"} <= set(change["fields"]) and bool(document_of({**change, "before": None}))


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
    """Return how sure the statement is, and who is still to look at it; "" for what a list plainly shows."""
    if what == "correction":
        return say_reason(change, words)
    if what == "early":
        if change["kind"] == "pending_withdrawn":
            return words.say("ICE's newest pending list lacks it. Ten days decide, and we will tell you.")
        return words.say("ICE's newest list lacks it. Ten days decide, and we will tell you.")
    if change["kind"] in DOCUMENT_EVENTS:
        return label(DOCUMENT_EVENT_SENTENCES, change["kind"], words.say)
    said = []
    if change["kind"] in ("termination", "pending_withdrawn"):
        if change["evidence"].get("confirmed_by") == "time":
            said.append(words.say("Confirmed: ICE still served a list without it ten days later."))
        else:
            said.append(words.say("Confirmed: later lists lack it too. ICE's list does not say why."))
    if change["needs_review"]:
        if named := _name_candidate(change, words):
            said.append(words.say("A reviewer has not yet checked whether it continues as %(agency)s.", agency=named))
        elif change["evidence"].get("doubt") == "listed_once":
            said.append(words.say("It stood on a single list, maybe by a slip. A reviewer has not yet checked it."))
        else:
            said.append(words.say("A reviewer has not yet checked it."))
    return " ".join(said)


def _name_candidate(change: ChangeRecord, words: Language) -> str:
    """Return the agreement it may continue as; where the agency's name does not tell them apart, with what does."""
    if not change["candidates"]:
        return ""
    other = change["candidates"][0]
    named = plain(other["agency"])
    state = other.get("state")
    if state and state != change["state"]:
        named = f"{named} ({state})"
    signed_on = other["signed_on"]
    if _is_day(signed_on) and signed_on != change["signed_on"]:
        return words.say("%(agency)s, signed on %(day)s", agency=named, day=words.date(signed_on))
    return named


def _is_day(text: object) -> TypeGuard[str]:
    return isinstance(text, str) and len(text) == 10 and text[4] == text[7] == "-" and text.replace("-", "").isdigit()
