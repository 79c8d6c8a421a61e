"""Why the log says what it says: a change's rows, rule and rivals in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from db.archive_models import find_capture_time
from db.records import Candidate, ChangeRecord, ListReference, PrintedRow
from monitor.changelog.change_words import name_sides, say_evidence
from monitor.changelog.listed_between import wide_range
from monitor.changelog.log import KINDS, STATUSES
from monitor.changelog.return_rate import ReturnRate
from monitor.matching.reasons import RULES

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
    before, after = name_sides(change)
    lines += _row(before, change["before"], change["last_listed_in"])
    if change["first_missing_from"]:
        lines.append(f"First missing from: {_source(change['first_missing_from'])}")
    lines += _row(after, change["after"], change["first_listed_in"])
    if change["fields"]:
        lines.append(f"What differs: {', '.join(change['fields'])}")
    rule = "Rule, as it was applied before the statement was retracted" if change["status"] == "retracted" else "Rule"
    lines.append(f"{rule}: {change['rule']}. {RULES.get(change['rule'], '')}")
    lines += [f"Evidence: {name}: {said}" for name, said in say_evidence(change)]
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
