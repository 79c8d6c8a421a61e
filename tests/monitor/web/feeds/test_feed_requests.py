"""What a feed and the index answer: not modified, compressed, to scripts of other sites, in both languages."""

from __future__ import annotations

import html5lib
import pytest
from starlette.testclient import TestClient

from tests.monitor.alerts.world import World
from tests.monitor.web.feeds.conftest import (
    crowded,
)


def test_a_rebuild_leaves_every_byte_of_a_feed_alone(world: World, client: TestClient) -> None:
    before = client.get("/feeds/all.atom")
    world.now = "2025-07-01T00:00:00Z"
    world.derive(from_scratch=True)
    after = client.get("/feeds/all.atom", headers={"if-none-match": before.headers["etag"]})
    assert after.status_code == 304


def test_validators_answer_304_in_every_form_clients_send_them(client: TestClient) -> None:
    answer = client.get("/feeds/all.atom")
    etag, modified = answer.headers["etag"], answer.headers["last-modified"]
    assert modified == "Sun, 15 Jun 2025 14:00:00 GMT"
    bare = etag.strip('"').removesuffix("-gzip")
    for known in (etag, f"W/{etag}", f'"{bare}-gzip"', f'"x", {etag}', "*"):
        assert client.get("/feeds/all.atom", headers={"if-none-match": known}).status_code == 304, known
    assert client.get("/feeds/all.atom", headers={"if-none-match": '"x"'}).status_code == 200
    assert client.get("/feeds/all.atom", headers={"if-modified-since": modified}).status_code == 304
    earlier = {"if-modified-since": "Thu, 05 Jun 2025 12:59:59 GMT"}
    assert client.get("/feeds/all.atom", headers=earlier).status_code == 200
    assert client.head("/feeds/all.atom").headers["etag"] == etag


@pytest.mark.parametrize(
    "path", ["/feeds/all.atom", "/feeds/state/FL.json", "/feeds/all/archive/1.json", "/feeds/x/y/z"]
)
def test_scripts_of_other_sites_may_read_feeds_and_errors(client: TestClient, path: str) -> None:
    preflight = client.options(path, headers={"origin": "https://a.example", "access-control-request-method": "GET"})
    assert preflight.status_code == 204
    assert "GET" in preflight.headers["access-control-allow-methods"]
    refused = client.post(path)
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    for answer in (preflight, client.get(path), refused):
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
        assert "ETag" in answer.headers["access-control-expose-headers"]


def test_a_feed_is_compressed_for_who_takes_it(world: World, client: TestClient) -> None:
    crowded(world, 320)
    for path in ("/feeds/all.atom", "/feeds/all.json"):
        plain = client.get(path, headers={"accept-encoding": "gzip;q=0"})
        packed = client.get(path, headers={"accept-encoding": "gzip"})
        assert "content-encoding" not in plain.headers
        assert packed.headers["content-encoding"] == "gzip"
        assert int(packed.headers["content-length"]) * 5 < int(plain.headers["content-length"])
        assert packed.content == plain.content
        assert packed.headers["etag"] == plain.headers["etag"].removesuffix('"') + '-gzip"'


def test_the_index_is_found_without_the_slash(client: TestClient) -> None:
    for query in ("", "?lang=es"):
        moved = client.get(f"/feeds{query}", follow_redirects=False)
        assert (moved.status_code, moved.headers["location"]) == (308, f"/feeds/{query}")


def test_the_index_names_every_state_and_is_valid_in_both_languages(client: TestClient) -> None:
    for code, said in (("en", "States and territories"), ("es", "Estados y territorios")):
        page = client.get(f"/feeds/?lang={code}")
        assert page.status_code == 200
        assert said in page.text
        html5lib.HTMLParser(strict=True).parse(page.text)
        assert page.text.count('href="state/') == 2 * 56
    assert 'href="state/FL.atom"' in client.get("/feeds/").text
