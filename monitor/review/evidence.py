"""What an editor needs to see to decide on a change: the candidate's row, the list around a row, the agency's past."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from db.database import Store
from db.desk_models import RowPlace
from db.queries.listed_rows import find_newest_row, find_row_at
from db.queries.snapshots import load_listings, load_snapshots
from db.records import ChangeRecord, ListReference, PrintedRow
from monitor.changelog.change_words import SAYS_NOTHING, word_evidence
from monitor.changelog.log import listing_view
from monitor.matching.names import canonical_name, normal_form
from monitor.matching.similarity import compare
from monitor.review.decide import Choice

#: Rows of a list shown above and below the row in question.
AROUND = 3
#: Evidence that names another agreement, with what its row is shown as.
BECAME = {
    "continues": "Beside the row that it is taken for",
    "pending_agreement": "Beside its row on the pending list",
}
#: Columns in which two rows that agree speak for one agreement, best first.
IN_COMMON = {
    "moa": "both rows link the same MOA", "signed_on": "the same signing date", "county": "the same county",
}  # fmt: skip
#: The same of two names, by how they are alike.
ALIKE: dict[str, str] = {
    "equal": "the same name", "loosely equal": "the same name but for words like “City of”",
    "reordered": "the same words in another order", "contained": "one name has all words of the other",
    "retyped": "the names differ by slips of the hand", "same place": "both names are of the same place",
}  # fmt: skip


class OtherRow(NamedTuple):
    """The row that another agreement had at the time of a change, with whose it is and where it stands."""

    title: str
    agreement_id: str
    agency: str
    row: PrintedRow
    place: RowPlace
    later: str  # the agency's name on the agreement's newest row, where it is another; else ""


class SheetRow(NamedTuple):
    """A row of a list in a few cells; `is_it` marks the row in question."""

    number: int
    state: str
    agency: str
    support_type: str
    signed_on: str
    is_it: bool


def other_rows(store: Store, change: ChangeRecord, choices: Sequence[Choice]) -> list[OtherRow]:
    """Return the row of each candidate, and of the agreement that the change says another one became or was.

    Each as it stood when the change was shown; rows of the other list are among them. The row of a candidate that is
    the change's own agreement is the one before.
    """
    wanted = [
        ("Beside the candidate’s row", c.candidate["agreement_id"], c.candidate["agency"])
        for c in choices if not c.is_own
    ]  # fmt: skip
    wanted += [(title, str(change["evidence"].get(name, "")), "") for name, title in BECAME.items()]
    found = []
    for title, agreement_id, agency in wanted:
        place = find_row_at(store.connection, agreement_id, change["id"], change["listed_on"])
        newest = find_newest_row(store.connection, agreement_id)
        if place is not None and newest is not None:
            rows = load_listings(store, [place.listing_id, newest.listing_id])
            row: Any = listing_view(rows[place.listing_id])
            last = rows[newest.listing_id].agency or ""
            later = "" if normal_form(last) == normal_form(row["agency"]) else last
            found.append(OtherRow(title, agreement_id, agency or row["agency"] or "", row, place, later))
    return found


def speaks_for(row: PrintedRow | None, other: PrintedRow | None) -> list[str]:
    """Return in words what two rows have in common that speaks for their being one agreement."""
    if row is None or other is None:
        return []
    found = [words for name, words in IN_COMMON.items() if _reading(row, name) == _reading(other, name) != ""]
    states = [state if len(state) == 2 else None for state in (_reading(r, "state").upper() for r in (row, other))]
    names = [canonical_name(state, _reading(r, "agency")) for r, state in zip((row, other), states, strict=True)]
    like = compare(*names, *states).kind
    return [*found, *([ALIKE[like]] if like in ALIKE else [])]


def _reading(row: PrintedRow, name: str) -> str:
    """Return what a cell is read as; "" when it says nothing, or should link a document and links none."""
    cells: Any = row
    text = normal_form(row["normalised"].get(name) or cells.get(name))
    says = text.startswith("https://") if name == "moa" else text not in SAYS_NOTHING
    return text if says else ""


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


def naming_changes(changes: Iterable[ChangeRecord]) -> dict[str, ChangeRecord]:
    """Return for each agreement the change whose row has its name: of a signing or an ending, where it has one.

    An amendment's rows may be those of two agreements, so one that a ruling made names neither.
    """
    rank: dict[bool, list[ChangeRecord]] = {True: [], False: []}
    for change in changes:
        amended = change["kind"] == "amendment"
        if change["agreement_id"] and not (amended and change["rule"] == "ruled_same"):
            rank[amended].append(change)
    return {str(c["agreement_id"]): c for c in (*rank[True], *rank[False])}
