"""A stand-in site and a data directory, and `run` made on them at chosen times, as the end-to-end tests need them."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import time_machine

import scheduler
from db.database import Store
from db.queries.derived_rows import DERIVED_TABLES
from db.queries.publication_list import read_publications
from monitor.changelog.log import read_log
from tests.paths import ROOT
from tests.standin import StandIn
from tests.workbooks import PARTICIPATING, PENDING, make_workbook

COUNTIES = [f"{name} County" for name in "Baker Bay Bradford Calhoun Citrus Clay Collier Duval Gulf Lake".split()]


class Ran(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


@dataclass
class Visits:
    """`run()` visits the site at `time`, which the test moves on."""

    site: StandIn
    home: Path
    time: datetime = datetime(2026, 1, 5, 16, tzinfo=UTC)
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        # No delay at all would let Scrapy 2.19 start both lists at once on the one connection it keeps, where the
        # second waits within its own time-out.
        named = {
            "home": str(self.home), "source_url": self.site.url, "crawl_delay_seconds": "0.01", "backoff_seconds": "0",
            "request_timeout_seconds": "15", "crawl_timeout_seconds": "60", "max_list_bytes": "400000",
            "max_unpacked_bytes": "2000000", **self.settings,
        }  # fmt: skip
        return {f"ICE_AGREEMENTS_{name.upper()}": value for name, value in named.items()}

    def run(self, *command: str) -> Ran:
        """The command (`run` unless another is named) is made in this process, at `time`."""
        out, err = io.StringIO(), io.StringIO()
        before = dict(os.environ)
        os.environ.update(self.environment)
        try:
            with (
                time_machine.travel(self.time, tick=True),
                contextlib.redirect_stdout(out),
                contextlib.redirect_stderr(err),
            ):
                code = scheduler.app(list(command or ("run",)), standalone_mode=False)
        finally:
            os.environ.clear()
            os.environ.update(before)
        return Ran(int(code or 0), out.getvalue(), err.getvalue())

    def start(self, *command: str) -> Ran:
        """The command is a process of its own, as cron starts it, at the present."""
        done = subprocess.run(
            [sys.executable, "-m", "scheduler", *(command or ("run",))], cwd=self.home.parent, capture_output=True,
            text=True, timeout=60, env={**os.environ, **self.environment, "PYTHONPATH": str(ROOT)}, check=False,
        )  # fmt: skip
        return Ran(done.returncode, done.stdout, done.stderr)

    def later(self, days: float = 1) -> None:
        """It is so many days later; what is posted from now on was posted half an hour ago."""
        self.time += timedelta(days=days)
        self.site.clock = self.time - timedelta(minutes=30)

    def participating(self, *counties: str) -> bytes:
        """A participating list of these Florida sheriffs, saved at the site's clock."""
        rows = [
            ("FLORIDA", f"{c} Sheriff's Office", "County", c, "Task Force Model", date(2025, 12, 1), "link pending", "")
            for c in counties
        ]
        return make_workbook([PARTICIPATING, *rows], modified=f"{self.site.clock:%Y-%m-%dT%H:%M:%SZ}")

    def pending(self, *counties: str) -> bytes:
        """A pending list of these Texan sheriffs, saved at the site's clock."""
        rows = [("TEXAS", f"{c} Sheriff's Office", "County", c, "Task Force Model") for c in counties]
        return make_workbook([PENDING, *rows], modified=f"{self.site.clock:%Y-%m-%dT%H:%M:%SZ}")

    # -- what the store says ---------------------------------------------------------------------------------------

    def log(self) -> list[tuple[str, str, str | None]]:
        """(kind, status, agency) of every change, oldest first."""
        with Store.open(self.home, read_only=True) as store:
            return [(c["kind"], c["status"], c["agency"]) for c in read_log(store)]

    def publications(self) -> list[tuple[str, str, list[str]]]:
        """(file, status, reasons) of every publication, oldest first."""
        with Store.open(self.home, read_only=True) as store:
            return [(p["file"], p["status"], p["reasons"]) for p in read_publications(store.connection)]

    def rows(self, query: str) -> list[Any]:
        with Store.open(self.home, read_only=True) as store:
            return store.connection.execute(query).fetchall()

    def documents(self) -> set[bytes]:
        """Every document kept."""
        with Store.open(self.home, read_only=True) as store:
            return {store.archive.get(sha256) for sha256 in store.archive}

    def derived(self) -> dict[str, list[Any]]:
        """Every derived table, sorted, without what numbers rows and says when."""
        with Store.open(self.home, read_only=True) as store:
            tables = {}
            for table in DERIVED_TABLES:
                if table == "derivation":
                    continue
                names = [r[1] for r in store.connection.execute(f"pragma table_info({table})")]
                columns = ", ".join(n for n in names if not (table == "publications" and n == "id"))
                tables[table] = sorted(store.connection.execute(f"select {columns} from {table}").fetchall(), key=repr)
            return tables
