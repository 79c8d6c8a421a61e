"""The API as an application to mount: answers, validators, pages, CORS, limits."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from db.errors import StoreError
from db.settings import Settings
from monitor.web.api.endpoints import ENDPOINTS, Endpoint
from monitor.web.api.memory import Memory, to_json
from monitor.web.api.openapi import describe_api, parameters_of
from monitor.web.api.parameters import DEFAULT_LIMIT, read_parameters
from monitor.web.api.problems import Problem, problem_response
from monitor.web.http.limits import RateLimit

PREFIX, API_VERSION = "/api/v1", "1.0.0"
#: Answers kept as bytes; the one asked longest ago goes first.
KEPT_BODIES, KEPT_BODY_BYTES = 256, 64_000_000
_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Last-Modified, Link, Retry-After, Total-Count",
}
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "If-None-Match, If-Modified-Since",
    "Access-Control-Max-Age": "86400",
    "Allow": "GET, HEAD, OPTIONS",
}
_SAFE = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox"}
Answer = tuple[bytes, dict[str, str]]


def routes(settings: Settings) -> list[BaseRoute]:
    """The API below its prefix, for the application that serves everything."""
    mount = Mount(PREFIX, app=make_api(settings))
    mount.path_regex = re.compile(mount.path_regex.pattern, re.DOTALL)  # an address with a line break is ours to refuse
    return [mount]


def make_api(settings: Settings) -> Starlette:
    """The API alone; what it serves is below `PREFIX` wherever it is mounted."""
    api = _Api(settings)
    answered = [Route(e.path, api.answerer(e), methods=["GET", "HEAD", "OPTIONS"]) for e in ENDPOINTS]
    return Starlette(
        routes=[
            Route("/", api.index, methods=["GET", "HEAD", "OPTIONS"]),
            Route("/openapi.json", api.description, methods=["GET", "HEAD", "OPTIONS"]),
            *answered,
            Route("/documents/{id}/content", api.content, methods=["GET", "HEAD", "OPTIONS"]),
        ],
        middleware=[
            Middleware(
                RateLimit,
                per_minute=settings.api_requests_per_minute,
                proxies=settings.trusted_proxies.split(),
                refuse=lambda detail, wait: problem_response(Problem(429, detail), {"Retry-After": str(wait)}),
            )
        ],
        exception_handlers={Problem: _problem, HTTPException: _http_problem, StoreError: _store_problem},
    )


class _Api:
    def __init__(self, settings: Settings) -> None:
        self.memory = Memory(settings.home)
        self._bodies: OrderedDict[str, tuple[tuple[Any, ...], bytes, dict[str, str]]] = OrderedDict()
        self._kept_bytes = 0
        self._description = to_json(describe_api(API_VERSION, PREFIX))

    def answerer(self, endpoint: Endpoint) -> Any:
        """The handler of an endpoint. What is at hand is sent from the event loop, what must be made from a thread."""

        async def answer(request: Request) -> Response:
            if request.method == "OPTIONS":
                return _preflight()
            asked = f"{request.url.path}?{request.url.query}"
            version = self.memory.version()
            kept = self._bodies.get(asked)
            if kept is None or kept[0] != version:
                body, headers = await run_in_threadpool(self._make, endpoint, request)
                self._keep(asked, version, body, headers)
            else:
                self._bodies.move_to_end(asked)
                _, body, headers = kept
            return _conditional(request, body, headers)

        return answer

    async def index(self, request: Request) -> Response:
        """Where everything is."""
        if request.method == "OPTIONS":
            return _preflight()
        here = {e.name: f"{PREFIX}{e.path}" for e in ENDPOINTS}
        return _conditional(request, to_json({"description": f"{PREFIX}/openapi.json", **here}), {})

    async def description(self, request: Request) -> Response:
        """The OpenAPI description."""
        return _preflight() if request.method == "OPTIONS" else _conditional(request, self._description, {})

    async def content(self, request: Request) -> Response:
        """A document's bytes, exactly as received; offered as a download, never shown."""
        if request.method == "OPTIONS":
            return _preflight()
        if request.url.query:
            read_parameters(request.query_params.multi_items(), ())
        sha256 = request.path_params["id"]
        data = await run_in_threadpool(self._document, sha256)
        headers = {
            **_CORS, **_SAFE, "ETag": f'"{sha256}"', "Cache-Control": "public, max-age=31536000, immutable",
            "Content-Disposition": f'attachment; filename="{sha256}"',
        }  # fmt: skip
        if f'"{sha256}"' in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return Response(data, headers=headers, media_type="application/octet-stream")

    def _document(self, sha256: str) -> bytes:
        with self.memory.reading() as store:
            known = store.connection.execute("select 1 from documents where sha256 = ?", [sha256]).fetchone()
            if known is None:
                raise Problem(404, f"no document {sha256}; give the 64 hexadecimal digits of its sha256")
            return store.archive.get(sha256)

    def _make(self, endpoint: Endpoint, request: Request) -> Answer:
        asked = read_parameters(request.query_params.multi_items(), parameters_of(endpoint))
        with self.memory.reading():
            answer = endpoint.answer(self.memory, {**asked, **request.path_params})
            derived_at = self.memory.derived_at()
        headers = {"Last-Modified": _http_date(derived_at)} if derived_at else {}
        if endpoint.key is None:
            return to_json(answer), headers
        entries, encoded = answer if isinstance(answer, tuple) else (answer, None)
        chosen, more = _page(entries, endpoint, asked)
        body = b",\n".join(encoded[i] if encoded else to_json(entries[i]) for i in chosen)
        headers["Total-Count"] = str(len(entries))
        if more:
            headers["Link"] = _next_link(request, asked, endpoint, entries[chosen[-1]])
        return b"[" + body + b"]\n", headers

    def _keep(self, asked: str, version: tuple[Any, ...], body: bytes, headers: dict[str, str]) -> None:
        etag = f'W/"{hashlib.sha256(body + repr(headers.get("Link")).encode()).hexdigest()[:24]}"'
        headers["ETag"] = etag
        old = self._bodies.pop(asked, None)
        self._kept_bytes += len(body) - (len(old[1]) if old else 0)
        self._bodies[asked] = (version, body, headers)
        while len(self._bodies) > KEPT_BODIES or (self._kept_bytes > KEPT_BODY_BYTES and len(self._bodies) > 1):
            self._kept_bytes -= len(self._bodies.popitem(last=False)[1][1])


