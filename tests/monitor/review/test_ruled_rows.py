"""A ruling is about rows and an agreement: it moves on when a list replaces the change's id, or the desk asks again."""

from __future__ import annotations

from pathlib import Path

import pytest

from db.queries.rulings import list_rulings
from db.records import ChangeRecord
from monitor.changelog.log import read_log
from monitor.changelog.rebuild import derive
from monitor.review import decide, rulings_csv
from monitor.review.queue import read_queue
from tests.dump import difference, dump
from tests.histories import Posting, Row, many, open_store, put, take

OLD, MIDDLE, NEW = (
    Row(f"Baker County {words}", county="Baker County") for words in ("Sheriff's Office", "Sheriffs Office", "Sheriff")
)
CROWD = many(6)
FIRST = Posting((OLD, *CROWD), "2025-06-02T14:00:00Z", "a.xlsx")
LAST = Posting((NEW, *CROWD), "2025-06-06T14:00:00Z", "c.xlsx")


def amendments(changes: list[ChangeRecord]) -> list[ChangeRecord]:
    return [c for c in changes if c["kind"] == "amendment" and c["status"] != "retracted"]


def between(row: Row) -> Posting:
    return Posting((row, *CROWD), "2025-06-04T14:00:00Z", "b.xlsx")


@pytest.mark.parametrize("ruling", ["confirm", "dismiss"])
def test_a_ruling_moves_on_to_the_change_with_the_same_rows(tmp_path: Path, ruling: str) -> None:
    """A list found later shows the new name two days earlier: the amendment has another date, and another id."""
    with open_store(tmp_path) as store:
        take(store, (FIRST, LAST))
        (before,) = amendments(read_log(store))
        decide.rule(store, ruling, before["id"], reviewer="Ann", reason="I called", made_at="2026-10-01T09:00:00Z")
        derive(store, now=store.now_text())
        take(store, (between(NEW),))
        (after,) = [c for c in read_log(store) if c["kind"] == "amendment" and c["id"] != before["id"]]
        assert after["listed_on"] == "2025-06-04"
        assert after["evidence"]["ruled"] == ruling
        assert after["evidence"]["ruled_on"] == before["id"]
        assert after["status"] == ("confirmed" if ruling == "confirm" else "retracted")
        assert ("I called" in after["reason"]) == (ruling == "dismiss")
        queue = read_queue(store)
        fate, instead = queue.find_fate(queue.rulings[-1])
        assert (fate, [c["id"] for c in instead]) == ("moved", [after["id"]])
        assert queue.part_of(after) == "settled"
        rows = dump(store)
        derive(store, now=store.now_text(), from_scratch=True)
        assert difference(rows, dump(store)) == []


def test_a_ruling_on_rows_that_are_no_longer_compared_asks_again(tmp_path: Path) -> None:
    """A list found later has a third spelling: nothing turns the first name into the last any more."""
    with open_store(tmp_path) as store:
        take(store, (FIRST, LAST))
        (before,) = amendments(read_log(store))
        decide.rule(store, "confirm", before["id"], reviewer="Ann", reason="", made_at="2026-10-01T09:00:00Z")
        derive(store, now=store.now_text())
        take(store, (between(MIDDLE),))
        after = amendments(read_log(store))
        assert [c["listed_on"] for c in after] == ["2025-06-04", "2025-06-06"]
        queue = read_queue(store)
        assert {i.part for i in queue.in_order({}) if i.id in {c["id"] for c in after}} == {"replaced"}
        assert queue.find_fate(queue.rulings[-1]) == ("replaced", after)
        decide.rule(store, "confirm", after[0]["id"], reviewer="Ann", reason="", made_at="2026-10-01T10:00:00Z")
        derive(store, now=store.now_text())
        assert read_queue(store).part_of(after[0]) == "settled"


def test_an_older_row_that_renames_the_agreement_leaves_its_ruling(tmp_path: Path) -> None:
    """An agreement's id comes from its oldest row: a list found later with an older spelling gives it another."""
    older = Posting((MIDDLE, *CROWD), "2025-06-01T14:00:00Z", "0.xlsx")
    with open_store(tmp_path) as store:
        take(store, (FIRST, LAST))
        (before,) = amendments(read_log(store))
        decide.rule(store, "dismiss", before["id"], reviewer="Ann", reason="no", made_at="2026-10-01T09:00:00Z")
        take(store, (older, between(NEW)))
        ruled = [c["listed_on"] for c in read_log(store) if c["evidence"].get("ruled_on") == before["id"]]
        assert ruled == ["2025-06-04"]


def test_rows_go_with_a_ruling_to_another_installation(tmp_path: Path) -> None:
    with open_store(tmp_path / "here") as here, open_store(tmp_path / "there") as there:
        for store in (here, there):
            take(store, (FIRST, LAST))
        (change,) = amendments(read_log(here))
        decide.rule(here, "confirm", change["id"], reviewer="Ann", reason="", made_at="2026-10-01T09:00:00Z")
        text = rulings_csv.export_rulings(here).encode()
        found = rulings_csv.read_import(there, text, "rulings.csv", "Bob")
        rulings_csv.store_import(there, found)
        about = [r.about for r in (*list_rulings(here.connection), *list_rulings(there.connection))]
        assert about[0] == about[1]
        assert about[0].kind == "amendment"
        assert about[0].before != about[0].after
        assert len(about[0].before) == len(about[0].after) == 24
        put(there, between(NEW))
        derive(there, now=there.now_text())
        assert [c["evidence"].get("ruled_on") for c in amendments(read_log(there))] == [change["id"]]
