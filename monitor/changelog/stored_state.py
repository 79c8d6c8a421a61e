"""The ledger in the database: what moved is written, and a ledger is read back to be moved on.

Written and read here and nowhere else, so that the tables and `monitor.changelog.history` cannot drift apart.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from typing import Any, cast

from db.database import Store
from db.models import Listing, ListName
from db.queries import derived_rows
from db.queries.snapshots import load_listings
from monitor.changelog.history import Accepted, Agency, Agreement, Change, NameKey, NameUse
from monitor.changelog.state import Apart, ChangeBook, Ledger
from monitor.matching.names import canonical_name

AGENCY = ("id", "state", "name", "county", "county_fips", "body", "former_ids", "first_position")
NAME = ("state", "name_key", "agency_id", "name", "first_position", "last_position")
AGREEMENT = (
    "id", "list", "agency_id", "support_type", "signed_on", "status", "first_position", "last_listing", "last_row",
    "last_seen", "missing_position", "documents", "document", "endings", "baseline",
)  # fmt: skip
SPAN = ("agreement_id", "listing_id", "row", "first_position", "last_position", "list")
APART = ("list", "support_type", "state_a", "name_a", "state_b", "name_b")
CHANGE = (
    "id", "kind", "status", "needs_review", "list", "agreement_id", "agency_id", "position", "listed_on",
    "before_listing", "after_listing", "fields", "rule", "evidence", "candidates", "reason", "last_listed",
    "first_missing", "first_listed",
)  # fmt: skip


class ListingBook(Mapping[int, Listing]):
    """Listings by id, read from the store when they are first asked for."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[int, Listing] = {}

    def load(self, ids: set[int] | None = None) -> None:
        """The listings asked for (all when `ids` is None) are at hand, read in one go."""
        if ids is None:
            self._known = load_listings(self._store)
        else:
            self._known.update(load_listings(self._store, [i for i in ids if i not in self._known]))

    def __getitem__(self, listing_id: int) -> Listing:
        if listing_id not in self._known:
            self.load({listing_id})
        return self._known[listing_id]

    def __iter__(self) -> Iterator[int]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


