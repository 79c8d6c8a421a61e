"""The spider for agreement documents: one address after another, each answer recorded as it comes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

import scrapy
from scrapy.http import Request, Response
from twisted.python.failure import Failure

from db.database import Store, to_text
from db.moa_models import MoaSighting
from db.queries import moas
from db.settings import Settings
from scrapers.crawl.blocked import wall_in
from scrapers.crawl.moa_queue import STOPPING
from scrapers.crawl.outcomes import line_of, outcome_of_failure, outcome_of_status
from scrapers.crawl.sources import Source
from scrapers.crawl.validators import headers_worth_keeping
from scrapers.ingest_moas import judge_body

_LOG = logging.getLogger(__name__)
#: So many block pages in a row mean us, not the document.
MOST_BLOCKED = 3
#: How the outcomes of a fetch are told of a document; every other one is `failed`.
_TOLD_AS = {
    "missing": "not_there", "blocked": "block_page", "refused": "refused", "robots_disallowed": "refused",
    "too_large": "too_large", "empty": "empty",
}  # fmt: skip


@dataclass
class MoaPass:
    """What one pass asks for and what came of it. All that changes the store goes through here."""

    store: Store
    settings: Settings
    source: Source
    now: Callable[[], datetime]
    addresses: Sequence[str]
    bytes_left: int
    lines: list[str] = field(default_factory=list)
    stopped: str = ""  # why the pass ended before its last address
    failure: Exception | None = None  # of ours, not of the source's
    blocked_in_a_row: int = 0

    def record(self, sighting: MoaSighting) -> None:
        """Write the try down, and stop the pass when it must end with this one."""
        moas.record_sighting(self.store, sighting)
        self.lines.append(f"{sighting.file}: {sighting.outcome}" + (f" ({sighting.detail})" if sighting.detail else ""))
        self.bytes_left -= sighting.size_bytes
        self.blocked_in_a_row = self.blocked_in_a_row + 1 if sighting.outcome == "block_page" else 0
        if self.bytes_left <= 0:
            self.stopped = "the day's bytes are used up"
        elif self.blocked_in_a_row >= MOST_BLOCKED:
            self.stopped = f"{MOST_BLOCKED} block pages in a row"


class MoaSpider(scrapy.Spider):
    """Asks for each address of the pass once, conditionally where a document is kept.

    The next address is asked when the answer to the last one is in the store, never before.
    """

    name = "moas"

    def __init__(self, work: MoaPass, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.work = work
        self._left = iter(work.addresses)

    @property
    def source(self) -> Source:
        """The hosts that may be asked, for the middleware that holds requests to them."""
        return self.work.source

    def record_robots(self, url: str, outcome: str, status: int | None, detail: str) -> None:
        """Called by the middleware that sees robots.txt answered; documents need no row of it."""

    async def start(self) -> AsyncIterator[Request]:
        """Yield the first request; each answer brings the next."""
        for request in self._next():
            yield request

    def _next(self) -> Iterator[Request]:
        url = None if self.work.stopped or self.work.failure else next(self._left, None)
        if url is not None:
            yield Request(
                url, callback=self.answered, errback=self.failed, headers=self._headers(url), cb_kwargs={"url": url}
            )

    async def _go_on(self) -> AsyncIterator[Request]:
        """Yield the next request, so long after the answer to the last that the server sees the distance."""
        for request in self._next():
            await asyncio.sleep(self.work.settings.moa_delay_seconds)
            yield request

    def _headers(self, url: str) -> dict[str, str]:
        headers = {"Accept-Encoding": "identity"}
        kept = moas.last_kept(self.work.store.connection, url)
        if kept is None or not kept.sha256 or not self.work.store.archive.has(kept.sha256):
            return headers
        pairs = (("If-None-Match", kept.etag), ("If-Modified-Since", kept.last_modified))
        return headers | {name: value for name, value in pairs if value}

    async def answered(self, response: Response, url: str) -> AsyncIterator[Request]:
        """Keep the document, or record why there is none, and go on."""
        try:
            self.work.record(self._take_in(response, url))
        except Exception as error:  # ours, not the source's: raised by the pass when the spider has ended
            self._fail(url, error)
        if outcome_of_status(response.status) in STOPPING:
            self.work.stopped = "the server asks to slow down"
        async for request in self._go_on():
            yield request

    def _take_in(self, response: Response, url: str) -> MoaSighting:
        headers = headers_worth_keeping(response.headers)
        sighting = MoaSighting(
            url, _file_name(url), self._at(), "fetch", "failed", status=response.status,
            final_url=response.url if response.url != url else None, etag=headers.get("etag"),
            last_modified=headers.get("last-modified"), size_bytes=len(response.body),
        )  # fmt: skip
        kept = moas.last_kept(self.work.store.connection, url)
        outcome = outcome_of_status(response.status)
        if outcome == "not_modified" and kept is not None:
            # a 304 need not repeat the validators, and the next request needs them
            return replace(
                sighting, outcome="same", sha256=kept.sha256, etag=sighting.etag or kept.etag,
                last_modified=sighting.last_modified or kept.last_modified,
            )  # fmt: skip
        if outcome is not None:
            wall = wall_in(response.body) if outcome == "refused" else None
            told = "block_page" if wall else _TOLD_AS.get(outcome, "failed")
            return replace(sighting, outcome=told, detail=wall or f"status {response.status}")
        if verdict := judge_body(response.body):
            return replace(sighting, outcome=verdict[0], detail=verdict[1])
        sha256 = self.work.store.archive.put(response.body)
        if kept is None:
            return replace(sighting, outcome="kept", sha256=sha256)
        return replace(sighting, outcome="same" if kept.sha256 == sha256 else "replaced", sha256=sha256)

    async def failed(self, failure: Failure) -> AsyncIterator[Request]:
        """Record a download that gave no answer, and go on."""
        request: Request = failure.request  # type: ignore[attr-defined]
        url = str(request.cb_kwargs["url"])
        error = failure.value or RuntimeError("a failure without an error")
        outcome = outcome_of_failure(error)
        detail = f"{outcome}: {line_of(error)}"
        told = _TOLD_AS.get(outcome, "failed")
        try:
            self.work.record(MoaSighting(url, _file_name(url), self._at(), "fetch", told, detail=detail))
        except Exception as bug:
            self._fail(url, bug)
        if outcome in STOPPING:
            self.work.stopped = "robots.txt forbids it"
        async for request in self._go_on():
            yield request

    def _at(self) -> str:
        return to_text(self.work.now())

    def _fail(self, url: str, error: Exception) -> None:
        _LOG.error("cannot take in the answer of %s: %s", url, error, exc_info=error)
        self.work.failure = self.work.failure or error


def _file_name(url: str) -> str:
    return unquote(PurePosixPath(urlsplit(url).path).name)[:200]
