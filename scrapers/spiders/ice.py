"""Crawl ICE's landing page, then the lists it links and those still wanted."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import scrapy
from scrapy.exceptions import CloseSpider
from scrapy.http import Request, Response, TextResponse
from twisted.python.failure import Failure

from db.models import Fetch
from db.queries import fetches
from scrapers.crawl.attempts import CrawlPass, CrawlTarget, again
from scrapers.crawl.blocked import judge_page, judge_workbook, wall_in
from scrapers.crawl.landing_page import Page, fingerprint, list_tables, parse_page
from scrapers.crawl.links import find_list_links
from scrapers.crawl.outcomes import STOPPING, line_of, outcome_of_failure, outcome_of_status
from scrapers.crawl.retry import read_retry_after, wait_before_retry
from scrapers.crawl.sources import Source, promised_list
from scrapers.crawl.validators import headers_worth_keeping, name_in_disposition, validators_for
from scrapers.readers.document import looks_like_html
from scrapers.readers.totals import read_totals

_LOG = logging.getLogger(__name__)


class IceSpider(scrapy.Spider):
    """Record every answer and every error, and then act on it. The spider reads no list."""

    name = "ice"

    def __init__(self, work: CrawlPass, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.work = work

    @property
    def source(self) -> Source:
        return self.work.source

    def record_robots(self, url: str, outcome: str, status: int | None, detail: str) -> None:
        """Store a request for robots.txt; the middleware that sees it calls this."""
        self.work.record_robots(url, outcome, status, detail)

    async def start(self) -> AsyncIterator[Request]:
        yield self._request(CrawlTarget(self.source.start_url, "page"))

    def _request(self, target: CrawlTarget) -> Request:
        self.work.open[target.url] = target
        headers = validators_for(self.work.store, target.url, self.work.now())
        if target.role == "list":
            headers["Accept-Encoding"] = "identity"  # a workbook is a zip: packing it again only adds ways to break
        timeout = min(self.work.settings.request_timeout_seconds, max(self.work.time_left, 0.001))
        return Request(
            target.href or target.url,
            callback=self.answered,
            errback=self.failed,
            headers=headers,
            meta={"download_timeout": timeout, "asked_at": self.work.at()},
            cb_kwargs={"target": target},
        )

    # -- what comes back -------------------------------------------------------------------------------------------

    async def answered(self, response: Response, target: CrawlTarget) -> AsyncIterator[Request]:
        """Record an HTTP answer, whatever its status, and yield the requests that follow."""
        assert response.request is not None
        fetch = Fetch(
            url=target.url,
            requested_at=response.request.meta["asked_at"],
            outcome="crashed",
            status=response.status,
            final_url=response.url if response.url != target.url else None,
            role=target.role,
            linked_as=target.linked_as,
            file_name=target.file_name,
            headers=headers_worth_keeping(response.headers),
        )
        try:
            follow = self._page if target.role == "page" else self._list
            requests = await follow(target, fetch, response)
        except Exception as error:  # ours: recorded, told by crawl(), never taken for the source's
            self._crash(target, fetch, error)
            return
        for request in requests:
            yield request

    async def failed(self, failure: Failure) -> AsyncIterator[Request]:
        """Record a download error and, if it may pass, try again."""
        request: Request = failure.request  # type: ignore[attr-defined]
        target: CrawlTarget = request.cb_kwargs["target"]
        error = failure.value or RuntimeError("a failure without an error")
        fetch = Fetch(
            url=target.url,
            requested_at=request.meta["asked_at"],
            outcome=outcome_of_failure(error),
            final_url=request.url if request.url != target.url else None,
            role=target.role,
            linked_as=target.linked_as,
            file_name=target.file_name,
            detail=line_of(error),
        )
        try:
            requests = await self._unhappy(target, fetch)
        except Exception as bug:
            self._crash(target, fetch, bug)
            return
        for request in requests:
            yield request

    def _crash(self, target: CrawlTarget, fetch: Fetch, error: Exception) -> None:
        _LOG.error("cannot store the answer of %s: %s", target.url, error, exc_info=error)
        self.work.failure = self.work.failure or error
        try:
            self.work.record(target, replace(fetch, outcome="crashed", sha256=None, detail=line_of(error)), final=True)
        except Exception as second:  # a full disk: the row cannot be written either; crawl() raises the first error
            self.work.open.pop(target.url, None)
            _LOG.error("its row cannot be written either: %s", second)
        raise CloseSpider("crashed")

    async def _unhappy(self, target: CrawlTarget, fetch: Fetch) -> list[Request]:
        """Record a failed try, and return the next try or the requests that can go on without it."""
        after = read_retry_after(fetch.headers.get("retry-after"), self.work.now())
        wait = wait_before_retry(
            fetch.outcome, target.tries, self.work.settings, retry_after=after, time_left=self.work.time_left
        )
        self.work.record(target, fetch, final=wait is None)
        if wait is not None:
            await asyncio.sleep(wait)
            return [self._request(again(target))]
        if after is not None:
            self.work.wait_until(after)
        if target.role == "page" and fetch.outcome not in STOPPING:
            self.work.recall_page()  # the page is broken, the site is not: the lists it linked may still be had
            return self._lists()
        return []

    # -- the page --------------------------------------------------------------------------------------------------

    async def _page(self, target: CrawlTarget, fetch: Fetch, response: Response) -> list[Request]:
        outcome = outcome_of_status(response.status)
        if outcome == "not_modified":
            self.work.record(target, replace(fetch, outcome=outcome), final=True)
            if kept := self.work.recall_page():
                page = parse_page(self.work.store.archive.get(kept), response.url)
                self.work.page_is_list = page is not None and bool(list_tables(page))
                self.work.layout_changed = not self.work.links and not self.work.page_is_list
            return self._lists()
        if outcome is not None:
            outcome, detail = _wall_or(outcome, response)
            return await self._unhappy(target, replace(fetch, outcome=outcome, detail=detail))
        read = self._read_page(response)
        if not isinstance(read, Page):
            return await self._unhappy(target, replace(fetch, outcome=read[0], detail=read[1]))
        return self._good_page(target, fetch, response, read)

    def _read_page(self, response: Response) -> Page | tuple[str, str]:
        """Return the parsed page, or the outcome and the reason why it is not one."""
        body = response.body
        if not body.strip():
            return "empty", "the answer has no body"
        if not looks_like_html(body):
            return "not_html", f"{len(body):,} bytes that begin with {body[:16]!r}"
        page = parse_page(body, response.url, _encoding(response))
        if page is None:
            return "not_html", f"{len(body):,} bytes that no parser makes a page of"
        if reason := judge_page(page, body):
            return "blocked", reason
        framed = {b"content-length", b"transfer-encoding"} & {name.lower() for name in response.headers}
        packed = response.request is not None and response.request.meta.get("unpacked")
        if (packed or not framed) and b"</html" not in body[-4096:].lower():
            return "truncated", "the page has no end, and nothing vouches for its length"
        return page

    def _good_page(self, target: CrawlTarget, fetch: Fetch, response: Response, page: Page) -> list[Request]:
        links = find_list_links(page, self.source)
        text_sha256 = fingerprint(page, [link.url for link in links])
        last = fetches.last_page(self.work.store)
        if last and last["text_sha256"] == text_sha256 and self.work.store.archive.has(last["sha256"]):
            # the same to every reader: the bytes kept for it stand, and a changed nonce is not evidence of anything
            fetch = replace(fetch, outcome="same", sha256=last["sha256"])
        else:
            fetch = replace(fetch, outcome="new", sha256=self.work.store.archive.put(response.body))
        self.work.page_is_list = bool(list_tables(page))
        self.work.layout_changed = not links and not self.work.page_is_list
        self.work.record_page(target, fetch, text_sha256=text_sha256, links=links, totals=read_totals(page.lines))
        return self._lists()

    def _lists(self) -> list[Request]:
        return [self._request(target) for target in self.work.lists_to_request()]

    # -- a list ----------------------------------------------------------------------------------------------------

    async def _list(self, target: CrawlTarget, fetch: Fetch, response: Response) -> list[Request]:
        last = fetches.last_good_fetch(self.work.store, target.url)
        name = name_in_disposition(fetch.headers.get("content-disposition")) or target.file_name
        if name is None and last is not None:
            name = last["file_name"]  # a 304 does not repeat the name the 200 gave
        fetch = replace(fetch, file_name=name, linked_as=target.linked_as or promised_list(name or ""))
        outcome = outcome_of_status(response.status)
        if outcome == "not_modified":
            self.work.record(target, replace(fetch, outcome=outcome), final=True)
            return []
        if outcome is not None:
            outcome, detail = _wall_or(outcome, response)
            return await self._unhappy(target, replace(fetch, outcome=outcome, detail=detail))
        if fetch.linked_as is None:
            detail = f"neither its link nor its name ({name or 'none'}) promises a list"
            self.work.record(target, replace(fetch, outcome="not_list", detail=detail), final=True)
            return []
        body = response.body
        if body and not looks_like_html(body):
            # kept before anything reads it; only pages in a list's place are not, for those are walls or errors
            fetch = replace(fetch, sha256=self.work.store.archive.put(body))
        if verdict := judge_workbook(body):
            return await self._unhappy(target, replace(fetch, outcome=verdict[0], detail=verdict[1]))
        same = last is not None and last["sha256"] == fetch.sha256
        self.work.record(target, replace(fetch, outcome="same" if same else "new"), final=True)
        return []


def _wall_or(outcome: str, response: Response) -> tuple[str, str]:
    """Return `blocked` with its sign if a refusal is a block page, else the outcome with the status."""
    reason = wall_in(response.body) if outcome == "refused" else None
    if reason:
        return "blocked", f"status {response.status}: {reason}"
    return outcome, f"status {response.status}"


def _encoding(response: Response) -> str | None:
    return response.encoding if isinstance(response, TextResponse) else None
