"""Runs as the spider records them, at hours counted from a Monday."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from db.database import Store, to_text
from db.models import Fetch
from db.queries import fetches, runs
from db.settings import Settings
from monitor.service.health.problem_checks import find_problems

MONDAY = datetime(2026, 1, 5, 16, tzinfo=UTC)
PAGE = "https://ice.example/287g"


def settings(store: Store, **changes: Any) -> Settings:
    return Settings(**{"home": store.home, "source_url": PAGE, "disk_low_bytes": 0, **changes})


def hours(number: float) -> str:
    return to_text(MONDAY + timedelta(hours=number))


def poll(
    store: Store, at: str, page: str = "same", listed: str | None = "same", links: list[str] | None = None
) -> None:
    """A run: the page's outcome, the list's, and the lists the page links."""
    run = runs.start_run(store, at)
    good = page in fetches.VERIFIED_OUTCOMES
    sha256 = store.archive.put(json.dumps(links).encode())
    fetches.record_fetch(store, run, Fetch(PAGE, at, page, 200, sha256 if good else None, role="page"))
    if good and links is not None:
        linked = [{"url": f"{PAGE}/{name}", "linked_as": name} for name in links]
        fetches.record_page(
            store, run, sha256=sha256, text_sha256=sha256, seen_at=at, links=linked, totals=None
        )  # fmt: skip
    if listed is not None:
        fine = listed in fetches.VERIFIED_OUTCOMES
        document = store.archive.put(b"a list")
        fetches.record_fetch(store, run, Fetch(f"{PAGE}/list", at, listed, 200, document if fine else None))
    outcome = "failed" if not good else "good" if listed is None or listed in fetches.VERIFIED_OUTCOMES else "partial"
    runs.finish_run(store, run, at, outcome, "" if outcome == "good" else f"{page}: {PAGE}: broken")


def codes(store: Store, at: str, **changes: Any) -> list[str]:
    return sorted(problem.code for problem in find_problems(store, settings(store, **changes), at))
