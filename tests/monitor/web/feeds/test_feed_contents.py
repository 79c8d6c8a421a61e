"""Feeds are valid, hold corrections, and hold just what their address says."""

from __future__ import annotations

import json
import re

import feedparser
import jsonschema
import pytest
from starlette.testclient import TestClient

from monitor.changelog.log import read_log
from monitor.review import decide
from tests.monitor.alerts.world import World, row
from tests.monitor.web.feeds.conftest import (
    ATOM,
    CAMDEN,
    JSON_FEED,
    LEE,
    PASCO,
    SITE,
    atom,
    entries,
)


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


def test_feedparser_reads_the_feed_without_complaint(client: TestClient) -> None:
    read = feedparser.parse(client.get("/feeds/all.atom").content)
    assert not read.bozo
    assert len(read.entries) == 5
    assert read.version == "atom10"
    assert read.entries[0].link.startswith(f"{SITE}/changes/")


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
