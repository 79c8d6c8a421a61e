"""The desk on the short made-up history, with two who review, and a browser to use it with."""

from __future__ import annotations

import re
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from argon2 import PasswordHasher
from playwright.sync_api import Browser
from starlette.applications import Starlette
from starlette.testclient import TestClient

from db.database import Store
from db.settings import Settings
from monitor.web.desk import accounts
from monitor.web.desk.app import make_desk
from tests.browsers import started_chromium
from tests.monitor.web.desk.history import NOON, make_history

PASSWORD = "correct horse battery"
ADA, BEN = "Ada Editor", "Ben Reader"


@dataclass
class Clock:
    """A clock that stands still until it is moved; it moves a second whenever `ticks`."""

    moment: datetime = field(default_factory=lambda: NOON + timedelta(hours=1))
    ticks: bool = True

    def __call__(self) -> datetime:
        if self.ticks:
            self.moment += timedelta(milliseconds=50)
        return self.moment

    def move(self, **by: float) -> None:
        self.moment += timedelta(**by)


@dataclass
class World:
    """A store with the history, Ada (administrator) and Ben (reviewer), and the desk on it."""

    home: Path
    clock: Any  # a Clock, or the real one
    settings: Settings

    def app(self) -> Starlette:
        return make_desk(self.settings, self.clock)

    def client(self, name: str = "", address: str = "testclient") -> TestClient:
        """A browser without scripts; logged in when a name is given. Redirects are not followed."""
        client = TestClient(self.app(), follow_redirects=False, client=(address, 50000))
        if name:
            assert log_in(client, name).status_code == 303
        return client

    def store(self) -> Store:
        return Store.open(self.home, now=self.clock)


def token_in(text: str) -> str:
    """The CSRF token of a page's first form."""
    found = re.search(r'name="csrf" value="([0-9a-f]{64})"', text)
    assert found, text[:500]
    return found[1]


def log_in(client: TestClient, name: str, password: str = PASSWORD, **more: str):  # type: ignore[no-untyped-def]
    """The answer to the login form, filled in as a browser does."""
    token = token_in(client.get("/review/login").text)
    return client.post("/review/login", data={"csrf": token, "name": name, "password": password, **more})


@pytest.fixture(scope="session", autouse=True)
def cheap_hashes() -> Iterator[None]:
    """Hashes that take no time, so that the suite does not spend its time on them."""
    accounts._nobody.cache_clear()
    real, accounts.HASHER = accounts.HASHER, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    yield
    accounts.HASHER = real
    accounts._nobody.cache_clear()


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory, cheap_hashes: None) -> Path:
    """A store that each test copies."""
    root = tmp_path_factory.mktemp("desk")
    make_history(root / "home", root / "lists")
    with Store.open(root / "home") as store:
        accounts.add_user(store, ADA, PASSWORD, "administrator", "2025-07-20T12:30:00Z")
        accounts.add_user(store, BEN, PASSWORD, "reviewer", "2025-07-20T12:30:00Z")
    return root / "home"


@pytest.fixture
def world(template: Path, tmp_path: Path) -> World:
    shutil.copytree(template, tmp_path / "home")
    return World(tmp_path / "home", Clock(), Settings(home=tmp_path / "home"))


@contextmanager
def serve(world: World) -> Iterator[str]:
    """The address of the desk, served over loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(world.app(), port=port, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:  # else a test that fails would wait for its server for good
        server.should_exit = True
        thread.join()


@pytest.fixture
def address(world: World) -> Iterator[str]:
    """The desk on the made-up history."""
    with serve(world) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, for a module at a time."""
    with started_chromium() as started:
        yield started
