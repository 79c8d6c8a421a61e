"""Is this the list it claims to be? Each doubt has a named outcome; a held list makes no change and no alert."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from db.models import Listing, ListName, StatedTotals
from db.queries.snapshots import OtherRows
from monitor import policy

#: Every reason that can stand in a publication's `reasons`, with its meaning.
REASONS = {
    "swapped": "it is the other list than the link promised; the evidence is named",
    "unclear": "the evidence of which list it is is evenly balanced, or the participating list lost its dates",
    "form_changed": "the columns are not those of the list before; they, or what tells which list it is, are named",
    "form_ruled": "a reviewer ruled which list the lists of this form are",
    "stale": "an older list put out again: a newer one had been published by then",
    "duplicate": "the very bytes of a list that is here already",
    "unchanged": "the same rows as the list before",
    "emptied": "a participating list without rows",
    "shrunk": "many rows are gone that no new row explains",
    "column_lost": "a column that said something on the list before is empty in them now, or says what cannot be",
    "column_shifted": "a column says of many rows what it said of others, or what cannot change in so many at once",
    "notes": "many rows are no agreements, and the list before had fewer",
    "churned": "many rows are gone and new, or rewritten, and the rules do not explain them all",
    "rewritten": "many rows were rewritten, and the rules explain each of them; the columns are named",
    "unreadable": "the document could not be read; the error is named",
    "totals_near": "ICE's stated totals differ from the list's by 2 or 3",
    "totals_differ": "ICE's stated totals differ from the list's by more than 3",
    "agreed": "held, and released by the next list, which agrees with it",
    "released": "released by a reviewer",
    "rejected": "rejected by a reviewer",
}


#: The same in a few words, as a heading before what the list was found to have.
REASON_NAMES = {
    "swapped": "The other list",
    "unclear": "Which list it is cannot be told",
    "form_changed": "Other columns than before",
    "form_ruled": "A reviewer ruled on the form",
    "stale": "An older list put out again",
    "duplicate": "Here already",
    "unchanged": "The same rows as before",
    "emptied": "No rows",
    "shrunk": "Many rows are gone",
    "column_lost": "A column lost what it said",
    "column_shifted": "A column says what another said",
    "notes": "Rows that are no agreements",
    "churned": "Many rows were exchanged or rewritten",
    "rewritten": "Many rows were rewritten",
    "unreadable": "Not readable",
    "totals_near": "ICE’s totals differ a little",
    "totals_differ": "ICE’s totals differ",
    "agreed": "The next list agrees with it",
    "released": "Released by a reviewer",
    "rejected": "Rejected by a reviewer",
}


def allowed_gone(rows: int, days: int = 0) -> int:
    """Return how many rows may go unexplained before a list is held, `days` after a list of `rows` rows."""
    share = policy.HOLD_SHARE + policy.HOLD_SHARE_A_MONTH * (max(days, 0) // 30)
    return int(max(policy.HOLD_ROWS, min(share, policy.HOLD_SHARE_MOST) * rows))


def doubt_other_rows(rows: int, others: OtherRows, before: int) -> str:
    """Return why a list of so many rows is held for those that are no agreements, `before` on the last list; or ""."""
    rows -= others.listed
    if others.incomplete > rows:
        return f"column_lost: {others.incomplete} rows lack a cell that makes an agreement, {rows} do not"
    limit = max(policy.HOLD_NOTES, int(policy.HOLD_NOTES_SHARE * rows))
    return f"notes: {others.all} rows are no agreements, {rows} are" if others.all - before > limit else ""


def is_signed_again(before: Listing, after: Listing) -> bool:
    """Return whether a row shows a later signing with a document of its own, and nothing else differs.

    Where a column slipped, dates and documents do not move on together.
    """
    if before.signed_on is None or after.signed_on is None or before.signed_on >= after.signed_on:
        return False
    same = all(getattr(before, name) == getattr(after, name) for name in ("state_code", "agency", "support_code"))
    moved = (before.moa_url, before.moa) != (after.moa_url, after.moa)
    return same and moved


def find_odd_lists(lists: Iterable[tuple[str, Collection[int]]]) -> frozenset[int]:
    """Return the numbers of the lists, given as (list name, listing ids) in order, that the next one takes back.

    They lack many rows of the list before, which the list after has again: most likely they will not be believed.
    """
    before: dict[str, frozenset[int]] = {}
    doubtful: dict[str, int] = {}
    odd = set()
    for number, (name, listing_ids) in enumerate(lists):
        shown, last = frozenset(listing_ids), before.get(name, frozenset())
        if len(last - shown) > allowed_gone(len(last)):
            if name not in doubtful:
                doubtful[name] = number
                continue  # the next list decides
        elif name in doubtful:
            odd.add(doubtful[name])
        doubtful.pop(name, None)
        before[name] = shown
    return frozenset(odd)


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A row that another one continues, and whether the rules are sure of it."""

    before: Listing
    after: Listing
    sure: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """How a list differs from the one before, as the guards look at it."""

    list: ListName
    rows_before: int  # distinct rows
    rows: int
    lacking: Sequence[Listing]  # one row of each agreement that is gone, where nothing explains it
    added: Sequence[Listing]  # new rows that continue nothing
    rewritten: Sequence[Rewritten]
    days: int = 0  # between the two lists
    faults: Sequence[str] = ()  # reasons to hold it for columns that make no sense


