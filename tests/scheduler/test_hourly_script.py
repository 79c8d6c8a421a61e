"""The script of docs/deploy/actions, run as GitHub runs it: each hour on an empty machine, with only the state kept."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from db.backup import back_up, list_backups
from db.database import Store, to_text
from tests.mailbox import Mailbox
from tests.paths import ROOT
from tests.scheduler.replay import NAMES
from tests.standin import StandIn
from tests.standin.lists import participating

SCRIPT = ROOT / "docs" / "deploy" / "actions" / "hourly.sh"
READER = "reader@newsroom.org"

pytestmark = pytest.mark.soak


class Hours:
    """`run()` is one hour on a machine of its own; only the directory `state` lasts."""

    def __init__(self, place: Path, site: StandIn, port: int) -> None:
        self.place, self.site, self.port, self.number = place, site, port, 0
        self.moment = ""  # when set, the clock stands there
        self.state = place / "state"
        tools = place / "bin"
        tools.mkdir()
        program = tools / "ice-agreements"
        program.write_text(
            f'#!/bin/sh\n[ -z "$MOMENT" ] || exec {sys.executable} -m tests.scheduler.at_time "$MOMENT" "$@"\n'
            f'exec {sys.executable} {ROOT / "scheduler.py"} "$@"\n'
        )
        program.chmod(0o755)
        self.path = f"{tools}:{os.environ['PATH']}"

    def command(self, home: Path, *words: str | Path, **more: str) -> subprocess.CompletedProcess[str]:
        mine = {key: value for key, value in os.environ.items() if not key.startswith("ICE_AGREEMENTS_")}
        settings = {
            "HOME": home, "SOURCE_URL": self.site.url, "CRAWL_DELAY_SECONDS": 0, "BACKOFF_SECONDS": 0, "MAX_TRIES": 1,
            "SMTP_HOST": "127.0.0.1", "SMTP_PORT": self.port, "SMTP_SECURITY": "none",
            "MAIL_FROM": "alerts@newsroom.org",
        }  # fmt: skip
        named = {f"ICE_AGREEMENTS_{key}": str(value) for key, value in settings.items()}
        return subprocess.run(
            list(map(str, words)), cwd=self.place, capture_output=True, text=True, check=False,
            env={**mine, **named, "PATH": self.path, "PYTHONPATH": str(ROOT), "MOMENT": self.moment, **more},
        )  # fmt: skip

    def run(self, **more: str) -> subprocess.CompletedProcess[str]:
        self.number += 1
        home = self.place / f"machine{self.number}"
        done = self.command(home, "bash", SCRIPT, STATE=str(self.state), SITE=str(self.place / "site"), **more)
        shutil.rmtree(home)
        return done

    def post(self, *names: str) -> None:
        modified = to_text(datetime.now(UTC) - timedelta(hours=2) + timedelta(minutes=self.number))
        self.site.post("participating", participating(*names, modified=modified))


@pytest.fixture
def hours(tmp_path: Path, box: tuple[Mailbox, int]) -> Iterator[Hours]:
    """A tracker whose state holds one subscriber, and a site with one list."""
    with StandIn() as site:
        made = Hours(tmp_path, site, box[1])
        home = tmp_path / "first"
        words = ("ice-agreements", "subscribers", "add", READER, "--rhythm", "instant", "--confirmed")
        assert made.command(home, *words).returncode == 0
        with Store.open(home) as store:
            back_up(store, made.state, at="2026-01-05T16:00:00Z", keep=1)
        made.post(*NAMES[:5])
        yield made


def test_state_is_carried_over_and_nothing_is_told_twice(hours: Hours, box: tuple[Mailbox, int]) -> None:
    first = hours.run()
    assert first.returncode == 0, first.stderr
    assert box[0].subjects == [], "a first list is where history begins"
    hours.post(*NAMES[:6])
    second = hours.run()
    assert second.returncode == 0, second.stderr
    assert len(box[0].subjects) == 1
    for _ in range(2):
        again = hours.run()
        assert again.returncode == 0, again.stderr
    assert len(box[0].subjects) == 1
    assert len(list_backups(hours.state)) == 1
    assert (hours.place / "site" / "index.html").is_file()


def test_a_run_that_dies_while_sending_is_not_followed_by_one_that_sends_again(
    hours: Hours, box: tuple[Mailbox, int]
) -> None:
    """The push after sending fails: what the state knows is older than what left."""
    hours.run()
    hours.post(*NAMES[:6])
    kept = hours.place / "kept"
    keep = f'[ -e {kept} ] && exit 1; cp -r "$STATE" {kept}'
    broken = hours.run(SAVE=keep)
    assert broken.returncode == 1
    assert len(box[0].subjects) == 1
    shutil.rmtree(hours.state)
    kept.rename(hours.state)
    after = hours.run()
    assert after.returncode == 0, after.stderr
    assert "sending stays paused" in after.stderr
    assert len(box[0].subjects) == 1


def test_an_hour_in_which_ice_does_not_answer_keeps_the_state_and_fails(hours: Hours, box: tuple[Mailbox, int]) -> None:
    hours.run()
    hours.site.fail("page", "blocked_403", 1)
    assert hours.run().returncode == 1
    hours.post(*NAMES[:6])
    assert hours.run().returncode == 0
    assert len(box[0].subjects) == 1
