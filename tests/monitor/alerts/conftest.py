"""What the tests of alerts share: an ending is confirmed by the next day's list, so that stories take few lists."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor import policy
from tests.monitor.alerts.world import World, make_world, row

PASCO = row("Pasco County Sheriff's Office", county="Pasco County")
LEE = row("Lee County Sheriff's Office", county="Lee County", support="JEM", signed="2025-06-02")
CAMDEN = row("Camden County Sheriff's Office", "GEORGIA", "Camden County", "WSO", "2025-06-02")
ANN, BOB = "ann@example.org", "bob@example.org"


@pytest.fixture(autouse=True)
def confirmed_the_next_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let one day confirm an ending; `tests/monitor/changelog/test_endings_told.py` holds the days it takes."""
    monkeypatch.setattr(policy, "ENDING_DAYS", 1)


@pytest.fixture
def world(tmp_path: Path) -> World:
    """An empty store; files of other stories have worlds of their own."""
    return make_world(tmp_path)
