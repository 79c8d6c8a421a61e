"""The service's jobs over the stand-in, under a clock that the test moves."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import scheduler
from db.database import Store, to_text
from db.queries.notices import read_open_notices
from db.settings import Settings
from monitor.service.jobs import ServiceJobs
from monitor.service.triggers import JobFailed, PutOff
from scrapers import ingest
from tests.standin import StandIn


@dataclass
class Desk:
    """`poll()` does what the job does and returns what it says; the clock moves only when it is told to."""

    site: StandIn
    home: Path
    time: datetime = datetime(2026, 1, 5, 16, tzinfo=UTC)
    changes: dict[str, Any] = field(default_factory=dict)

    def now(self) -> datetime:
        return self.time

    def later(self, **amount: float) -> None:
        self.time += timedelta(**amount)

    @property
    def settings(self) -> Settings:
        return Settings(
            **{
                "home": self.home, "source_url": self.site.url, "crawl_delay_seconds": 0, "backoff_seconds": 0,
                "request_timeout_seconds": 5, "crawl_timeout_seconds": 20, "disk_low_bytes": 0, **self.changes,
            }
        )  # fmt: skip

    @property
    def jobs(self) -> ServiceJobs:
        return ServiceJobs(self.settings, self.now, scheduler.make_pass, ingest.read_new)

    def poll(self) -> str:
        """The job's line, with what it is: good, failed or put off; the notices are brought up to date."""

        async def both() -> str:
            try:
                line = f"good: {await self.jobs.poll()}"
            except JobFailed as error:
                line = f"failed: {error}"
            except PutOff as reason:
                line = f"put off: {reason}"
            await self.jobs.update_notices()
            return line

        return asyncio.run(both())

    def notices(self) -> list[str]:
        with Store.open(self.home) as store:
            return [notice.code for notice in read_open_notices(store.connection)]

    def stamp(self) -> str:
        """A time for a workbook saved an hour ago."""
        return to_text(self.time - timedelta(hours=1))

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with Store.open(self.home) as store:
            return store.connection.execute(query).fetchall()
