"""A change in words for every reader: what it says, how sure it is, why it was withdrawn, what was weighed.

Pages, desk, mail and command line take their sentences from here; each function takes the reader's language.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from db.records import ChangeRecord, EvidenceValue
from monitor.i18n.labels import KIND_SENTENCES, STATUS_SENTENCES
from monitor.i18n.language import N_, Language, language
from monitor.matching.names import normal_form
from monitor.matching.reasons import AGAINST, RULES

ENGLISH = language("en")
#: Cells that say nothing: two of them are no "same county", and no same signing date.
SAYS_NOTHING = frozenset({"", "#n/a", "#na", "n/a", "na", "none"})
#: What a change says where its kind alone does not tell it: by kind and rule, or by the rule of any kind.
_BY_RULE = {
    ("pending_withdrawn", "signed"): RULES["signed"],
    ("pending_listed", "returned"): N_(
        "ICE's pending list shows this agency and support type again, after a time when it did not."
    ),
    ("amendment", "listed_twice"): RULES["listed_twice"],
}
_PROVISIONAL = {
    "pending_withdrawn": N_("ICE's newest pending lists lack the row; ten days from the first of them decide."),
}
_DAY = r"(?P<day>\d{4}-\d{2}-\d{2})$"
#: How a retraction's reason begins and ends, as the log words it -> what a reader is told.
_REASONS = (
    (rf"listed again on {_DAY}", N_("ICE's list of %(day)s shows it again.")),
    (
        rf"renewed: (?P<id>\S+) was first listed on {_DAY}",
        N_("ICE's list of %(day)s has it under a later signing date."),
    ),
    (r"a second row of (?P<id>[^\s,]+)", N_("It was a second row of an agreement that ICE lists once.")),
    (
        rf"a reviewer ruled that it goes on in another row, first listed on {_DAY}",
        N_("A reviewer found that it goes on in another row, which ICE's list of %(day)s shows."),
    ),
    (r"(dismissed|overturned by a reviewer)", N_("A reviewer found that it does not stand.")),
    (rf"(?P<id>\S+-\S+): listed again on {_DAY}", N_("ICE's list of %(day)s shows the older agreement again.")),
    (r"(?P<id>\S+-\S+): ", N_("The ending of the older agreement does not stand.")),
)
#: What each kind of evidence is called; a name that is missing here is printed as it is.
EVIDENCE = {
    "back_after_days": N_("days from the first list without the row to the list that has it, or its renewal, again"),
    "against": N_("what makes it doubtful"),
    "confirmed_by": N_("confirmed by"),
    "continues": N_("the agreement it goes on from, or went over to"),
    "dates": N_("the two signing dates are"),
    "doubt": N_("what makes it doubtful"),
    "gap_days": N_("days from the first list without the older row to the list with this one"),
    "letters_apart": N_("letters that differ between the two names"),
    "listed_together": N_("both rows stood on one list for a while"),
    "matched_by": N_("what shows that it is the same agreement"),
    "moa_shows_by": N_("of two rows that could go on with the agreement, an MOA linked then or later shows which, by"),
    "names": N_("the two names are"),
    "page_sha256": N_("the page that shows it, sha256"),
    "pending_agreement": N_("the agreement under which the agency was pending"),
    "pending_since": N_("it was pending since"),
    "place_real_after": N_("the new state has a place of that name"),
    "place_real_before": N_("the old state has a place of that name"),
    "ruled": N_("a reviewer's ruling"),
    "ruled_on": N_("the ruling was made on the change with the id"),
    "same_county": N_("both rows name the same county"),
    "same_document": N_("both rows link the same MOA, and no other row links it"),
    "seen_at": N_("seen at"),
    "was_pending": N_("the agency was on the pending list in between"),
}
#: What a value of the evidence means.
VALUES = {
    ("dates", "same"): N_("the same"),
    ("dates", "corrected"): N_("near enough for a correction"),
    ("dates", "later"): N_("too far apart for a correction; the new one is later"),
    ("dates", "other"): N_("too far apart for a correction; the new one is earlier"),
    ("names", "equal"): N_("the same once spaces, case, apostrophes and abbreviations are set aside"),
    ("names", "loosely equal"): N_('the same once words like "City of" are set aside as well'),
    ("names", "reordered"): N_("the same words in another order"),
    ("names", "retyped"): N_("the same but for slips of the hand"),
    ("names", "near"): N_("alike, but for more than slips of the hand"),
    ("names", "contained"): N_("the same but for words added or left out"),
    ("names", "same place"): N_("of the same place, but of another office"),
    ("names", "unlike"): N_("unlike each other"),
    ("matched_by", "like name"): N_("its name is nearly the same"),
    ("matched_by", "other state"): N_("the same name, support type and time, but in another state"),
    ("matched_by", "same agency"): N_("it is the same agency's"),
    ("matched_by", "same place"): N_("it is of the same place, but of another office or under another name"),
    ("moa_shows_by", "address"): N_("its address, which the row that left linked too"),
    ("moa_shows_by", "file_name"): N_("the day or the agency in the name of its file"),
    ("confirmed_by", "time"): N_("time: ICE still served a list without it that much later"),
}
_BEFORE_AND_AFTER, _TWO_ROWS = (N_("Before"), N_("After")), (N_("One row"), N_("Another row"))
_YES, _NO, _UNSAID = N_("yes"), N_("no"), N_("a row does not say")
#: Evidence that came with a withdrawal: it is no reason for what was said before it.
_OF_WITHDRAWAL = "back_after_days"
#: Kinds of likeness between names for which letters were compared; 0 would say of others that the names are equal.
_LETTERS_COUNT = ("retyped", "near")


def say_kind(change: ChangeRecord, words: Language = ENGLISH) -> str:
    """Return in a sentence what the change says; one that was withdrawn says why it was."""
    if change["status"] == "retracted":
        return words.say("The statement was withdrawn. %(reason)s", reason=say_reason(change, words))
    kind = change["kind"]
    said = _BY_RULE.get((kind, change["rule"])) or KIND_SENTENCES[kind]
    return words.say(said)


def say_status(change: ChangeRecord, words: Language = ENGLISH) -> str:
    """Return in a sentence how sure the change is."""
    status = change["status"]
    if status == "retracted":
        return ""
    said = _PROVISIONAL.get(change["kind"]) if status == "provisional" else None
    return words.say(said or STATUS_SENTENCES[status])


def name_sides(change: ChangeRecord, words: Language = ENGLISH) -> tuple[str, str]:
    """Return what the two rows of a change are called: two rows of one list are no before and after."""
    pair = _TWO_ROWS if change["rule"] == "listed_twice" else _BEFORE_AND_AFTER
    return words.say(pair[0]), words.say(pair[1])


def say_reason(change: ChangeRecord, words: Language = ENGLISH) -> str:
    """Return in a sentence why the change was withdrawn."""
    said, found = _read_reason(change)
    return words.say(said, day=words.date(found["day"])) if "day" in found else words.say(said)


def find_reason_agreement(change: ChangeRecord) -> str:
    """Return the id of the agreement that the reason of a withdrawal names; "" where it names none."""
    return _read_reason(change)[1].get("id", "")


def say_evidence(change: ChangeRecord, words: Language = ENGLISH) -> list[tuple[str, str]]:
    """Return what was weighed for the change as (what it is called, what was found); nothing that could not be.

    Cells that say nothing are neither the same county nor the same date.
    """
    evidence = dict(change["evidence"])
    if change["status"] == "retracted":
        evidence.pop(_OF_WITHDRAWAL, None)
    if "dates" in evidence and not any(_says(change, "signed_on")):
        del evidence["dates"]
    found = word_evidence(evidence, words)
    if evidence.get("same_county") is False and not all(_says(change, "county")):
        found["same_county"] = found["same_county"][0], words.say(_UNSAID)
    return list(found.values())


def word_evidence(evidence: Mapping[str, EvidenceValue], words: Language = ENGLISH) -> dict[str, tuple[str, str]]:
    """Return for each thing that was weighed what it is called and what was found, in words."""
    found = {}
    for name, value in sorted(evidence.items()):
        if name == "letters_apart" and evidence.get("names") not in _LETTERS_COUNT:
            continue
        told = VALUES.get((name, str(value))) or (RULES.get(str(value)) if name == "matched_by" else None)
        called = words.say(EVIDENCE[name]) if name in EVIDENCE else name.replace("_", " ")
        found[name] = called, words.say(told) if told else _word_value(value, words)
    return found


def _word_value(value: Any, words: Language) -> str:
    if isinstance(value, bool):
        return words.say(_YES if value else _NO)
    items = value if isinstance(value, list) else [value]
    return "; ".join(words.say(AGAINST[str(item)]) if str(item) in AGAINST else str(item) for item in items)


def _says(change: ChangeRecord, column: str) -> list[bool]:
    """Return for the row before and the one after whether its cell says something; a row that is missing says none."""
    rows: tuple[Any, ...] = (change["before"], change["after"])
    return [row is not None and normal_form(row[column]) not in SAYS_NOTHING for row in rows]


def _read_reason(change: ChangeRecord) -> tuple[str, dict[str, str]]:
    """Return the sentence for the reason, and what it names: the day, the agreement's id."""
    for pattern, said in _REASONS:
        if found := re.match(pattern, change["reason"] or ""):
            return said, found.groupdict()
    return N_("The lists known now no longer say so."), {}
