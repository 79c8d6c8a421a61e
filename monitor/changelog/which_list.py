"""The evidence of which list a document is, as far as the lists before it tell."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from db.models import Accepted, ListName, NameKey, Publication, StandingRulings
from db.queries.snapshots import SnapshotHead, load_heads
from monitor.changelog.state_tables import ListingBook
from monitor.matching.ids import name_key, name_of
from monitor.publications import classify
from monitor.publications.classify import Evidence, Standing, Verdict

_Row = tuple[NameKey, str]  # name and support type


class ListJudge:
    """Says which list each publication is, given the newest accepted list of each kind."""

    def __init__(
        self, connection: sqlite3.Connection, listings: ListingBook, latest: Mapping[ListName, Accepted],
        rulings: StandingRulings,
    ) -> None:  # fmt: skip
        self._connection, self._listings = connection, listings
        self._latest, self._rulings = latest, rulings
        self._heads: dict[str, SnapshotHead] = {}
        self._sizes: dict[str, int] = {}  # distinct rows of accepted lists, by sha256

    def load_heads(self, documents: Iterable[str]) -> None:
        """Read what the store holds of the documents, before they are judged."""
        self._heads.update(load_heads(self._connection, documents))

    def judge(self, publication: Publication, ids: Sequence[int]) -> Verdict:
        """Return which list it is."""
        if publication.sha256 in self._rulings.named:
            return Verdict(self._rulings.named[publication.sha256])
        if publication.sha256 not in self._heads:  # one that was held, and that the next list agrees with
            self.load_heads([publication.sha256])
        head = self._heads[publication.sha256]
        assert head.list is not None
        sizes = {name: Standing(self._size(accepted), 0, dated=False) for name, accepted in self._latest.items()}
        plain = Evidence(
            head.list, head.list == "participating", len(ids), int(head.newest_signed_on is not None),
            publication.linked_as, publication.file, sizes,
        )  # fmt: skip
        ruled = self._ruled(ids)
        if ruled is None and classify.is_plain(plain):
            verdict = Verdict(head.list)
        else:
            verdict = classify.judge(self._compare(plain, ids), ruled)
        return verdict

    def describe_form(self, list_name: ListName, ids: Sequence[int]) -> str:
        """Return the reason that names new or missing columns; "" when the form is that of the list before."""
        latest = self._latest.get(list_name)
        before = [self._listings[i] for i in latest.listing_ids[:1]] if latest else []
        return classify.describe_new_form(before, [self._listings[i] for i in ids[:1]])

    def is_first_ruled(self, list_name: ListName, ids: Sequence[int]) -> bool:
        """Return whether a reviewer ruled on lists of this form, and the list before was of another."""
        latest = self._latest.get(list_name)
        if self._ruled(ids) is None or latest is None:
            return False
        return not latest.listing_ids or self._form(latest.listing_ids) != self._form(ids)

    def _ruled(self, ids: Sequence[int]) -> ListName | None:
        return self._rulings.forms.get(self._form(ids)) if self._rulings.forms and ids else None

    def _form(self, ids: Sequence[int]) -> str:
        return classify.form_key(self._listings[ids[0]])

    def _size(self, accepted: Accepted) -> int:
        if accepted.sha256 not in self._sizes:
            self._sizes[accepted.sha256] = len(set(accepted.listing_ids))
        return self._sizes[accepted.sha256]

    def _compare(self, plain: Evidence, ids: Sequence[int]) -> Evidence:
        """Return the evidence with its rows compared with the newest list of each kind."""
        self._listings.load(set(ids))
        rows = [self._listings[i] for i in ids]
        typed = all(row.support_code or row.support_type for row in rows)
        shown = self._rows(ids, typed)
        newest = {}
        for name, accepted in self._latest.items():
            self._listings.load(set(accepted.listing_ids))
            there = self._rows(accepted.listing_ids, typed)
            dated = any(self._listings[i].signed_on for i in accepted.listing_ids)
            newest[name] = Standing(len(there), len(shown & there), dated)
        return replace(
            plain, rows=len(shown), dated=len({self._row(i, typed) for i in ids if self._listings[i].signed_on}),
            signed_column=any(row.signed is not None for row in rows) or (not rows and plain.signed_column),
            newest=newest,
        )  # fmt: skip

    def _rows(self, ids: Sequence[int], typed: bool) -> set[_Row]:
        return {self._row(i, typed) for i in ids}

    def _row(self, listing_id: int, typed: bool) -> _Row:
        listing = self._listings[listing_id]
        if typed:
            return name_key(listing), listing.support_code or ""
        return (listing.state_code or "", name_of(listing).loose), ""  # of then, when names were written as it came
