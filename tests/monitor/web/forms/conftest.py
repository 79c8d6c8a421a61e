"""The forms over a store with one list, and what their tests ask of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from db.queries.messages import load_message
from monitor.alerts.tokens import Signer, open_signer
from monitor.alerts.write_mail import MailWriter
from monitor.web.forms.app import make_routes
from tests.monitor.alerts.world import World, make_world, row

ANN = "ann@example.org"
FORM = {"address": ANN, "state": "FL", "rhythm": "daily", "zone": "America/Chicago", "language": "es"}


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = make_world(tmp_path)
    world.publish("2025-06-02", row("Pasco County Sheriff's Office", county="Pasco County"))
    return world


@pytest.fixture
def client(world: World) -> Iterator[TestClient]:
    app = Starlette(routes=make_routes(world.settings, now=lambda: world.now))
    with TestClient(app, base_url="https://agreements.example.org", client=("192.0.2.7", 50000)) as client:
        yield client


def signer(world: World) -> Signer:
    return open_signer(world.settings, world.home)


def newest_letter(world: World) -> str:
    """The text of the newest confirmation, as its reader gets it."""
    number = world.store.connection.execute("select max(id) from messages where kind = 'confirm'").fetchone()[0]
    letter = load_message(world.store.connection, number)
    assert letter is not None
    _, data = MailWriter(world.store, world.settings, signer(world)).write(letter)
    return data.decode().replace("=\r\n", "").replace("=3D", "=")


def link_in(text: str, purpose: str) -> str:
    found = re.search(rf"https://agreements\.example\.org(/alerts/{purpose}/\S+)", text)
    assert found is not None
    return found.group(1)


def counts(world: World) -> tuple[int, int, int]:
    """(active subscribers, active subscriptions, messages)."""
    return world.store.connection.execute(  # type: ignore[no-any-return]
        "select (select count(*) from subscribers where status = 'active'),"
        " (select count(*) from subscriptions where status = 'active'), (select count(*) from messages)"
    ).fetchone()
