"""Which names, and names and documents, stood on one list together, from the rows of every believed list."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property

from db.models import Accepted, ListName, NameKey
from db.queries import fold_steps
from db.queries.agreements import load_runs
from db.queries.snapshots import NamedRow, load_names
from monitor.matching.linked_documents import claim_of_row, claims_of_link
from monitor.matching.names import canonical_name
from monitor.matching.side_by_side import LINKED, Block, Question, SideBySide, bits_of_lists


class Bits:
    """Which lists show each name, worked out when it is first asked for.

    `load_ids` gives the listing ids of each list in order, and `kinds` says which list each is.
    """

    def __init__(
        self, connection: sqlite3.Connection, load_ids: Callable[[], Sequence[Collection[int]]],
        kinds: Sequence[ListName],
    ) -> None:  # fmt: skip
        self._connection, self._load_ids, self._kinds = connection, load_ids, kinds
        self._bits: dict[bool, dict[Block, dict[NameKey, int]]] = {}  # of names alone; with what documents claim

    def believing(self, numbers: frozenset[int], known: Mapping[Question, bool] | None = None) -> SideBySide:
        """Return what the lists with those numbers say; `known` are answers that they gave before."""
        masks: dict[str, int] = {}
        for number in numbers:
            name = self._kinds[number]
            masks[name] = masks.get(name, 0) | (1 << number)
        return SideBySide(self._load, masks, known)

    def _load(self, block: Block) -> dict[NameKey, int]:
        linked = block[1].endswith(LINKED)
        if linked not in self._bits:
            self._bits[linked] = self._read_bits(linked=linked)
        return self._bits[linked].get(block, {})

    @cached_property
    def _rows(self) -> dict[int, NamedRow]:
        return load_names(self._connection)

    @cached_property
    def _lists(self) -> list[tuple[ListName, Collection[int]]]:
        return list(zip(self._kinds, self._load_ids(), strict=True))

    def _read_bits(self, *, linked: bool) -> dict[Block, dict[NameKey, int]]:
        kind = LINKED if linked else ""
        return bits_of_lists(
            self._lists, lambda i: (self._rows[i].support + kind, _names(self._rows[i], linked=linked))
        )


def _names(row: NamedRow, *, linked: bool) -> list[NameKey]:
    """Return the row's name, and with `linked` what the document that it links claims of it."""
    name = (row.state, canonical_name(row.state or None, row.agency).key)
    claims = claims_of_link(row.state or None, row.moa_url) if linked else ()
    return [name, *(claim_of_row(name, row.signed_on, claim) for claim in claims)]


def extend_evidence(
    connection: sqlite3.Connection, latest: Mapping[ListName, Accepted], added: Sequence[Accepted]
) -> SideBySide:
    """Return what the accepted lists and the `added` ones, which follow them, say; read block by block when asked."""

    def load(block: Block) -> dict[NameKey, int]:
        list_name, support, state = block
        bits: dict[NameKey, int] = {}
        newest = max((a.position for name, a in latest.items() if name == list_name), default=-1)
        linked, bare = support.endswith(LINKED), support.removesuffix(LINKED)
        for agency, signed_on, moa_url, first, last in load_runs(connection, list_name, bare, state):
            if first > newest:
                continue  # it began on an added list that is folded by now, and whose names are known
            last = newest if last is None else last
            for name in _names(NamedRow(bare, state, agency, signed_on, moa_url), linked=linked):
                bits[name] = bits.get(name, 0) | ((1 << (last + 1)) - (1 << first))
        rows = load_names(connection, (state, bare))
        for publication in added:
            if publication.list == list_name:
                for listing_id in rows.keys() & set(publication.listing_ids):
                    for name in _names(rows[listing_id], linked=linked):
                        bits[name] = bits.get(name, 0) | (1 << publication.position)
        return bits

    return SideBySide(load)


def load_known(connection: sqlite3.Connection) -> dict[Question, bool]:
    """Return the answers on which the steps rely; from the same evidence they are the same again."""
    return {Question(*question): answer for question, answer, _ in fold_steps.load_answers(connection)}


def first_changed(
    connection: sqlite3.Connection, together: SideBySide, names: set[NameKey] | None = None
) -> int | None:
    """Return the first step that relied on an answer that is another one now; None when there is none.

    With `names` only the questions about one of them are looked at.
    """
    changed = (
        step
        for question, answer, step in fold_steps.load_answers(connection, names)
        if together.answer(Question(*question)) != answer
    )
    return min(changed, default=None)
