"""The totals that ICE states on its page are compared with its list."""

from __future__ import annotations

from dataclasses import replace

import pytest

from db.database import Store
from db.models import StatedTotals
from db.queries import fetches, runs
from tests.histories import Row, many, put, take
from tests.monitor.publications.conftest import MONDAY, became, later


@pytest.mark.parametrize(("stated", "status", "reasons"), [
    (60, "accepted", []),
    (61, "accepted", []),  # the header row counted
    (62, "accepted", ["totals_near: agreements stated 62, listed 60"]),
    (57, "accepted", ["totals_near: agreements stated 57, listed 60"]),
    (64, "held", ["totals_differ: agreements stated 64, listed 60"]),
])  # fmt: skip
def test_ices_stated_totals_are_compared(store: Store, stated: int, status: str, reasons: list[str]) -> None:
    seen = "2025-06-03T15:00:00Z"
    run = runs.start_run(store, seen)
    page = store.archive.put(b"<html>page</html>")
    fetches.record_page(
        store, run, sha256=page, text_sha256="0" * 64, seen_at=seen, links=[],
        totals=StatedTotals("", "2025-06-03", stated, None, None),
    )  # fmt: skip
    posting = replace(later(MONDAY, 3, *many(59), Row("Elmwick Police Department")), seen_at="2025-06-03T15:00:05Z")
    put(store, posting, how="fetch")
    take(store, [MONDAY])
    assert became(store)[posting.file] == (status, reasons)


def test_totals_of_another_day_say_nothing(store: Store) -> None:
    seen = "2025-06-03T15:00:00Z"
    page = store.archive.put(b"<html>page</html>")
    fetches.record_page(
        store, runs.start_run(store, seen), sha256=page, text_sha256="0" * 64, seen_at=seen, links=[],
        totals=StatedTotals("", "2025-06-01", 99, None, None),
    )  # fmt: skip
    posting = replace(later(MONDAY, 3, *many(59)), seen_at="2025-06-03T15:00:05Z")
    put(store, posting, how="fetch")
    take(store, [MONDAY])
    assert became(store)[posting.file] == ("accepted", [])
