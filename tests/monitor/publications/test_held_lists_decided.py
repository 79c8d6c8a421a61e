"""What becomes of a held list: the next day's list agrees or contradicts, or a reviewer decides."""

from __future__ import annotations

from dataclasses import replace

from db.database import Store
from monitor.changelog.log import read_log
from monitor.changelog.rebuild import derive
from monitor.review import decide
from tests.histories import NOW, put, take
from tests.monitor.publications.conftest import MONDAY, SIXTY, became, later


def test_a_held_list_is_accepted_when_the_next_days_list_agrees(store: Store) -> None:
    fallen, next_day = later(MONDAY, 3, *SIXTY[30:]), later(MONDAY, 4, *SIXTY[31:])
    take(store, [MONDAY, fallen])
    assert became(store)[fallen.file][0] == "held"
    assert read_log(store) == []
    take(store, [next_day])
    found = became(store)
    assert found[fallen.file] == (
        "accepted", ["shrunk: 30 of 60 rows gone", f"agreed: by {next_day.file}"],
    )  # fmt: skip
    assert found[next_day.file] == ("accepted", [])
    log = read_log(store)
    assert sorted((c["kind"], c["status"], c["listed_on"]) for c in log) == [
        *[("termination", "provisional", "2025-06-03")] * 30, ("termination", "provisional", "2025-06-04"),
    ]  # fmt: skip


def test_an_afternoons_list_does_not_release_the_mornings(store: Store) -> None:
    fallen = later(MONDAY, 3, *SIXTY[30:])
    again = replace(fallen, modified="2025-06-03T20:00:00Z", file="participatingAgencies06032025pm.xlsx")
    take(store, [MONDAY, fallen, again])
    assert [status for status, _ in became(store).values()] == ["accepted", "held", "held"]


def test_a_held_list_that_the_next_one_contradicts_leaves_no_change(store: Store) -> None:
    take(store, [MONDAY, later(MONDAY, 3, *SIXTY[30:])])
    take(store, [later(MONDAY, 4)])
    assert read_log(store) == []
    assert became(store)["participatingAgencies06042025am.xlsx"] == ("accepted", ["unchanged"])


def test_a_collapse_that_goes_on_is_dated_to_its_first_list_whatever_else_is_rewritten(store: Store) -> None:
    fallen = later(MONDAY, 3, *SIXTY[30:])
    rewritten = later(MONDAY, 4, *(replace(row, type="Municipality") for row in SIXTY[30:]))
    take(store, [MONDAY, fallen, rewritten])
    assert became(store)[fallen.file][0] == "accepted"
    endings = [c for c in read_log(store) if c["kind"] == "termination"]
    assert {(c["status"], c["listed_on"]) for c in endings} == {("provisional", "2025-06-03")}
    assert len(endings) == 30


def test_a_reviewer_releases_or_rejects_a_list_and_may_think_again(store: Store) -> None:
    fallen = later(MONDAY, 3, *SIXTY[30:])
    sha256 = put(store, fallen)
    take(store, [MONDAY])

    def rule(ruling: str, at: str) -> tuple[str, list[str], int]:
        decide.rule(store, ruling, sha256[:12], reviewer="Ann", reason="", made_at=at)
        derive(store, now=NOW)
        return (*became(store)[fallen.file], len([c for c in read_log(store) if c["status"] != "retracted"]))

    assert rule("release", "2026-10-01T12:00:01Z") == ("accepted", ["released: by a reviewer"], 30)
    assert rule("reject", "2026-10-01T12:00:02Z") == ("rejected", ["rejected: by a reviewer"], 0)
    assert rule("release", "2026-10-01T12:00:03Z") == ("accepted", ["released: by a reviewer"], 30)
