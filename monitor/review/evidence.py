"""What an editor needs to see to decide on a change: the candidate's row, the list around a row, the agency's past."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from db.database import Store
from db.desk_models import RowPlace
from db.queries.listed_rows import find_newest_row
from db.queries.snapshots import load_listings, load_snapshots
from db.records import ChangeRecord, ListReference, PrintedRow
from monitor.changelog.explain import word_evidence
from monitor.changelog.log import listing_view
from monitor.matching.names import normal_form
from monitor.review.decide import Choice

#: Rows of a list shown above and below the row in question.
AROUND = 3
#: Evidence that names another agreement, with what its row is shown as.
BECAME = {
    "continues": "Beside the row that it is taken for",
    "pending_agreement": "Beside its row on the pending list",
}
#: Cells that say nothing: two of them are no "same county".
SAYS_NOTHING = frozenset({"", "#n/a", "#na", "n/a", "na", "none"})


class OtherRow(NamedTuple):
    """The newest row of another agreement, with whose it is and where it stands."""

    title: str
    agency: str
    row: PrintedRow
    place: RowPlace


class SheetRow(NamedTuple):
    """A row of a list in a few cells; `is_it` marks the row in question."""

    number: int
    state: str
    agency: str
    support_type: str
    signed_on: str
    is_it: bool


def other_rows(store: Store, change: ChangeRecord, choices: Sequence[Choice]) -> list[OtherRow]:
    """Return the newest row of each candidate, and of the agreement that the change says another one became or was.

    Rows of the other list are among them.
    """
    wanted = [("Beside the candidate’s row", c.candidate["agreement_id"], c.candidate["agency"]) for c in choices]
    wanted += [(title, str(change["evidence"].get(name, "")), "") for name, title in BECAME.items()]
    found = []
    for title, agreement_id, agency in wanted:
        place = find_newest_row(store.connection, agreement_id)
        if place is not None:
            row: Any = listing_view(load_listings(store, [place.listing_id])[place.listing_id])
            found.append(OtherRow(title, agency or row["agency"] or "", row, place))
    return found


def doubts_about(change: ChangeRecord) -> list[str]:
    """Return in words what makes a change doubtful, apart from its candidates."""
    evidence = change["evidence"]
    words = word_evidence({name: evidence[name] for name in ("doubt", "against") if evidence.get(name)})
    if change["rule"] == "signed" and evidence.get("matched_by"):
        words |= word_evidence({"matched_by": evidence["matched_by"]})
    return [said for _, said in words.values()] if change["needs_review"] else []


def rows_around(store: Store, reference: ListReference | None) -> list[SheetRow]:
    """Return the rows of a list around the row that a reference names; none when it names no row."""
    row = reference.get("row") if reference else None
    return sheet_rows(store, reference["sha256"], row, AROUND) if reference and row else []


def sheet_rows(store: Store, sha256: str, row: int | None = None, around: int | None = None) -> list[SheetRow]:
    """Return the rows of a list, or those `around` the sheet row `row`; none when the list has no such row."""
    snapshot = load_snapshots(store, [sha256]).get(sha256)
    if snapshot is None or (around is not None and row not in snapshot.rows):
        return []
    at = snapshot.rows.index(row) if row in snapshot.rows else -1
    there = range(len(snapshot.rows))
    if around is not None:
        there = there[max(0, at - around) : at + around + 1]
    listings = load_listings(store, [snapshot.listing_ids[n] for n in there])
    return [
        SheetRow(
            snapshot.rows[n], listing.state or "", listing.agency or "", listing.support_type or "",
            listing.signed or "", n == at,
        )
        for n in there for listing in [listings[snapshot.listing_ids[n]]]
    ]  # fmt: skip


def timeline_of(changes: Iterable[ChangeRecord], change: ChangeRecord) -> list[ChangeRecord]:
    """Return all changes of the change's agency and of its candidates' agencies, on both lists, oldest first.

    Rows of the same printed name in the same state count too: the pending list knows an agency by name only.
    """
    agencies = {change["agency_id"], *(candidate["agency_id"] for candidate in change["candidates"])} - {None}
    agreements = {change["agreement_id"], *(candidate["agreement_id"] for candidate in change["candidates"])} - {None}
    names = {(change["state"], normal_form(change["agency"]))}
    return [
        c for c in changes
        if c["agency_id"] in agencies or c["agreement_id"] in agreements
        or (c["agency"] and (c["state"], normal_form(c["agency"])) in names)
    ]  # fmt: skip


def evidence_in_words(change: ChangeRecord) -> list[tuple[str, str]]:
    """Return the evidence of the rule as (name, words).

    A county cell that says nothing is neither the same nor another.
    """
    words = word_evidence(change["evidence"])
    if change["evidence"].get("same_county") is False and _county_unsaid(change):
        words["same_county"] = words["same_county"][0], "a row does not say"
    return list(words.values())


def _county_unsaid(change: ChangeRecord) -> bool:
    rows = [row for row in (change["before"], change["after"]) if row]
    return len(rows) < 2 or any(normal_form(row["county"]) in SAYS_NOTHING for row in rows)
