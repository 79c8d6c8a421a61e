"""What a failed try says of itself is one line that a person can read."""

from __future__ import annotations

from scrapers.crawl.outcomes import line_of


def test_an_object_s_address_is_left_out() -> None:
    """aiohttp puts its TLS context into the message, which differs on every run and says nothing."""
    said = "Cannot connect to host ice.test:443 ssl:<ssl.SSLContext object at 0x7f31e9aa23c0> [Name not known]"
    assert line_of(OSError(said)) == "Cannot connect to host ice.test:443 [Name not known]"
    assert line_of(OSError("Cannot connect to host a.test:443 ssl:default [refused]")) == (
        "Cannot connect to host a.test:443 [refused]"
    )


def test_an_error_is_one_line_and_never_empty() -> None:
    assert line_of(OSError("first\n  second")) == "first second"
    assert line_of(TimeoutError()) == "TimeoutError"
