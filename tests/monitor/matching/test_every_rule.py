"""Every rule and every reason is seen in the result of a test, and is explained on its page."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from typing import Any, cast

import pytest

from db.models import PageState
from monitor.changelog.list_events import note_lists_gone
from monitor.matching.reasons import AGAINST, RULES
from tests.monitor.folded import Folded, Row, fold_lists
from tests.monitor.matching import (
    hand_made,
    test_doubts,
    test_kept_apart,
    test_lives_of_agreements,
    test_lost_cells,
    test_rules,
)
from tests.monitor.matching.hand_made import fold
from tests.paths import ROOT

HISTORIES = (test_rules, test_lives_of_agreements, test_kept_apart, test_doubts, test_lost_cells)


def codes(folded: Folded) -> set[str]:
    """The rules and reasons in the log: of changes and in their evidence, and those that candidates are given."""
    words = {sentence: code for code, sentence in AGAINST.items()}
    found = set()
    for change in folded.changes:
        said = change.evidence
        found |= {change.rule, str(said.get("matched_by", ""))}
        doubt = said.get("doubt", [])
        found |= {doubt} if isinstance(doubt, str) else set(cast("list[str]", doubt))
        found |= set(cast("list[str]", said.get("against", [])))
        found |= {words[reason] for candidate in change.candidates for reason in candidate["reasons"]}
    return found


def test_every_rule_and_reason_is_seen_in_a_result(monkeypatch: pytest.MonkeyPatch) -> None:
    """All histories of these files once more: what their logs hold, put together, is every code there is."""
    seen: set[str] = set()

    real = fold_lists

    def record(lists: Iterable[list[Row]], **how: Any) -> Folded:
        folded = real(lists, **how)
        seen.update(codes(folded))
        return folded

    for module in (hand_made, *HISTORIES):
        monkeypatch.setattr(module, "fold_lists", record, raising=False)
    for before, after in (*test_rules.CONTINUED.values(), *test_kept_apart.APART.values()):
        fold([before], [after])
    for test in (test for module in HISTORIES for name, test in vars(module).items() if name.startswith("test_")):
        if not inspect.signature(test).parameters:
            test()
    folded = fold([])
    pages = [PageState("2025-06-02T12:00:00Z", "0", frozenset(linked), None) for linked in (["pending"], [])]
    note_lists_gone(folded.ledger, pages)
    assert {**RULES, **AGAINST}.keys() - seen - codes(folded) == set()


def test_every_rule_and_reason_is_on_its_page() -> None:
    page = (ROOT / "docs" / "identity.md").read_text(encoding="utf-8")
    assert [code for code in {**RULES, **AGAINST} if f"| `{code}` |" not in page] == []
