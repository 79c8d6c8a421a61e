"""A renewal after a gap moves the older agreement too, also when its list is only added to what is known."""

from __future__ import annotations

from pathlib import Path

from monitor.changelog.rebuild import derive
from tests.dump import difference, dump
from tests.histories import NOW, Posting, Row, open_store, put

BAKER = Row(agency="Baker County Sheriff's Office", signed="2025-02-26", support="Task Force Model")
BAY = Row(agency="Bay County Sheriff's Office", signed="2025-03-03", support="Task Force Model")
AGAIN = Row(agency="Baker County Sheriff's Office", signed="2025-09-01", support="Task Force Model")


def test_the_older_agreement_is_renewed_in_the_tables_of_increments_as_in_a_rebuild(tmp_path: Path) -> None:
    """Found by the property tests: the row that had gone on an earlier list was not written again."""
    lists = [(BAKER, BAY), (BAY,), (BAY, AGAIN)]
    with open_store(tmp_path) as store:
        for day, rows in enumerate(lists, 2):
            at = f"2026-03-0{day}T14:00:00Z"
            put(store, Posting(rows, at, f"participating030{day}2026am.xlsx", "participating", "participating", None))
            done = derive(store, now=NOW)
        assert done.kept
        query = (
            "select signed_on, status from agreements where agency_id = 'fl-baker-county-sheriffs-office' order by 1"
        )
        assert store.connection.execute(query).fetchall() == [("2025-02-26", "renewed"), ("2025-09-01", "listed")]
        increments = dump(store)
        derive(store, now=NOW, from_scratch=True)
        assert difference(increments, dump(store)) == []
