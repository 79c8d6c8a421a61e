"""A stand-in archive, a store and a clock that is turned, as the backfill's tests use them together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path
from typing import Any

from db.archive_models import BackfillResult
from db.database import Store
from db.models import Snapshot
from db.settings import Settings
from scrapers.archive.backfill import run_backfill
from tests.standin.archive import ArchiveStandIn

PAGE = "https://www.ice.gov/identify-and-arrest/287g"
OLD_PAGE = "https://www.ice.gov/287g"
FOLDER = "https://www.ice.gov/doclib/about/offices/ero/287g/"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass
class TurnedClock:
    """The time, which goes on only when somebody sleeps."""

    time: datetime = datetime(2026, 10, 1, 12, tzinfo=UTC)
    slept: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += timedelta(seconds=seconds)


@dataclass
class ArchiveWorld:
    """`backfill()` brings what the stand-in has; nobody waits."""

    home: Path
    archive: ArchiveStandIn
    clock: TurnedClock
    changes: dict[str, Any] = field(default_factory=dict)

    def settings(self) -> Settings:
        return Settings(**{"home": self.home, "archive_url": self.archive.url, "request_timeout_seconds": 5,
                           **self.changes})  # fmt: skip

    def open(self) -> Store:
        return Store.open(self.home, now=self.clock.now)

    def backfill(self, **more: Any) -> BackfillResult:
        with self.open() as store:
            return run_backfill(store, self.settings(), self.clock.now, self.clock.sleep, **more)

    def captures(self) -> list[tuple[str, str]]:
        """(time of capture, outcome) of every settled capture, by time."""
        with self.open() as store:
            rows = store.connection.execute("select captured_at, outcome from archive_captures order by captured_at")
            return [tuple(row) for row in rows.fetchall()]

    def sightings(self) -> list[tuple[str, str, str]]:
        """(file, archive's address without its root, when it was seen) of every sighting."""
        with self.open() as store:
            rows = store.connection.execute("select file, url, seen_at from sightings order by seen_at, id").fetchall()
            return [(file, url.removeprefix(self.archive.url), seen_at) for file, url, seen_at in rows]


def table_page(rows: Sequence[Sequence[str]], note: str = "") -> bytes:
    """ICE's page of 2021 to 2025 with its table: state, agency, support type, signed, address of the MOA."""
    cells = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row[:4])
        + (f'<td><a href="{escape(row[4])}">link</a></td></tr>' if row[4] else "<td></td></tr>")
        for row in rows
    )  # fmt: skip
    return f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>287(g) | ICE</title></head><body>
<h1>Delegation of Immigration Authority Section 287(g) Immigration and Nationality Act</h1><p>{note}</p>
<table><thead><tr><th>STATE</th><th>LAW ENFORCEMENT AGENCY</th><th>SUPPORT TYPE</th><th>SIGNED</th><th>MOA</th></tr>
</thead><tbody>{cells}</tbody></table></body></html>""".encode()


def page_of(snapshot: Snapshot) -> bytes:
    """The page that shows what a snapshot holds."""
    return table_page(
        [
            (r.state or "", r.agency or "", r.support_type or "", r.signed or "", r.moa_link or "")
            for r in snapshot.listings
        ]
    )
