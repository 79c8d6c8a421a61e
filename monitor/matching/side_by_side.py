"""Which names ever stood on one list together: the strongest evidence that two names are two agencies.

Of each name, a number holds one bit for each believed list that shows it; two names stood together when they share a
bit. Lists later than the one at hand count as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from db.models import NameKey

Block = tuple[str, str, str]  # list, support type or "", USPS code or ""
#: Behind a support type: the block has, beside the names, what the documents that rows link claim of them.
LINKED = " linked"
#: Which lists show each name of a block, as bits.
LoadBlock = Callable[[Block], dict[NameKey, int]]


class Question(NamedTuple):
    """Whether two names ever stood on one list under one support type; the names are in order."""

    list: str
    support: str
    a: NameKey
    b: NameKey


class SideBySide:
    """Answers questions, and keeps each with its answer until they are taken."""

    def __init__(
        self, load: LoadBlock, believed: Mapping[str, int] | None = None,
        known: Mapping[Question, bool] | None = None,
    ) -> None:  # fmt: skip
        self.believed = believed  # list -> bits of its publications that are believed; None: of all
        self._known = known or {}  # answers found before, from the same evidence
        self._answers: dict[Question, bool] = {}
        self._fresh: dict[Question, bool] = {}
        self._load = load
        self._blocks: dict[Block, dict[NameKey, int]] = {}

    def overlap(self, list_name: str, support: str, a: NameKey, b: NameKey) -> bool:
        """Return whether some believed publication of the list shows both names under the support type."""
        question = Question(list_name, support, *min((a, b), (b, a)))
        answer = self._answers.get(question)
        if answer is None:
            known = self._known.get(question)
            answer = self.answer(question) if known is None else known
            self._answers[question] = self._fresh[question] = answer
        return answer

    def take_asked(self) -> dict[Question, bool]:
        """Return the questions asked for the first time since this was last called, with their answers."""
        fresh, self._fresh = self._fresh, {}
        return fresh

    def answer(self, question: Question) -> bool:
        """Return the answer without remembering the question."""
        believed = -1 if self.believed is None else self.believed.get(question.list, 0)
        return bool(self._bits(question, question.a) & self._bits(question, question.b) & believed)

    def _bits(self, question: Question, name: NameKey) -> int:
        block = (question.list, question.support, name[0])
        if block not in self._blocks:
            self._blocks[block] = self._load(block)
        return self._blocks[block].get(name, 0)


def bits_of_lists(
    lists: Iterable[tuple[str, Iterable[int]]], names: Callable[[int], tuple[str, Sequence[NameKey]]]
) -> dict[Block, dict[NameKey, int]]:
    """Return the bits of every name; `lists` are (list name, listing ids) in order, `names` gives (support, names)."""
    found: dict[Block, dict[NameKey, int]] = {}
    running: dict[str, dict[int, int]] = {}  # list -> listing id -> bit of the first list that shows it

    def close(list_name: str, listing_id: int, first: int, past: int) -> None:
        support, of_row = names(listing_id)
        block = found.setdefault((list_name, support, of_row[0][0]), {})
        for name in of_row:
            block[name] = block.get(name, 0) | ((1 << past) - (1 << first))

    last: dict[str, int] = {}
    previous: dict[str, frozenset[int]] = {}
    for number, (list_name, listing_ids) in enumerate(lists):
        shown, open_rows = frozenset(listing_ids), running.setdefault(list_name, {})
        before = previous.get(list_name, frozenset())
        for listing_id in before - shown:
            close(list_name, listing_id, open_rows.pop(listing_id), last[list_name] + 1)
        for listing_id in shown - before:
            open_rows[listing_id] = number
        last[list_name], previous[list_name] = number, shown
    for list_name, open_rows in running.items():
        for listing_id, first in open_rows.items():
            close(list_name, listing_id, first, last[list_name] + 1)
    return found
