"""The log is read once for all feeds of a version: a feed nobody asked for before costs little."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from db.database import Store
from db.records import ChangeRecord
from monitor.changelog.log import read_log
from monitor.web.feeds import app, entries
from monitor.web.feeds.app import Groups, group_entries
from tests.monitor.alerts.world import make_world, row

PASCO = row("Pasco County Sheriff's Office", county="Pasco County")
LEE = row("Lee County Sheriff's Office", county="Lee County", signed="2025-06-02")
POLK = row("Polk County Sheriff's Office", county="Polk County", signed="2025-06-03")


def test_the_log_is_read_once_for_all_feeds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = make_world(tmp_path)
    read: list[Store] = []
    world.publish("2025-06-02", PASCO)
    world.publish("2025-06-03", PASCO, LEE)

    def read_and_count(store: Store) -> list[ChangeRecord]:
        read.append(store)
        return read_log(store)

    monkeypatch.setattr(entries, "read_log", read_and_count)
    client = TestClient(Starlette(routes=app.make_routes(world.settings)))
    paths = ("all", "state/FL", "state/GA", "county/12071", "county/12101", "agency/fl-lee-county-sheriffs-office")
    for path in paths:
        for form in ("atom", "json"):
            assert client.get(f"/feeds/{path}.{form}").status_code == 200, path
    assert len(read) == 1
    world.publish("2025-06-04", PASCO)
    assert client.get("/feeds/state/FL.atom").status_code == 200
    assert len(read) == 2


def test_kept_feeds_stay_while_newer_ones_are_gathered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No reader of a served feed waits for a list that was imported."""
    world = make_world(tmp_path)
    world.publish("2025-06-02", PASCO)
    world.publish("2025-06-03", PASCO, LEE)
    gathering, go_on = threading.Event(), threading.Event()
    client = TestClient(Starlette(routes=app.make_routes(world.settings, beside=True)))
    before = client.get("/feeds/all.atom")
    assert "Lee County" in before.text
    world.publish("2025-06-04", PASCO, LEE, POLK)

    def gather_slowly(store: Store, public_url: str) -> Groups:
        gathering.set()
        assert go_on.wait(20)
        return group_entries(store, public_url)

    monkeypatch.setattr(app, "group_entries", gather_slowly)
    assert client.get("/feeds/all.atom").text == before.text
    assert gathering.wait(20)
    unasked = client.get("/feeds/state/FL.atom")  # made of the entries of before, and dated as they are
    assert "Polk County" not in unasked.text
    assert unasked.headers["last-modified"] == before.headers["last-modified"]
    go_on.set()
    deadline = time.monotonic() + 20
    while "Polk County" not in client.get("/feeds/all.atom").text:
        assert time.monotonic() < deadline
    assert "Polk County" in client.get("/feeds/state/FL.atom").text
