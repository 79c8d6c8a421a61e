"""A trouble is told once when it begins and once when it is over, whatever crashes in between."""

from __future__ import annotations

import json
import logging
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import requests

from db import facts
from db.records import Fetch
from db.settings import Settings
from db.store import Store, to_text
from db.switches import SENDING_PAUSED, clear_switch, set_switch
from monitor.health import troubles
from monitor.health.metrics import write_metrics
from monitor.health.notices import NOTICES, Trouble, note_troubles, open_notices
from monitor.health.telling import ping, tell_operator
from monitor.health.troubles import find_troubles, weekdays_between
from monitor.health.vitals import read_vitals

MONDAY = datetime(2026, 1, 5, 16, tzinfo=UTC)
PAGE = "https://ice.example/287g"
SECRET = "https://hook.example/T0KEN"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "home") as opened:
        yield opened


def settings(store: Store, **changes: Any) -> Settings:
    return Settings(**{"home": store.home, "source_url": PAGE, "disk_low_bytes": 0, **changes})


def hours(number: float) -> str:
    return to_text(MONDAY + timedelta(hours=number))


def poll(
    store: Store, at: str, page: str = "same", listed: str | None = "same", links: list[str] | None = None
) -> None:
    """A run: the page's outcome, the list's, and the lists the page links."""
    run = facts.start_run(store, at)
    good = page in facts.VERIFIED_OUTCOMES
    sha256 = store.archive.put(json.dumps(links).encode())
    facts.record_fetch(store, run, Fetch(PAGE, at, page, 200, sha256 if good else None, role="page"))
    if good and links is not None:
        linked = [{"url": f"{PAGE}/{name}", "linked_as": name} for name in links]
        facts.record_page(
            store, run, sha256=sha256, text_sha256=sha256, seen_at=at, links=linked, totals=None
        )  # fmt: skip
    if listed is not None:
        fine = listed in facts.VERIFIED_OUTCOMES
        document = store.archive.put(b"a list")
        facts.record_fetch(store, run, Fetch(f"{PAGE}/list", at, listed, 200, document if fine else None))
    outcome = "failed" if not good else "good" if listed is None or listed in facts.VERIFIED_OUTCOMES else "partial"
    facts.finish_run(store, run, at, outcome, "" if outcome == "good" else f"{page}: {PAGE}: broken")


def codes(store: Store, at: str, **changes: Any) -> list[str]:
    return sorted(code for code, _ in find_troubles(store, settings(store, **changes), at))


# -- which troubles there are ------------------------------------------------------------------------------------------


def test_a_source_that_is_silent_for_too_long_is_a_trouble_and_failed_checks_do_not_count(store: Store) -> None:
    poll(store, hours(0))
    for hour in range(1, 7):
        poll(store, hours(hour), page="unreachable", listed=None)
    assert codes(store, hours(6)) == []
    assert codes(store, hours(6.1)) == ["source_unreachable"]
    poll(store, hours(8), page="same", listed="missing")
    assert codes(store, hours(8)) == ["source_unreachable"], "the list itself was not verified"
    poll(store, hours(9))
    assert codes(store, hours(9)) == []


def test_a_page_without_any_list_never_counts_as_fresh(store: Store) -> None:
    poll(store, hours(0))
    poll(store, hours(7), listed=None, links=[])
    assert codes(store, hours(7)) == ["layout_changed", "source_unreachable"]


def test_a_source_never_reached_is_silent_since_the_first_try(store: Store) -> None:
    poll(store, hours(0), page="dns_failed", listed=None)
    assert codes(store, hours(5)) == []
    found = find_troubles(store, settings(store), hours(7))
    assert found["source_unreachable", ""].text.startswith(
        f"ICE's lists were verified not once since {hours(0)}; last run: dns_failed: {PAGE}: broken"
    )


@pytest.mark.parametrize("outcome", ["blocked", "refused", "robots_disallowed"])
def test_a_wall_is_a_trouble_at_once(store: Store, outcome: str) -> None:
    poll(store, hours(0))
    poll(store, hours(1), page=outcome, listed=None)
    assert codes(store, hours(1)) == ["blocked"]
    poll(store, hours(2))
    assert codes(store, hours(2)) == []


def test_a_list_that_vanished_from_the_page_is_named(store: Store) -> None:
    poll(store, hours(0), links=["participating", "pending"])
    assert codes(store, hours(0)) == []
    poll(store, hours(1), links=["participating"])
    (found,) = find_troubles(store, settings(store), hours(1)).values()
    assert (found.code, found.subject) == ("list_vanished", "pending")
    assert hours(1) in found.text
    poll(store, hours(2), links=["pending", "participating"])
    assert codes(store, hours(2)) == []


def test_weekdays_are_counted_without_weekends() -> None:
    """From Friday 2 January 2026: Monday is 1 later, Friday 5, the Monday after 6; Saturday and Sunday are none."""
    friday = date(2026, 1, 2)
    ends = (date(2026, 1, 3), date(2026, 1, 4), date(2026, 1, 5), date(2026, 1, 9), date(2026, 1, 12))
    assert [weekdays_between(friday, end) for end in ends] == [0, 0, 1, 5, 6]


class Usage(NamedTuple):
    total: int
    used: int
    free: int


def test_a_disk_that_runs_low_is_a_trouble(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda place: Usage(10**9, 10**9 - 999, 999))
    assert codes(store, hours(0), disk_low_bytes=1000) == ["disk_low"]
    assert codes(store, hours(0), disk_low_bytes=999) == []


