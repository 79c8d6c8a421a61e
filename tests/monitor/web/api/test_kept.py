"""What the API keeps for everybody is dropped by nobody who asks for many days or times."""

from __future__ import annotations

from pathlib import Path

from starlette.testclient import TestClient

from monitor.web.api.app import make_app
from monitor.web.api.as_known import AsKnown, read_as_known
from monitor.web.api.memory import Memory


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
