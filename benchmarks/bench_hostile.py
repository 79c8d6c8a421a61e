"""Honest readers beside each attack: milliseconds, errors and memory of `serve`.

    python -m benchmarks.bench_hostile --home DIR [--seconds N] [--attack NAME ...]

Ten requests a second, one after the other: a kept page, a page nobody asked for before, the API, a feed, the sign-up
form. Each attack runs for N seconds (10; 60 for the figures in the docs). DIR is copied, and never written to. Only
loopback is used. The attacker's connections come from 127.0.0.2, the readers' from 127.0.0.1.
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
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.bench_api import free_port

ROOT = Path(__file__).resolve().parents[1]
A_SECOND = 10
ATTACKER, READER = ("127.0.0.2", 0), ("127.0.0.1", 0)


@dataclass
class Figures:
    """What honest readers met."""

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    attacks: int = 0


def send(port: int, data: bytes, *, wait: float) -> socket.socket:
    """Send bytes on an attacker's connection and wait; the caller closes it."""
    connection = socket.create_connection(("127.0.0.1", port), 5, source_address=ATTACKER)
    connection.sendall(data)
    time.sleep(wait)
    return connection


def get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()


def ask_known_at(port: int, number: int) -> None:
    """Ask what was known at a time nobody asked for, and leave."""
    moment = f"2025-{1 + number % 12:02}-{1 + number // 12 % 28:02}T{number % 24:02}:{number % 60:02}:00Z"
    send(port, get(f"/api/v1/agreements?known_at={moment}"), wait=0.003).close()


def ask_pdf(port: int, number: int) -> None:
    code = ("fl", "tx", "ga", "nc", "va", "pa", "oh", "tn")[number % 8]
    send(port, get(f"/{'es/' if number % 2 else ''}sheets/{code}/sheet.pdf?x={number}"), wait=0.01).close()


def search(port: int, number: int) -> None:
    send(port, get(f"/changes/?q=county{number}"), wait=0.01).close()


def invent_parameters(port: int, number: int) -> None:
    send(port, get(f"/changes/?x{number}=1"), wait=0.005).close()


def hold_half_a_request(port: int, number: int) -> None:
    _HELD.append(send(port, b"GET / HTTP/1.1\r\nHost: x\r\nX-Half: ", wait=0.005))


def guess(port: int, number: int) -> None:
    form = f"csrf=0&name=admin{number}&password=guess{number}"
    head = f"POST /review/login HTTP/1.1\r\nHost: x\r\nContent-Length: {len(form)}\r\n"
    kind = "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
    send(port, (head + kind + form).encode(), wait=0.01).close()


_HELD: list[socket.socket] = []
ATTACKS: dict[str, Callable[[int, int], None]] = {
    "known_at": ask_known_at, "pdf": ask_pdf, "search": search, "parameters": invent_parameters,
    "half requests": hold_half_a_request, "guesses": guess,
}  # fmt: skip


def read_honestly(port: int, seconds: float, found: Figures) -> None:
    """Ask ten times a second and note how long each answer takes, and which were none."""
    days = [f"/as-of/2025-{month:02}-{day:02}/" for month in range(3, 13) for day in range(1, 29)]
    end, number = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        paths = ("/", days[number % len(days)], f"/api/v1/changes?limit=20&since=2025-01-{1 + number % 28:02}",
                 "/alerts/subscribe", "/feeds/all.atom")  # fmt: skip
        path = paths[number % len(paths)]
        number += 1
        begun = time.perf_counter()
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30, source_address=READER)
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            connection.close()
            if answer.status != 200:
                found.errors.append(f"{path}: {answer.status}")
        except (OSError, http.client.HTTPException) as error:
            found.errors.append(f"{path}: {error!r}")
        took = time.perf_counter() - begun
        found.seconds.append(took)
        time.sleep(max(0, 1 / A_SECOND - took))


def memory_mb(process: int) -> float:
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def measure(port: int, seconds: float, attack: Callable[[int, int], None] | None) -> Figures:
    found = Figures()
    stop = threading.Event()

    def go_on(first: int) -> None:
        number = first
        while not stop.is_set():
            with suppress(OSError):
                if attack is not None:
                    attack(port, number)
            number += 8
            found.attacks += attack is not None
            time.sleep(0.01 if attack is not None else 0.2)

    attackers = [threading.Thread(target=go_on, args=(n,), daemon=True) for n in range(8)]
    for attacker in attackers:
        attacker.start()
    read_honestly(port, seconds, found)
    stop.set()
    for attacker in attackers:
        attacker.join(10)
    while _HELD:
        _HELD.pop().close()
    return found


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
        serve = [sys.executable, str(ROOT / "scheduler.py"), "--db", str(home), "serve", f"--port={port}"]
        process = subprocess.Popen(serve, cwd=ROOT, stderr=subprocess.DEVNULL)
        try:
            while socket.socket().connect_ex(("127.0.0.1", port)) != 0:
                time.sleep(0.2)
            read_honestly(port, 3, Figures())  # the first questions build what all others share
            print("attack          attacks  readers  errors  median ms  95th ms  worst ms  memory MB")
            for name in ["none", *(given.attack or ATTACKS)]:
                found = measure(port, given.seconds, ATTACKS.get(name))
                ms = sorted(s * 1000 for s in found.seconds)
                print(
                    f"{name:15} {found.attacks:7} {len(ms):8} {len(found.errors):7} {statistics.median(ms):10.0f}"
                    f" {ms[int(len(ms) * 0.95)]:8.0f} {ms[-1]:9.0f} {memory_mb(process.pid):10.0f}", flush=True,
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