def test_a_clock_behind_what_is_written_is_a_trouble(store: Store) -> None:
    poll(store, hours(5))
    assert codes(store, hours(4.99)) == [], "a time server's wobble"
    assert codes(store, hours(4)) == ["clock_back"]


def test_paused_sending_is_a_trouble_until_it_is_resumed(store: Store) -> None:
    set_switch(store, SENDING_PAUSED, "on", at=hours(0), why="restored from x")
    assert codes(store, hours(0)) == ["sending_paused"]
    clear_switch(store, SENDING_PAUSED)
    assert codes(store, hours(0)) == []


def job(store: Store, name: str, outcome: str, failures: int = 0, good_at: str | None = None) -> None:
    with store.writing() as connection:
        connection.execute(
            "insert or replace into service_jobs values (?, ?, ?, ?, 'why', ?, ?)",
            [name, hours(0), hours(0), outcome, good_at, failures],
        )


def test_a_job_that_fails_in_a_row_is_a_trouble_of_its_own(store: Store) -> None:
    job(store, "poll", "failed", 2)
    job(store, "confirm", "failed", 3)
    assert list(find_troubles(store, settings(store), hours(0))) == [("job_failing", "confirm")]


def test_found_damage_is_a_trouble_until_a_check_finds_none(store: Store) -> None:
    job(store, "check", "failed", 1)
    assert codes(store, hours(0)) == ["damage_found"]
    job(store, "check", "good")
    assert codes(store, hours(0)) == []


def test_backups_that_are_not_made_are_a_trouble(store: Store, tmp_path: Path) -> None:
    job(store, "backup", "failed", 1, good_at=hours(0))
    assert codes(store, hours(48), backup_directory=tmp_path) == []
    assert codes(store, hours(49), backup_directory=tmp_path) == ["backup_missing"]
    assert codes(store, hours(49)) == [], "no backups are set up"


def test_messages_that_do_not_leave_are_a_trouble(store: Store) -> None:
    """The part that sends gives a view of its outbox: how many wait, since when the oldest is due."""
    store.connection.execute(f"create view outbox_depth as select 3 as waiting, '{hours(0)}' as oldest_due_at")
    assert codes(store, hours(2)) == []
    assert codes(store, hours(2.1)) == ["outbox_stuck"]
    set_switch(store, SENDING_PAUSED, "on", at=hours(0), why="x")
    assert codes(store, hours(2.1)) == ["sending_paused"], "they wait because they were told to"


def test_every_trouble_that_can_be_found_is_explained() -> None:
    source = Path(troubles.__file__).read_text(encoding="utf-8")
    yielded = set(re.findall(r'yield \(?\s*"(\w+)"', source))
    assert yielded == set(NOTICES)


# -- once each ---------------------------------------------------------------------------------------------------------


def low(text: str = "little is free") -> dict[tuple[str, str], Trouble]:
    return {("disk_low", ""): Trouble("disk_low", "", text)}


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


def test_a_trouble_is_told_once_and_once_when_it_is_over(store: Store) -> None:
    operator = Operator()
    those = settings(store, notice_url=SECRET)
    for hour, found in enumerate((low(), low("less still"), low(), {}, {}, low())):
        note_troubles(store, found, hours(hour))
        tell_operator(store, those, hours(hour), operator)
    assert [body for _, _, body in operator.got] == [
        "[disk_low] little is free", "[disk_low] over: little is free", "[disk_low] little is free",
    ]  # fmt: skip
    assert [notice.raised_at for notice in open_notices(store)] == [hours(5)]


def test_what_could_not_be_told_is_told_later_and_in_order(store: Store) -> None:
    operator = Operator()
    those = settings(store, notice_url=SECRET)
    for answer in (500, requests.ConnectionError("no route"), 404):
        operator.answers = answer
        note_troubles(store, low(), hours(0))
        assert tell_operator(store, those, hours(0), operator) == 0
    note_troubles(store, {}, hours(1))
    operator.answers = 200
    assert tell_operator(store, those, hours(1), operator) == 2
    assert [body for _, _, body in operator.got] == ["[disk_low] little is free", "[disk_low] over: little is free"]
    assert tell_operator(store, those, hours(2), operator) == 0


def test_without_an_address_the_log_is_told(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    note_troubles(store, low(), hours(0))
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
    note_troubles(store, low(), hours(0))
    with caplog.at_level(logging.DEBUG):
        tell_operator(store, those, hours(0), operator)
        ping(those, operator)
    seen = caplog.text + repr(those) + str(those) + json.dumps(read_vitals(store, those, hours(0)))
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
    note_troubles(store, low(), hours(2))
    text = write_metrics(read_vitals(store, settings(store), hours(3))).decode()
    assert metric(text, "failed_runs_in_a_row") == ["2.0"]
    assert metric(text, "fresh") == ["1.0"]
    assert float(metric(text, "verified_timestamp_seconds")[0]) == MONDAY.timestamp()
    assert metric(text, 'notices_open{code="disk_low"}') == ["1.0"]
    assert metric(text, 'notices_open{code="blocked"}') == ["0.0"]
    assert metric(write_metrics(read_vitals(store, settings(store), hours(7))).decode(), "fresh") == ["0.0"]


def test_never_verified_is_no_number(store: Store) -> None:
    vitals = read_vitals(store, settings(store), hours(0))
    assert (vitals["verified_at"], vitals["verified_hours_ago"], vitals["fresh"]) == (None, None, False)
    assert metric(write_metrics(vitals).decode(), "verified_timestamp_seconds") == []
