"""Feeds over a few made-up lists, read as a reader's program does, which refuses what is not valid."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from starlette.applications import Starlette
from starlette.testclient import TestClient

from monitor.changelog.log import read_log
from monitor.review import decide
from monitor.web.feeds.app import make_routes
from tests.monitor.alerts.world import World, make_world, row

SITE = "https://agreements.example.org"
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
        "next_url": {"type": "string", "format": "uri"},
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
                    "date_published": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$"},
                    "tags": {"type": "array", "items": {"type": "string"}},
                },
            },
        },
    },
}  # fmt: skip


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Two signings, and in Florida a confirmed ending, dismissed by a person, and a return."""
    world = make_world(tmp_path)
    world.publish("2025-06-02", PASCO)
    world.publish("2025-06-03", LEE)
    world.publish("2025-06-04", LEE, CAMDEN)
    world.publish("2025-06-14", LEE, CAMDEN)
    world.publish("2025-06-15", LEE, CAMDEN, PASCO)
    (ending,) = [c["id"] for c in read_log(world.store) if c["kind"] == "termination"]
    world.now = "2025-06-15T14:00:00Z"
    decide.rule(world.store, "dismiss", ending, reviewer="Ann", reason="the row was there", made_at=world.now)
    world.derive()
    return world


@pytest.fixture
def client(world: World) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=make_routes(world.settings))) as client:
        yield client


def crowded(world: World, towns: int) -> None:
    """The five entries so far and one a town."""
    new = [row(f"Town {n:03} Police Department", "GEORGIA", signed="2025-06-05") for n in range(towns)]
    world.publish("2025-06-16", LEE, CAMDEN, PASCO, *new)


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


def links(feed: Any) -> dict[str, str]:
    return {link.get("rel"): link.get("href") for link in feed.findall(ATOM + "link")}


def ids(feed: Any) -> list[str]:
    return [entry.findtext(ATOM + "id") for entry in feed.iter(ATOM + "entry")]
