"""The contract from outside: the program as a process of its own, and an archive at `ICE_AGREEMENTS_ARCHIVE_URL`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.paths import ROOT
from tests.scrapers.archive.archive_world import FOLDER, PAGE, XLSX, table_page
from tests.standin.archive import ArchiveStandIn
from tests.standin.lists import participating

ROWS = [
    ("LOUISIANA", f"{name} Parish Sheriff's Office", "Jail Enforcement Model", "3/4/2019", "")
    for name in ("Acadia", "Bossier", "Caddo", "Calcasieu", "Iberia", "Jefferson", "Lafourche", "Orleans", "Ouachita")
]


@pytest.mark.long
def test_backfill_from_outside(tmp_path: Path) -> None:
    """Exit codes 0, 3 and 1, and the publications' addresses and times."""
    with ArchiveStandIn() as archive:
        archive.keep("20210301120000", PAGE, table_page(ROWS[:8]))
        archive.keep("20210401120000", PAGE, table_page(ROWS), packed=True)
        archive.keep("20250601120000", FOLDER + "participatingAgencies06012025.xlsx", participating(), XLSX)
        archive.keep("20250701120000", FOLDER + "participatingAgencies07012025.xlsx", participating("A"), XLSX)
        environment = {
            **os.environ, "ICE_AGREEMENTS_HOME": str(tmp_path), "ICE_AGREEMENTS_ARCHIVE_URL": archive.url,
            "ICE_AGREEMENTS_ARCHIVE_REQUESTS_PER_MINUTE": "60", "ICE_AGREEMENTS_ARCHIVE_BACKOFF_SECONDS": "0",
        }  # fmt: skip

        def ran(*words: str) -> subprocess.CompletedProcess[str]:
            command = [sys.executable, "-m", "scheduler", *words]
            return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

        def backfill(day: str) -> int:
            return ran("backfill", "--since", day, "--until", day).returncode

        assert backfill("2021-03-01") == 0
        assert backfill("2021-04-01") == 0
        assert backfill("2025-06-01") == 3  # without a single row: held
        archive.faults = ["503"] * 4
        assert backfill("2025-07-01") == 1
        found: list[dict[str, Any]] = json.loads(ran("publications", "--format", "json").stdout)
        changes = json.loads(ran("changes", "--format", "json").stdout)
        asked = archive.asked_for()
    assert sorted(asked) == sorted(set(asked))
    assert [(p["url"], p["first_seen_at"]) for p in found[:2]] == [
        (f"{archive.url}/web/20210301120000id_/{PAGE}", "2021-03-01T12:00:00Z"),
        (f"{archive.url}/web/20210401120000id_/{PAGE}", "2021-04-01T12:00:00Z"),
    ]
    assert [(c["kind"], c["agency"], c["listed_between"]) for c in changes] == [
        ("signing", "Ouachita Parish Sheriff's Office", ["2021-03-01", "2021-04-01"])
    ]
