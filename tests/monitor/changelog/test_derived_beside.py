"""What takes long is derived in copies of the tables: others write meanwhile, and nothing is stored by halves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from db.database import Store
from db.queries.known_facts import copy_derived, drop_copies, read_fact_marks, store_copies
from db.queries.last_seen import record_seen
from monitor.changelog import revisions
from monitor.changelog.log import read_log
from monitor.changelog.rebuild import derive
from tests.dump import difference, dump
from tests.histories import NOW, Posting, agencies, listed, many, open_store, put, take

BAKER, BAY, LAKE = agencies(
    "Baker County Sheriff's Office", "Bay County Sheriff's Office", "Lake County Sheriff's Office"
)
LATER = [listed(f"2025-06-{day:02}", BAKER, BAY, *([LAKE] if day > 5 else [])) for day in (3, 4, 6, 9)]
OLDER = listed("2025-03-03", BAKER, BAY, LAKE)


def in_between(store: Store, act: Callable[[], None], *, from_scratch: bool = False) -> None:
    """Derive, and act once while lists are compared."""
    acted: list[int] = []

    def progress(number: int, of: int) -> None:
        if not acted:
            acted.append(number)
            act()

    derive(store, now=NOW, progress=progress, from_scratch=from_scratch)
    assert acted


@pytest.mark.parametrize("from_scratch", [False, True])
def test_others_write_and_read_while_lists_are_compared(tmp_path: Path, from_scratch: bool) -> None:
    with open_store(tmp_path) as store, open_store(tmp_path) as other:
        take(store, LATER)
        before = read_log(store)
        put(store, OLDER)

        def write() -> None:
            other.connection.execute("pragma busy_timeout = 0")
            with other.writing():
                pass  # it would wait for whoever else writes
            assert read_log(other) == before

        in_between(store, write, from_scratch=from_scratch)
        assert read_log(store) != before
        assert read_log(other) == read_log(store)
        made = dump(store)
        derive(store, now=NOW, from_scratch=True)
        assert difference(made, dump(store)) == []


def test_facts_that_come_meanwhile_are_derived_too(tmp_path: Path) -> None:
    with open_store(tmp_path) as store, open_store(tmp_path) as other:
        take(store, LATER)
        put(store, OLDER)
        in_between(store, lambda: print(put(other, listed("2025-06-12", BAKER, BAY))))
        made = dump(store)
        assert any(change["kind"] == "termination" for change in read_log(store))
        derive(store, now=NOW, from_scratch=True)
        assert difference(made, dump(store)) == []


def test_what_the_archive_saw_meanwhile_is_a_fact_too(tmp_path: Path) -> None:
    """It says until when a list stood, so when an ending is confirmed."""
    with open_store(tmp_path) as store:
        before = read_fact_marks(store.connection)
        with store.writing() as connection:
            record_seen(connection, [("A" * 32, "2025-06-20T14:00:00Z")])
        assert read_fact_marks(store.connection) != before


def test_a_failure_stores_nothing_and_leaves_the_stored_tables_in_sight(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("power")

    with open_store(tmp_path) as store:
        take(store, LATER)
        put(store, OLDER)
        made = dump(store)
        with pytest.raises(RuntimeError):
            derive(store, now=NOW, progress=fail)
        assert difference(made, dump(store)) == []
        with monkeypatch.context() as patched:
            patched.setattr(revisions, "state", fail)  # after the copies were stored
            with pytest.raises(RuntimeError):
                derive(store, now=NOW)
        assert difference(made, dump(store)) == []
        assert store.connection.execute("select count(*) from sqlite_temp_master").fetchone() == (0,)
        derive(store, now=NOW)
        assert read_log(store)[0]["listed_on"] == "2025-06-03"


def test_only_rows_that_differ_are_written(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        take(store, [Posting(many(60), "2025-06-02T14:00:00Z", "participatingAgencies06022025am.xlsx")])
        before = store.connection.total_changes
        with store.writing() as connection:
            copy_derived(connection)
            copied = connection.total_changes - before
            connection.execute("update temp.agencies set body = 'made up' where id = (select min(id) from agencies)")
            store_copies(connection)
            assert connection.total_changes - before - copied == 2
            drop_copies(connection)
