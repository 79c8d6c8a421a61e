"""How the spider behaves toward the source, and within the process it runs in."""

from __future__ import annotations

import asyncio
import logging
import time
from itertools import pairwise
from pathlib import Path

import pytest
import scrapy.crawler

from scrapers.crawl.crawler import CrawlError, crawl
from scrapers.crawl.scrapy_settings import scrapy_settings, user_agent
from tests.scrapers.spider_world import BAKER, World


def test_robots_txt_is_asked_first_and_obeyed(world: World) -> None:
    world.site.robots = "User-agent: *\nDisallow: /identify-and-arrest/\n"
    world.site.post("participating", BAKER)
    result = world.passes()
    assert [logged.path for logged in world.site.requests] == ["/robots.txt"]
    assert (world.outcomes("robots"), world.outcomes("page")) == (["read"], ["robots_disallowed"])
    assert "robots.txt forbids" in result.error


def test_robots_txt_may_forbid_a_list_alone(world: World) -> None:
    world.site.robots = "User-agent: *\nDisallow: /doclib/\n"
    world.site.post("participating", BAKER)
    result = world.passes()
    assert (result.page_outcome, [f.outcome for f in result.list_fetches]) == ("new", ["robots_disallowed"])
    assert world.wanted() == [("participatingAgencies01052026am.xlsx", "robots_disallowed", 1)]


def test_we_say_who_we_are(world: World) -> None:
    world.site.post("participating", BAKER)
    world.passes(contact_url="https://example.org/us")
    names = {logged.headers["user-agent"] for logged in world.site.requests}
    (name,) = names
    assert name.startswith("ice-agreements/")
    assert name.endswith("(+https://example.org/us)")
    assert user_agent(world.settings(user_agent="mine/1")) == "mine/1"
    assert not any("cookie" in logged.headers or "referer" in logged.headers for logged in world.site.requests)


def test_the_delay_between_requests_is_kept(world: World) -> None:
    world.site.post("participating", BAKER)
    world.passes(crawl_delay_seconds=0.15)
    times = [logged.at for logged in world.site.requests]  # robots.txt, page, list
    gaps = [(after - before).total_seconds() for before, after in pairwise(times)]
    assert len(gaps) == 2
    assert min(gaps) > 0.14


def test_many_passes_run_in_one_loop_and_in_loop_after_loop(world: World) -> None:
    """The service makes its passes in a loop that runs on; the command line makes one in a loop of its own."""
    world.site.post("participating", BAKER)

    async def five() -> list[str]:
        settings = world.settings()
        return [(await crawl(world.store, settings, now=world.now)).page_outcome for _ in range(5)]

    assert asyncio.run(five()) == ["new", "same", "same", "same", "same"]
    assert world.passes().page_outcome == "same"
    assert asyncio.run(five()) == ["same"] * 5


def test_a_pass_in_a_running_loop_is_quick(world: World) -> None:
    """About 40 ms on two idle cores; on a busy machine the quickest of ten is still nowhere near a wait of a second."""
    world.site.post("participating", BAKER)

    async def ten() -> list[float]:
        settings, took = world.settings(), []
        for _ in range(10):
            begun = time.perf_counter()
            await crawl(world.store, settings, now=world.now)
            took.append(time.perf_counter() - begun)
        return took

    assert min(asyncio.run(ten())) < 0.5


def test_the_loop_goes_on_while_a_pass_waits(world: World) -> None:
    world.site.post("participating", BAKER)
    world.site.fail("participating", "stall")

    async def ticks() -> int:
        task = asyncio.create_task(
            crawl(world.store, world.settings(request_timeout_seconds=0.4, max_tries=1), now=world.now)
        )
        count = 0
        while not task.done():
            await asyncio.sleep(0.01)
            count += 1
        return count

    assert asyncio.run(ticks()) > 15


def test_a_good_pass_leaves_no_warning_in_the_log(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.site.post("participating", BAKER)
    with caplog.at_level(logging.WARNING):
        world.passes()
    assert caplog.records == []


def test_an_https_source_is_never_asked_over_http(world: World) -> None:
    handlers = scrapy_settings(world.settings(source_url="https://www.ice.gov/x")).getwithbase("DOWNLOAD_HANDLERS")
    assert handlers["http"] is None
    assert handlers["https"]


def test_another_librarys_reactor_is_named_as_the_cause(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scrapy.crawler, "is_reactor_installed", lambda: True)
    with pytest.raises(CrawlError, match="Twisted reactor is installed"):
        world.passes()
    assert world.store.connection.execute("select outcome from runs").fetchall() == [("failed",)]


def test_every_setting_given_to_scrapy_has_its_reason_beside_it() -> None:
    """A setting is a line with a comment, or stands below one that is a comment alone."""
    source = Path(scrapy_settings.__code__.co_filename).read_text(encoding="utf-8").splitlines()
    lines = [(source[i - 1].strip(), line.strip()) for i, line in enumerate(source) if line.strip().startswith('"')]
    bare = [line for before, line in lines if line.split('"')[1].isupper() and "#" not in line and "#" not in before]
    assert len(lines) > 25
    assert bare == []
