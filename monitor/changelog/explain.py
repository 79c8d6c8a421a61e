"""Why the log says what it says: a change's rows, rule and rivals in sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from db.archive_models import find_capture_time
from db.records import Candidate, ChangeRecord, EvidenceValue, ListReference, PrintedRow
from monitor.changelog.listed_between import wide_range
from monitor.changelog.log import KINDS, STATUSES
from monitor.changelog.return_rate import ReturnRate
from monitor.matching.reasons import AGAINST, RULES

#: What each kind of evidence is called, as words for a person; a name that is missing here is printed as it is.
EVIDENCE = {
    "back_after_days": "days from the first list without the row to the list that has it, or its renewal, again",
    "against": "what makes it doubtful",
    "confirmed_by": "confirmed by",
    "continues": "the agreement it goes on from, or went over to",
    "dates": "the two signing dates are",
    "doubt": "what makes it doubtful",
    "gap_days": "days from the first list without the older row to the list with this one",
    "letters_apart": "letters that differ between the two names",
    "listed_together": "both rows stood on one list for a while",
    "matched_by": "what shows that it is the same agreement",
    "moa_shows_by": "of two rows that could go on with the agreement, an MOA linked then or later shows which, by",
    "names": "the two names are",
    "page_sha256": "the page that shows it, sha256",
    "pending_agreement": "the agreement under which the agency was pending",
    "pending_since": "it was pending since",
    "place_real_after": "the new state has a place of that name",
    "place_real_before": "the old state has a place of that name",
    "ruled": "a reviewer's ruling",
    "ruled_on": "the ruling was made on the change with the id",
    "same_county": "both rows name the same county",
    "same_document": "both rows link the same MOA, and no other row links it",
    "seen_at": "seen at",
    "was_pending": "the agency was on the pending list in between",
}
_VALUES = {
    ("dates", "same"): "the same",
    ("dates", "corrected"): "near enough for a correction",
    ("dates", "later"): "too far apart for a correction; the new one is later",
    ("dates", "other"): "too far apart for a correction; the new one is earlier",
    ("names", "equal"): "the same once spaces, case, apostrophes and abbreviations are set aside",
    ("names", "loosely equal"): 'the same once words like "City of" are set aside as well',
    ("names", "contained"): "the same but for words added or left out",
    ("names", "same place"): "of the same place, but of another office",
    ("matched_by", "like name"): "its name is nearly the same",
    ("matched_by", "other state"): "the same name, support type and time, but in another state",
    ("matched_by", "same agency"): "it is the same agency's",
    ("matched_by", "same place"): "it is of the same place, but of another office or under another name",
    ("moa_shows_by", "address"): "its address, which the row that left linked too",
    ("moa_shows_by", "file_name"): "the day or the agency in the name of its file",
    ("confirmed_by", "time"): "time: ICE still served a list without it that much later",
}
_COLUMNS = ("state", "agency", "type", "county", "support_type", "signed_on", "moa", "addendum")


def explain_change(change: ChangeRecord, return_rate: ReturnRate | None = None) -> str:
    """Return a change explained in lines of text for a person; `return_rate` says how often a row came back soon."""
    lines = [
        f"{change['id']}: {change['kind']} ({KINDS[change['kind']]}), {change['status']}"
        f" ({STATUSES[change['status']]})" + (", needs review" if change["needs_review"] else ""),
        f"Agency: {change['agency']} ({change['state']}), {change['support_type']}, agreement {change['agreement_id']}",
        f"Shown by the list of {change['listed_on']}{_between(change)}; known here since {change['known_at']}",
    ]
    lines += _absence(change, return_rate)
    if change.get("reason"):
        lines.append(f"Reason: {change['reason']}")
    lines += _row("Before", change["before"], change["last_listed_in"])
    if change["first_missing_from"]:
        lines.append(f"First missing from: {_source(change['first_missing_from'])}")
    lines += _row("After", change["after"], change["first_listed_in"])
    if change["fields"]:
        lines.append(f"What differs: {', '.join(change['fields'])}")
    rule = "Rule, as it was applied before the statement was retracted" if change["status"] == "retracted" else "Rule"
    lines.append(f"{rule}: {change['rule']}. {RULES.get(change['rule'], '')}")
    lines += _evidence(change["evidence"])
    lines += _candidates(change["candidates"], change["agreement_id"])
    return "\n".join(lines)


def _between(change: ChangeRecord) -> str:
    wide = wide_range(change["listed_between"])
    return f" (the list before was last seen on {wide[0]}: it lies between the two)" if wide else ""


def _absence(change: ChangeRecord, return_rate: ReturnRate | None) -> list[str]:
    """Return what an ending claims: that the row is gone, how sure that is, and that a person is to look."""
    if change["kind"] != "termination" or change["status"] == "retracted":
        return []
    if change["candidates"] and change["needs_review"]:
        named = " or ".join(c["agency"] for c in change["candidates"])
        return [f"ICE replaced or dropped the row: it may go on as {named}. A person is to check"]
    if change["status"] == "confirmed":
        return [f"No longer listed since {change['listed_on']}"]
    often = f"; {return_rate.sentence}" if return_rate is not None else ""
    return [f"Not on the list of {change['listed_on']}{often}"]


def word_evidence(evidence: Mapping[str, EvidenceValue]) -> dict[str, tuple[str, str]]:
    """Return for each thing that was weighed what it is called and what was found, as words for a person."""
    found = {}
    for name, value in sorted(evidence.items()):
        if name == "letters_apart" and evidence.get("names") not in ("retyped", "near"):
            continue  # only counted where letters were compared; 0 would say that the names are equal
        words = _VALUES.get((name, str(value))) or (RULES.get(str(value)) if name == "matched_by" else None)
        found[name] = EVIDENCE.get(name, name.replace("_", " ")), words or _words(value)
    return found


def _evidence(evidence: Mapping[str, EvidenceValue]) -> list[str]:
    """A line for each thing that was weighed."""
    return [f"Evidence: {name}: {words}" for name, words in word_evidence(evidence).values()]


def _row(label: str, row: PrintedRow | None, source: ListReference | None) -> list[str]:
    if row is None:
        return []
    cells = [f"{name}={row.get(name)!r}" for name in _COLUMNS if row.get(name)]
    lines = [f"{label}: " + ", ".join(cells)]
    if row.get("normalised"):
        lines.append(f"  read as: {', '.join(f'{k}={v}' for k, v in sorted(row['normalised'].items()))}")
    if source is not None:
        lines.append(f"  in {_source(source)}")
    return lines


def _source(source: ListReference) -> str:
    row = f", row {source['row']}" if source.get("row") else ""
    link = f", {source['url']}" if source.get("url") else ""
    if captured_at := find_capture_time(source["url"] or ""):
        link += f", as the Internet Archive kept it at {captured_at}"
    modified = source["workbook_modified_at"]
    saved = f", workbook saved {modified}" if modified else ""
    if modified and modified[:10] > _plus_a_day(source["published_on"]):
        saved += ", after it was published, so by somebody else"
    return f"{source['file']}{row} (published {source['published_on']}{saved}{link}, sha256 {source['sha256']})"


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "; ".join(AGAINST.get(str(item), str(item)) for item in value)
    return AGAINST.get(str(value), str(value))


def _candidates(candidates: Sequence[Candidate], own: str | None) -> list[str]:
    """What else was considered. A doubtful pairing names the agreement's own earlier row: that is no rival."""
    lines = []
    for c in candidates:
        reasons = "; ".join(c["reasons"]) or "nothing against it"
        if c["agreement_id"] == own:
            lines.append(f"Taken to go on from {c['agency']}, which is doubtful (score {c['score']}): {reasons}")
        else:
            lines.append(f"Also considered: {c['agency']} ({c['agreement_id']}), score {c['score']}: {reasons}")
    return lines or ["No other row came into question."]


def _plus_a_day(day: str) -> str:
    """The day after: a list's day is ICE's, its workbook's time is UTC."""
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()
