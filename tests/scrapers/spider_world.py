"""A stand-in site, a store and a clock, as the spider's tests use them together."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from db.database import Store
from db.queries import fetches
from db.settings import Settings
from scrapers.crawl.crawler import CrawlResult, run_crawl
from tests.standin import StandIn
from tests.standin.lists import participating, pending

BAKER = participating("Baker County Sheriff's Office")
BAY = participating("Baker County Sheriff's Office", "Bay County Sheriff's Office")
BELL = pending("Bell County Sheriff's Office")


@dataclass
class World:
    """`passes()` makes one pass; the clock goes on by an hour after each."""

    site: StandIn
    store: Store
    time: datetime = datetime(2026, 1, 5, 16, tzinfo=UTC)
    changes: dict[str, Any] = field(default_factory=dict)

    def now(self) -> datetime:
        return self.time

    def settings(self, **changes: Any) -> Settings:
        return Settings(
            **{
                "source_url": self.site.url,
                "crawl_delay_seconds": 0,
                "backoff_seconds": 0,
                "request_timeout_seconds": 5,
                "crawl_timeout_seconds": 20,
                **self.changes,
                **changes,
            }
        )

    def passes(self, **changes: Any) -> CrawlResult:
        result = run_crawl(self.store, self.settings(**changes), self.now)
        self.time += timedelta(hours=1)
        return result

    def fetches(self, role: str = "list") -> list[tuple[str, str]]:
        """(last part of the address, outcome) of every fetch row of that role, oldest first."""
        rows = self.store.connection.execute("select url, outcome from fetches where role = ? order by id", [role])
        return [(url.rsplit("/", 1)[-1], outcome) for url, outcome in rows]

    def outcomes(self, role: str = "list") -> list[str]:
        return [outcome for _, outcome in self.fetches(role)]

    def wanted(self) -> list[tuple[str, str, int]]:
        return [(row["url"].rsplit("/", 1)[-1], row["reason"], row["tries"]) for row in fetches.wanted(self.store)]

    def documents(self) -> list[bytes]:
        """Every document of the archive that is a workbook."""
        kept = [self.store.archive.get(sha256) for sha256 in self.store.archive]
        return [data for data in kept if data.startswith(b"PK")]
