"""Trouble below and above HTTP: the network, the clock, the disk, our own bugs. Nothing is lost to any of them."""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from typing import Any

import pytest
from scrapy.utils.ssl import _make_ssl_context

from db.errors import ArchiveError
from scrapers.crawl.crawler import CrawlError, crawl
from scrapers.crawl.scrapy_settings import scrapy_settings
from scrapers.spiders import ice
from tests.scrapers.spider_world import BAKER, BELL, World


def test_a_refused_connection_is_one_clear_line(world: World) -> None:
    world.site.post("participating", BAKER)
    world.passes()
    world.site.down()
    result = world.passes()
    assert world.outcomes("page")[1:] == ["unreachable"] * 3
    assert result.error.startswith(f"unreachable: {world.site.url}: no connection")
    assert "check this machine's network" in result.error
    world.site.up()
    assert world.passes().verified


def test_an_unknown_host_is_named_as_such(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_address(*args: object, **kwargs: object) -> list[Any]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", no_address)
    result = world.passes(source_url="http://no-such-host.invalid/287g")
    assert (result.page_outcome, world.outcomes("robots"), world.outcomes("page")) == (
        "dns_failed", ["dns_failed"], ["dns_failed"],
    )  # fmt: skip
    assert "name server" in result.error


def test_robots_txt_that_fails_is_a_row_and_the_page_is_asked_for(world: World) -> None:
    world.site.post("participating", BAKER)
    world.site.fail("robots", "reset", None)
    assert world.passes().verified
    assert world.outcomes("robots") == ["unreachable"]


def test_one_hop_to_a_new_place_is_followed_and_recorded(world: World) -> None:
    world.site.post("participating", BAKER)
    world.site.fail("participating", "moved", None)
    (fetch,) = world.passes().list_fetches
    assert (fetch.outcome, fetch.final_url) == ("new", f"{fetch.url}?moved")


def test_a_stuck_pass_is_cut_off_as_a_whole(world: World) -> None:
    """Each request may take a minute, and yet the pass ends: a list it could not ask for stays wanted."""
    world.site.post("participating", BAKER)
    world.site.post("pending", BELL)
    world.site.fail("participating", "stall", None)
    world.site.fail("pending", "stall", None)
    begun = time.perf_counter()
    result = world.passes(request_timeout_seconds=60, crawl_timeout_seconds=2)
    assert time.perf_counter() - begun < 30
    assert {f.outcome for f in result.list_fetches} <= {"timed_out", "unanswered"}
    assert len(world.wanted()) == 2
    assert world.store.connection.execute("select outcome from runs").fetchall() == [("partial",)]
    world.site.heal()
    assert world.passes().verified


def test_a_pass_that_hangs_nevertheless_is_cancelled(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def hang(*args: object) -> list[Any]:
        await asyncio.sleep(3600)
        return []

    world.site.post("participating", BAKER)
    monkeypatch.setattr(ice.IceSpider, "_list", hang)
    monkeypatch.setattr("scrapers.crawl.crawler._GRACE_SECONDS", 0.1)
    result = world.passes(crawl_timeout_seconds=2)
    assert [f.outcome for f in result.list_fetches] == ["unanswered"]
    assert world.wanted() == [("participatingAgencies01052026am.xlsx", "unanswered", 1)]
    monkeypatch.undo()
    assert world.passes().verified


def test_a_full_disk_fails_the_pass_with_its_own_words(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(data: bytes) -> str:
        raise ArchiveError("cannot keep a document: No space left on device; free some space")

    world.site.post("participating", BAKER)
    monkeypatch.setattr(world.store.archive, "put", full)
    with pytest.raises(ArchiveError, match="No space left"):
        world.passes()
    monkeypatch.undo()
    assert world.store.connection.execute("select outcome from runs").fetchall() == [("failed",)]
    assert world.passes().verified


def test_a_bug_of_ours_is_not_taken_for_the_sources_fault(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def bug(*args: object) -> None:
        raise ZeroDivisionError("a bug")

    world.site.post("participating", BAKER)
    monkeypatch.setattr(ice, "judge_workbook", bug)
    with pytest.raises(CrawlError, match="a bug"):
        world.passes()
    assert world.outcomes() == ["crashed"]
    assert world.wanted() == [("participatingAgencies01052026am.xlsx", "crashed", 1)]
    monkeypatch.undo()
    assert world.passes().verified


def test_a_pass_that_is_cancelled_closes_its_run(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.site.post("participating", BAKER)
    world.site.fail("participating", "stall", None)
    monkeypatch.setattr("scrapers.crawl.crawler._GRACE_SECONDS", 0.1)

    async def cut() -> None:
        task = asyncio.create_task(crawl(world.store, world.settings(), now=world.now))
        await asyncio.sleep(0.3)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cut())
    assert world.store.connection.execute("select outcome from runs").fetchall() == [("failed",)]
    assert len(world.wanted()) == 1
    world.site.heal()
    assert world.passes().verified


def test_a_server_that_cannot_prove_who_it_is_is_not_asked(world: World) -> None:
    world.site.post("participating", BAKER)
    result = world.passes(source_url=world.site.url.replace("http:", "https:"))  # it speaks plain HTTP there
    assert world.outcomes("page") == ["tls_failed"]
    assert "certificates" in result.error
    assert world.site.requests == []
    assert _make_ssl_context(scrapy_settings(world.settings())).verify_mode is ssl.CERT_REQUIRED
