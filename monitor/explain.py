"""Why the log says what it says: a change's rows, rule and rivals in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from monitor.identity.rules import AGAINST, RULES
from monitor.log import KINDS, STATUSES

_COLUMNS = ("state", "agency", "type", "county", "support_type", "signed_on", "moa", "addendum")


def explain_change(change: Mapping[str, Any]) -> str:
    """A change explained in lines of text for a person."""
    lines = [
        f"{change['id']}: {change['kind']} ({KINDS[change['kind']]}), {change['status']}"
        f" ({STATUSES[change['status']]})" + (", needs review" if change["needs_review"] else ""),
        f"Agency: {change['agency']} ({change['state']}), {change['support_type']}, agreement {change['agreement_id']}",
        f"Shown by the list of {change['listed_on']}; known here since {change['known_at']}",
    ]
    if change.get("reason"):
        lines.append(f"Reason: {change['reason']}")
    lines += _row("Before", change["before"], change["last_listed_in"])
    if change["first_missing_from"]:
        lines.append(f"First missing from: {_source(change['first_missing_from'])}")
    lines += _row("After", change["after"], change["first_listed_in"])
    if change["fields"]:
        lines.append(f"What differs: {', '.join(change['fields'])}")
    lines.append(f"Rule: {change['rule']}. {RULES.get(change['rule'], '')}")
    lines += [
        f"Evidence: {name.replace('_', ' ')}: {_words(value)}" for name, value in sorted(change["evidence"].items())
    ]
    lines += _candidates(change["candidates"])
    return "\n".join(lines)


def _row(label: str, row: Mapping[str, Any] | None, source: Mapping[str, Any] | None) -> list[str]:
    if row is None:
        return []
    cells = [f"{name}={row[name]!r}" for name in _COLUMNS if row.get(name)]
    lines = [f"{label}: " + ", ".join(cells)]
    if row.get("normalised"):
        lines.append(f"  read as: {', '.join(f'{k}={v}' for k, v in sorted(row['normalised'].items()))}")
    if source is not None:
        lines.append(f"  in {_source(source)}")
    return lines


def _source(source: Mapping[str, Any]) -> str:
    row = f", row {source['row']}" if source.get("row") else ""
    link = f", {source['url']}" if source.get("url") else ""
    saved = f", workbook saved {source['workbook_modified_at']}" if source.get("workbook_modified_at") else ""
    return f"{source['file']}{row} (published {source['published_on']}{saved}{link}, sha256 {source['sha256']})"


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "; ".join(AGAINST.get(str(item), str(item)) for item in value)
    return AGAINST.get(str(value), str(value))


def _candidates(candidates: list[Mapping[str, Any]]) -> list[str]:
    if not candidates:
        return ["Nothing else fits."]
    lines = ["Also considered:"]
    for c in candidates:
        reasons = "; ".join(c["reasons"]) or "nothing against it"
        lines.append(f"  {c['agency']} ({c['agreement_id']}), score {c['score']}: {reasons}")
    return lines
