"""When a try is made again, how validators are read back, and what a header names: each a fact on its own."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from db.settings import Settings
from scrapers.crawl.outcomes import OUTCOMES, RETRYABLE, STOPPING, VERIFIED
from scrapers.crawl.retry import LONGEST_WAIT_SECONDS, read_retry_after, wait_before_retry
from scrapers.crawl.validators import headers_worth_keeping, name_in_disposition

NOW = datetime(2026, 1, 5, 16, tzinfo=UTC)
SETTINGS = Settings(backoff_seconds=10, max_tries=4)


def test_the_wait_doubles_with_each_try_and_ends_with_the_tries_allowed() -> None:
    waits = [wait_before_retry("server_error", tries, SETTINGS, time_left=1000) for tries in (1, 2, 3, 4)]
    assert waits == [10, 20, 40, None]


@pytest.mark.parametrize(
    "outcome", ["missing", "refused", "blocked", "redirect_loop", "too_large", "robots_disallowed"]
)
def test_what_will_not_pass_is_not_asked_again(outcome: str) -> None:
    assert wait_before_retry(outcome, 1, SETTINGS, time_left=1000) is None


def test_the_server_may_ask_for_a_longer_wait_but_not_for_a_shorter() -> None:
    assert wait_before_retry("throttled", 1, SETTINGS, retry_after=45, time_left=1000) == 45
    assert wait_before_retry("throttled", 1, SETTINGS, retry_after=1, time_left=1000) == 10


def test_a_wait_beyond_the_cap_or_the_pass_is_not_waited_for() -> None:
    assert wait_before_retry("throttled", 1, SETTINGS, retry_after=LONGEST_WAIT_SECONDS + 1, time_left=1000) is None
    assert wait_before_retry("server_error", 1, SETTINGS, time_left=9) is None


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("Mon, 05 Jan 2026 16:01:30 GMT", 90.0),
        ("Mon, 05 Jan 2026 15:00:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_a_number_or_a_date(value: str | None, seconds: float | None) -> None:
    assert read_retry_after(value, NOW) == seconds


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ('attachment; filename="ParticipatingAgency091826am.xlsx"', "ParticipatingAgency091826am.xlsx"),
        ("attachment; filename=pendingAgencies.xlsx", "pendingAgencies.xlsx"),
        ("attachment; filename*=UTF-8''participatingAgencies%20copy.xlsx", "participatingAgencies copy.xlsx"),
        ('attachment; filename="../../etc/list.xlsx"', "list.xlsx"),
        ('attachment; filename="C:\\\\lists\\\\list.xlsx"', "list.xlsx"),
        ('attachment; filename="a\tb.xlsx"', "ab.xlsx"),
        ('attachment; filename=""', None),
        ("inline", None),
        ("", None),
        (None, None),
    ],
)
def test_the_file_name_is_read_from_content_disposition(header: str | None, name: str | None) -> None:
    assert name_in_disposition(header) == name


def test_only_headers_that_are_evidence_are_kept() -> None:
    headers = {
        b"ETag": [b'"a"'],
        b"Set-Cookie": [b"secret"],
        b"Last-Modified": [b"x", b"Mon, 05 Jan 2026 15:00:00 GMT"],
    }
    assert headers_worth_keeping(headers) == {"etag": '"a"', "last-modified": "Mon, 05 Jan 2026 15:00:00 GMT"}


def test_every_outcome_in_a_group_has_a_meaning() -> None:
    assert OUTCOMES.keys() >= (RETRYABLE | STOPPING | VERIFIED)
    assert not RETRYABLE & VERIFIED