def judge_difference(difference: Difference) -> tuple[list[str], list[str]]:
    """Return the reasons to hold the list, and the reasons only to be named."""
    if difference.list == "participating" and difference.rows == 0:
        return ["emptied"], []
    hold, note = _judge_rows(difference)
    return [*difference.faults, *hold], note


def _judge_rows(difference: Difference) -> tuple[list[str], list[str]]:
    before = difference.rows_before
    limit = allowed_gone(before, difference.days)
    gone, added = len(difference.lacking), len(difference.added)
    if gone > limit:
        columns = explain_churn(difference.lacking) if added else ""
        if added > limit:
            return [f"churned: {gone} rows gone, {added} new{columns}"], []
        return [f"shrunk: {gone} of {before} rows gone"], []
    if doubtful := _doubt_rewriting(difference, limit):
        return [doubtful], []
    if len(difference.rewritten) > limit and (named := _name_columns(difference.rewritten, limit)):
        return [], [f"rewritten: {named}"]
    return [], []


def _doubt_rewriting(difference: Difference, limit: int) -> str:
    """Return why a list that rewrote many rows is not believed; empty when the rules explain every row of it."""
    unsure = [row for row in difference.rewritten if not row.sure]
    if len(unsure) > limit:
        named = _name_columns(unsure, limit)
        return f"churned: {len(unsure)} rows rewritten, and the rules are not sure of them ({named})"
    moved = [(row.before.state_code, row.after.state_code) for row in difference.rewritten]
    moved = [(before, after) for before, after in moved if before != after]
    if len(moved) <= limit:
        return ""
    left, come = {before for before, _ in moved}, {after for _, after in moved}
    odd = sum(row.state_code in left for row in difference.lacking)
    odd += sum(row.state_code in come for row in difference.added)
    return f"churned: state in {len(moved)} rows, and {odd} more rows of those states are not explained" if odd else ""


def _name_columns(rows: Sequence[Rewritten], limit: int) -> str:
    """Return the columns that differ in more than `limit` rows, as words for a reason."""
    counts = changed_columns((row.before, row.after) for row in rows)
    return ", ".join(f"{column} in {count} rows" for column, count in counts if count > limit)


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


def compare_totals(stated: StatedTotals | None, listings: Iterable[Listing], listed_on: str) -> list[str]:
    """Reasons from ICE's stated totals against the list's own; none when the page speaks of another day."""
    if stated is None or stated.agreements is None:
        return []
    if stated.as_of_on and abs(_days(stated.as_of_on, listed_on)) > 1:
        return []
    rows = list(listings)
    counts: Counter[str | None] = Counter(row.support_code for row in rows)
    pairs = [("agreements", stated.agreements, len(rows))]
    for code, (agreements, _) in sorted(stated.by_support_type.items()):
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


def say_reason(reason: str) -> str:
    """Return a reason in words, for a person: its name for its code, then what was found."""
    code, colon, found = reason.partition(":")
    return REASON_NAMES.get(code, code) + colon + found


def _days(a: str, b: str) -> int:
    return (date.fromisoformat(a) - date.fromisoformat(b)).days
