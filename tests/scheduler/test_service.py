"""The service as a process: one instance, health pages, stops within ten seconds, survives what its surroundings do."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from db.database import DATABASE_NAME
from tests.paths import ROOT
from tests.scheduler.replay import NAMES
from tests.standin import StandIn
from tests.standin.lists import participating


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Running:
    """The service's process, and what it is asked."""

    site: StandIn
    place: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    changes: dict[str, str] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        return self.place / "home"

    @property
    def log(self) -> str:
        return (self.place / "log").read_text()

    def environment(self) -> dict[str, str]:
        mine = {key: value for key, value in os.environ.items() if not key.startswith("ICE_AGREEMENTS_")}
        settings = {
            "HOME": self.home, "SOURCE_URL": self.site.url, "CRAWL_DELAY_SECONDS": 0, "BACKOFF_SECONDS": 0,
            "HEALTH_PORT": self.port, "POLL_JITTER_SECONDS": 0, "DISK_LOW_BYTES": 0, "MAX_TRIES": 1,
            "BACKFILL": "false", **self.changes,
        }  # fmt: skip
        return mine | {f"ICE_AGREEMENTS_{key}": str(value) for key, value in settings.items()}

    def start(self) -> None:
        with (self.place / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, ROOT / "scheduler.py"], cwd=self.place, env=self.environment(), stdout=log, stderr=log
            )

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, ROOT / "scheduler.py", *words], cwd=self.place, env=self.environment(),
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    def ask(self, page: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{page}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def health(self) -> dict[str, Any]:
        body = self.ask("/healthz")[1]
        return json.loads(body) if body else {}

    def wait(self, true: Callable[[], bool], seconds: float = 30) -> None:
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, self.log[-3000:]
            assert self.process is not None
            assert self.process.poll() is None, self.log[-3000:]
            time.sleep(0.05)

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, float]:
        """(exit code, seconds it took)."""
        assert self.process is not None
        begun = time.monotonic()
        self.process.send_signal(number)
        return self.process.wait(20), time.monotonic() - begun


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Running]:
    with StandIn() as site:
        site.post("participating", participating(*NAMES[:5]))
        running = Running(site, tmp_path)
        yield running
        if running.process is not None and running.process.poll() is None:
            running.process.kill()
            running.process.wait()


def polled(service: Running) -> Callable[[], bool]:
    return lambda: service.health().get("jobs", {}).get("poll", {}).get("outcome") is not None


def test_one_works_and_the_second_says_why_not(service: Running) -> None:
    service.start()
    service.wait(polled(service))
    assert service.process is not None
    second = service.command("schedule")
    assert second.returncode == 1
    assert re.fullmatch(
        rf"error: the service is already running: process {service.process.pid} on \S+ since \S+Z; stop it, or .*\n",
        second.stderr,
    )
    assert service.health()["healthy"]
    assert service.stop()[0] == 0
    assert "Traceback" not in service.log


def test_a_service_that_was_killed_can_be_started_at_once(service: Running) -> None:
    service.start()
    service.wait(polled(service))
    assert service.stop(signal.SIGKILL)[0] == -signal.SIGKILL
    service.start()
    service.wait(polled(service))
    assert service.stop()[0] == 0


def test_a_plain_run_beside_the_service_works(service: Running) -> None:
    service.start()
    service.wait(polled(service))
    done = service.command("run")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "participatingAgencies01052026am.xlsx: not_modified\nno change\n"
    status = json.loads(service.command("status", "--format", "json").stdout)[0]
    assert (status["service_running"], status["fresh"]) == (True, True)
    service.stop()
    assert json.loads(service.command("status", "--format", "json").stdout)[0]["service_running"] is False


def test_the_health_pages_say_how_it_is(service: Running) -> None:
    service.site.fail("page", "blocked_403", 1)
    service.start()
    service.wait(polled(service))
    service.wait(lambda: service.health()["notices"] != [])
    code, body = service.ask("/healthz")
    found = json.loads(body)
    assert code == 503
    assert (found["healthy"], found["fresh"], found["verified_at"]) == (False, False, None)
    assert [notice["code"] for notice in found["notices"]] == ["blocked"]
    assert str(service.home) not in body
    assert service.ask("/livez") == (200, "alive\n")
    code, metrics = service.ask("/metrics")
    assert code == 200
    assert 'ice_agreements_notices_open{code="blocked"} 1.0' in metrics
    assert "ice_agreements_failed_runs_in_a_row 1.0" in metrics


def test_a_stop_in_the_middle_of_a_fetch_is_within_ten_seconds_and_nothing_is_lost(service: Running) -> None:
    """The server sends half the list and then nothing; the request would wait for a minute."""
    service.site.fail("participating", "stall", 1)
    service.start()
    service.wait(lambda: bool(service.site.asked("participating")))
    code, seconds = service.stop()
    assert code == 0
    assert seconds < 20, "systemd kills it then; on a machine that does nothing else it takes less than ten"
    service.start()
    service.wait(polled(service))
    assert service.health()["fresh"]
    service.stop()


def test_a_crawl_that_hangs_is_cut_off_and_the_service_lives_on(service: Running) -> None:
    service.changes["CRAWL_TIMEOUT_SECONDS"] = "1"
    service.site.fail("participating", "stall", 1)
    service.start()
    service.wait(polled(service))
    assert service.health()["jobs"]["poll"]["outcome"] == "failed"
    assert service.ask("/livez")[0] == 200
    assert service.stop()[0] == 0


def test_a_damaged_database_stops_the_start_with_one_line(service: Running) -> None:
    service.home.mkdir()
    (service.home / DATABASE_NAME).write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    done = service.command("schedule")
    assert done.returncode == 1
    assert re.fullmatch(r"error: [^\n]*(restore a backup)[^\n]*\n", done.stderr)


def test_a_port_that_is_taken_stops_the_start_with_one_line(service: Running) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", service.port))
        taken.listen()
        done = service.command("schedule")
    assert done.returncode == 1
    assert re.fullmatch(
        r"error: cannot serve /healthz at 127\.0\.0\.1:\d+: [^\n]*ICE_AGREEMENTS_HEALTH_PORT[^\n]*\n", done.stderr
    )


@pytest.mark.parametrize(
    ("name", "value"), [("PING_URL", "ftp://T0KEN"), ("NOTICE_URL", "T0KEN"), ("PNIG_URL", "https://x/T0KEN")]
)
def test_a_wrong_secret_is_named_and_not_shown(service: Running, name: str, value: str) -> None:
    service.changes[name] = value
    done = service.command("schedule")
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: ICE_AGREEMENTS_{name} ")
    assert "T0KEN" not in done.stdout + done.stderr


def test_a_wrong_schedule_is_named(service: Running) -> None:
    service.changes["POLL_SCHEDULE"] = "*/10 7-19 * *"
    done = service.command("schedule")
    assert done.returncode == 1
    assert "ICE_AGREEMENTS_POLL_SCHEDULE" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_line_that_is_no_cron_line_is_named(service: Running) -> None:
    service.changes["POLL_SCHEDULE"] = "99 * * * *"
    done = service.command("schedule")
    assert done.returncode == 1
    assert "'99 * * * *' is not a cron line" in done.stderr
    assert "Traceback" not in done.stderr
