"""Which problems there are, as it follows from what is stored."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest

from db.database import Store
from db.queries.switches import SENDING_PAUSED, clear_switch, set_switch
from monitor.service.health import problem_checks
from monitor.service.health.operator_notices import NOTICES
from monitor.service.health.problem_checks import find_problems, weekdays_between
from tests.monitor.service.health.polls import PAGE, codes, hours, poll, settings


def test_a_source_that_is_silent_for_too_long_is_a_problem_and_failed_checks_do_not_count(store: Store) -> None:
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
    (found,) = find_problems(store, settings(store), hours(7))
    assert found.text.startswith(
        f"ICE's lists were verified not once since {hours(0)}; last run: dns_failed: {PAGE}: broken"
    )


@pytest.mark.parametrize("outcome", ["blocked", "refused", "robots_disallowed"])
def test_a_wall_is_a_problem_at_once(store: Store, outcome: str) -> None:
    poll(store, hours(0))
    poll(store, hours(1), page=outcome, listed=None)
    assert codes(store, hours(1)) == ["blocked"]
    poll(store, hours(2))
    assert codes(store, hours(2)) == []


def test_a_list_that_vanished_from_the_page_is_named(store: Store) -> None:
    poll(store, hours(0), links=["participating", "pending"])
    assert codes(store, hours(0)) == []
    poll(store, hours(1), links=["participating"])
    (found,) = find_problems(store, settings(store), hours(1))
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


def test_a_disk_that_runs_low_is_a_problem(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda place: Usage(10**9, 10**9 - 999, 999))
    assert codes(store, hours(0), disk_low_bytes=1000) == ["disk_low"]
    assert codes(store, hours(0), disk_low_bytes=999) == []


def test_a_clock_behind_what_is_written_is_a_problem(store: Store) -> None:
    poll(store, hours(5))
    assert codes(store, hours(4.99)) == [], "a time server's wobble"
    assert codes(store, hours(4)) == ["clock_back"]


def test_paused_sending_is_a_problem_until_it_is_resumed(store: Store) -> None:
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


def test_a_job_that_fails_in_a_row_is_a_problem_of_its_own(store: Store) -> None:
    job(store, "poll", "failed", 2)
    job(store, "confirm", "failed", 3)
    (found,) = find_problems(store, settings(store), hours(0))
    assert (found.code, found.subject) == ("job_failing", "confirm")


def test_found_damage_is_a_problem_until_a_check_finds_none(store: Store) -> None:
    job(store, "check", "failed", 1)
    assert codes(store, hours(0)) == ["damage_found"]
    job(store, "check", "good")
    assert codes(store, hours(0)) == []


def test_backups_that_are_not_made_are_a_problem(store: Store, tmp_path: Path) -> None:
    job(store, "backup", "failed", 1, good_at=hours(0))
    assert codes(store, hours(48), backup_directory=tmp_path) == []
    assert codes(store, hours(49), backup_directory=tmp_path) == ["backup_missing"]
    assert codes(store, hours(49)) == [], "no backups are set up"


def test_messages_that_do_not_leave_are_a_problem(store: Store) -> None:
    """The part that sends gives a view of its outbox: how many wait, since when the oldest is due."""
    store.connection.execute(
        "insert into messages (kind, message_id, status, created_at, next_at) values ('alert', 'a', 'waiting', ?1, ?1)",
        [hours(0)],
    )
    assert codes(store, hours(2)) == []
    assert codes(store, hours(2.1)) == ["outbox_stuck"]
    set_switch(store, SENDING_PAUSED, "on", at=hours(0), why="x")
    assert codes(store, hours(2.1)) == ["sending_paused"], "they wait because they were told to"


def test_every_problem_that_can_be_found_is_explained() -> None:
    source = Path(problem_checks.__file__).read_text(encoding="utf-8")
    yielded = set(re.findall(r'yield "(\w+)"', source))
    assert yielded == set(NOTICES)
