"""Answers: one record as JSON, or one page of a collection as JSON or as a table."""

from __future__ import annotations

import base64
import binascii
import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import Any, get_args
from urllib.parse import urlencode

from fastapi import Request
from starlette.responses import Response

from db.queries import api_data
from monitor.web.api import PREFIX
from monitor.web.api.as_known import AsKnown
from monitor.web.api.memory import to_json
from monitor.web.api.parameters import MoaSearchQuery, Paging, StatementsQuery
from monitor.web.api.problems import READABLE, Problem
from monitor.web.api.table_formats import MEDIA, columns_of, write_table
from monitor.web.http.conditional import http_date

#: What orders a collection and is what a cursor remembers.
Key = Callable[[Any], list[Any]]
#: Of every answer but errors: caches ask each time whether it is still true, and no browser runs it.
COMMON = {
    **READABLE,
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
    """Return the page asked for; a table without a limit is whole. `encoded` holds the entries as JSON where at hand.

    `pinned` are parameters that keep the next page on the same list, whatever list comes in between.
    """
    chosen, more = _cut(entries, key, asked, limit_of(request, asked, len(entries)))
    following = {**(pinned or {}), "cursor": _cursor_after(key(entries[chosen[-1]]))} if more else None
    if encoded is not None and "form" not in request.path_params:
        return _send(request, data, [encoded[i] for i in chosen], len(entries), following)
    return send_entries(request, data, [entries[i] for i in chosen], len(entries), following)


def limit_of(request: Request, asked: Paging | StatementsQuery | MoaSearchQuery, total: int) -> int:
    """Return how many entries are wanted at most: of a table all of them, unless a limit was given."""
    return total if "form" in request.path_params and "limit" not in asked.model_fields_set else asked.limit


def send_entries(
    request: Request, data: AsKnown, entries: Sequence[Mapping[str, Any]], total: int,
    following: Mapping[str, str] | None,
) -> Response:  # fmt: skip
    """Return entries as JSON, or as the table that the address ends in; `following` asks for the next page."""
    form = request.path_params.get("form")
    if form is None:
        return _send(request, data, [to_json(entry) for entry in entries], total, following)
    if form not in MEDIA:
        raise Problem(404, f"no form .{form}; there are {', '.join(f'.{known}' for known in MEDIA)}")
    route = request.scope["route"]
    derived_at = api_data.read_derived_at(data.store.connection) or ""
    body = write_table(form, entries, columns_of(get_args(route.response_model)[0]), derived_at)
    name = f"{route.path.strip('/').partition('.')[0]}.{form}"
    headers = {
        **_headers(data), **_paging(request, total, following), "Content-Disposition": f'attachment; filename="{name}"',
    }  # fmt: skip
    return Response(body, headers=headers, media_type=MEDIA[form])


def _send(
    request: Request, data: AsKnown, encoded: Sequence[bytes], total: int, following: Mapping[str, str] | None
) -> Response:
    headers = {**_headers(data), **_paging(request, total, following)}
    return Response(b"[" + b",\n".join(encoded) + b"]\n", headers=headers, media_type="application/json")


def _paging(request: Request, total: int, following: Mapping[str, str] | None) -> dict[str, str]:
    """The headers of one page; the same address gives another form when another is asked for by Accept."""
    headers = {"Total-Count": str(total), "Vary": "Accept"}
    if following is not None:
        path = request.url.path.removeprefix(request.scope.get("root_path", ""))
        headers["Link"] = f'<{PREFIX}{path}?{urlencode({**request.query_params, **following})}>; rel="next"'
    return headers


def _headers(data: AsKnown) -> dict[str, str]:
    derived_at = api_data.read_derived_at(data.store.connection)
    return {**COMMON, "Last-Modified": http_date(derived_at)} if derived_at else COMMON


def _cut(entries: Sequence[Any], key: Key, asked: Paging, limit: int) -> tuple[range, bool]:
    """Where in the entries the page lies, and whether another follows."""
    after = None if asked.cursor is None else _read_cursor(asked.cursor, key, entries)
    if asked.order == "newest":
        start = (len(entries) if after is None else bisect_left(entries, after, key=key)) - 1
        stop = max(start - limit, -1)
        return range(start, stop, -1), stop >= 0
    start = 0 if after is None else bisect_right(entries, after, key=key)
    stop = min(start + limit, len(entries))
    return range(start, stop), stop < len(entries)


def _cursor_after(key: list[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(key, ensure_ascii=False).encode()).decode()


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
