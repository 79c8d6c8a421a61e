"""The API on the short made-up history of `tests.monitor.web.desk.history`."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from db.database import Store
from db.desk_models import ReviewedFact
from db.settings import Settings
from monitor.review import facts
from monitor.web.api.app import make_api
from tests.monitor.web.desk.history import make_history

#: What the history's store holds of reviewed facts.
FACT = ReviewedFact(
    0, "2025-07-20T15:00:00Z", "Ada Editor", "fl-taylor-county-sheriffs-office", "one",
    "fl-union-county-sheriffs-office", source="https://news.example.org/one", note="one office",
)  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the made-up history."""
    root = tmp_path_factory.mktemp("api")
    make_history(root / "home", root / "lists")
    with Store.open(root / "home") as store:
        facts.state_fact(store, FACT)
    return root / "home"


@pytest.fixture(scope="module")
def api(home: Path) -> TestClient:
    """A client of the API alone: its addresses lack the prefix under which `serve` mounts it."""
    return TestClient(make_api(Settings(home=home)))
