"""A pass over the agreements' documents: asked within the budget, kept, and recorded one by one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from scrapy.crawler import AsyncCrawlerRunner

from db.database import Store, to_text
from db.queries import moas
from db.settings import Settings
from scrapers.crawl.moa_queue import addresses_due
from scrapers.crawl.scrapy_settings import quiet_scrapy, scrapy_settings
from scrapers.crawl.sources import Source
from scrapers.document_errors import ScraperError
from scrapers.spiders.moa_spider import MoaPass, MoaSpider


class FetchRefusedError(ScraperError):
    """The pass could not be made, for a reason of ours."""

    code = "fetch_refused"
    advice = "look at the log; what came before is kept"


async def fetch_documents(store: Store, settings: Settings, now: Callable[[], datetime]) -> list[str]:
    """Ask for the documents that are due, within the budgets of requests and bytes; return a line for each.

    Each answer is in the store before the next address is asked, so a pass that is cut off loses nothing, and the next
    one goes on behind it.
    """
    source = Source(settings.source_url)
    day_ago = to_text(now() - timedelta(days=1))
    asked, taken = moas.count_asked(store.connection, day_ago)
    _, kept_bytes = moas.count_kept(store.connection)
    if kept_bytes >= settings.moa_home_bytes:
        return [f"{kept_bytes:,} bytes of documents are kept, the most that moa_home_bytes allows; nothing was asked"]
    tried = moas.load_last_tries(store.connection)
    due = addresses_due(moas.load_listed(store.connection), tried, source, now(), settings.moa_recheck_days)
    requests = min(settings.moa_requests_per_pass, settings.moa_requests_per_day - asked)
    bytes_left = min(settings.moa_bytes_per_day - taken, settings.moa_home_bytes - kept_bytes)
    if not due or requests <= 0 or bytes_left <= 0:
        return ["no document is due"] if not due else ["the day's requests or bytes are used up"]
    # a pass before this one may have been cut off with a request on its way that nothing tells of
    await asyncio.sleep(settings.moa_delay_seconds)
    work = MoaPass(store, settings, source, now, due[:requests], bytes_left)
    await _run_spider(work)
    if work.failure is not None:
        raise work.failure
    if work.stopped:
        work.lines.append(f"the pass ended early: {work.stopped}")
    return work.lines


async def _run_spider(work: MoaPass) -> None:
    quiet_scrapy()
    settings = scrapy_settings(work.settings)
    settings.set("DOWNLOAD_DELAY", work.settings.moa_delay_seconds)
    settings.set("DOWNLOAD_MAXSIZE", work.settings.moa_max_bytes)
    runner = AsyncCrawlerRunner(settings)
    try:
        await runner.crawl(MoaSpider, work=work)
    except RuntimeError as error:  # Scrapy's own words name the setting, not the cause
        raise FetchRefusedError("Scrapy cannot start in this process", value=error) from error
    finally:
        await runner.stop()
