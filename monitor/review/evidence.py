"""What an editor needs to see to decide on a change: the candidate's row, the list around a row, the agency's past."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from db.database import Store
from db.desk_models import RowPlace
from db.queries.listed_rows import find_newest_row
from db.queries.snapshots import load_listings, load_snapshots
from db.records import ChangeRecord, ListReference, PrintedRow
from monitor.changelog.log import listing_view
from monitor.matching.names import normal_form
from monitor.review.decide import Choice

#: Rows of a list shown above and below the row in question.
AROUND = 3
#: Cells that say nothing: two of them are no "same county".
SAYS_NOTHING = frozenset({"", "#n/a", "#na", "n/a", "na", "none"})


class CandidateRow(NamedTuple):
    """The newest row of a candidate, with where it stands."""

    choice: Choice
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


def candidate_rows(store: Store, choices: Sequence[Choice]) -> list[CandidateRow]:
    """Return the newest row of each candidate that has one, also when it stands on another list."""
    found = []
    for choice in choices:
        place = find_newest_row(store.connection, choice.candidate["agreement_id"])
        if place is not None:
            row: Any = listing_view(load_listings(store, [place.listing_id])[place.listing_id])
            found.append(CandidateRow(choice, row, place))
    return found


def rows_around(store: Store, reference: ListReference | None) -> list[SheetRow]:
    """Return the rows of a list around the row that a reference names; none when it names no row."""
    wanted = reference.get("row") if reference else None
    snapshot = load_snapshots(store, [reference["sha256"]]).get(reference["sha256"]) if reference and wanted else None
    if snapshot is None or wanted not in snapshot.rows:
        return []
    at = snapshot.rows.index(wanted)
    there = range(max(0, at - AROUND), min(len(snapshot.rows), at + AROUND + 1))
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


def evidence_in_words(change: ChangeRecord, meanings: dict[str, str]) -> list[tuple[str, str]]:
    """Return the evidence of the rule as (name, words); `meanings` gives the words of codes.

    Letters apart count only where one name is taken for the other misspelt, and a county cell that says nothing is
    neither the same nor another.
    """
    evidence, found = change["evidence"], []
    for name, value in sorted(evidence.items()):
        if name == "letters_apart" and evidence.get("names") not in ("near", "retyped"):
            continue
        if isinstance(value, bool):
            words = "yes" if value else "no"
        elif isinstance(value, list):
            words = "; ".join(meanings.get(str(item), str(item)) for item in value) or "nothing"
        else:
            words = meanings.get(str(value), str(value))
        if name == "same_county" and not value and _county_unsaid(change):
            words = "not stated in both rows"
        found.append((name.replace("_", " "), words))
    return found


def _county_unsaid(change: ChangeRecord) -> bool:
    rows = [row for row in (change["before"], change["after"]) if row]
    return len(rows) < 2 or any(normal_form(row["county"]) in SAYS_NOTHING for row in rows)
