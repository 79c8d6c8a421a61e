"""`serve` as a process: its port, its log, and what it does when another database takes the place of its own."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from db.backup import back_up
from db.database import DATABASE_NAME, Store
from db.locks import LockedError
from db.restore import restore
from db.settings import Settings
from monitor.cli import serve_pages
from tests.histories import Posting, agencies, open_store, take
from tests.paths import ROOT

BAKER, BAY = agencies("Baker County Sheriff's Office", "Bay County Sheriff's Office")
JUNE = Posting((BAKER, BAY), "2025-06-02T14:00:00Z", "participatingAgencies06022025am.xlsx")
AT = "2026-01-05T16:00:00Z"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    place = tmp_path / "home"
    with open_store(place) as store:
        take(store, [JUNE])
    return place


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Serving:
    """`serve` in a process of its own."""

    def __init__(self, home: Path, log: Path, *options: str) -> None:
        self.port, self._log = free_port(), log
        before = [option for option in options if option.startswith("--log-format")]
        after = [option for option in options if option not in before]
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, ROOT / "scheduler.py", *before, "--db", home, "serve", f"--port={self.port}", *after],
                stdout=out, stderr=out, cwd=home,
            )  # fmt: skip

    @property
    def log(self) -> str:
        return self._log.read_text()

    def ask(self, path: str, **headers: str) -> tuple[int, str]:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def wait(self, text: str, times: int = 1) -> None:
        end = time.monotonic() + 60
        while self.log.count(text) < times or self.ask("/livez")[0] != 200:
            assert time.monotonic() < end, self.log
            assert self.process.poll() is None, self.log
            time.sleep(0.1)


@pytest.fixture
def serving(home: Path, tmp_path: Path) -> Iterator[Serving]:
    running = Serving(home, tmp_path / "log", "--log-format=json", "--access-log")
    running.wait(" serves ")
    yield running
    running.process.kill()
    running.process.wait()


def test_a_port_that_is_taken_is_one_line(home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, ROOT / "scheduler.py", "--db", home, "serve", f"--port={port}"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert re.fullmatch(
        rf"error: cannot listen on 127\.0\.0\.1:{port}: Address already in use; stop .*--port\n", done.stderr
    )


def test_start_stop_and_requests_are_in_the_log_as_json(serving: Serving) -> None:
    assert serving.ask("/healthz") == (200, "healthy\n")
    assert serving.ask("/metrics")[1].count("ice_agreements_build_info{version=") == 1
    assert serving.ask("/metrics", **{"X-Forwarded-For": "203.0.113.7"}) == (404, "not found\n")
    serving.process.send_signal(signal.SIGTERM)
    assert serving.process.wait(20) == 0
    lines = [json.loads(line) for line in serving.log.splitlines()]
    assert re.fullmatch(r"ice-agreements \S+ serves \S+ at http://127\.0\.0\.1:\d+/", lines[0]["message"])
    assert re.fullmatch(
        r"links in feeds and messages lead to http://127\.0\.0\.1:8000, not to http://127\.0\.0\.1:\d+; set"
        " ICE_AGREEMENTS_PUBLIC_URL to the address readers use",
        lines[1]["message"],
    )
    assert re.fullmatch(r"ice-agreements \S+: `serve` has stopped", lines[-1]["message"])
    assert any("GET /healthz" in line["message"] for line in lines)
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", line["timestamp"]) for line in lines)


def test_nothing_is_restored_beneath_a_running_serve(serving: Serving, home: Path, tmp_path: Path) -> None:
    with Store.open(home) as store:
        back_up(store, tmp_path / "backups", at=AT, keep=1)
    with pytest.raises(LockedError, match="`serve` is already running"):
        restore(tmp_path / "backups", home, at=AT, replace=True)


def test_serve_starts_again_on_a_database_that_took_the_place_of_its_own(
    serving: Serving, home: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    with open_store(other) as store:
        take(store, [Posting((BAKER,), "2025-07-01T14:00:00Z", "participatingAgencies07012025am.xlsx")])
        store.connection.execute("pragma wal_checkpoint(truncate)")
    assert "participatingAgencies06022025am.xlsx" in serving.ask("/api/v1/publications")[1]
    shutil.copy(other / DATABASE_NAME, home / "new")
    (home / "new").replace(home / DATABASE_NAME)
    serving.wait(" serves ", times=2)
    assert "participatingAgencies07012025am.xlsx" in serving.ask("/api/v1/publications")[1]
    assert "participatingAgencies06022025am.xlsx" not in serving.ask("/api/v1/publications")[1]


def second_process_of(serving: Serving) -> int:
    """The process that `serve` has started."""
    tasks = Path(f"/proc/{serving.process.pid}/task").iterdir()
    (found,) = [int(child) for task in tasks for child in (task / "children").read_text().split()]
    return found


def wait_until_gone(process: int) -> None:
    end = time.monotonic() + 10
    while Path(f"/proc/{process}").exists():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_heavy_questions_are_answered_by_a_second_process(serving: Serving) -> None:
    """The answers are those of one process; killed, it is replaced."""
    for path, said in (
        ("/data/changes.csv", "id,"), ("/api/v1/agreements.csv?limit=1", "agreement_id,"),
        ("/api/v1/changes?known_at=2020-01-01T00:00:00Z", "[]"), ("/as-of/2025-06-02/?known_at=2020-01-01", "<html"),
    ):  # fmt: skip
        status, text = serving.ask(path)
        assert said in text, (path, status)
    second = second_process_of(serving)
    assert os.getpriority(os.PRIO_PROCESS, second) > os.getpriority(os.PRIO_PROCESS, serving.process.pid)
    os.kill(second, signal.SIGKILL)
    wait_until_gone(second)
    assert serving.ask("/data/agreements.csv")[0] == 200
    assert second_process_of(serving) != second


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_the_second_process_ends_with_the_first(serving: Serving, how: signal.Signals) -> None:
    assert serving.ask("/data/changes.csv")[0] == 200
    second = second_process_of(serving)
    serving.process.send_signal(how)
    wait_until_gone(second)


def test_a_stop_is_quick_whatever_is_being_computed(home: Path, tmp_path: Path) -> None:
    """A thread that computes cannot be stopped: the process ends without it within ten seconds."""
    code = (
        "import sys, time; from pathlib import Path; from db.settings import Settings; from monitor.cli import"
        " serve_pages; from monitor.web.pages import app\n"
        "app.answer_page = lambda site, request: time.sleep(120)\n"
        "serve_pages.serve_pages(Settings(home=Path(sys.argv[1])), '127.0.0.1', int(sys.argv[2]))"
    )
    port = free_port()
    process = subprocess.Popen([sys.executable, "-c", code, home, str(port)], cwd=ROOT)
    try:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            try:
                reader = socket.create_connection(("127.0.0.1", port))
                break
            except OSError:
                time.sleep(0.1)
        reader.sendall(b"GET /changes/ HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(1)
        begun = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        assert time.monotonic() - begun <= 10
    finally:
        process.kill()


@pytest.mark.parametrize(
    ("host", "proxies", "told"),
    [("0.0.0.0", "", 1), ("::", "", 1), ("127.0.0.1", "", 0), ("localhost", "", 0), ("0.0.0.0", "10.0.0.1", 0)],  # noqa: S104
)
def test_serving_strangers_without_a_proxy_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, host: str, proxies: str, told: int
) -> None:
    serve_pages._warn_if_bare(Settings(home=tmp_path, trusted_proxies=proxies), host)
    assert len([r for r in caplog.records if "docs/operations.md" in r.getMessage()]) == told
