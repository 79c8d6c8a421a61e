"""What the tests of alerts share: an ending is confirmed by the next day's list, so that stories take few lists."""

from __future__ import annotations

import pytest

from monitor import policy


@pytest.fixture(autouse=True)
def confirmed_the_next_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let one day confirm an ending; `tests/monitor/changelog/test_endings_told.py` holds the days it takes."""
    monkeypatch.setattr(policy, "ENDING_DAYS", 1)
