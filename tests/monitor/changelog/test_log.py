"""What is asked of the log is that part of the whole log, also where statements were overturned."""

from __future__ import annotations

from itertools import product
from pathlib import Path

from db.queries.changes import load_ids
from monitor.changelog.log import Filter, fits, read_log
from tests.histories import agencies, listed, open_store, take

BAKER, BAY, LAKE, LEE = agencies(
    "Baker County Sheriff's Office", "Bay County Sheriff's Office", "Lake County Sheriff's Office",
    "Lee County Sheriff's Office",
)  # fmt: skip


def test_what_is_asked_for_is_found_in_the_whole_log(tmp_path: Path) -> None:
    days = ["2025-06-02", "2025-06-20"]
    with open_store(tmp_path / "data") as store:
        take(store, [listed(days[0], BAKER, BAY), listed(days[1], BAKER, LAKE, LEE)])
        take(store, [listed("2025-05-30", BAKER, BAY, LAKE)])  # found later: Lake was not new in June
        whole = read_log(store)
        overturned = {entry["id"] for entry in whole} - load_ids(store.connection)
        assert overturned
        kinds, among = (None, "signing", "termination", "renewal"), (None, *days)
        for kind, since, until, status in product(kinds, among, among, (None, "retracted", "provisional")):
            for state in (None, "fl", "GA"):
                wanted = Filter(kind=kind, since=since, until=until, status=status, state=state)
                assert read_log(store, wanted) == [entry for entry in whole if fits(entry, wanted)], wanted
        assert {e["id"] for e in read_log(store, Filter(since=days[0], status="retracted"))} >= overturned
