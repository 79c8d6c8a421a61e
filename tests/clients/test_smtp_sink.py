"""Postfix's smtp-sink takes a digest for 10,000 readers while the sender is killed five times: nothing is lost."""

from __future__ import annotations

import getpass
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from tests.clients.programs import needs
from tests.monitor.alerts.world import make_world, row

SINK = Path(shutil.which("smtp-sink") or "/usr/sbin/smtp-sink")
READERS, KILLS = 10_000, 5
MOST_MEMORY_KB = 90_000

pytestmark = [pytest.mark.soak, needs(SINK)]


def prepare(home: Path) -> dict[str, str]:
    """A store in which every reader is due a digest of 20 changes; the environment in which it is sent."""
    world = make_world(home)
    world.publish("2025-06-02")
    with world.store.writing():
        for n in range(READERS):
            world.subscribe(f"reader{n}@example.org", "weekly", language=("en", "es")[n % 2])
    world.publish("2025-06-03", *(row(f"Town {n} Police Department", signed="2025-06-02") for n in range(20)))
    world.store.close()
    names = ("mail_from", "smtp_host", "smtp_security", "mail_per_second", "public_url", "bounce_address")
    settings = world.settings.model_dump()
    given = {f"ICE_AGREEMENTS_{name.upper()}": str(settings[name]) for name in names}
    return {**os.environ, **given, "ICE_AGREEMENTS_SECRET_KEYS": "a-key-of-the-tests-only"}


def peak_kb(process: subprocess.Popen[bytes]) -> int:
    found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{process.pid}/status").read_text())
    return int(found[1]) if found else 0


def taken(folder: Path) -> dict[str, list[str]]:
    """Reader -> the Message-ID of each copy that the sink took whole."""
    copies = defaultdict(list)
    for path in folder.iterdir():
        text = path.read_text()
        if text.rstrip().endswith("--"):  # the end of the MIME parts: a message cut by a kill was not taken
            reader, message_id = re.search(r"^To: (\S+)", text, re.M), re.search(r"^Message-ID: (\S+)", text, re.M)
            assert reader is not None
            assert message_id is not None
            copies[reader[1]].append(message_id[1])
    return copies


def test_five_kills_lose_nothing_and_repeat_at_most_one_message_each(tmp_path: Path) -> None:
    env = prepare(tmp_path / "home")
    folder = tmp_path / "taken"
    folder.mkdir()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    sink = subprocess.Popen([SINK, "-u", getpass.getuser(), "-d", f"{folder}/m", f"127.0.0.1:{port}", "9"])
    command = [sys.executable, "-m", "scheduler", "--db", str(tmp_path / "home"), "alerts", "send"]
    peak = begun = 0
    try:
        for kill in range(1, KILLS + 2):
            sender = subprocess.Popen(command, env={**env, "ICE_AGREEMENTS_SMTP_PORT": port}, stdout=subprocess.DEVNULL)
            while sender.poll() is None:
                peak = max(peak, peak_kb(sender))
                if kill <= KILLS and sum(1 for _ in folder.iterdir()) > kill * READERS // (KILLS + 1):
                    sender.send_signal(signal.SIGKILL)
                    sender.wait()
                time.sleep(0.01)
            begun += 1
    finally:
        sink.kill()
        sink.wait()
    assert (begun, sender.returncode) == (KILLS + 1, 0)
    copies = taken(folder)
    assert len(copies) == READERS
    assert all(len(set(ids)) == 1 for ids in copies.values()), "a repeat has the Message-ID of the first"
    repeated = Counter(len(ids) for ids in copies.values())
    assert repeated[1] + repeated[2] == READERS
    assert repeated[2] <= KILLS
    assert peak <= MOST_MEMORY_KB
