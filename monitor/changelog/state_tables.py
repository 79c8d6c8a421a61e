"""The ledger in the database: what moved is written, and a ledger is read back to be moved on."""

from __future__ import annotations

import sqlite3

from db.database import Store
from db.models import Listing
from db.queries import agreements, changes, derived_rows, publications
from db.queries.snapshots import load_listings
from monitor.changelog.state import Dirty, Ledger
from monitor.matching.names import canonical_name


class ListingBook(dict[int, Listing]):
    """Listings by id, as their documents were read; a row may stand on one list and on another day on the other."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self._store = store

    def load(self, ids: set[int] | None = None) -> None:
        """Read the listings asked for (all when `ids` is None) in one go."""
        self.update(load_listings(self._store, None if ids is None else [i for i in ids if i not in self]))

    def __missing__(self, listing_id: int) -> Listing:
        self.load({listing_id})
        if listing_id not in self:
            raise KeyError(listing_id)
        return self[listing_id]


def write_ledger(connection: sqlite3.Connection, step: int, ledger: Ledger) -> None:
    """Write what moved since the ledger was last written, as part of `step`."""
    dirty, ledger.dirty = ledger.dirty, Dirty()
    write = derived_rows.write_rows
    here = sorted(i for i in dirty.agencies if i in ledger.agencies)
    write(connection, step, derived_rows.AGENCIES, [agreements.agency_row(ledger.agencies[i]) for i in here])
    names = [agreements.name_row(ledger.names[key]) for key in sorted(dirty.names)]
    write(connection, step, derived_rows.NAMES, names)
    moved = [agreements.agreement_row(ledger.agreements[i]) for i in sorted(dirty.agreements)]
    write(connection, step, derived_rows.AGREEMENTS, moved)
    merged = [(i,) for i in sorted(dirty.agencies) if i not in ledger.agencies]
    derived_rows.drop_rows(connection, step, derived_rows.AGENCIES, merged)
    spans = {(s.listing_id, s.agreement_id, s.first): s for s in dirty.spans}  # the last word on each
    write(connection, step, derived_rows.SPANS, [agreements.span_row(s) for _, s in sorted(spans.items())])
    written = [c for i in sorted(dirty.changes) if (c := ledger.changes.find(i)) is not None]
    write(connection, step, derived_rows.CHANGES, [changes.change_row(c) for c in written])


def read_ledger(connection: sqlite3.Connection, ledger: Ledger) -> None:
    """Read what the tables say; listings and changes are left to be read when they are asked for."""
    for agency in agreements.load_agencies(connection):
        ledger.agencies[agency.id] = agency
        ledger.by_state[agency.state].add(agency.id)
    for use in agreements.load_names(connection):
        ledger.names[(use.state, use.key)] = use
        loose = canonical_name(use.state or None, use.printed).loose
        ledger.loose[(use.state, loose)].add((use.state, use.key))
    for agreement in agreements.load_agreements(connection):
        ledger.note_agreement(agreement)
        ledger.listed[agreement.list].update(dict.fromkeys(agreement.rows, agreement.id))
        ledger.note_missing(agreement)
    ledger.dates.update(publications.load_dates(connection))
    for name, (newest, moved) in publications.load_newest_positions(connection).items():
        ledger.latest[name] = publications.load_accepted(connection, newest)
        ledger.changed_at[name] = moved
    ledger.waiting.update(changes.load_waiting(connection))
