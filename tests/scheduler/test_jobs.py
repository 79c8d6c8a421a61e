"""A poll over the stand-in, as the service makes it: what it says, what it keeps to, what it tells the operator."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import requests

from db.locks import WORK, HomeLock
from db.settings import Settings
from monitor.service import jobs
from monitor.service.triggers import JobFailed, NothingToDo
from tests.scheduler.desk import Desk
from tests.scheduler.replay import NAMES
from tests.standin.lists import participating
from tests.workbooks import PARTICIPATING, make_workbook


def post(desk: Desk, *names: str) -> None:
    desk.site.clock = desk.time
    desk.site.post("participating", participating(*names, modified=desk.stamp()))


def test_a_poll_says_what_it_did(desk: Desk) -> None:
    post(desk, *NAMES[:5])
    assert desk.poll() == "good: page and lists verified; 0 statements, 0 lists held"
    desk.later(days=1)
    post(desk, *NAMES[:7])
    assert desk.poll() == "good: page and lists verified; 2 statements, 0 lists held"


def test_an_idle_poll_asks_each_address_once_and_the_list_only_for_what_is_new(desk: Desk) -> None:
    post(desk, *NAMES[:5])
    desk.poll()
    desk.later(minutes=10)
    desk.site.requests.clear()
    desk.poll()
    asked = [(logged.path.rsplit("/", 1)[-1], logged.answer) for logged in desk.site.requests]
    assert asked == [("robots.txt", "200"), ("287g", "200"), ("participatingAgencies01052026am.xlsx", "304")]


def test_a_poll_that_finds_nothing_new_is_cheap(desk: Desk) -> None:
    """About 50 ms of CPU on two cores; the promise is 150. The stand-in's own work is counted in, too."""
    post(desk, *NAMES)
    desk.poll()
    used = []
    for _ in range(15):
        desk.later(minutes=10)
        begun = time.process_time()
        desk.poll()
        used.append(time.process_time() - begun)
    assert sorted(used)[7] < 0.15


