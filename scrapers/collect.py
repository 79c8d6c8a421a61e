"""Make one pass: fetch the lists, store them, and read every new document."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from db.database import Store
from db.settings import Settings
from db.threads import run_in_thread
from scrapers import ingest
from scrapers.crawl.crawler import CrawlResult, crawl


async def fetch_lists(
    store: Store, settings: Settings, now: Callable[[], datetime]
) -> tuple[CrawlResult, tuple[str, ...]]:
    """Fetch and store what ICE links, read it, and return the result with one line per unreadable document.

    Documents that an earlier pass stored but did not get to read are read too. Reading runs in a thread, so the event
    loop stays free.
    """
    result = await crawl(store, settings, now=now)
    return result, tuple(await run_in_thread(store, ingest.read_new, store))
