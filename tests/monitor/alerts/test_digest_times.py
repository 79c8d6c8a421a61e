"""When a digest leaves: by the reader's clock, also when clocks change."""

from __future__ import annotations

import pytest

from monitor.alerts.digest_times import due_at


@pytest.mark.parametrize(
    ("rhythm", "zone", "now", "due"),
    [
        ("instant", "America/New_York", "2025-06-03T13:00:00Z", "2025-06-03T13:00:00Z"),
        ("daily", "America/New_York", "2025-06-03T10:59:59Z", "2025-06-03T11:00:00Z"),
        ("daily", "America/New_York", "2025-06-03T11:00:00Z", "2025-06-04T11:00:00Z"),
        ("daily", "Pacific/Guam", "2025-06-03T13:00:00Z", "2025-06-03T21:00:00Z"),  # 7 on the 4th there
        ("daily", "Asia/Kolkata", "2025-06-03T13:00:00Z", "2025-06-04T01:30:00Z"),
        ("daily", "America/New_York", "2025-03-08T13:00:00Z", "2025-03-09T11:00:00Z"),  # clocks go on that night
        ("daily", "America/New_York", "2025-11-01T13:00:00Z", "2025-11-02T12:00:00Z"),  # and back
        ("weekly", "America/New_York", "2025-06-02T10:00:00Z", "2025-06-02T11:00:00Z"),  # a Monday, before 7
        ("weekly", "America/New_York", "2025-06-02T11:00:00Z", "2025-06-09T11:00:00Z"),
        ("weekly", "Pacific/Honolulu", "2025-12-31T23:00:00Z", "2026-01-05T17:00:00Z"),
    ],
)
def test_a_telling_is_due_at_seven_in_the_morning_of_its_reader(rhythm: str, zone: str, now: str, due: str) -> None:
    assert due_at(rhythm, zone, now) == due
