"""Run passes over the source: any number in one process, with or without a running asyncio loop."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from scrapy.crawler import AsyncCrawlerRunner

from db.database import Store, to_text
from db.errors import StoreError
from db.models import Fetch, StatedTotals
from db.queries import runs
from db.settings import Settings
from scrapers.crawl.attempts import CrawlPass, run_outcome
from scrapers.crawl.links import PageLink
from scrapers.crawl.outcomes import OUTCOMES, VERIFIED
from scrapers.crawl.scrapy_settings import quiet_scrapy, scrapy_settings
from scrapers.crawl.sources import Source
from scrapers.document_errors import ScraperError
from scrapers.spiders.ice import IceSpider

_LOG = logging.getLogger(__name__)
#: Every request ends by the pass's own deadline; this is for a pass that nevertheless hangs.
_GRACE_SECONDS = 2.0


class CrawlError(ScraperError):
    """The pass failed through a fault of the program: a bug, or another library that started a Twisted reactor."""

    code: ClassVar[str] = "crawl_failed"
    advice: ClassVar[str] = "look at the traceback in the log; what was fetched before is kept"


@dataclass(frozen=True, slots=True)
class CrawlResult:
    """The result of a pass. `new_documents` (sha256) are to be read: each differs from the last from its address."""

    run_id: int
    page_outcome: str
    list_fetches: tuple[Fetch, ...]  # every try, in order
    new_documents: tuple[str, ...]
    page_is_list: bool  # the page itself holds a list's table, and its document is a list's
    layout_changed: bool  # a good page on which no list was found
    links: tuple[PageLink, ...]
    totals: StatedTotals | None = None
    not_before: str | None = None  # the source asked not to be asked again before this time
    error: str = ""  # one line when the page or a list it links could not be had: what, where, what to do

    @property
    def verified(self) -> bool:
        """True if the page and every list are known to be as stored."""
        last = {fetch.url: fetch.outcome for fetch in self.list_fetches}
        return self.page_outcome in VERIFIED and all(outcome in VERIFIED for outcome in last.values())


async def crawl(store: Store, settings: Settings, *, now: Callable[[], datetime]) -> CrawlResult:
    """Make one pass and store everything it met; return the result.

    Trouble at the source is an outcome in the result. Only trouble of our own is raised: `StoreError` (a full disk, for
    example) or `CrawlError`. Needs a running asyncio loop and no Twisted reactor; can be called any number of times.
    """
    quiet_scrapy()
    run_id = runs.start_run(store, to_text(now()))
    work = CrawlPass(store, settings, Source(settings.source_url), run_id, now)
    try:
        await _run_spider(work)
        if work.failure is None:
            work.leave_unanswered()
        if isinstance(work.failure, StoreError):
            raise work.failure
        if work.failure is not None:
            raise CrawlError("storing an answer failed", value=work.failure) from work.failure
    except BaseException as error:  # also when we are cancelled: a run that ended must not look as if it ran on
        try:
            runs.finish_run(store, run_id, to_text(now()), "failed", (str(error) or type(error).__name__)[:500])
        except Exception as second:  # the disk that failed the pass may refuse this row as well
            _LOG.error("the end of the run cannot be written: %s", second)
        raise
    error_line = describe_failure(work)
    runs.finish_run(store, run_id, to_text(now()), run_outcome(work), error_line)
    return CrawlResult(
        run_id=run_id,
        page_outcome=work.page_outcome,
        list_fetches=tuple(work.list_fetches),
        new_documents=tuple(work.new_documents),
        page_is_list=work.page_is_list,
        layout_changed=work.layout_changed,
        links=work.links,
        totals=work.totals,
        not_before=work.not_before,
        error=error_line,
    )


def run_crawl(store: Store, settings: Settings, now: Callable[[], datetime]) -> CrawlResult:
    """Make one pass in an event loop of its own: for the command line and for threads without a loop."""
    return asyncio.run(crawl(store, settings, now=now))


async def _run_spider(work: CrawlPass) -> None:
    runner = AsyncCrawlerRunner(scrapy_settings(work.settings))
    try:
        task = runner.crawl(IceSpider, work=work)
    except RuntimeError as error:  # Scrapy's own words name the setting, not the cause
        raise CrawlError("Scrapy cannot start in this process", value=error) from error
    try:
        done, _ = await asyncio.wait({task}, timeout=work.settings.crawl_timeout_seconds + _GRACE_SECONDS)
        if done and (error_of_task := task.exception()):
            raise CrawlError("Scrapy failed", value=error_of_task) from error_of_task
        if not done:
            _LOG.error("the pass hangs after %g s; it is cut off", work.settings.crawl_timeout_seconds)
    finally:
        if not task.done():  # hangs, or we are cancelled: close what can be closed in a moment, then let go
            stopping = asyncio.ensure_future(runner.stop())
            await asyncio.wait({stopping}, timeout=_GRACE_SECONDS)
            stopping.cancel()
            task.cancel()


_WHAT_TO_DO = {
    "blocked": "nothing is evaded; look at the page in a browser, and ask ICE if it stays so",
    "refused": "look at the page in a browser; the User-Agent may be refused",
    "missing": "the page may have moved; look for it on ice.gov and set ICE_AGREEMENTS_SOURCE_URL",
    "dns_failed": "check the host name in ICE_AGREEMENTS_SOURCE_URL and this machine's name server",
    "tls_failed": "check this machine's clock and certificates; if they are right, the server is not ICE's",
    "unreachable": "check this machine's network; the next pass tries again",
    "robots_disallowed": "robots.txt forbids the page to this User-Agent; ask ICE",
    "throttled": "the next pass waits; ask less often if it stays so",
    "not_html": "look at what the address gives",
    "redirect_loop": "look at the page in a browser; it may have moved",
    "offsite": "the page redirects to another host; if that is right, set ICE_AGREEMENTS_SOURCE_URL",
}


def describe_failure(work: CrawlPass) -> str:
    """Return one line on what went wrong with the page or a linked list, where, and what to do; "" if nothing did."""
    if work.page_outcome in VERIFIED:
        if work.layout_changed:
            return f"no list is linked on {work.source.start_url}; look at the page, its layout may have changed"
        return _describe_lists(work)
    meaning = OUTCOMES[work.page_outcome]
    detail = f" ({work.page_detail})" if work.page_detail else ""
    what_to_do = _WHAT_TO_DO.get(work.page_outcome, "the next pass tries again")
    return f"{work.page_outcome}: {work.source.start_url}: {meaning}{detail}; {what_to_do}"


def _describe_lists(work: CrawlPass) -> str:
    """Return one line on linked lists that could not be fetched; lists wanted from earlier passes are no failure."""
    linked = {link.url for link in work.links}
    last = {fetch.url: fetch for fetch in work.list_fetches if fetch.url in linked}
    failed = [f for f in last.values() if f.outcome not in VERIFIED and f.outcome != "not_list"]
    if not failed:
        return ""
    named = "; ".join(f"{f.outcome}: {f.file_name or f.url}: {OUTCOMES[f.outcome]}" for f in failed)
    return f"{named}; it stays wanted, and the next pass asks again"
