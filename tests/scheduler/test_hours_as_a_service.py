"""The script of docs/deploy/actions run 24 times in a row comes to what a service comes to that never stops."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from db.backup import back_up
from db.database import Store, to_text
from monitor.alerts.filters import check_preferences
from monitor.alerts.subscribe import add_subscription
from tests.monitor.alerts.smtpd import Plan, Server, told
from tests.scheduler.desk import Desk
from tests.scheduler.replay import FIRST_DAY, content, days, still_site
from tests.scheduler.test_hourly_script import READER, Hours

RUNS = 24


def moment(run: int) -> datetime:
    """Two runs a day while ICE posts, then one in a day and a half, until endings have stood long enough."""
    return FIRST_DAY + (timedelta(hours=12 * run) if run < 16 else timedelta(days=8, hours=36 * (run - 16)))


def subscribe(home: Path) -> None:
    with Store.open(home, now=lambda: FIRST_DAY) as store:
        add_subscription(
            store, "mail", READER, check_preferences(store, rhythm="instant"), now=store.now_text(), how="test",
            language="en", zone="America/New_York", confirmed=True,
        )  # fmt: skip


def take_mail(server: Server) -> Counter[str]:
    """How often the reader was told of which change."""
    return Counter(change for entry in server.accepted() for change in told(entry))


@pytest.mark.soak
def test_24_runs_in_a_row_give_the_log_of_a_service_and_each_mail_once(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "hours", tmp_path / "service"
    ours.mkdir()
    with (
        still_site() as site, Server(Plan(), tmp_path / "hours.jsonl") as to_hours,
        Server(Plan(), tmp_path / "service.jsonl") as to_service,
    ):  # fmt: skip
        hours = Hours(ours, site, to_hours.port)
        desk = Desk(site, theirs, FIRST_DAY, {
            "smtp_host": "127.0.0.1", "smtp_port": to_service.port, "smtp_security": "none",
            "mail_from": "alerts@newsroom.org",
        })  # fmt: skip
        for home in (theirs, ours / "first"):
            subscribe(home)
        with Store.open(ours / "first") as store:
            back_up(store, hours.state, at=to_text(FIRST_DAY), keep=1)
        history: list[Callable[[], object]] = days(site)
        for run in range(RUNS):
            if run < 16 and run % 2 == 0:
                history[run // 2]()
            desk.time = moment(run)
            assert desk.poll().startswith("good")
            asyncio.run(desk.jobs.send())
            hours.moment = to_text(desk.time)
            done = hours.run()
            assert done.returncode == 0, done.stderr
        restored = tmp_path / "restored"
        done = hours.command(restored, "ice-agreements", "restore", hours.state)
        assert done.returncode == 0, done.stderr
        assert content(restored) == content(theirs)
        assert take_mail(to_hours) == take_mail(to_service)
        assert list(take_mail(to_hours).values()) == [1] * 4, "the four counties of the third day"
