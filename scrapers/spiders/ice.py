"""The one spider: ICE's landing page, then the lists it links and those still wanted."""

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
from scrapers.crawl.attempts import Ask, Pass, again
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
    """Every answer and every error comes back here, is recorded, and then acted on. It reads no list."""

    name = "ice"

    def __init__(self, work: Pass, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.work = work

    @property
    def source(self) -> Source:
        return self.work.source

    def record_robots(self, url: str, outcome: str, status: int | None, detail: str) -> None:
        """Called by the middleware that sees robots.txt answered."""
        self.work.record_robots(url, outcome, status, detail)

    async def start(self) -> AsyncIterator[Request]:
        yield self._request(Ask(self.source.start_url, "page"))

    def _request(self, ask: Ask) -> Request:
        self.work.open[ask.url] = ask
        headers = validators_for(self.work.store, ask.url, self.work.now())
        if ask.role == "list":
            headers["Accept-Encoding"] = "identity"  # a workbook is a zip: packing it again only adds ways to break
        timeout = min(self.work.settings.request_timeout_seconds, max(self.work.time_left, 0.001))
        return Request(
            ask.url,
            callback=self.answered,
            errback=self.failed,
            headers=headers,
            meta={"download_timeout": timeout, "asked_at": self.work.at()},
            cb_kwargs={"ask": ask},
        )

    # -- what comes back -------------------------------------------------------------------------------------------

    async def answered(self, response: Response, ask: Ask) -> AsyncIterator[Request]:
        """An HTTP answer, whatever its status, is recorded and followed."""
        assert response.request is not None
        fetch = Fetch(
            url=ask.url,
            requested_at=response.request.meta["asked_at"],
            outcome="crashed",
            status=response.status,
            final_url=response.url if response.url != ask.url else None,
            role=ask.role,
            linked_as=ask.linked_as,
            file_name=ask.file_name,
            headers=headers_worth_keeping(response.headers),
        )
        try:
            take_in = self._page if ask.role == "page" else self._list
            requests = await take_in(ask, fetch, response)
        except Exception as error:  # ours: recorded, told by crawl(), never taken for the source's
            self._crash(ask, fetch, error)
            return
        for request in requests:
            yield request

    async def failed(self, failure: Failure) -> AsyncIterator[Request]:
        """An error of the download is recorded and, when it may pass, tried again."""
        request: Request = failure.request  # type: ignore[attr-defined]
        ask: Ask = request.cb_kwargs["ask"]
        error = failure.value or RuntimeError("a failure without an error")
        fetch = Fetch(
            url=ask.url,
            requested_at=request.meta["asked_at"],
            outcome=outcome_of_failure(error),
            final_url=request.url if request.url != ask.url else None,
            role=ask.role,
            linked_as=ask.linked_as,
            file_name=ask.file_name,
            detail=line_of(error),
        )
        try:
            requests = await self._unhappy(ask, fetch)
        except Exception as bug:
            self._crash(ask, fetch, bug)
            return
        for request in requests:
            yield request

    def _crash(self, ask: Ask, fetch: Fetch, error: Exception) -> None:
        _LOG.error("cannot take in the answer of %s: %s", ask.url, error, exc_info=error)
        self.work.failure = self.work.failure or error
        try:
            self.work.record(ask, replace(fetch, outcome="crashed", sha256=None, detail=line_of(error)), final=True)
        except Exception as second:  # a full disk: the row cannot be written either; crawl() raises the first error
            self.work.open.pop(ask.url, None)
            _LOG.error("nor can its row be written: %s", second)
        raise CloseSpider("crashed")

    async def _unhappy(self, ask: Ask, fetch: Fetch) -> list[Request]:
        """A try that did not give what was asked is recorded; the next try, or what follows without it, is returned."""
        after = read_retry_after(fetch.headers.get("retry-after"), self.work.now())
        wait = wait_before_retry(
            fetch.outcome, ask.tries, self.work.settings, retry_after=after, time_left=self.work.time_left
        )
        self.work.record(ask, fetch, final=wait is None)
        if wait is not None:
            await asyncio.sleep(wait)
            return [self._request(again(ask))]
        if after is not None:
            self.work.wait_until(after)
        if ask.role == "page" and fetch.outcome not in STOPPING:
            self.work.recall_page()  # the page is broken, the site is not: the lists it linked may still be had
            return self._lists()
        return []

    # -- the page --------------------------------------------------------------------------------------------------

    async def _page(self, ask: Ask, fetch: Fetch, response: Response) -> list[Request]:
        outcome = outcome_of_status(response.status)
        if outcome == "not_modified":
            self.work.record(ask, replace(fetch, outcome=outcome), final=True)
            if kept := self.work.recall_page():
                page = parse_page(self.work.store.archive.get(kept), response.url)
                self.work.page_is_list = page is not None and bool(list_tables(page))
                self.work.layout_changed = not self.work.links and not self.work.page_is_list
            return self._lists()
        if outcome is not None:
            outcome, detail = _wall_or(outcome, response)
            return await self._unhappy(ask, replace(fetch, outcome=outcome, detail=detail))
        read = self._read_page(response)
        if not isinstance(read, Page):
            return await self._unhappy(ask, replace(fetch, outcome=read[0], detail=read[1]))
        return self._good_page(ask, fetch, response, read)

    def _read_page(self, response: Response) -> Page | tuple[str, str]:
        """The parsed page, or the outcome and the reason why it is none."""
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

    def _good_page(self, ask: Ask, fetch: Fetch, response: Response, page: Page) -> list[Request]:
        links = [link.as_dict() for link in find_list_links(page, self.source)]
        text_sha256 = fingerprint(page, [str(link["url"]) for link in links])
        last = fetches.last_page(self.work.store)
        if last and last["text_sha256"] == text_sha256 and self.work.store.archive.has(last["sha256"]):
            # the same to every reader: the bytes kept for it stand, and a changed nonce is not evidence of anything
            fetch = replace(fetch, outcome="same", sha256=last["sha256"])
        else:
            fetch = replace(fetch, outcome="new", sha256=self.work.store.archive.put(response.body))
        self.work.page_is_list = bool(list_tables(page))
        self.work.layout_changed = not links and not self.work.page_is_list
        self.work.record_page(ask, fetch, text_sha256=text_sha256, links=links, totals=read_totals(page.lines))
        return self._lists()

    def _lists(self) -> list[Request]:
        return [self._request(ask) for ask in self.work.lists_to_ask()]

    # -- a list ----------------------------------------------------------------------------------------------------

    async def _list(self, ask: Ask, fetch: Fetch, response: Response) -> list[Request]:
        last = fetches.last_good_fetch(self.work.store, ask.url)
        name = name_in_disposition(fetch.headers.get("content-disposition")) or ask.file_name
        if name is None and last is not None:
            name = last["file_name"]  # a 304 does not repeat the name the 200 gave
        fetch = replace(fetch, file_name=name, linked_as=ask.linked_as or promised_list(name or ""))
        outcome = outcome_of_status(response.status)
        if outcome == "not_modified":
            self.work.record(ask, replace(fetch, outcome=outcome), final=True)
            return []
        if outcome is not None:
            outcome, detail = _wall_or(outcome, response)
            return await self._unhappy(ask, replace(fetch, outcome=outcome, detail=detail))
        if fetch.linked_as is None:
            detail = f"neither its link nor its name ({name or 'none'}) promises a list"
            self.work.record(ask, replace(fetch, outcome="not_list", detail=detail), final=True)
            return []
        body = response.body
        if body and not looks_like_html(body):
            # kept before anything reads it; only pages in a list's place are not, for those are walls or errors
            fetch = replace(fetch, sha256=self.work.store.archive.put(body))
        if verdict := judge_workbook(body):
            return await self._unhappy(ask, replace(fetch, outcome=verdict[0], detail=verdict[1]))
        same = last is not None and last["sha256"] == fetch.sha256
        self.work.record(ask, replace(fetch, outcome="same" if same else "new"), final=True)
        return []


def _wall_or(outcome: str, response: Response) -> tuple[str, str]:
    """`blocked` with the wall's mark when a refusal is a block page, else the outcome with the server's first words."""
    reason = wall_in(response.body) if outcome == "refused" else None
    if reason:
        return "blocked", f"status {response.status}: {reason}"
    return outcome, f"status {response.status}"


def _encoding(response: Response) -> str | None:
    return response.encoding if isinstance(response, TextResponse) else None
