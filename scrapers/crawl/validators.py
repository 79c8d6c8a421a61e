"""Ask only for what changed: send the server's own validators back to it, but leave them out once a day.

`/doclib/` answers ETag and Last-Modified, `/file-download/` Last-Modified only; MOA documents honour the second and
ignore the first. So both are sent when both were given, word for word: a time of our own would miss a file replaced by
one with an older date.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.message import Message

from db.database import Store
from db.queries import fetches

#: A server may answer 304 wrongly for ever; a whole answer a day bounds how long we believe it.
WHOLE_ANSWER_EVERY = timedelta(hours=24)

KEPT_HEADERS = (
    "etag",
    "last-modified",
    "content-type",
    "content-length",
    "content-disposition",
    "content-encoding",
    "date",
    "location",
    "retry-after",
)
_LONGEST_HEADER = 500


def validators_for(store: Store, url: str, now: datetime) -> dict[str, str]:
    """Return the conditional headers for `url`; none if a complete answer is due or the stored bytes are gone."""
    last = fetches.last_good_fetch(store, url)
    if last is None or not store.archive.has(last["sha256"]):
        return {}
    whole_at = fetches.last_unconditional_fetch_at(store, url)
    if whole_at is None or now - datetime.fromisoformat(whole_at) >= WHOLE_ANSWER_EVERY:
        return {}
    pairs = (("If-None-Match", "etag"), ("If-Modified-Since", "last-modified"))
    return {ours: last["headers"][theirs] for ours, theirs in pairs if last["headers"].get(theirs)}


def headers_worth_keeping(headers: Mapping[bytes, list[bytes]]) -> dict[str, str]:
    """Return the few headers that are evidence or validators, with names in lower case."""
    kept: dict[str, str] = {}
    for name, values in headers.items():
        lower = name.decode("latin-1").lower()
        if lower in KEPT_HEADERS and values:
            kept[lower] = values[-1].decode("latin-1")[:_LONGEST_HEADER]
    return kept


def name_in_disposition(value: str | None) -> str | None:
    """Return the file name in a Content-Disposition header without any directory, or None if it names none."""
    if not value:
        return None
    message = Message()
    message["Content-Disposition"] = value
    name = message.get_filename()
    if not name:
        return None
    with contextlib.suppress(UnicodeEncodeError, UnicodeDecodeError):
        name = name.encode("latin-1").decode("utf-8")  # servers send UTF-8 where the standard has Latin-1
    name = name.replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(c for c in name if c.isprintable()).strip()
    return name[:200] or None
