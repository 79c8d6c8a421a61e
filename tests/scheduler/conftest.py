"""Fixtures of the tests of the service."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scheduler.desk import Desk
from tests.standin import StandIn


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """An empty data directory and a stand-in that lists nothing yet."""
    with StandIn() as site:
        yield Desk(site, tmp_path / "home")