def _page(entries: Sequence[Any], endpoint: Endpoint, asked: dict[str, Any]) -> tuple[range, bool]:
    """Where in the entries the page lies, and whether another follows."""
    assert endpoint.key is not None
    limit = asked.get("limit", DEFAULT_LIMIT)
    newest_first = asked.get("order") == "newest"
    after = _read_cursor(asked["cursor"], endpoint, entries) if "cursor" in asked else None
    if newest_first:
        start = (len(entries) if after is None else bisect_left(entries, after, key=endpoint.key)) - 1
        stop = max(start - limit, -1)
        return range(start, stop, -1), stop >= 0
    start = 0 if after is None else bisect_right(entries, after, key=endpoint.key)
    stop = min(start + limit, len(entries))
    return range(start, stop), stop < len(entries)


def _read_cursor(text: str, endpoint: Endpoint, entries: Sequence[Any]) -> list[Any]:
    """The key after which the page begins; `Problem` when no link of ours gave it."""
    assert endpoint.key is not None
    try:
        key = json.loads(base64.urlsafe_b64decode(text.encode("ascii")))
        forms = [type(part) for part in endpoint.key(entries[0])] if entries else [type(part) for part in key]
        if not isinstance(key, list) or [type(part) for part in key] != forms:
            raise ValueError
    except (ValueError, TypeError, RecursionError, binascii.Error):
        raise Problem(404, "no page begins there; take the cursor from a Link header of this address") from None
    return key


def _next_link(request: Request, asked: dict[str, Any], endpoint: Endpoint, last: Any) -> str:
    assert endpoint.key is not None
    cursor = base64.urlsafe_b64encode(json.dumps(endpoint.key(last), ensure_ascii=False).encode()).decode()
    query = {name: text for name, text in request.query_params.multi_items() if name != "cursor"}
    if endpoint.name == "agreements" and "as_of" not in asked:
        query["as_of"] = last["publication"]["published_on"]  # the next page is of the same list, whatever comes
    return f'<{PREFIX}{endpoint.path}?{urlencode({**query, "cursor": cursor})}>; rel="next"'


def _conditional(request: Request, body: bytes, headers: dict[str, str]) -> Response:
    """The answer, or 304 when the asker has just that."""
    etag = headers.get("ETag") or f'W/"{hashlib.sha256(body).hexdigest()[:24]}"'
    sent = {**headers, **_CORS, **_SAFE, "ETag": etag, "Cache-Control": "public, no-cache"}
    if _is_known(request, etag, headers.get("Last-Modified")):
        return Response(status_code=304, headers=sent)
    return Response(body, headers=sent, media_type="application/json")


def _is_known(request: Request, etag: str, modified: str | None) -> bool:
    known = request.headers.get("if-none-match")
    if known is not None:
        return known.strip() == "*" or etag.removeprefix("W/") in [
            k.strip().removeprefix("W/") for k in known.split(",")
        ]
    since = request.headers.get("if-modified-since")
    if since is None or modified is None:
        return False
    try:
        return parsedate_to_datetime(modified) <= parsedate_to_datetime(since)
    except (ValueError, TypeError):
        return False


def _preflight() -> Response:
    return Response(status_code=204, headers={**_CORS, **_PREFLIGHT})


def _http_date(at: str) -> str:
    return format_datetime(datetime.fromisoformat(at.replace("Z", "+00:00")), usegmt=True)


async def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return problem_response(error, {**_CORS, **_SAFE})


async def _http_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    texts = {404: f"nothing at {request.url.path}", 405: "only GET, HEAD and OPTIONS are answered here"}
    headers = {**_CORS, **_SAFE, **({"Allow": "GET, HEAD, OPTIONS"} if error.status_code == 405 else {})}
    return problem_response(Problem(error.status_code, texts.get(error.status_code, str(error.detail))), headers)


async def _store_problem(request: Request, error: Exception) -> Response:
    return problem_response(Problem(503, str(error).partition(";")[0]), {**_CORS, **_SAFE})


__all__ = ["PREFIX", "make_api", "routes"]
