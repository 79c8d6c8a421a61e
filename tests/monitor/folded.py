"""Lists of rows folded into a ledger in memory, through the reader and the diff but without a store.

`fold_lists` is what a rebuild does, for lists that a test writes down as rows of cells.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import cast

from db.models import COLUMNS, Accepted, Change, Listing, ListName, NameKey
from monitor.changelog import diff
from monitor.changelog.state import ChangeBook, Ledger
from monitor.matching.ids import name_key
from monitor.matching.linked_documents import claim_of_row, claims_of_link
from monitor.matching.side_by_side import LINKED, SideBySide, bits_of_lists
from scrapers.readers.document import read_document
from scrapers.readers.listings import read_listings
from scrapers.readers.table import Table
from tests.paths import LISTS

CORPUS = LISTS
HEADERS = {
    "state": "STATE", "agency": "LAW ENFORCEMENT AGENCY", "type": "TYPE", "county": "COUNTY",
    "support_type": "SUPPORT TYPE", "signed": "SIGNED", "moa": "MOA", "addendum": "ADDENDUM",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One row as a test writes it: the printed cells and the hyperlink of the MOA; `truth` is no cell."""

    state: str
    agency: str
    support_type: str = "Task Force Model"
    signed: str = "2025-03-10"
    county: str = ""
    type: str = "County"
    moa: str = "Link Pending"
    link: str | None = None
    truth: str = field(default="", compare=False)


@dataclass(slots=True)
class Folded:
    """The ledger after the last list, and what each listing number stands for."""

    ledger: Ledger
    listings: dict[int, Listing]
    ids: list[tuple[int, ...]]  # of each list, in order of its rows

    @property
    def changes(self) -> list[Change]:
        """The log in order of lists."""
        return sorted(self.ledger.changes.at_hand.values(), key=lambda c: (c.position, c.id))

    def standing(self, *kinds: str) -> list[Change]:
        """The changes of these kinds (of all, when none is named) that are not retracted."""
        return [c for c in self.changes if c.status != "retracted" and (not kinds or c.kind in kinds)]

    def kinds(self) -> list[str]:
        """The kinds of the changes that stand, sorted."""
        return sorted(c.kind for c in self.standing())


def read_rows(
    rows: Sequence[Row], *, list_name: ListName = "participating", columns: Sequence[str] = COLUMNS
) -> tuple[Listing, ...]:
    """The listings that the reader makes of the rows; `columns` are those the list has, in their order."""
    if list_name == "pending":
        columns = [c for c in columns if c in ("state", "agency", "type", "county", "support_type")]
    cells = [[str(getattr(row, name, "")) for name in columns] for row in rows]
    at = list(columns).index("moa") if "moa" in columns else None
    links = {(n, at): row.link for n, row in enumerate(rows, 2) if row.link and at is not None}
    table = Table("Sheet1", [[HEADERS[c] for c in columns], *cells], range(1, len(rows) + 2), links)
    return read_listings([table], reader="test").listings


def fold_lists(
    lists: Iterable[Sequence[Row] | tuple[Listing, ...]], *, first: date = date(2025, 6, 2), every_days: int = 1,
    names: Sequence[ListName] | None = None, rulings: Mapping[tuple[str, str], str] | None = None,
) -> Folded:  # fmt: skip
    """The ledger after all lists, one every `every_days`; all are participating ones unless `names` says otherwise."""
    numbers: dict[Listing, int] = {}
    accepted: list[Accepted] = []
    for position, rows in enumerate(lists):
        name = names[position] if names else "participating"
        read = rows if rows and isinstance(rows[0], Listing) else read_rows(cast("Sequence[Row]", rows), list_name=name)
        ids = tuple(numbers.setdefault(cast(Listing, listing), len(numbers) + 1) for listing in read)
        day = (first + timedelta(days=position * every_days)).isoformat()
        accepted.append(
            Accepted(
                position, name, f"{position:064x}", f"list{position}.xlsx", day, ids, tuple(range(2, len(ids) + 2))
            )
        )
    listings = {number: listing for listing, number in numbers.items()}

    def block_of(listing_id: int) -> tuple[str, list[NameKey]]:
        return listings[listing_id].support_code or "", [name_key(listings[listing_id])]

    def linked_of(listing_id: int) -> tuple[str, list[NameKey]]:
        row, (support, [name]) = listings[listing_id], block_of(listing_id)
        claims = claims_of_link(row.state_code, row.moa_url)
        return support + LINKED, [name, *(claim_of_row(name, row.signed_on, claim) for claim in claims)]

    shown = [(a.list, a.listing_ids) for a in accepted]
    bits = bits_of_lists(shown, block_of) | bits_of_lists(shown, linked_of)
    ledger = Ledger(listings, SideBySide(lambda block: bits.get(block, {})), dict(rulings or {}), ChangeBook())
    for publication in accepted:
        diff.step(ledger, publication)
    return Folded(ledger, listings, [a.listing_ids for a in accepted])


def corpus_rows(file: str) -> list[Row]:
    """The rows of a list of the corpus, each under a truth of its own; exact duplicates are one."""
    found: dict[Row, None] = {}
    for listing in read_document((CORPUS / file).read_bytes(), name=file).listings:
        found.setdefault(
            Row(
                listing.state or "",
                listing.agency or "",
                listing.support_type or "",
                listing.signed or "",
                listing.county or "",
                listing.type or "",
                listing.moa or "",
                listing.moa_link,
            )
        )
    return [replace(row, truth=f"t{number}") for number, row in enumerate(found)]


__all__ = ["CORPUS", "Folded", "Row", "corpus_rows", "fold_lists", "read_rows"]
