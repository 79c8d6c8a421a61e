"""Fixtures of the tests of the Internet Archive as a source."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scrapers.archive.archive_world import ArchiveWorld, TurnedClock
from tests.standin.archive import ArchiveStandIn


@pytest.fixture
def past(tmp_path: Path) -> Iterator[ArchiveWorld]:
    """An empty home and an archive that holds nothing yet, under one clock."""
    clock = TurnedClock()
    with ArchiveStandIn(clock.now) as archive:
        yield ArchiveWorld(tmp_path / "home", archive, clock)
