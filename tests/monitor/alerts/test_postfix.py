"""Debian's Postfix as the relay: takes our messages, hands them on, and sends bounces back to our intake.

Runs where Postfix is installed and the tests run as root (its daemons need that); a queue and settings of its own.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from db.database import Store
from db.queries.suppressions import find_suppression
from monitor.alerts.bounce_intake import ReturnedMail, make_intake
from monitor.alerts.send import send_due
from monitor.alerts.tokens import open_signer
from tests.monitor.alerts.smtpd import Plan, Server
from tests.monitor.alerts.world import World, make_world, row

POSTFIX = shutil.which("postfix") or "/usr/sbin/postfix"
DAEMONS = Path("/usr/lib/postfix/sbin")
NOBODY = "nobody@example.org"
PASCO = row("Pasco County Sheriff's Office", county="Pasco County")
LEE = row("Lee County Sheriff's Office", county="Lee County", signed="2025-06-02")

pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(not Path(POSTFIX).is_file() or os.geteuid() != 0, reason="no Postfix, or not root"),
]  # fmt: skip


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(what: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "Postfix did not do it in time"
        time.sleep(0.2)


@pytest.fixture
def postfix() -> Iterator[Callable[[int, int], int]]:
    """Starts a Postfix that hands mail on to one port and bounces to another; returns the port it listens on."""
    # its daemons run as another user, who must get in
    home = Path(tempfile.mkdtemp(prefix="relay-", dir="/var/tmp"))
    home.chmod(0o755)
    started = []

    def start(onward: int, intake: int) -> int:
        port = free_port()
        config = home / "config"
        config.mkdir()
        (config / "main.cf").write_text(
            f"""compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/data
command_directory = /usr/sbin
daemon_directory = {DAEMONS}
mail_owner = postfix
setgid_group = postdrop
myhostname = mail.example.org
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
recipient_delimiter = +
default_transport = smtp:[127.0.0.1]:{onward}
transport_maps = inline:{{{{bounces@alerts.example.org = lmtp:inet:127.0.0.1:{intake}}}}}
minimal_backoff_time = 1s
queue_run_delay = 1s
maximal_backoff_time = 2s
alias_maps =
local_recipient_maps =
maillog_file = {home}/relay.log
maillog_file_prefixes = /var
"""
        )
        lines = [
            f"127.0.0.1:{port} inet n - n - - smtpd", "postlog unix-dgram n - n - 1 postlogd",
            "pickup unix n - n 60 1 pickup", "cleanup unix n - n - 0 cleanup", "qmgr unix n - n 1 1 qmgr",
            "rewrite unix - - n - - trivial-rewrite", "bounce unix - - n - 0 bounce", "defer unix - - n - 0 bounce",
            "trace unix - - n - 0 bounce", "verify unix - - n - 1 verify", "smtp unix - - n - - smtp",
            "lmtp unix - - n - - lmtp", "error unix - - n - - error", "retry unix - - n - - error",
            "scache unix - - n - 1 scache", "anvil unix - - n - 1 anvil", "tlsmgr unix - - n 1000? 1 tlsmgr",
            "proxymap unix - - n - - proxymap",
        ]  # fmt: skip
        (config / "master.cf").write_text("\n".join(lines) + "\n")
        for name in ("queue", "data"):
            (home / name).mkdir()
        shutil.chown(home / "data", "postfix")
        done = subprocess.run([POSTFIX, "-c", str(config), "start"], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        started.append(config)
        return port

    yield start
    for config in started:
        subprocess.run([POSTFIX, "-c", str(config), "stop"], capture_output=True, check=False)
    shutil.rmtree(home, ignore_errors=True)


def test_messages_go_out_and_bounces_come_back(tmp_path: Path, postfix: Callable[[int, int], int]) -> None:
    """Five readers whose servers greylist at first get theirs once; the sixth does not exist and is suppressed."""
    readers = [f"reader{n}@example.org" for n in range(5)]
    intake_port = free_port()
    with Server(Plan(7, 0.5, 2, nobody=(NOBODY,)), tmp_path / "accepted.jsonl") as server:
        port = postfix(server.port, intake_port)
        world: World = make_world(tmp_path / "home", smtp_port=port, smtp_timeout_seconds=30)
        signer = open_signer(world.settings, world.home)
        handler = ReturnedMail(lambda: Store.open(world.home), world.settings, signer, lambda: world.now)
        intake = make_intake(handler, "127.0.0.1", intake_port, lmtp=True)
        intake.start()
        try:
            world.publish("2025-06-02", PASCO)
            for address in [*readers, NOBODY]:
                world.subscribe(address)
            world.publish("2025-06-03", PASCO, LEE)
            assert send_due(world.store, world.settings, world.now).sent == 6, "the relay takes all six"
            wait_for(lambda: {e["to"][0] for e in server.accepted()} == set(readers))
            wait_for(lambda: find_suppression(world.store.connection, NOBODY) == "bounce")
        finally:
            intake.stop()
        for reader in readers:
            copies = {e["id"] for e in server.accepted() if e["to"] == [reader]}
            assert len(copies) == 1
            assert find_suppression(world.store.connection, reader) is None
        senders = {e["from"] for e in server.accepted()}
        assert len(senders) == 5, "each reader has a return path of their own"
