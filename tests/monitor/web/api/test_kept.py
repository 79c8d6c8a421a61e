"""What the API keeps for everybody is dropped by nobody who asks for many days or times."""

from __future__ import annotations

from pathlib import Path

from starlette.testclient import TestClient

from monitor.changelog.rebuild import derive
from monitor.web.api.app import make_app
from monitor.web.api.as_known import AsKnown, read_as_known
from monitor.web.api.memory import Memory
from tests.histories import NOW, listed, many, open_store, put, take


def shared(data: AsKnown) -> list[int]:
    """The identities of what every question uses."""
    made = (
        data.log(), data.finder(), data.library(), data.agencies(), data.trends(), data.publications(),
        data.listed(None, "participating"),
    )  # fmt: skip
    return [id(one) for one in made]


def test_days_and_times_that_nobody_asks_for_drop_nothing(home: Path) -> None:
    memory = Memory(home)
    client = TestClient(make_app(memory))
    with read_as_known(memory, None) as data:
        before = shared(data)
    for day in range(1, 29):
        for path in ("changes", "agencies", "agreements", "totals", "publications", "trends"):
            client.get(f"/{path}", params={"known_at": f"2025-07-{day:02}T12:00:00Z"})
        assert client.get("/agencies", params={"as_of": f"2025-07-{day:02}"}).status_code == 200
        assert client.get("/totals", params={"as_of": f"2025-07-{day:02}"}).status_code == 200
    with read_as_known(memory, None) as data:
        assert shared(data) == before


def test_files_that_are_not_compared_yet_change_no_answer_but_the_list_of_documents(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        take(store, [listed("2025-06-02", *many(3))])
        memory = Memory(tmp_path)
        with read_as_known(memory, None) as data:
            before, documents = shared(data), len(data.documents())
        put(store, listed("2025-06-03", *many(4)))
        with read_as_known(memory, None) as data:
            assert shared(data) == before
            assert len(data.documents()) == documents + 1
        derive(store, now=NOW)
        with read_as_known(memory, None) as data:
            assert not set(shared(data)) & set(before)
