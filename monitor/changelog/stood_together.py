"""Which names stood on one list together, from the rows of every believed list, and which answers that changes."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping, Sequence
from functools import cache

from db.models import Accepted, ListName, NameKey
from db.queries import fold_steps
from db.queries.agreements import load_runs
from db.queries.snapshots import load_names
from monitor.matching.names import canonical_name
from monitor.matching.side_by_side import Block, Question, SideBySide, bits_of_lists


class Bits:
    """Which lists show each name; `lists` are (list name, listing ids) in order, and `kinds` their names instead."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        lists: Sequence[tuple[ListName, Collection[int]]],
        kinds: Sequence[ListName],
    ) -> None:
        every = load_names(connection)

        def names(listing_id: int) -> tuple[str, NameKey]:
            support, state, agency = every[listing_id]
            return support, (state, canonical_name(state or None, agency).key)

        self._lists = list(kinds)
        self._bits = bits_of_lists(((kind, ids) for kind, (_, ids) in zip(kinds, lists, strict=True)), names)

    def believing(self, numbers: frozenset[int]) -> SideBySide:
        """Return what the lists with those numbers say."""
        masks: dict[str, int] = {}
        for number in numbers:
            masks[self._lists[number]] = masks.get(self._lists[number], 0) | (1 << number)
        return SideBySide(lambda block: self._bits.get(block, {}), masks)


def extend_evidence(
    connection: sqlite3.Connection, latest: Mapping[ListName, Accepted], added: Sequence[Accepted]
) -> SideBySide:
    """Return what the accepted lists and the `added` ones, which follow them, say; read block by block when asked."""

    @cache
    def names() -> list[dict[Block, set[NameKey]]]:
        every = load_names(connection, {i for publication in added for i in publication.listing_ids})
        shown: list[dict[Block, set[NameKey]]] = []
        for publication in added:
            blocks: dict[Block, set[NameKey]] = {}
            for listing_id in set(publication.listing_ids):
                support, state, agency = every[listing_id]
                name = (state, canonical_name(state or None, agency).key)
                blocks.setdefault((publication.list, support, state), set()).add(name)
            shown.append(blocks)
        return shown

    def load(block: Block) -> dict[NameKey, int]:
        list_name, support, state = block
        bits: dict[NameKey, int] = {}
        newest = max((a.position for name, a in latest.items() if name == list_name), default=-1)
        for _, agency, first, last in load_runs(connection, list_name, support, state):
            if first > newest:
                continue  # it began on an added list that is folded by now, and whose names are known
            last = newest if last is None else last
            name = (state, canonical_name(state or None, agency).key)
            bits[name] = bits.get(name, 0) | ((1 << (last + 1)) - (1 << first))
        for publication, blocks in zip(added, names(), strict=True):
            for name in blocks.get(block, ()):
                bits[name] = bits.get(name, 0) | (1 << publication.position)
        return bits

    return SideBySide(load)


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
