"""The tests of the store itself make every new one by its migrations."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from db import database
from tests.conftest import MIGRATE


@pytest.fixture(scope="module", autouse=True)
def migrated_stores(quick_new_stores: None) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "_migrate", MIGRATE)
        yield
