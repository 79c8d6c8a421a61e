"""Every kind of reviewed fact stands on its page."""

from __future__ import annotations

from monitor.review.facts import FACTS
from tests.documents import agree, first_cells, page


def test_every_kind_of_fact_is_documented() -> None:
    agree(first_cells(page("review.md")["Reviewed facts"]), FACTS, "docs/review.md")
