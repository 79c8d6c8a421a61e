"""A stand-in with documents, a store, a clock, and the rows that link the documents."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from db.database import Store
from db.moa_models import ListedMoa, MoaSighting
from db.queries import moas
from db.settings import Settings
from scrapers.collect_moas import fetch_documents
from tests.pdfs import text_pdf
from tests.standin import StandIn


def listed(url: str, agreement: str = "", *, is_listed: bool = True) -> ListedMoa:
    """Return the row of an agreement that links this address."""
    agreement = agreement or url.rpartition("/")[2]
    return ListedMoa(
        url, "moa", agreement, f"agency-{agreement}", "Baker County Sheriff's Office", "FL", "Baker County", "12003",
        "TFM", "2025-02-26", is_listed, is_listed,
    )  # fmt: skip


@dataclass
class MoaWorld:
    """`passes()` makes one pass; the clock goes on by a minute after each."""

    site: StandIn
    store: Store
    time: datetime = datetime(2026, 1, 5, 16, tzinfo=UTC)
    rows: list[ListedMoa] = field(default_factory=list)

    def post(self, name: str, words: str = "MEMORANDUM OF AGREEMENT") -> str:
        """Put a document on the site and link it; return its address."""
        url = self.site.post_moa(name, text_pdf([words]))
        if url not in [row.url for row in self.rows]:
            self.rows.append(listed(url))
        return url

    def link(self, name: str) -> str:
        """Link an address at which nothing was put."""
        url = f"{self.site.root}/doclib/287gMOA/{name}"
        self.rows.append(listed(url))
        return url

    def settings(self, **changes: Any) -> Settings:
        """Return settings without waits."""
        values = {
            "home": self.store.home, "source_url": self.site.url, "moa_delay_seconds": 0, "moa_requests_per_pass": 1000,
            "request_timeout_seconds": 2,
        }  # fmt: skip
        return Settings(**{**values, **changes})

    def passes(self, **changes: Any) -> list[str]:
        """Make a pass; return its lines."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(moas, "load_listed", lambda connection: list(self.rows))
            lines = asyncio.run(fetch_documents(self.store, self.settings(**changes), lambda: self.time))
        self.time += timedelta(minutes=1)
        return lines

    def later(self, **span: float) -> None:
        """Let time pass."""
        self.time += timedelta(**span)

    def sightings(self) -> Sequence[MoaSighting]:
        """Return everything recorded, oldest first."""
        return moas.load_sightings(self.store.connection)

    def outcomes(self) -> list[tuple[str, str]]:
        """Return (file, outcome) of every try, oldest first."""
        return [(s.file, s.outcome) for s in self.sightings()]
