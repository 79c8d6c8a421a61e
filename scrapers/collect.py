"""A pass of the scrapers' part: fetched, kept, and every new document read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from db.database import Store
from db.settings import Settings
from db.threads import run_in_thread
from scrapers import ingest
from scrapers.crawl.crawler import CrawlResult, crawl


async def take_lists(
    store: Store, settings: Settings, now: Callable[[], datetime]
) -> tuple[CrawlResult, tuple[str, ...]]:
    """ICE was asked, what came is in the store and read; a line is returned for each document nobody could read.

    Documents an earlier pass kept and did not come to read are read as well. The loop goes on meanwhile.
    """
    result = await crawl(store, settings, now=now)
    return result, tuple(await run_in_thread(store, ingest.read_new, store))
