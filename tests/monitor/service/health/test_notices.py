"""A problem is told once when it begins and once when it is over, whatever crashes in between; and as numbers."""

from __future__ import annotations

import json
import logging

import pytest
import requests

from db.database import Store
from db.queries.notices import read_open_notices
from monitor.service.health.metrics import write_metrics
from monitor.service.health.notify import ping, tell_operator
from monitor.service.health.operator_notices import Problem, note_problems
from monitor.service.health.read_status import read_status, status_json
from tests.monitor.service.health.polls import MONDAY, hours, poll, settings

SECRET = "https://hook.example/T0KEN"


def low(text: str = "little is free") -> list[Problem]:
    return [Problem("disk_low", "", text)]


class Operator:
    """Takes what is posted, or refuses."""

    def __init__(self) -> None:
        self.got: list[tuple[str, str, str]] = []
        self.answers: int | Exception = 200

    def __call__(self, method: str, address: str, body: str) -> int:
        if isinstance(self.answers, Exception):
            raise self.answers
        if self.answers == 200:
            self.got.append((method, address, body))
        return self.answers


def test_a_problem_is_told_once_and_once_when_it_is_over(store: Store) -> None:
    operator = Operator()
    those = settings(store, notice_url=SECRET)
    for hour, found in enumerate((low(), low("less still"), low(), [], [], low())):
        note_problems(store, found, hours(hour))
        tell_operator(store, those, hours(hour), operator)
    assert [body for _, _, body in operator.got] == [
        "[disk_low] little is free", "[disk_low] over: little is free", "[disk_low] little is free",
    ]  # fmt: skip
    assert [notice.raised_at for notice in read_open_notices(store.connection)] == [hours(5)]


def test_what_could_not_be_told_is_told_later_and_in_order(store: Store) -> None:
    operator = Operator()
    those = settings(store, notice_url=SECRET)
    for answer in (500, requests.ConnectionError("no route"), 404):
        operator.answers = answer
        note_problems(store, low(), hours(0))
        assert tell_operator(store, those, hours(0), operator) == 0
    note_problems(store, [], hours(1))
    operator.answers = 200
    assert tell_operator(store, those, hours(1), operator) == 2
    assert [body for _, _, body in operator.got] == ["[disk_low] little is free", "[disk_low] over: little is free"]
    assert tell_operator(store, those, hours(2), operator) == 0


def test_without_an_address_the_log_is_told(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    note_problems(store, low(), hours(0))
    with caplog.at_level(logging.INFO):
        assert tell_operator(store, settings(store), hours(0)) == 1
        assert tell_operator(store, settings(store), hours(0)) == 0
    assert [(r.levelname, r.getMessage()) for r in caplog.records] == [("WARNING", "notice [disk_low] little is free")]


def test_the_dead_man_switch_is_asked_only_where_one_is_set(store: Store) -> None:
    operator = Operator()
    assert not ping(settings(store), operator)
    assert ping(settings(store, ping_url=SECRET), operator)
    assert operator.got == [("GET", SECRET, "")]
    operator.answers = 503
    assert not ping(settings(store, ping_url=SECRET), operator)


def test_no_secret_address_is_logged_shown_or_stored(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    """The library's own error text quotes the address; ours must not."""
    operator = Operator()
    operator.answers = requests.ConnectionError(f"HTTPSConnectionPool: Max retries exceeded with url: {SECRET}")
    those = settings(store, ping_url=SECRET, notice_url=SECRET)
    note_problems(store, low(), hours(0))
    with caplog.at_level(logging.DEBUG):
        tell_operator(store, those, hours(0), operator)
        ping(those, operator)
    seen = caplog.text + repr(those) + str(those) + json.dumps(status_json(read_status(store, those, hours(0))))
    seen += "\n".join(store.connection.iterdump())
    assert "cannot be reached: ConnectionError" in caplog.text
    assert "T0KEN" not in seen


# -- as numbers --------------------------------------------------------------------------------------------------------


def metric(text: str, name: str) -> list[str]:
    return [line.split(" ")[-1] for line in text.splitlines() if line.startswith(f"ice_agreements_{name}")]


def test_the_metrics_say_what_is_stored(store: Store) -> None:
    poll(store, hours(0))
    poll(store, hours(1), page="unreachable", listed=None)
    poll(store, hours(2), page="unreachable", listed=None)
    note_problems(store, low(), hours(2))
    text = write_metrics(read_status(store, settings(store), hours(3))).decode()
    assert metric(text, "failed_runs_in_a_row") == ["2.0"]
    assert metric(text, "fresh") == ["1.0"]
    assert float(metric(text, "verified_timestamp_seconds")[0]) == MONDAY.timestamp()
    assert metric(text, 'notices_open{code="disk_low"}') == ["1.0"]
    assert metric(text, 'notices_open{code="blocked"}') == ["0.0"]
    assert metric(write_metrics(read_status(store, settings(store), hours(7))).decode(), "fresh") == ["0.0"]


def test_never_verified_is_no_number(store: Store) -> None:
    status = read_status(store, settings(store), hours(0))
    assert (status.verified_at, status.verified_hours_ago, status.fresh) == (None, None, False)
    assert metric(write_metrics(status).decode(), "verified_timestamp_seconds") == []
