"""Feeds are valid, hold corrections, keep their ids over a rebuild, and hold just what their address says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from lxml import etree
from starlette.applications import Starlette
from starlette.testclient import TestClient

from monitor.web.feeds.app import make_routes
from tests.monitor.alerts.world import World, make_world, row

HERE = Path(__file__).parent
ATOM = "{http://www.w3.org/2005/Atom}"
PASCO = row("Pasco County Sheriff's Office", county="Pasco County")
LEE = row('Lee "County" <b>Sheriff\'s</b> & Office\x0b', county="Lee County", signed="2025-06-02")
CAMDEN = row("Camden County Sheriff's Office", "GEORGIA", "Camden County", signed="2025-06-03")
#: JSON Feed 1.1, the parts of it that a feed of ours may hold; anything else is refused.
JSON_FEED: dict[str, Any] = {
    "type": "object", "additionalProperties": False, "required": ["version", "title", "items"],
    "properties": {
        "version": {"const": "https://jsonfeed.org/version/1.1"}, "title": {"type": "string", "minLength": 1},
        "home_page_url": {"type": "string", "format": "uri"}, "feed_url": {"type": "string", "format": "uri"},
        "language": {"type": "string"},
        "authors": {
            "type": "array", "minItems": 1,
            "items": {"type": "object", "anyOf": [{"required": ["name"]}, {"required": ["url"]}]},
        },
        "items": {
            "type": "array",
            "items": {
                "type": "object", "additionalProperties": False, "required": ["id"],
                "anyOf": [{"required": ["content_text"]}, {"required": ["content_html"]}],
                "patternProperties": {"^_[a-z_]+$": {"type": "object"}},
                "properties": {
                    "id": {"type": "string"}, "url": {"type": "string", "format": "uri"},
                    "title": {"type": "string"}, "content_text": {"type": "string"},
                    "date_published": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"},
                    "tags": {"type": "array", "items": {"type": "string"}},
                },
            },
        },
    },
}  # fmt: skip


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A signing in Florida, one in Georgia, an ending in Florida that was confirmed and then overturned."""
    world = make_world(tmp_path)
    world.publish("2025-06-02", PASCO)
    world.publish("2025-06-03", LEE)
    world.publish("2025-06-04", LEE, CAMDEN)
    world.publish("2025-06-05", LEE, CAMDEN, PASCO)
    return world


@pytest.fixture
def client(world: World) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=make_routes(world.settings))) as client:
        yield client


def atom(client: TestClient, path: str) -> Any:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    feed = etree.fromstring(answer.content)
    etree.RelaxNG(etree.parse(HERE / "atom.rng")).assertValid(feed)
    ids = [e.text for e in feed.iter(ATOM + "id")]
    assert len(set(ids)) == len(ids), "RFC 4287, 4.1.1: no two entries of one id"
    return feed


def entries(feed: Any) -> list[tuple[str, str]]:
    """(what, kind) of each entry, newest first."""
    return [tuple(c.get("term") for c in e.iter(ATOM + "category")) for e in feed.iter(ATOM + "entry")]


def test_the_atom_feed_is_valid_and_holds_the_correction(client: TestClient) -> None:
    feed = atom(client, "/feeds/all.atom")
    assert sorted(entries(feed)) == [
        ("correction", "termination"), ("news", "reinstatement"), ("news", "signing"), ("news", "signing"),
        ("news", "termination"),
    ]  # fmt: skip
    assert feed.findtext(ATOM + "updated") == "2025-06-05T13:00:00Z"
    titles = [e.findtext(ATOM + "title") for e in feed.iter(ATOM + "entry")]
    assert 'First listed: Lee "County" <b>Sheriff\'s</b> & Office (Lee County, Florida)' in titles


def test_the_json_feed_is_valid_and_says_the_same(client: TestClient) -> None:
    answer = client.get("/feeds/all.json")
    feed = json.loads(answer.content)
    jsonschema.validate(feed, JSON_FEED, format_checker=jsonschema.FormatChecker())
    told = atom(client, "/feeds/all.atom")
    assert [i["id"] for i in feed["items"]] == [e.findtext(ATOM + "id") for e in told.iter(ATOM + "entry")]
    assert feed["items"][0]["_ice_agreements"]["change"]["list"] == "participating"


@pytest.mark.parametrize(
    ("path", "count"),
    [
        ("state/FL", 4), ("state/GA", 1), ("state/TX", 0), ("county/12101", 3), ("county/12071", 1),
        ("agency/ga-camden-county-sheriffs-office", 1),
    ],
)  # fmt: skip
def test_a_feed_of_a_place_or_agency_holds_its_changes_only(client: TestClient, path: str, count: int) -> None:
    assert len(entries(atom(client, f"/feeds/{path}.atom"))) == count
    assert len(client.get(f"/feeds/{path}.json").json()["items"]) == count


@pytest.mark.parametrize("path", ["state/XX.atom", "county/99999.json", "agency/none.atom", "all.rss", "town/x.atom"])
def test_a_feed_of_nothing_is_not_there(client: TestClient, path: str) -> None:
    assert client.get(f"/feeds/{path}").status_code == 404


def test_a_rebuild_leaves_every_byte_of_a_feed_alone(world: World, client: TestClient) -> None:
    before = client.get("/feeds/all.atom")
    world.now = "2025-07-01T00:00:00Z"
    world.derive(anew=True)
    after = client.get("/feeds/all.atom", headers={"if-none-match": before.headers["etag"]})
    assert after.status_code == 304


def test_what_is_not_confirmed_is_in_no_feed(world: World, client: TestClient) -> None:
    world.publish("2025-06-06", LEE, CAMDEN)
    assert len(entries(atom(client, "/feeds/all.atom"))) == 5


def test_history_taken_in_later_is_dated_by_its_list(world: World, client: TestClient) -> None:
    """So that it stands below what is new, and a reader of the feed is not flooded."""
    world.now = "2025-09-01T13:00:00Z"
    world.publish("2025-05-30", PASCO, row("Old Town Police Department", signed="2025-05-20"), anew=True)
    world.publish("2025-05-29", PASCO, anew=True)
    feed = atom(client, "/feeds/all.atom")
    ours = [e for e in feed.iter(ATOM + "entry") if "Old Town" in e.findtext(ATOM + "title")]
    assert [e.findtext(ATOM + "updated") for e in ours] == ["2025-06-02T12:00:00Z", "2025-05-30T12:00:00Z"]
