"""Decide whether and when to repeat a failed try within the pass.

Scrapy's own RetryMiddleware tries again at once, knows no Retry-After and leaves no trace of the tries in between.
Here each try comes back to the spider, is recorded, and this module says how long to wait, or to leave it.
"""

from __future__ import annotations

from datetime import datetime
from email.utils import parsedate_to_datetime

from db.settings import Settings
from scrapers.crawl.outcomes import RETRYABLE

#: A longer Retry-After is kept by not asking again in this pass; the scheduler gets `not_before`.
LONGEST_WAIT_SECONDS = 120.0


def read_retry_after(value: str | None, now: datetime) -> float | None:
    """Return the seconds the server asks us to wait (a number or an HTTP date), or None if it does not say."""
    if not value:
        return None
    text = value.strip()
    if text.isdigit():
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - now).total_seconds())
    except (ValueError, TypeError, IndexError):
        return None


def wait_before_retry(
    outcome: str, tries: int, settings: Settings, *, retry_after: float | None = None, time_left: float
) -> float | None:
    """Return the seconds to wait before the next try, or None if this pass makes no more.

    `tries` counts those made, the first included. The wait doubles with each try, never less than the server asks.
    """
    if outcome not in RETRYABLE or tries >= settings.max_tries:
        return None
    wait: float = settings.backoff_seconds * 2 ** (tries - 1)
    if retry_after is not None:
        if retry_after > LONGEST_WAIT_SECONDS:
            return None
        wait = max(wait, retry_after)
    wait = min(wait, LONGEST_WAIT_SECONDS)
    return wait if wait < time_left else None
