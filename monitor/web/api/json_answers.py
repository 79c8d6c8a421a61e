"""Answers as JSON: one record, or one page of a collection with the link to the next."""

from __future__ import annotations

import base64
import binascii
import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from starlette.responses import Response

from db.queries import api_data
from monitor.web.api import PREFIX
from monitor.web.api.as_known import AsKnown
from monitor.web.api.memory import to_json
from monitor.web.api.parameters import Paging
from monitor.web.api.problems import Problem
from monitor.web.http.conditional import http_date
from monitor.web.http.headers import OPEN_ACCESS

#: What orders a collection and is what a cursor remembers.
Key = Callable[[Any], list[Any]]
#: What every answer says: any site's script may read it, and no browser runs it.
COMMON = {
    **OPEN_ACCESS,
    "Access-Control-Expose-Headers": "ETag, Last-Modified, Link, Retry-After, Total-Count",
    "Cache-Control": "public, no-cache",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}


def whole(data: AsKnown, record: Mapping[str, Any]) -> Response:
    """Return one record."""
    return Response(to_json(record), headers=_headers(data), media_type="application/json")


def page(
    request: Request, data: AsKnown, asked: Paging, entries: Sequence[Any], key: Key, *,
    encoded: Sequence[bytes] | None = None, pinned: Mapping[str, str] | None = None,
) -> Response:  # fmt: skip
    """Return the page asked for; `encoded` holds the entries as JSON where they are at hand.

    `pinned` are parameters that keep the next page on the same list, whatever list comes in between.
    """
    chosen, more = _cut(entries, key, asked)
    body = b",\n".join(encoded[i] if encoded else to_json(entries[i]) for i in chosen)
    headers = {**_headers(data), "Total-Count": str(len(entries))}
    if more:
        headers["Link"] = _next_link(request, key(entries[chosen[-1]]), pinned or {})
    return Response(b"[" + body + b"]\n", headers=headers, media_type="application/json")


def _headers(data: AsKnown) -> dict[str, str]:
    derived_at = api_data.read_derived_at(data.store.connection)
    return {**COMMON, "Last-Modified": http_date(derived_at)} if derived_at else COMMON


def _cut(entries: Sequence[Any], key: Key, asked: Paging) -> tuple[range, bool]:
    """Where in the entries the page lies, and whether another follows."""
    after = None if asked.cursor is None else _read_cursor(asked.cursor, key, entries)
    if asked.order == "newest":
        start = (len(entries) if after is None else bisect_left(entries, after, key=key)) - 1
        stop = max(start - asked.limit, -1)
        return range(start, stop, -1), stop >= 0
    start = 0 if after is None else bisect_right(entries, after, key=key)
    stop = min(start + asked.limit, len(entries))
    return range(start, stop), stop < len(entries)


def _next_link(request: Request, key: list[Any], pinned: Mapping[str, str]) -> str:
    """The Link header to the page after the entry of that key."""
    cursor = base64.urlsafe_b64encode(json.dumps(key, ensure_ascii=False).encode()).decode()
    query = {**pinned, **request.query_params, "cursor": cursor}
    return f'<{PREFIX}{request.scope["route"].path}?{urlencode(query)}>; rel="next"'


def _read_cursor(text: str, key: Key, entries: Sequence[Any]) -> list[Any]:
    """The key after which the page begins; `Problem` when no link of ours gave it."""
    try:
        found = json.loads(base64.urlsafe_b64decode(text.encode("ascii")))
        forms = [type(part) for part in key(entries[0])] if entries else [type(part) for part in found]
        if not isinstance(found, list) or [type(part) for part in found] != forms:
            raise ValueError
    except (ValueError, TypeError, RecursionError, binascii.Error):
        raise Problem(404, "no page begins there; take the cursor from a Link header of this address") from None
    return found
