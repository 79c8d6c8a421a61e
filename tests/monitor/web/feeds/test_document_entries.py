"""The feed of an agency tells what ICE did with its documents, once it is certain; no other feed does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from monitor.web.feeds.app import list_feeds
from tests.monitor.alerts.camden import CAMDEN, CAMDEN_ID, link_document, see
from tests.monitor.alerts.world import World, make_world, row
from tests.monitor.web.feeds.conftest import atom, entries, ids

LEE = row("Lee County Sheriff's Office", county="Lee County")
SIGNING = ("news", "signing")


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """Camden signs on June 4; ICE's list links its document."""
    link_document(monkeypatch)
    world = make_world(tmp_path)
    world.publish("2025-06-03", LEE)
    world.publish("2025-06-04", LEE, CAMDEN)
    return world


def camden(client: TestClient) -> Any:
    return atom(client, f"/feeds/agency/{CAMDEN_ID}.atom")


def test_a_replaced_document_is_in_its_agencys_feed_alone(world: World, client: TestClient) -> None:
    see(world, "2025-06-10T00:00:00Z", "kept", b"one")
    assert entries(camden(client)) == [SIGNING]
    two = see(world, "2025-07-10T16:00:00Z", "replaced", b"two")
    assert entries(camden(client)) == [("news", "moa_replaced"), SIGNING]
    (item, _) = client.get(f"/feeds/agency/{CAMDEN_ID}.json").json()["items"]
    assert item["title"] == (
        "ICE replaced the agreement document: Camden County Sheriff's Office (Camden County, Georgia)"
    )
    assert "camden.pdf. Seen on July 10, 2025. The file at its address is another one" in item["content_text"]
    assert item["url"] == f"{world.settings.public_url}/documents/{two}/"
    assert item["_ice_agreements"]["change"]["kind"] == "moa_replaced"
    for path in ("all", "state/GA", "county/13039"):
        assert ("news", "moa_replaced") not in entries(atom(client, f"/feeds/{path}.atom"))


def test_a_removal_is_told_when_a_second_answer_says_so(world: World, client: TestClient) -> None:
    one = see(world, "2025-06-10T00:00:00Z", "kept", b"one")
    see(world, "2025-07-10T00:00:00Z", "not_there")
    assert entries(camden(client)) == [SIGNING]
    see(world, "2025-07-17T00:00:00Z", "not_there")
    see(world, "2025-08-17T00:00:00Z", "kept", b"one")
    assert entries(camden(client)) == [("news", "moa_posted"), ("news", "moa_removed"), SIGNING]
    items = client.get(f"/feeds/agency/{CAMDEN_ID}.json").json()["items"]
    assert [item["url"] for item in items[:2]] == [f"{world.settings.public_url}/documents/{one}/"] * 2


def test_a_rebuild_changes_no_entry_of_a_document(world: World, client: TestClient) -> None:
    see(world, "2025-06-10T00:00:00Z", "kept", b"one")
    see(world, "2025-07-10T00:00:00Z", "replaced", b"two")
    before = ids(camden(client))
    world.now = "2025-09-01T00:00:00Z"
    world.derive(from_scratch=True)
    assert ids(camden(client)) == before


def test_a_reader_that_asks_by_date_gets_what_is_new(world: World, client: TestClient) -> None:
    see(world, "2025-06-10T00:00:00Z", "kept", b"one")
    first = client.get(f"/feeds/agency/{CAMDEN_ID}.atom")
    see(world, "2025-07-10T00:00:00Z", "replaced", b"two")
    asked = {"if-modified-since": first.headers["last-modified"]}
    assert client.get(f"/feeds/agency/{CAMDEN_ID}.atom", headers=asked).status_code == 200


def test_the_published_feed_is_the_served_one(world: World, client: TestClient) -> None:
    see(world, "2025-06-10T00:00:00Z", "kept", b"one")
    see(world, "2025-07-10T00:00:00Z", "replaced", b"two")
    files = {path: body for path, body, _ in list_feeds(world.store, world.settings)}
    path = f"feeds/agency/{CAMDEN_ID}.atom"
    assert files[path] == client.get(f"/{path}").content