class StoredChanges(ChangeBook):
    """The log in the database: a change is read when it is first asked for."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self._connection = store.connection

    def __contains__(self, change_id: object) -> bool:
        return isinstance(change_id, str) and self.find(change_id) is not None

    def find(self, change_id: str) -> Change | None:
        """The change, None when there is none."""
        if change_id not in self.at_hand:
            for row in derived_rows.get_rows(self._connection, "changes", CHANGE, "where id = ?", [change_id]):
                self.at_hand[change_id] = change_from_row(row)
        return self.at_hand.get(change_id)

    def of_agency(self, agency_id: str) -> list[Change]:
        """Every change of the agency."""
        for row in self._connection.execute("select id from changes where agency_id = ?", [agency_id]).fetchall():
            self.find(str(row[0]))
        return super().of_agency(agency_id)


class StoredHistory:
    """Which names stood together, asked of the database, for the publication that is being added."""

    def __init__(self, store: Store, publication: Accepted) -> None:
        self._connection = store.connection
        self._publication = publication
        self._shown = set(publication.listing_ids)
        self._shown_text = json.dumps(sorted(self._shown))
        self._known: dict[tuple[str, str, str], list[tuple[NameKey, int, int]]] = {}

    def overlap(self, list_name: str, support: str, a: NameKey, b: NameKey) -> bool:
        """Whether some publication so far, this one included, shows both names under the support type."""
        first = [run for run in self._runs(list_name, support, a[0]) if run[0] == a]
        second = [run for run in self._runs(list_name, support, b[0]) if run[0] == b]
        return any(x[1] <= y[2] and y[1] <= x[2] for x in first for y in second)

    def _runs(self, list_name: str, support: str, state: str) -> list[tuple[NameKey, int, int]]:
        block = (list_name, support, state)
        if block in self._known:
            return self._known[block]
        now = self._publication.position
        rows = self._connection.execute(
            "select l.agency, s.first_position, s.last_position, l.id from listings l join spans s on"
            " s.listing_id = l.id where s.list = ? and ifnull(l.support_code, '') = ? and ifnull(l.state_code, '') = ?",
            [list_name, support, state],
        )
        runs: list[tuple[NameKey, int, int]] = []
        for agency, first, last, listing_id in rows:
            if last is None:
                last = now if list_name != self._publication.list or listing_id in self._shown else now - 1
            runs.append(((state, canonical_name(state or None, agency or "").key), first, last))
        if list_name == self._publication.list:
            shown = self._connection.execute(
                "select agency from listings where ifnull(support_code, '') = ? and ifnull(state_code, '') = ?"
                " and id in (select value from json_each(?))",
                [support, state, self._shown_text],
            )
            runs += [((state, canonical_name(state or None, agency or "").key), now, now) for (agency,) in shown]
        self._known[block] = runs
        return runs


def write_ledger(connection: sqlite3.Connection, ledger: Ledger) -> None:
    """What moved since the ledger was last written stands in the tables."""
    dirty = ledger.dirty
    here = sorted(i for i in dirty.agencies if i in ledger.agencies)
    derived_rows.put_rows(connection, "agencies", AGENCY, (_agency_row(ledger.agencies[i]) for i in here))
    derived_rows.put_rows(connection, "agency_names", NAME, (_name_row(ledger.names[k]) for k in sorted(dirty.names)))
    rows = (_agreement_row(ledger.agreements[i]) for i in sorted(dirty.agreements))
    derived_rows.put_rows(connection, "agreements", AGREEMENT, rows)
    derived_rows.drop_rows(connection, "agencies", ("id",), ((i,) for i in dirty.agencies if i not in ledger.agencies))
    spans = {(s.listing_id, s.agreement_id, s.first): s for s in dirty.spans}  # the last word on each
    derived_rows.put_rows(
        connection, "spans", SPAN,
        ((s.agreement_id, s.listing_id, s.row, s.first, s.last, s.list) for _, s in sorted(spans.items())),
    )  # fmt: skip
    derived_rows.put_rows(connection, "apart", APART, ((p[0], p[1], *p[2], *p[3]) for p in sorted(dirty.apart)))
    changes = (ledger.changes.find(i) for i in sorted(dirty.changes))
    derived_rows.put_rows(connection, "changes", CHANGE, (change_row(c) for c in changes if c is not None))


def read_ledger(store: Store, ledger: Ledger) -> None:
    """The ledger says what the tables say; listings and changes are left to be read when they are asked for."""
    connection = store.connection
    for row in derived_rows.get_rows(connection, "agencies", AGENCY):
        former = json.loads(row[6]) if row[6] != "[]" else []
        ledger.agencies[row[0]] = Agency(row[0], row[1], row[2], row[5], row[3], row[4], former, row[7])
    for row in derived_rows.get_rows(connection, "agency_names", NAME):
        use = NameUse(*row)
        ledger.names[(use.state, use.key)] = use
        loose = canonical_name(use.state or None, use.printed).loose
        ledger.loose[(use.state, loose)].add((use.state, use.key))
    agreements = list(derived_rows.get_rows(connection, "agreements", AGREEMENT))
    every = json.loads(f"[{','.join(row[11] for row in agreements)}]")  # in one go: thousands of short texts
    for row, documents in zip(agreements, every, strict=True):
        a = Agreement(
            row[0], row[1], row[2], row[3], row[4], row[6], row[7], row[8], row[9], row[5], row[10], {},
            set(documents), row[12], row[13], bool(row[14]),
        )  # fmt: skip
        ledger.agreements[a.id] = a
        ledger.by_agency[a.agency_id].add(a.id)
    rest = "where last_position is null order by listing_id"
    for agreement_id, listing_id, sheet_row, first, _, name in derived_rows.get_rows(connection, "spans", SPAN, rest):
        ledger.agreements[agreement_id].rows[listing_id] = (sheet_row, first)
        ledger.listed[cast(ListName, name)][listing_id] = agreement_id
    for row in derived_rows.get_rows(connection, "apart", APART):
        pair: Apart = (row[0], row[1], (row[2], row[3]), (row[4], row[5]))
        ledger.apart[pair[2]].add(pair)
        ledger.apart[pair[3]].add(pair)
    for position, listed_on in connection.execute(
        "select position, published_on from publications where position is not null"
    ):
        ledger.dates[position] = listed_on
    for name, position in connection.execute(
        "select list, max(position) from publications where position is not null and reasons not like '%\"unchanged\"%'"
        " group by list"
    ):
        ledger.changed_at[cast(ListName, name)] = position
    _read_log(connection, ledger)


def _read_log(connection: sqlite3.Connection, ledger: Ledger) -> None:
    columns = ("id", "kind", "status", "agreement_id")
    kinds = "where kind in ('termination', 'pending_withdrawn', 'signing', 'switch', 'renewal', 'pending_listed')"
    for change_id, kind, status, agreement_id in derived_rows.get_rows(
        connection, "changes", columns, f"{kinds} order by position, id"
    ):
        if kind in ("termination", "pending_withdrawn"):
            again = kind == "pending_withdrawn" and ledger.agreements[agreement_id].status != "missing"
            if status != "retracted" and not again:
                ledger.endings[agreement_id] = change_id
            if status == "provisional":
                ledger.waiting[agreement_id] = change_id
        elif kind == "signing":  # where there is a switch too, that was overturned
            ledger.signings[agreement_id] = change_id
        else:
            ledger.signings.setdefault(agreement_id, change_id)


def change_row(c: Change) -> tuple[Any, ...]:
    """A change as a row of its table."""
    return (
        c.id, c.kind, c.status, int(c.needs_review), c.list_name, c.agreement_id, c.agency_id, c.position, c.listed_on,
        c.before_listing, c.after_listing, _json(c.fields), c.rule, _json(c.evidence), _json(c.candidates), c.reason,
        _place(c.last_listed), c.first_missing, _place(c.first_listed),
    )  # fmt: skip


def change_from_row(row: Any) -> Change:
    """A change from its row."""
    return Change(
        row[0], row[1], row[2], row[4], row[5], row[6], row[7], row[8], row[12], bool(row[3]), row[9], row[10],
        json.loads(row[11]), json.loads(row[13]), json.loads(row[14]), row[15], _unplace(row[16]), row[17],
        _unplace(row[18]),
    )  # fmt: skip


def _agency_row(a: Agency) -> tuple[Any, ...]:
    return (a.id, a.state, a.name, a.county, a.county_fips, a.body, _json(a.former_ids), a.first_position)


def _name_row(n: NameUse) -> tuple[Any, ...]:
    return (n.state, n.key, n.agency_id, n.printed, n.first_position, n.last_position)


def _agreement_row(a: Agreement) -> tuple[Any, ...]:
    return (
        a.id, a.list, a.agency_id, a.support, a.signed_on, a.status, a.first_position, a.last_listing, a.last_row,
        a.last_seen, a.missing_position, _json(sorted(a.documents)), a.document, a.endings, int(a.baseline),
    )  # fmt: skip


def _place(place: tuple[int, int] | None) -> str | None:
    return f"{place[0]}:{place[1]}" if place else None


def _unplace(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    position, row = text.split(":")
    return int(position), int(row)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
