"""Archive pages lead back to the first entry and do not change; entries keep their ids, also when the site moves."""

from __future__ import annotations

import re

import jsonschema
from starlette.applications import Starlette
from starlette.testclient import TestClient

from db.settings import Settings
from monitor.web.feeds.app import list_feeds, make_routes
from tests.monitor.alerts.world import World, row
from tests.monitor.web.feeds.conftest import (
    ATOM,
    CAMDEN,
    JSON_FEED,
    LEE,
    PASCO,
    SITE,
    atom,
    crowded,
    ids,
    links,
)


def test_archive_pages_lead_back_to_the_first_entry_and_do_not_change(world: World, client: TestClient) -> None:
    """RFC 5005: 325 entries; the current document has 200, three full pages of 100 hold the first 300."""
    crowded(world, 320)
    feed = atom(client, "/feeds/all.atom")
    seen, path = ids(feed), links(feed)["prev-archive"]
    assert len(seen) == 200
    pages = []
    while path:
        page = atom(client, path.removeprefix(SITE))
        assert page.find("{http://purl.org/syndication/history/1.0}archive") is not None
        assert links(page)["current"] == f"{SITE}/feeds/all.atom"
        assert len(ids(page)) == 100
        pages.append(path)
        seen += ids(page)
        path = links(page).get("prev-archive", "")
    assert pages == [f"{SITE}/feeds/all/archive/{n}.atom" for n in (3, 2, 1)]
    assert len(set(seen)) == 325
    assert links(atom(client, "/feeds/all/archive/1.atom"))["next-archive"] == pages[1]
    assert "next-archive" not in links(atom(client, "/feeds/all/archive/3.atom"))
    before = [ids(atom(client, page.removeprefix(SITE))) for page in pages]
    world.publish("2025-06-17", LEE, CAMDEN, PASCO)  # all towns gone at once: held, no statement
    world.publish("2025-06-18", LEE, CAMDEN, PASCO, *(row("New Town Police Department", signed="2025-06-07"),))
    assert [ids(atom(client, page.removeprefix(SITE))) for page in pages] == before
    for missing in ("all/archive/0", "all/archive/4", "state/FL/archive/1"):
        assert client.get(f"/feeds/{missing}.atom").status_code == 404


def test_a_json_feed_has_the_same_pages(world: World, client: TestClient) -> None:
    crowded(world, 320)
    seen: list[str] = []
    path = "/feeds/all.json"
    while path:
        answer = client.get(path).json()
        jsonschema.validate(answer, JSON_FEED, format_checker=jsonschema.FormatChecker())
        seen += [item["id"] for item in answer["items"]]
        path = answer.get("next_url", "").removeprefix(SITE)
    assert len(seen) == 500
    assert len(set(seen)) == 325


def test_published_files_carry_every_page_and_the_index(world: World) -> None:
    crowded(world, 320)
    files = {path: body for path, body, _ in list_feeds(world.store, world.settings)}
    for path in ("index.html", "all.atom", "all/archive/1.atom", "all/archive/3.json", "state/GA/archive/3.atom"):
        assert f"feeds/{path}" in files
    assert "feeds/state/WY.atom" in files, "its page names it"
    assert "feeds/county/12086.atom" not in files
    assert "feeds/all/archive/4.atom" not in files
    assert "feeds/state/FL/archive/1.atom" not in files


def test_ids_outlive_a_move_of_the_site(world: World, client: TestClient) -> None:
    before = atom(client, "/feeds/all.atom")
    assert all(re.fullmatch(r"tag:agreements\.example\.org,2026:changes/[0-9a-f]{12}/[12]", i) for i in ids(before))
    moved = Settings(
        **{**world.settings.model_dump(), "public_url": "https://new.example.net", "feed_ids_url": SITE}
    )  # fmt: skip
    with TestClient(Starlette(routes=make_routes(moved))) as there:
        after = atom(there, "/feeds/all.atom")
    assert ids(after) == ids(before)
    assert after.findtext(ATOM + "id") == before.findtext(ATOM + "id")
    assert links(after)["self"] == "https://new.example.net/feeds/all.atom"


def test_entries_of_before_keep_the_ids_they_had(world: World, client: TestClient) -> None:
    """A reader of the feed has them under these ids; under others all would be new to it."""
    with world.store.writing() as connection:
        connection.execute("update old_feed_ids set last_statement = (select max(id) from statements)")
    old = ids(atom(client, "/feeds/all.atom"))
    assert all(re.fullmatch(rf"{SITE}/changes/[0-9a-f]{{12}}#said-[12]", i) for i in old)
    world.publish("2025-06-16", LEE, CAMDEN, PASCO, row("New Town Police Department", signed="2025-06-05"))
    new = ids(atom(client, "/feeds/all.atom"))
    assert new[1:] == old
    assert new[0].startswith("tag:agreements.example.org,2026:changes/")
