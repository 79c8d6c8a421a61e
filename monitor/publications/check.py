"""Is this the list it claims to be? Each doubt has a named outcome; a held list makes no change and no alert."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from db.models import Listing
from monitor import policy
from monitor.changelog.diff import Comparison
from monitor.changelog.state import Gone, Ledger

#: Every reason that can stand in a publication's `reasons`, with its meaning.
REASONS = {
    "swapped": "the header is the other list's than the link promised",
    "stale": "an older list put out again: a newer one had been published by then",
    "duplicate": "the very bytes of a list that is here already",
    "unchanged": "the same rows as the list before",
    "emptied": "a participating list without rows",
    "shrunk": "many rows are gone that no new row explains",
    "churned": "many rows are gone and new, or rewritten, and the rules do not explain them all",
    "rewritten": "many rows were rewritten, and the rules explain each of them; the columns are named",
    "unreadable": "the document could not be read; the error is named",
    "totals_near": "ICE's stated totals differ from the list's by 2 or 3",
    "totals_differ": "ICE's stated totals differ from the list's by more than 3",
    "agreed": "held, and released by the next list, which agrees with it",
    "released": "released by a reviewer",
    "rejected": "rejected by a reviewer",
}


def allowed_gone(rows: int) -> int:
    """How many rows may go unexplained before a list of `rows` rows is held."""
    return int(max(policy.HOLD_ROWS, policy.HOLD_SHARE * rows))


def judge_comparison(ledger: Ledger, list_name: str, comparison: Comparison, rows: int) -> tuple[list[str], list[str]]:
    """Reasons to hold the list, and reasons only to be named, from what the comparison leaves unexplained."""
    before = len(ledger.listed["participating" if list_name == "participating" else "pending"])
    if list_name == "participating" and rows == 0:
        return ["emptied"], []
    limit = allowed_gone(before)
    ending = comparison.ending
    if list_name == "pending":  # what was signed meanwhile is explained
        ending = [g for g in ending if ledger.signed_meanwhile(g.agreement) is None]
    if len(ending) > limit:
        columns = explain_churn(g.listing for g in ending) if comparison.pairing.unpaired else ""
        if len(comparison.pairing.unpaired) > limit:
            return [f"churned: {len(ending)} rows gone, {len(comparison.pairing.unpaired)} new{columns}"], []
        return [f"shrunk: {len(ending)} of {before} rows gone"], []
    if doubtful := _doubt_rewriting(comparison, ending, limit):
        return [doubtful], []
    rewritten = [(g, n) for g, n, _ in comparison.pairing.pairs]
    if len(rewritten) > limit:
        counts = changed_columns((g.listing, n.listing) for g, n in rewritten)
        named = ", ".join(f"{column} in {count} rows" for column, count in counts if count > limit)
        if named:
            return [], [f"rewritten: {named}"]
    return [], []


def _doubt_rewriting(comparison: Comparison, ending: Sequence[Gone], limit: int) -> str:
    """Why a list that rewrote many rows is not believed; empty when the rules explain every row of it."""
    pairs = comparison.pairing.pairs
    unsure = [(g.listing, n.listing) for g, n, j in pairs if j.review or j.rule == "renewed"]
    if len(unsure) > limit:
        named = ", ".join(f"{column} in {count} rows" for column, count in changed_columns(unsure) if count > limit)
        return f"churned: {len(unsure)} rows rewritten, and the rules are not sure of them ({named})"
    moved = [(g.listing.state_code, n.listing.state_code) for g, n, _ in pairs]
    moved = [(before, after) for before, after in moved if before != after]
    if len(moved) <= limit:
        return ""
    left, come = {before for before, _ in moved}, {after for _, after in moved}
    odd = sum(g.listing.state_code in left for g in ending)
    odd += sum(n.listing.state_code in come for n in comparison.pairing.unpaired)
    return f"churned: state in {len(moved)} rows, and {odd} more rows of those states are not explained" if odd else ""


def changed_columns(pairs: Iterable[tuple[Listing, Listing]]) -> list[tuple[str, int]]:
    """Which printed columns differ in how many pairs, and how many lost their link, most first."""
    counts: Counter[str] = Counter()
    for before, after in pairs:
        for column in ("state", "agency", "type", "county", "support_type", "signed"):
            old, new = getattr(before, column), getattr(after, column)
            if old is not None and new is not None and old != new:  # None: the list had no such column
                counts[column] += 1
        if before.moa_url and not after.moa_url:  # that links are posted is no surprise; that they go is one
            counts["moa link taken away"] += 1
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def explain_churn(gone: Iterable[Listing]) -> str:
    """Where the rows that are gone concentrate, as words for a reason: one state, one support type, or nowhere."""
    listings = list(gone)
    for column, label in (("state_code", "state"), ("support_code", "support type"), ("signed_on", "signing date")):
        value, count = Counter(getattr(row, column) for row in listings).most_common(1)[0]
        if value is not None and count >= 0.9 * len(listings):
            return f"; {count} of those gone have {label} {value}"
    return ""


def compare_totals(stated: Mapping[str, Any] | None, listings: Iterable[Listing], listed_on: str) -> list[str]:
    """Reasons from ICE's stated totals against the list's own; none when the page speaks of another day."""
    if stated is None or stated.get("agreements") is None:
        return []
    if stated.get("as_of_on") and abs(_days(stated["as_of_on"], listed_on)) > 1:
        return []
    rows = list(listings)
    counts = Counter(row.support_code for row in rows)
    pairs = [("agreements", stated["agreements"], len(rows))]
    for code, (agreements, _) in sorted((stated.get("by_support_type") or {}).items()):
        if agreements is not None:
            pairs.append((code, agreements, counts[code]))
    worst = max(pairs, key=lambda pair: abs(pair[1] - pair[2]))
    difference = abs(worst[1] - worst[2])
    if difference <= policy.TOTALS_PASS:
        return []
    code = "totals_near" if difference <= policy.TOTALS_WARN else "totals_differ"
    return [f"{code}: {worst[0]} stated {worst[1]}, listed {worst[2]}"]


def reason_code(reason: str) -> str:
    """The code at the head of a reason."""
    return reason.split(":", 1)[0]


def _days(a: str, b: str) -> int:
    return (date.fromisoformat(a) - date.fromisoformat(b)).days
