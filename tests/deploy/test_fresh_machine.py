"""A fresh Debian, the commands of README and operations.md to the letter: a site with mail, desk, copy and backups."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import requests

from db.database import to_text
from tests.deploy.fresh_debian import FreshDebian
from tests.mailbox import Mailbox
from tests.paths import ROOT
from tests.scheduler.replay import NAMES
from tests.standin import StandIn
from tests.standin.lists import participating

READER = "reader@newsroom.org"
PASSWORD = "correct horse battery"
DATA, BACKUPS = "/var/lib/ice-agreements", "/mnt/backups/ice-agreements"
PAGES, HEALTH = "http://127.0.0.1:8000", "http://127.0.0.1:8287"

pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(not shutil.which("debootstrap"), reason="no debootstrap (apt-get install debootstrap)"),
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a chroot"),
]


def taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def site() -> Iterator[StandIn]:
    with StandIn() as made:
        yield made


def post(site: StandIn, count: int) -> None:
    modified = to_text(datetime.now(UTC) - timedelta(minutes=60 - count))
    site.post("participating", participating(*NAMES[:count], modified=modified))


def commands_of_the_page() -> list[str]:
    """The commands under "Install under systemd", as they are typed."""
    text = (ROOT / "docs" / "operations.md").read_text()
    block = re.search(r"## Install under systemd\n.*?```console\n(.*?)```", text, re.DOTALL)
    assert block is not None
    return [line.removeprefix("# ") for line in block[1].splitlines()]


def wait_for(what: str, holds: Callable[[], object], seconds: float = 150) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, f"{what} did not come"
        time.sleep(1)


def answers(address: str) -> bool:
    try:
        return requests.get(address, timeout=5).status_code == 200
    except requests.RequestException:
        return False


@pytest.mark.parametrize("release", ["bookworm", "trixie"])
def test_a_fresh_machine_becomes_a_site(release: str, tmp_path: Path, site: StandIn, box: tuple[Mailbox, int]) -> None:
    if taken(8000) or taken(8287):
        pytest.skip("the ports of the service are taken on this machine")
    with FreshDebian(tmp_path, release) as machine:
        src = "/opt/source"
        machine.inside(src).mkdir()
        packed = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, capture_output=True, check=True).stdout
        subprocess.run(["tar", "-x", "-C", machine.inside(src)], input=packed, check=True)
        shutil.copy(ROOT / "tests/deploy/systemctl.py", machine.inside("/usr/local/bin/systemctl"))
        machine.inside("/usr/local/bin/systemctl").chmod(0o755)
        post(site, 5)
        try:
            follow_the_readme(machine, src, site)
            install(machine, src, site, box[1])
            use(machine, site, box[0])
        finally:
            machine.run("systemctl stop ice-agreements ice-agreements-serve")


def follow_the_readme(machine: FreshDebian, src: str, site: StandIn) -> None:
    machine.do("apt-get install --quiet --quiet --yes --no-install-recommends make python3 python3-venv")
    source = {"ICE_AGREEMENTS_SOURCE_URL": site.url, "ICE_AGREEMENTS_CRAWL_DELAY_SECONDS": "0"}
    nowhere = {"ICE_AGREEMENTS_ARCHIVE_URL": "http://127.0.0.1:9", "ICE_AGREEMENTS_MAX_TRIES": "1"}
    assert "no change" in machine.do("make run", where=src, **source, **nowhere)
    assert "Why the log says so" in machine.do("make demo", where=src)


def install(machine: FreshDebian, src: str, site: StandIn, port: int) -> None:
    machine.inside(BACKUPS).mkdir(parents=True)
    typed = [
        PAGES, "", "https://newsroom.org/contact", BACKUPS, "", "127.0.0.1", str(port), "none", "", "",
        "alerts@newsroom.org", "", "Newsroom, 1 Main Street", "operator@newsroom.org", READER,
        "ada", PASSWORD, PASSWORD,
    ]  # fmt: skip
    for command in commands_of_the_page():
        if command == "ice-agreements setup":
            machine.do(f"chown ice-agreements: {BACKUPS}")
            with machine.inside("/etc/ice-agreements/environment").open("a") as file:
                file.write(f"ICE_AGREEMENTS_SOURCE_URL={site.url}\nICE_AGREEMENTS_CRAWL_DELAY_SECONDS=0\n")
            said = machine.do(command, typed="\n".join([*typed, ""]))
            assert "ada may log in at /review/ as administrator" in said
        else:
            machine.do(command, where=src)


def use(machine: FreshDebian, site: StandIn, mailbox: Mailbox) -> None:
    wait_for("a verified list", lambda: answers(f"{HEALTH}/healthz"))
    wait_for("the pages", lambda: answers(f"{PAGES}/"))
    assert mailbox.subjects == ["Test of 287(g) agreements"]
    machine.do(f"ice-agreements subscribers add {READER} --rhythm instant --confirmed")
    post(site, 6)
    assert NAMES[5] in machine.do("ice-agreements run")
    wait_for("the mail", lambda: len(mailbox.subjects) == 2)
    assert NAMES[5] in mailbox.subjects[1]
    month = datetime.now(ZoneInfo("America/New_York")).strftime("%Y-%m")
    assert "Broward County" in requests.get(f"{PAGES}/changes/{month}/", timeout=10).text
    with requests.Session() as desk:
        form = desk.get(f"{PAGES}/review/login", timeout=10).text
        fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
        entered = desk.post(f"{PAGES}/review/login", data={**fields, "name": "ada", "password": PASSWORD}, timeout=10)
        assert "ada" in entered.text
    machine.do("systemctl start ice-agreements-publish")
    page = machine.inside("/var/lib/ice-agreements-site/index.html")
    assert page.stat().st_mode & 0o777 == 0o644
    wait_for("a backup", lambda: list(machine.inside(BACKUPS).glob("*.sqlite")))
    assert "all is well" in machine.do("ice-agreements doctor")
    machine.do(f"ICE_AGREEMENTS_HOME=/tmp/drill /opt/ice-agreements/venv/bin/ice-agreements restore {BACKUPS}")
