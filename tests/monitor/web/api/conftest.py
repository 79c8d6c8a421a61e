"""The API on the short made-up history of `tests.monitor.web.desk.history`."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from db.settings import Settings
from monitor.web.api.app import make_api
from tests.monitor.web.desk.history import make_history


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the made-up history."""
    root = tmp_path_factory.mktemp("api")
    make_history(root / "home", root / "lists")
    return root / "home"


@pytest.fixture(scope="module")
def api(home: Path) -> TestClient:
    """A client of the API alone: its addresses lack the prefix under which `serve` mounts it."""
    return TestClient(make_api(Settings(home=home)))
