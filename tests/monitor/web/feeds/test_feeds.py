"""Feeds are valid, hold corrections, keep their ids over a rebuild, and hold just what their address says."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import feedparser
import html5lib
import jsonschema
import pytest
from lxml import etree
from starlette.applications import Starlette
from starlette.testclient import TestClient

from db.settings import Settings
from monitor.changelog.log import read_log
from monitor.review import decide
from monitor.web.feeds.app import list_feeds, make_routes
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
    assert re.fullmatch(r"2025-06-15T14:00:00\.\d{6}Z", feed.findtext(ATOM + "updated"))
    updated = [e.findtext(ATOM + "updated") for e in feed.iter(ATOM + "entry")]
    assert len(set(updated)) == len(updated), "the W3C's validator warns of two entries of one time"
    assert updated == sorted(updated, reverse=True)
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
    world.derive(from_scratch=True)
    after = client.get("/feeds/all.atom", headers={"if-none-match": before.headers["etag"]})
    assert after.status_code == 304


def test_what_is_not_confirmed_is_in_no_feed(world: World, client: TestClient) -> None:
    world.publish("2025-06-16", LEE, CAMDEN)
    assert len(entries(atom(client, "/feeds/all.atom"))) == 5


def test_history_taken_in_later_is_dated_by_its_list(world: World, client: TestClient) -> None:
    """So that it stands below what is new, and a reader of the feed is not flooded."""
    world.now = "2025-09-01T13:00:00Z"
    world.publish("2025-05-30", PASCO, row("Old Town Police Department", signed="2025-05-20"), from_scratch=True)
    world.publish("2025-05-29", PASCO, from_scratch=True)
    feed = atom(client, "/feeds/all.atom")
    ours = [e for e in feed.iter(ATOM + "entry") if "Old Town" in e.findtext(ATOM + "title")]
    dates = [e.findtext(ATOM + "updated") for e in ours]
    assert [text[:20] for text in dates] == ["2025-06-02T12:00:00.", "2025-05-30T12:00:00."]


def crowded(world: World, towns: int) -> None:
    """The five entries so far and one a town."""
    new = [row(f"Town {n:03} Police Department", "GEORGIA", signed="2025-06-05") for n in range(towns)]
    world.publish("2025-06-16", LEE, CAMDEN, PASCO, *new)


def links(feed: Any) -> dict[str, str]:
    return {link.get("rel"): link.get("href") for link in feed.findall(ATOM + "link")}


def ids(feed: Any) -> list[str]:
    return [entry.findtext(ATOM + "id") for entry in feed.iter(ATOM + "entry")]


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
    moved = client.get("/feeds", follow_redirects=False)
    assert (moved.status_code, moved.headers["location"]) == (308, "/feeds/")


def test_feedparser_reads_the_feed_without_complaint(client: TestClient) -> None:
    read = feedparser.parse(client.get("/feeds/all.atom").content)
    assert not read.bozo
    assert len(read.entries) == 5
    assert read.version == "atom10"
    assert read.entries[0].link.startswith(f"{SITE}/changes/")


def test_the_index_names_every_state_and_is_valid_in_both_languages(client: TestClient) -> None:
    for code, said in (("en", "States and territories"), ("es", "Estados y territorios")):
        page = client.get(f"/feeds/?lang={code}")
        assert page.status_code == 200
        assert said in page.text
        html5lib.HTMLParser(strict=True).parse(page.text)
        assert page.text.count('href="state/') == 2 * 56
    assert 'href="state/FL.atom"' in client.get("/feeds/").text


def test_published_files_carry_every_page_and_the_index(world: World) -> None:
    crowded(world, 320)
    files = {path: body for path, body, _ in list_feeds(world.store, world.settings)}
    for path in ("index.html", "all.atom", "all/archive/1.atom", "all/archive/3.json", "state/GA/archive/3.atom"):
        assert f"feeds/{path}" in files
    assert "feeds/state/WY.atom" in files, "its page names it"
    assert "feeds/county/12086.atom" not in files
    assert "feeds/all/archive/4.atom" not in files
    assert "feeds/state/FL/archive/1.atom" not in files


def test_a_ruling_taken_back_is_followed_by_an_entry_that_says_so(world: World, client: TestClient) -> None:
    """The correction keeps the reason it had; the newest entry says that the statement stands again."""

    def first_listed() -> list[tuple[str, str]]:
        feed = atom(client, "/feeds/all.atom")
        found = [(e.findtext(ATOM + "title"), e.findtext(ATOM + "content") or e.findtext(ATOM + "summary"))
                 for e in feed.iter(ATOM + "entry")]  # fmt: skip
        return [entry for entry in found if "Camden" in entry[0]]

    log = read_log(world.store)
    signing = next(c for c in log if "Camden" in (c["agency"] or ""))
    decide.rule(world.store, "dismiss", signing["id"], reviewer="Ann", reason="misread", made_at="2025-06-06T10:00:00Z")
    world.now = "2025-06-06T10:00:00Z"
    world.derive()
    assert first_listed()[0][0].startswith("Correction to: First listed: Camden")
    decide.undo_newest(world.store, signing["id"], reviewer="Ann", reason="", made_at="2025-06-06T11:00:00Z")
    world.now = "2025-06-06T11:00:00Z"
    world.derive()
    titles = [title for title, _ in first_listed()]
    assert [title.partition(": Camden")[0] for title in titles] == [
        "Confirmed again: First listed", "Correction to: First listed", "First listed",
    ]  # fmt: skip
    assert "A reviewer found that it does not stand." in first_listed()[1][1]
    assert "An earlier correction of this statement has been withdrawn." in first_listed()[0][1]
