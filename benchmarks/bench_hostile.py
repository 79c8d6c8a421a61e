"""Honest readers beside each attack: milliseconds, errors and memory of `serve`.

    python -m benchmarks.bench_hostile --home DIR [--seconds N] [--attack NAME ...]

Ten honest requests a second, each begun when its time has come, however long others take: a kept page, a page nobody
asked for before, the API, a feed, the sign-up form, and a sign-up. Each attack runs for N seconds (10; `--seconds 60`
for the figures in the docs: fourteen minutes). One table: milliseconds, errors, and the most memory: of `serve`, of the
processes it starts, and of all as PSS, in which pages that they share count once.

DIR is copied, and never written to. Only loopback is used. Attackers come from 127.0.0.2, readers from 250 others, and
to sign up from one each. The limit of sign-ups over all is raised: the run has more of them in an hour than a site in a
year.
"""

from __future__ import annotations

import argparse
import http.client
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.bench_api import free_port
from benchmarks.hostile_attacks import ATTACKS, FORM, ROOT, Target

A_SECOND = 10
KINDS = ("kept page", "new page", "API changes", "form", "feed", "API list", "sign-up")
Attack = Callable[[Target, int], None]


@dataclass
class Figures:
    """What honest readers met."""

    by_kind: dict[str, list[float]] = field(default_factory=dict)  # milliseconds of each kind of question
    errors: list[str] = field(default_factory=list)
    attacks: int = 0
    most_mb: float = 0.0  # resident, of `serve`
    most_mb_beside: float = 0.0  # resident, of the processes that it started
    most_pss_mb: float = 0.0  # of all of them at one moment, pages that they share counted once

    @property
    def ms(self) -> list[float]:
        return sorted(ms for kind in self.by_kind.values() for ms in kind)

    def slowest_kind(self) -> str:
        """Return the kind of question with the highest 95th percentile, and that."""
        kind, ms = max(((kind, percentile(ms)) for kind, ms in self.by_kind.items()), key=lambda found: found[1])
        return f"{kind} {ms:.0f}"


def percentile(ms: Iterable[float], share: float = 0.95) -> float:
    ordered = sorted(ms)
    return ordered[int(len(ordered) * share)]


def ask_honestly(port: int, number: int, found: Figures) -> None:
    """Ask for one thing, and note how long the answer takes, or that it is none."""
    day = f"2025-{3 + number // 28 % 9:02}-{1 + number % 28:02}"
    paths = (
        "/", f"/as-of/{day}/", f"/api/v1/changes?limit=20&since={day}", "/alerts/subscribe", "/feeds/all.atom",
        f"/api/v1/agreements?as_of={day}&limit=5&state=FL", "/alerts/subscribe",
    )  # fmt: skip
    path = paths[number % len(paths)]
    signing = number % len(paths) == len(paths) - 1
    host = f"127.{1 + signing}.{number // 250 % 250 if signing else 0}.{number % 250 + 1}"
    form = {"address": f"reader{number}@d{number}.example", "rhythm": "daily", "zone": "America/New_York"}
    begun = time.perf_counter()
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30, source_address=(host, 0))
        with closing(connection):
            if signing:
                connection.request("POST", path, urlencode(form), {"Content-Type": FORM})
            else:
                connection.request("GET", path)
            answer = connection.getresponse()
            said = answer.read()
        if answer.status != 200:
            found.errors.append(f"{path}: {answer.status} {said[-200:]!r}")
    except (OSError, http.client.HTTPException) as error:
        found.errors.append(f"{path}: {error!r}")
    kind = KINDS[number % len(paths)]
    found.by_kind.setdefault(kind, []).append((time.perf_counter() - begun) * 1000)


def read_honestly(port: int, seconds: float, found: Figures) -> None:
    """Ask ten times a second; who waits for an answer keeps nobody from asking."""
    begun = time.monotonic()
    with ThreadPoolExecutor(60) as readers:
        for number in range(int(seconds * A_SECOND)):
            time.sleep(max(0.0, begun + number / A_SECOND - time.monotonic()))
            readers.submit(ask_honestly, port, next(_NUMBERS), found)


