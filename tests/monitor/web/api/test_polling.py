"""A client that polls the statements at any times ends with the log as it stands."""

from __future__ import annotations

import re
from typing import Any
from unittest import mock

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from db.settings import Settings
from monitor import policy
from monitor.changelog.log import read_log
from monitor.changelog.rebuild import derive
from monitor.web.api.app import make_api
from tests.histories import Posting, Row, put
from tests.monitor.changelog.test_living_store import Life, lives
from tests.monitor.changelog.test_order_of_imports import fresh_store
from tests.paths import ROOT

Happening = list[tuple[bool, list[tuple[str, object]]]]
#: Whether a reader was told is no part of what the log says of a change.
NOT_STATED = {"told"}


class Poller:
    """Keeps the newest change of each id, a few statements at a time."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self.sequence = 0
        self.changes: dict[str, Any] = {}

    def poll(self, limit: int) -> None:
        address: str | None = f"/statements?sequence={self.sequence}&limit={limit}"
        while address:
            answer = self.client.get(address)
            assert answer.status_code == 200, answer.text
            for said in answer.json():
                assert said["sequence"] > self.sequence
                self.sequence = said["sequence"]
                self.changes[said["change"]["id"]] = said["change"]
            link = answer.headers.get("link")
            address = link.split(">")[0].removeprefix("</api/v1") if link else None


def follow(history: list[Posting], between: Happening, polls: list[int]) -> None:
    """Let the history happen, and poll after some of its steps with pages of 1 to 3 statements."""
    with mock.patch.object(policy, "HOLD_ROWS", 2), fresh_store() as store:
        client = TestClient(make_api(Settings(home=store.home, api_requests_per_minute=1_000_000)))
        poller, life, step = Poller(client), Life(store), 0

        def happened() -> None:
            nonlocal step
            derive(store, now=life.tick())
            if polls[step % len(polls)]:
                poller.poll(polls[step % len(polls)])
            step += 1

        for posting, (fetched, happening) in zip(history, between, strict=True):
            if fetched:
                life.fetch(posting)
            else:
                put(store, posting, known_at=life.tick())
            happened()
            for what, which in happening:
                life.happen(what, which)
                happened()
        poller.poll(3)
        expected = {e["id"]: e for e in read_log(store)}
        assert poller.changes.keys() >= expected.keys()
        taken_back = poller.changes.keys() - expected.keys()  # by a ruling: no part of the log, but told to the client
        assert {poller.changes[change_id]["status"] for change_id in taken_back} <= {"retracted"}
        for change_id, change in expected.items():
            had = poller.changes[change_id]
            assert {k: v for k, v in had.items() if k not in NOT_STATED} == {
                k: v for k, v in change.items() if k not in NOT_STATED
            }


def test_the_example_of_the_documentation_ends_with_the_log(api: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    example = re.search(r"```python\n(.*?)```", (ROOT / "docs" / "api.md").read_text(encoding="utf-8"), re.DOTALL)
    assert example is not None

    def get(address: str, asked: dict[str, int], timeout: float) -> Any:
        return api.get(address.removeprefix("http://127.0.0.1:8000/api/v1"), params=asked)

    monkeypatch.setattr(requests, "get", get)
    names: dict[str, Any] = {}
    exec(example[1], names)  # noqa: S102 - our own documentation
    assert list(names["log"]) == [c["id"] for c in sorted(names["log"].values(), key=lambda c: c["known_at"])]
    assert sorted(names["log"]) == sorted(c["id"] for c in api.get("/changes").json())
    assert all(names["log"][c["id"]] == c for c in api.get("/changes").json())


def test_a_name_that_moves_without_a_change_is_told() -> None:
    """ICE's list has another apostrophe, which is no change of any agreement; the name we use follows it."""
    with fresh_store() as store:
        poller, life = Poller(TestClient(make_api(Settings(home=store.home)))), Life(store)
        for day, names in (
            ("02", ()),
            ("05", ("Bay County Sheriff's Office",)),
            ("09", ("Bay County Sheriff’s Office",)),
        ):
            rows = tuple(Row(name) for name in (*names, "Lake County Sheriff's Office"))
            put(store, Posting(rows, modified=f"2026-03-{day}T14:00:00Z", file=f"list{day}.xlsx"))
            derive(store, now=life.tick())
            poller.poll(3)
        assert [change["agency"] for change in poller.changes.values()] == ["Bay County Sheriff’s Office"]


@pytest.mark.long
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(lives, st.lists(st.integers(0, 3), min_size=1, max_size=7))
def test_a_polling_client_misses_nothing(life: tuple[list[Posting], Happening], polls: list[int]) -> None:
    follow(*life, polls)


@pytest.mark.soak
@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
@given(lives, st.lists(st.integers(0, 3), min_size=1, max_size=7))
def test_a_polling_client_misses_nothing_over_500_histories(
    life: tuple[list[Posting], Happening], polls: list[int]
) -> None:
    follow(*life, polls)
