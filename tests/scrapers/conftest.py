"""Fixtures of the tests of `scrapers`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from db.database import Store
from tests.scrapers.spider_world import World
from tests.standin import StandIn


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """An empty store and a stand-in that lists nothing yet."""
    with StandIn() as site, Store.open(tmp_path / "home") as store:
        yield World(site, store)
