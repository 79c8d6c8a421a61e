"""A ruling undone is as if it had never been: what it stated leaves the public log, and stays in the statements."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from unittest import mock

from db.database import Store
from db.queries.publications import load_held_files
from db.records import ChangeRecord
from monitor import policy
from monitor.changelog.log import Filter, read_log
from monitor.changelog.rebuild import derive
from monitor.review import decide
from tests.dump import difference, dump
from tests.histories import Posting, Row, agencies, many, open_store, put

BAKER, BAY, CLAY = agencies(
    "Baker County Sheriff's Office", "Bay County Sheriff's Office", "Clay County Sheriff's Office"
)
OLD, NEW = Row("Alder Springs Constable", signed="2025-03-03"), Row("Quarry Police Department", signed="2025-03-04")
CROWD = many(6)
HISTORY = (
    Posting((BAKER, BAY, OLD, *CROWD), "2025-06-02T14:00:00Z", "a.xlsx"),
    Posting((BAKER, NEW, *CROWD), "2025-06-04T14:00:00Z", "b.xlsx"),
    Posting((BAKER, NEW, *CROWD[:1]), "2025-06-05T14:00:00Z", "c.xlsx"),  # held: 5 of 8 rows are gone
    Posting((BAKER, NEW, CLAY, *CROWD), "2025-06-06T14:00:00Z", "d.xlsx"),
)


class Clock:
    """Moments one minute apart."""

    def __init__(self) -> None:
        self.minutes = 0

    def tick(self) -> str:
        self.minutes += 1
        return f"2026-10-01T{9 + self.minutes // 60:02}:{self.minutes % 60:02}:00Z"


def public(store: Store) -> list[tuple[str, ...]]:
    """The public log, without when each became known."""
    return sorted(
        (e["id"], e["kind"], e["status"], str(e["needs_review"]), e["reason"], e["rule"]) for e in read_log(store)
    )


def pick(changes: Sequence[ChangeRecord], kind: str, agency: str) -> ChangeRecord:
    return next(
        c for c in changes if c["kind"] == kind and agency in {r["agency"] for r in (c["before"], c["after"]) if r}
    )


def test_a_release_undone_leaves_no_endings_behind_and_the_past_stays_known(tmp_path: Path) -> None:
    clock = Clock()
    with mock.patch.object(policy, "HOLD_ROWS", 2), open_store(tmp_path) as store:
        for posting in HISTORY[:3]:
            put(store, posting, known_at=clock.tick())
            derive(store, now=clock.tick())
        before, rows = public(store), dump(store)
        assert load_held_files(store.connection) == ["c.xlsx"]
        sha256 = store.connection.execute("select sha256 from publications where file = 'c.xlsx'").fetchone()[0]
        decide.rule(store, "release", sha256, reviewer="Ann", reason="", made_at=clock.tick())
        derive(store, now=clock.tick())
        released, moment = read_log(store), clock.tick()
        assert sum(e["kind"] == "termination" for e in released) == 2 + 5
        decide.undo_newest(store, sha256, reviewer="Ann", reason="", made_at=clock.tick())
        derive(store, now=clock.tick())
        assert public(store) == before
        assert [line for line in difference(rows, dump(store)) if "rulings" not in line] == []
        assert read_log(store, Filter(known_at=moment)) == released  # what was known then is not forgotten
        kept = store.connection.execute("select count(*) from statements where taken_back").fetchone()[0]
        assert kept == 5  # in the audit
        view = store.connection.execute("select count(*) from change_log").fetchone()[0]
        assert view == len(before)
        decide.rule(store, "release", sha256, reviewer="Ann", reason="", made_at=clock.tick())
        derive(store, now=clock.tick())
        assert public(store) == sorted(
            (e["id"], e["kind"], e["status"], str(e["needs_review"]), e["reason"], e["rule"]) for e in released
        )


def test_a_change_that_somebody_was_told_stays_retracted(tmp_path: Path) -> None:
    clock = Clock()
    with open_store(tmp_path) as store:
        for posting in HISTORY[:2]:
            put(store, posting, known_at=clock.tick())
            derive(store, now=clock.tick())
        ending = pick(read_log(store), "termination", OLD.agency)
        other = pick(read_log(store), "signing", NEW.agency)["agreement_id"]
        decide.rule(store, "same", ending["id"], str(other), reviewer="Ann", reason="", made_at=clock.tick())
        derive(store, now=clock.tick())
        amendment = pick(read_log(store), "amendment", NEW.agency)["id"]
        with store.writing() as connection:
            connection.execute("insert into told values (?, ?)", [amendment, clock.tick()])
        decide.undo_newest(store, ending["id"], reviewer="Ann", reason="", made_at=clock.tick())
        derive(store, now=clock.tick())
        (told,) = [e for e in read_log(store) if e["id"] == amendment]
        assert (told["status"], told["reason"]) == ("retracted", "overturned by a reviewer's ruling")