@pytest.fixture
def pings(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    desk.changes["ping_url"] = "https://ping.example/x"
    heard: list[str] = []

    def answer(method: str, address: str, **rest: object) -> requests.Response:
        heard.append(f"{method} {address}")
        response = requests.Response()
        response.status_code = 200
        return response

    monkeypatch.setattr(requests, "request", answer)
    return heard


def test_the_dead_man_switch_hears_of_good_polls_only(desk: Desk, pings: list[str]) -> None:
    post(desk, *NAMES[:5])
    desk.poll()
    assert pings == ["GET https://ping.example/x"]
    desk.site.fail("page", "blocked_403", None)
    assert desk.poll().startswith("failed: blocked: ")
    desk.site.heal()
    desk.site.fail("participating", "missing", None)
    assert desk.poll().startswith("failed: missing: ")
    assert len(pings) == 1


def test_a_source_that_asks_us_to_wait_is_left_alone_so_long(desk: Desk) -> None:
    """Retry-After of two hours: no request before, also not after a restart; then all is well again."""
    post(desk, *NAMES[:5])
    desk.poll()
    desk.site.retry_after = 7200
    desk.site.fail("page", "throttled")
    assert desk.poll().startswith("failed: throttled: ")
    desk.site.requests.clear()
    for minutes in (10, 60, 49):
        desk.later(minutes=minutes)
        assert desk.poll() == "put off: the source asked not to be asked before 2026-01-05T18:00:00Z"
    assert desk.site.requests == []
    desk.later(minutes=1)
    assert desk.poll().startswith("good: ")
    assert desk.rows("select * from switches") == []


def test_two_passes_never_run_at_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """While another process works, the poll waits, and says who it waits for when it has waited long enough."""
    monkeypatch.setattr(jobs, "WAIT_SECONDS", 0.3)
    post(desk, *NAMES[:5])
    desk.poll()
    desk.site.requests.clear()
    with (
        HomeLock(desk.home, WORK, "`import`", at="2026-01-05T16:00:00Z"),
        pytest.raises(Exception, match="`import` is already running"),
    ):
        desk.poll()
    assert desk.site.requests == []
    assert desk.poll().startswith("good: ")


def test_a_held_list_is_a_notice_until_it_is_made_up_for(desk: Desk) -> None:
    post(desk, *NAMES)
    desk.poll()
    assert desk.notices() == []
    desk.later(days=1)
    post(desk, *NAMES[:3])
    assert desk.poll().endswith("1 lists held")
    assert desk.notices() == ["held_list"]
    desk.later(days=1)
    post(desk, *NAMES, "Polk County Sheriff's Office")
    desk.poll()
    assert desk.notices() == []


def test_an_unknown_column_is_a_notice_and_its_list_is_taken_in(desk: Desk) -> None:
    rows = [("FLORIDA", NAMES[0], "County", "Baker County", "Task Force Model", date(2026, 1, 2), "", "", "7")]
    book = make_workbook([(*PARTICIPATING, "BADGES"), *rows], modified=desk.stamp())
    desk.site.post("participating", book)
    assert desk.poll().startswith("good: ")
    assert desk.notices() == ["unknown_column"]
    assert "BADGES" in desk.rows("select text from notices")[0][0]


def test_a_list_nobody_can_read_is_a_notice(desk: Desk) -> None:
    post(desk, *NAMES[:5])
    desk.poll()
    desk.later(days=1)
    desk.site.clock = desk.time
    desk.site.post("participating", make_workbook([("NOTHING", "OF", "THIS"), ("is", "a", "list")]))
    desk.poll()
    assert desk.notices() == ["unreadable_list"]


def test_no_new_list_for_long_is_a_notice_though_all_is_verified(desk: Desk) -> None:
    """Monday 5 January; seven weekdays later is Wednesday 14, the eighth is Thursday 15."""
    post(desk, *NAMES[:5])
    desk.poll()
    desk.time = datetime(2026, 1, 14, 16, tzinfo=UTC)
    desk.poll()
    assert desk.notices() == []
    desk.later(days=1)
    assert desk.poll().startswith("good: ")
    assert desk.notices() == ["nothing_new"]
    post(desk, *NAMES[:6])
    desk.poll()
    assert desk.notices() == []


def test_a_page_without_lists_is_a_notice(desk: Desk) -> None:
    post(desk, *NAMES[:5])
    desk.poll()
    desk.site.unlink("participating")
    assert desk.poll().startswith("failed: no list is linked on ")
    assert desk.notices() == ["layout_changed", "list_vanished"]


def test_an_ending_is_confirmed_without_a_new_list_when_its_time_has_come(desk: Desk) -> None:
    post(desk, *NAMES[:5])
    desk.poll()
    desk.later(days=1)
    post(desk, *NAMES[:4])
    desk.poll()
    assert desk.rows("select kind, status from changes") == [("termination", "provisional")]
    desk.later(hours=47)
    desk.poll()
    asyncio.run(desk.jobs.confirm())
    assert desk.rows("select status from changes") == [("provisional",)]
    desk.later(hours=1)
    desk.poll()
    asyncio.run(desk.jobs.confirm())
    assert desk.rows("select status from changes") == [("confirmed",)]


def test_the_weekly_check_fails_on_a_damaged_document(desk: Desk) -> None:
    post(desk, *NAMES[:5])
    desk.poll()
    assert asyncio.run(desk.jobs.check()) == "database and archive are sound"
    file = next(path for path in (desk.home / "archive").rglob("*") if path.is_file())
    file.write_bytes(b"flipped")
    with pytest.raises(JobFailed, match="is damaged on the disk; restore it from a backup"):
        asyncio.run(desk.jobs.check())


def test_the_plan_is_made_from_the_settings(desk: Desk) -> None:
    names = [job.name for job in jobs.plan_jobs(desk.settings, desk.jobs)]
    assert names == ["poll", "confirm", "send", "housekeeping", "check"]
    desk.changes.update(backup_directory=desk.home / "b", poll_schedule="1 2 * * *")
    plan = {job.name: job.schedule for job in jobs.plan_jobs(desk.settings, desk.jobs)}
    assert plan["poll"] == "1 2 * * *"
    assert plan["backup"] == Settings.model_fields["backup_schedule"].default


def test_reviewers_are_told_only_where_an_address_is_set(desk: Desk) -> None:
    assert "review" not in {job.name for job in jobs.plan_jobs(desk.settings, desk.jobs)}
    desk.changes["review_mail_address"] = "desk@newsroom.org"
    plan = {job.name: job.schedule for job in jobs.plan_jobs(desk.settings, desk.jobs)}
    assert plan["review"] == "0 8 * * mon-fri"
    said = asyncio.run(desk.jobs.tell_reviewers())
    assert (said, type(said)) == ("nothing waits for review", NothingToDo)


def test_new_documents_are_in_the_bucket_within_the_next_minute(desk: Desk, tmp_path: Path) -> None:
    """A bucket of any kind will do; here it is a directory."""
    bucket = tmp_path / "bucket"
    bucket.mkdir()
    desk.changes["backup_bucket"] = bucket.as_uri()
    post(desk, *NAMES[:5])
    desk.poll()
    working = desk.jobs
    assert {job.name for job in jobs.plan_jobs(desk.settings, working)} >= {"bucket", "copy"}
    assert asyncio.run(working.copy_documents()) == f"2 documents copied to {bucket.as_uri()}"
    assert asyncio.run(working.copy_documents()) == "no new document"
    assert asyncio.run(working.back_up_to_bucket()).endswith(": 2 documents, 0 new there")
    desk.later(days=1)
    post(desk, *NAMES[:6])
    desk.poll()
    assert asyncio.run(working.copy_documents()).endswith(f" documents copied to {bucket.as_uri()}")
    assert desk.notices() == []


def test_a_relay_that_is_not_there_is_a_failure_before_anything_is_due(desk: Desk) -> None:
    desk.changes.update(smtp_host="127.0.0.1", smtp_port=1, smtp_security="none", mail_from="a@newsroom.org")
    assert "mail" in {job.name for job in jobs.plan_jobs(desk.settings, desk.jobs)}
    with pytest.raises(JobFailed, match=r"no connection to the relay 127\.0\.0\.1:1: "):
        asyncio.run(desk.jobs.check_mail())
