"""The record of one pass: a row for every try, and the lists that are still wanted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from db.database import Store, to_text
from db.models import Fetch, ListName, StatedTotals
from db.queries import fetches
from db.settings import Settings
from scrapers.crawl.links import PageLink
from scrapers.crawl.outcomes import VERIFIED
from scrapers.crawl.sources import Source

#: A wanted list that its page no longer links is given up after this long; its fetch rows stay.
GIVE_UP_AFTER = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class CrawlTarget:
    """One address to request, and which try this is (from 1)."""

    url: str
    role: Literal["page", "list"]
    linked_as: ListName | None = None
    file_name: str | None = None
    tries: int = 1
    linked: bool = True  # on the page of this pass, or only wanted from an earlier one
    href: str = ""  # the address to request, where it differs from the one the list is known by


@dataclass
class CrawlPass:
    """The state of one pass. Everything the pass writes to the store goes through here."""

    store: Store
    settings: Settings
    source: Source
    run_id: int
    now: Callable[[], datetime]
    deadline: float = field(init=False)  # on the loop's clock
    page_outcome: str = "unanswered"
    page_detail: str = ""
    page_is_list: bool = False
    layout_changed: bool = False
    links: tuple[PageLink, ...] = ()
    totals: StatedTotals | None = None
    list_fetches: list[Fetch] = field(default_factory=list)
    new_documents: list[str] = field(default_factory=list)
    not_before: str | None = None
    failure: Exception | None = None  # of ours, not of the source's
    open: dict[str, CrawlTarget] = field(default_factory=dict)
    _fresh_wants: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.deadline = asyncio.get_running_loop().time() + self.settings.crawl_timeout_seconds

    @property
    def time_left(self) -> float:
        return self.deadline - asyncio.get_running_loop().time()

    def at(self) -> str:
        return to_text(self.now())

    def record(self, target: CrawlTarget, fetch: Fetch, *, final: bool) -> None:
        """Store the try as a row; a final try also decides whether the list is still wanted."""
        with self.store.writing():
            fetches.record_fetch(self.store, self.run_id, fetch)
            if target.role == "list" and final:
                self._settle(target, fetch)
        if target.role == "list":
            self.list_fetches.append(fetch)
        elif final:
            self.page_outcome, self.page_detail = fetch.outcome, fetch.detail
        is_list = target.role == "list" or self.page_is_list
        if is_list and fetch.outcome == "new" and fetch.sha256 and fetch.sha256 not in self.new_documents:
            self.new_documents.append(fetch.sha256)
        if final:
            self.open.pop(target.url, None)

    def record_robots(self, url: str, outcome: str, status: int | None, detail: str) -> None:
        """Store the request for robots.txt as a row."""
        fetch = Fetch(
            url=url, requested_at=self.at(), outcome=outcome, status=status, role="robots", detail=detail[:300]
        )
        fetches.record_fetch(self.store, self.run_id, fetch)

    def _settle(self, target: CrawlTarget, fetch: Fetch) -> None:
        if fetch.outcome in VERIFIED or fetch.outcome == "not_list":
            fetches.unwant(self.store, target.url)
            return
        if target.url in self._fresh_wants:  # noted when its link was met, moments ago: this is its first failure
            fetches.unwant(self.store, target.url)
        fetches.want(self.store, target.url, target.linked_as, target.file_name, fetch.requested_at, fetch.outcome)

    def record_page(
        self,
        target: CrawlTarget,
        fetch: Fetch,
        *,
        text_sha256: str,
        links: tuple[PageLink, ...],
        totals: StatedTotals | None,
    ) -> None:
        """Store a good page's text, links and totals, and mark the lists never fetched before as wanted."""
        assert fetch.sha256 is not None  # a good page's bytes are in the archive by now
        self.links, self.totals = links, totals
        with self.store.writing():
            self.record(target, fetch, final=True)
            fetches.record_page(
                self.store,
                self.run_id,
                sha256=fetch.sha256,
                text_sha256=text_sha256,
                seen_at=fetch.requested_at,
                links=[link.as_record() for link in links],
                totals=totals,
            )
            if self.page_is_list:
                # the table stands on the page itself: the page is a document of the participating list
                fetches.record_sighting(
                    self.store, fetch.sha256, file=target.url.rstrip("/").rsplit("/", 1)[-1], url=target.url,
                    linked_as="participating", seen_at=fetch.requested_at, known_at=fetch.requested_at, how="fetch",
                )  # fmt: skip
            already = {row["url"] for row in fetches.wanted(self.store)}
            for link in self.links:
                if link.url not in already and fetches.last_good_fetch(self.store, link.url) is None:
                    fetches.want(self.store, link.url, link.linked_as, link.file_name, fetch.requested_at, "linked")
                    self._fresh_wants.add(link.url)

    def recall_page(self) -> str | None:
        """Use the links of the newest stored page for this pass, and return the sha256 of its bytes (None: no page)."""
        last = fetches.last_page(self.store)
        self.links = tuple(PageLink(**link) for link in last["links"]) if last else ()
        return str(last["sha256"]) if last else None

    def lists_to_request(self) -> list[CrawlTarget]:
        """Return the lists to request: those the page links, then those still wanted from earlier passes."""
        targets = {
            link.url: CrawlTarget(link.url, "list", link.linked_as, link.file_name, href=link.href)
            for link in self.links
        }
        for row in fetches.wanted(self.store):
            if row["url"] in targets or not self.source.is_ours(row["url"]):
                continue
            if self.now() - datetime.fromisoformat(row["since"]) > GIVE_UP_AFTER:
                fetches.unwant(self.store, row["url"])
                continue
            targets[row["url"]] = CrawlTarget(row["url"], "list", row["linked_as"], row["file_name"], linked=False)
        return list(targets.values())

    def leave_unanswered(self) -> None:
        """Store a row for every request that was never answered; its list stays wanted."""
        for target in list(self.open.values()):
            detail = f"the pass was stopped after {self.settings.crawl_timeout_seconds:g} s (crawl_timeout_seconds)"
            fetch = Fetch(
                url=target.url, requested_at=self.at(), outcome="unanswered", role=target.role,
                linked_as=target.linked_as, file_name=target.file_name, detail=detail,
            )  # fmt: skip
            self.record(target, fetch, final=True)

    def wait_until(self, seconds: float) -> None:
        """Remember that the source asked us to wait so many seconds; the latest such time counts."""
        at = to_text(self.now() + timedelta(seconds=seconds))
        self.not_before = max(self.not_before or at, at)


def again(target: CrawlTarget) -> CrawlTarget:
    """Return the request with its try number raised by one."""
    return replace(target, tries=target.tries + 1)


def run_outcome(work: CrawlPass) -> str:
    """Return `good` if the page and every list are verified, `partial` if a list is not, `failed` without the page."""
    if work.page_outcome not in VERIFIED:
        return "failed"
    last = {fetch.url: fetch.outcome for fetch in work.list_fetches}
    return "good" if all(outcome in VERIFIED for outcome in last.values()) else "partial"
