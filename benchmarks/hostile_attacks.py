"""The attacks of `bench_hostile`: each is one small thing that a stranger does, and eight threads do all the time."""

from __future__ import annotations

import http.client
import re
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import quote, urlencode

ROOT = Path(__file__).resolve().parents[1]
ATTACKER = ("127.0.0.2", 0)
FORM = "application/x-www-form-urlencoded"
MOST_HELD = 600


class Target:
    """A server under attack: its port, what is in its store, and the connections that attackers hold open."""

    def __init__(self, port: int, home: Path) -> None:
        self.port, self.home = port, home
        self.held: list[socket.socket] = []
        with closing(sqlite3.connect(home / "ice-agreements.sqlite")) as connection:
            self.moments = [r[0] for r in connection.execute("select distinct known_at from sightings order by 1")]
            self.agencies = [r[0] for r in connection.execute("select id from agencies order by 1")]

    def send(self, data: bytes, *, wait: float) -> socket.socket:
        """Send bytes on an attacker's connection and wait; the caller closes it."""
        connection = socket.create_connection(("127.0.0.1", self.port), 5, source_address=ATTACKER)
        with suppress(OSError):
            connection.sendall(data)
        time.sleep(wait)
        return connection

    def get(self, path: str, *, wait: float) -> None:
        """Ask, and leave after a moment."""
        self.send(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode(), wait=wait).close()

    def hold(self, data: bytes) -> None:
        """Send bytes and keep the connection, among the newest that this process may have open."""
        self.held.append(self.send(data, wait=0.005))
        if len(self.held) > MOST_HELD:
            self.held.pop(0).close()

    def release(self) -> None:
        """Close what is held."""
        while self.held:
            self.held.pop().close()


def ask_known_at(target: Target, number: int) -> None:
    """Ask what was known at a time, and leave; every third question writes the parameter another way."""
    moment = target.moments[number * 37 % len(target.moments)].replace("Z", f".{number:06}Z")[:30]
    what = ("agreements", "changes", "agencies", "trends")[number % 4]
    name = "known%5Fat" if number % 3 == 0 else "known_at"
    target.get(f"/api/v1/{what}?{name}={quote(moment[:19] + 'Z')}&limit={1 + number % 500}", wait=0.003)


def ask_pdf(target: Target, number: int) -> None:
    """Ask for the one-pager of an agency, in either language: each is set when it is first asked for."""
    agency = target.agencies[number // 2 % len(target.agencies)]
    target.get(f"/{'es/' if number % 2 else ''}sheets/agency/{agency}/sheet.pdf", wait=0.01)


def search(target: Target, number: int) -> None:
    pages = ("/changes/?q=", "/search/?%71=", "/api/v1/search?q=", "/api/v1/moas/search?q=", "/documents/?q=")
    target.get(f"{pages[number % 5]}county{number}", wait=0.01)


def invent_parameters(target: Target, number: int) -> None:
    target.get(f"/changes/?x{number}=1", wait=0.005)


def ask_for_other_pages(target: Target, number: int) -> None:
    """Pages nobody asked for before, with parameters that they do read; the attacker reads the answers."""
    pages = (f"/map/?date=x{number}", f"/as-of/?date=2025-0{number % 9 + 1}-1{number % 8}&state=x{number}",
             f"/changes/?since=2025-01-{number % 28 + 1:02}&kind=x{number}", f"/places/?q=%20{number}")  # fmt: skip
    _read(target, pages[number % 4])


def ask_for_feeds(target: Target, number: int) -> None:
    _read(target, f"/feeds/agency/{target.agencies[number % len(target.agencies)]}.{('atom', 'json')[number % 2]}")


def hold_half_a_request(target: Target, number: int) -> None:
    target.hold(b"GET / HTTP/1.1\r\nHost: x\r\nX-Half: ")


def send_slow_bodies(target: Target, number: int) -> None:
    target.hold(f"POST /alerts/subscribe HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM}\r\nContent-Length: 5000\r\n\r\na"
                .encode())  # fmt: skip


def send_large_bodies(target: Target, number: int) -> None:
    path = ("/alerts/subscribe", "/review/login", "/alerts/manage/x")[number % 3]
    length = ("Content-Length: 4900000", "Transfer-Encoding: chunked")[number % 2]
    body = b"&" * 1_000_000 if number % 2 == 0 else b"f4240\r\n" + b"&" * 1_000_000 + b"\r\n"
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM}\r\n{length}\r\n\r\n"
    target.send(head.encode() + body, wait=0.01).close()


def read_slowly(target: Target, number: int) -> None:
    """Ask for whole tables and read nothing of the answer."""
    path = ("/data/ice-agreements.sqlite", "/data/changes.json", f"/api/v1/changes.csv?limit={number + 500}")[
        number % 3
    ]
    target.hold(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())


def guess(target: Target, number: int) -> None:
    """Guess a password in the form as it is sent to a browser."""
    connection = http.client.HTTPConnection("127.0.0.1", target.port, timeout=5, source_address=ATTACKER)
    with suppress(OSError, http.client.HTTPException), closing(connection):
        connection.request("GET", "/review/login")
        answer = connection.getresponse()
        cookie = (answer.getheader("set-cookie") or "").partition(";")[0]
        token = re.search(r'name="csrf" value="([^"]+)"', answer.read().decode())
        form = urlencode({"csrf": token[1] if token else "", "name": f"admin{number // 4}", "password": f"{number}"})
        connection.request("POST", "/review/login", form, {"Cookie": cookie, "Content-Type": FORM})
        connection.getresponse().read()


def sign_up(target: Target, number: int) -> None:
    form = urlencode({"address": f"r{number}@d{number}.example", "rhythm": "daily", "zone": "America/New_York"})
    head = f"POST /alerts/subscribe HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM}\r\nContent-Length: {len(form)}\r\n\r\n"
    target.send((head + form).encode(), wait=0.01).close()


def import_hostile_files(target: Target, number: int) -> None:
    """Import hostile files into the store that is being served: one thread's work, beside the others' rest."""
    if number % 8:
        time.sleep(0.5)
        return
    from tests.scrapers.hostile_files import make_files  # takes long to import

    with tempfile.TemporaryDirectory() as folder:
        make_files(Path(folder), range(number, number + 40))
        command = [sys.executable, str(ROOT / "scheduler.py"), "--db", str(target.home), "import", folder]
        subprocess.run(command, cwd=ROOT, capture_output=True, check=False)


def _read(target: Target, path: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", target.port, timeout=5, source_address=ATTACKER)
    with suppress(OSError, http.client.HTTPException), closing(connection):
        connection.request("GET", path)
        connection.getresponse().read()


ATTACKS: dict[str, Callable[[Target, int], None]] = {
    "known_at": ask_known_at, "pdf": ask_pdf, "search": search, "parameters": invent_parameters,
    "other pages": ask_for_other_pages, "feeds": ask_for_feeds, "half requests": hold_half_a_request,
    "slow bodies": send_slow_bodies, "large bodies": send_large_bodies, "slow readers": read_slowly, "guesses": guess,
    "sign-ups": sign_up, "hostile files": import_hostile_files,
}  # fmt: skip
