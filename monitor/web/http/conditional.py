"""Conditional requests (RFC 9110, section 13): an ETag for bytes, and whether the client already has them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime


def make_etag(*parts: bytes, weak: bool = False) -> str:
    """Return a quoted ETag of the bytes; a weak one (`W/"…"`) where the same answer may be encoded in other bytes."""
    digest = hashlib.blake2b(b"\0".join(parts), digest_size=12).hexdigest()
    return f'W/"{digest}"' if weak else f'"{digest}"'


def http_date(at: str) -> str:
    """Return a stored UTC time (`2025-09-22T16:17:25Z`) as an HTTP date."""
    return format_datetime(datetime.fromisoformat(at.replace("Z", "+00:00")), usegmt=True)


def is_not_modified(sent: Mapping[str, str], etag: str, last_modified: str | None = None) -> bool:
    """Return whether the request headers `sent` (lower-case or case-insensitive names) say that the client has this.

    `If-None-Match` decides alone when it is there: `*`, weak marks and the `-gzip` that servers in front append all
    match. Otherwise `If-Modified-Since` is compared with `last_modified`, an HTTP date.
    """
    known = sent.get("if-none-match")
    if known is not None:
        return known.strip() == "*" or _opaque(etag) in map(_opaque, known.split(","))
    since = sent.get("if-modified-since")
    if since is None or last_modified is None:
        return False
    try:
        return parsedate_to_datetime(last_modified) <= parsedate_to_datetime(since)
    except (ValueError, TypeError):
        return False


def _opaque(etag: str) -> str:
    """The ETag without what may differ between two marks of the same answer."""
    bare = etag.strip().removeprefix("W/")
    return bare.removesuffix("-gzip").strip('"').removesuffix("-gzip")