_NUMBERS = iter(range(10**9))


def memory_mb(process: int) -> float:
    """Return what a process holds in memory; 0 when it has ended."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def shared_mb(process: int) -> float:
    """Return what a process holds, of pages that others hold too its share (PSS); 0 when it has ended."""
    with suppress(OSError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024 / 1e6
    return 0.0


def children_of(process: int) -> list[int]:
    with suppress(OSError):
        tasks = Path(f"/proc/{process}/task").iterdir()
        return [int(child) for task in tasks for child in (task / "children").read_text().split()]
    return []


def watch_memory(process: int, found: Figures, stop: threading.Event) -> None:
    """Note the most memory that `serve` holds, and the processes it started, twice a second."""
    while not stop.wait(0.5):
        found.most_mb = max(found.most_mb, memory_mb(process))
        beside = children_of(process)
        found.most_mb_beside = max(found.most_mb_beside, sum(map(memory_mb, beside)))
        found.most_pss_mb = max(found.most_pss_mb, sum(map(shared_mb, [process, *beside])))


def measure(target: Target, seconds: float, attack: Attack | None, process: int) -> Figures:
    found = Figures()
    stop = threading.Event()

    def go_on(attack: Attack, first: int) -> None:
        number = first
        while not stop.is_set():
            with suppress(OSError):
                attack(target, number)
            number += 8
            found.attacks += 1
            time.sleep(0.01)

    attackers = [threading.Thread(target=go_on, args=(attack, n), daemon=True) for n in range(8)] if attack else []
    attackers.append(threading.Thread(target=watch_memory, args=(process, found, stop), daemon=True))
    for attacker in attackers:
        attacker.start()
    read_honestly(target.port, seconds, found)
    stop.set()
    for attacker in attackers:
        attacker.join(30)
    target.release()
    return found


def start(home: Path, port: int) -> subprocess.Popen[bytes]:
    """Start `serve` and return its process once it listens."""
    raised = {"ICE_AGREEMENTS_CONFIRMATIONS_PER_HOUR_IN_ALL": "100000"}
    serve = [sys.executable, str(ROOT / "scheduler.py"), "--db", str(home), "serve", f"--port={port}"]
    process = subprocess.Popen(serve, cwd=ROOT, stderr=subprocess.DEVNULL, env={**os.environ, **raised})
    while socket.socket().connect_ex(("127.0.0.1", port)) != 0:
        time.sleep(0.2)
    return process


def main() -> None:
    """Serve a copy of the home, attack it in each way, and print what honest readers met."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--attack", action="append", choices=[*ATTACKS], default=[])
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home, port = Path(folder) / "home", free_port()
        shutil.copytree(given.home, home, symlinks=True)
        target = Target(port, home)
        process = start(home, port)
        try:
            read_honestly(port, 3, Figures())  # the first questions build what all others share
            print(
                "load  attack        attacks readers errors  median    95th   worst      MB  beside  PSS, all"
                "  slowest, its 95th"
            )
            for name in ["none", *(given.attack or ATTACKS)]:
                found = measure(target, given.seconds, ATTACKS.get(name), process.pid)
                ms = found.ms
                print(
                    f"{os.getloadavg()[0]:4.1f}  {name:13} {found.attacks:7} {len(ms):7} {len(found.errors):6}"
                    f" {statistics.median(ms):7.0f} {percentile(ms):7.0f} {ms[-1]:7.0f}"
                    f" {found.most_mb:7.0f} {found.most_mb_beside:7.0f} {found.most_pss_mb:9.0f}"
                    f"  {found.slowest_kind()}", flush=True,
                )  # fmt: skip
                for error in sorted(set(found.errors))[:5]:
                    print(f"    {error}")
        finally:
            begun = time.monotonic()
            process.send_signal(signal.SIGTERM)
            process.wait(30)
            print(f"stopped in {time.monotonic() - begun:.1f} s")


if __name__ == "__main__":
    main()
