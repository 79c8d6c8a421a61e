"""The API as an application to mount: FastAPI behind a cache of whole answers and a rate limit."""

from __future__ import annotations

import re

from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from db.errors import StoreError
from db.settings import Settings
from monitor.web.api import PREFIX
from monitor.web.api.description import describe
from monitor.web.api.endpoints import COLLECTIONS, router
from monitor.web.api.memory import Memory, to_json
from monitor.web.api.problems import HANDLERS, refuse_busy, refuse_long, refuse_too_many
from monitor.web.api.reference import make_page
from monitor.web.api.sending import COMMON
from monitor.web.api.table_formats import MEDIA, preferred_form
from monitor.web.http.cache import CachedApp
from monitor.web.http.limits import RateLimit
from monitor.web.http.open_access import PREFLIGHT
from monitor.web.http.turns import Clients, FewAtOnce, TakingTurns, Turns, asks

API_VERSION = "1.0.0"
#: Of answers kept; those of strangers' one-time questions fill any size, so it holds what readers share.
KEPT_BYTES = 8_000_000
#: Questions of one client that are worked on or wait for others' turns, and those that it may have in all: programs ask
#: for more at a time than browsers. One that is its own to answer is worked on at a time.
AT_ONCE, MOST_WAITING = 3, 40
_ABOUT = (
    "287(g) agreements as listed by ICE, and what changed: what the command line answers, over HTTP. An ending is"
    ' inferred from a row\'s absence: every text for readers says "no longer listed by ICE". For reading only; no key'
    " is needed."
)
_TABLE_ENDS = tuple(f".{form}" for form in MEDIA)


def routes(settings: Settings, turns: Turns | None = None, elsewhere: ASGIApp | None = None) -> list[BaseRoute]:
    """Return the API below its prefix, for the application that serves everything; heavy questions take `turns`.

    `elsewhere`, a `make_app` in another process, answers those that take long where it is given.
    """
    mount = Mount(PREFIX, app=make_api(settings, turns, elsewhere))
    mount.path_regex = re.compile(mount.path_regex.pattern, re.DOTALL)  # an address with a line break is ours to refuse
    return [Route(PREFIX, lambda request: _move(f"{PREFIX}/", request.scope), methods=["GET", "HEAD"]), mount]


def make_api(
    settings: Settings, turns: Turns | None = None, elsewhere: ASGIApp | None = None, *, searches: Turns | None = None
) -> ASGIApp:
    """Return the API alone; what it serves is below `PREFIX` wherever it is mounted."""
    app = make_app(Memory(settings.home))
    proxies = settings.trusted_proxies.split()
    answering = FewAtOnce(app, Clients(1, MOST_WAITING, proxies), refuse_busy)
    searching = TakingTurns(answering, searches or Turns(), is_search, refuse_busy)
    taking_turns = TakingTurns(searching, turns or Turns(), is_heavy, refuse_busy, elsewhere=elsewhere)
    few = FewAtOnce(taking_turns, Clients(AT_ONCE, MOST_WAITING, proxies), refuse_busy)
    cached = CachedApp(few, lambda: _version(app), most_bytes=KEPT_BYTES, fresh_seconds=0, too_long=refuse_long())

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        if scope["method"] == "OPTIONS":
            await Response(status_code=204, headers={**COMMON, **PREFLIGHT})(scope, receive, send)
        elif path != "/" and path.endswith("/"):
            await _move(f"{PREFIX}{path.rstrip('/')}", scope)(scope, receive, send)
        else:
            form = preferred_form(Headers(scope=scope).get("accept", "")) if path in COLLECTIONS else None
            await cached({**scope, "path": f"{scope['path']}.{form}"} if form else scope, receive, send)

    return RateLimit(answer, settings.api_requests_per_minute, proxies=proxies, refuse=refuse_too_many)


def is_heavy(path: str, query: bytes) -> bool:
    """Return whether a question is one of the earlier log, which is derived first, or of a whole table."""
    return asks(query, "known_at") or path.endswith(_TABLE_ENDS)


def is_search(path: str, query: bytes) -> bool:
    """Return whether a question is a search."""
    return path.endswith("/search")


def make_app(memory: Memory) -> FastAPI:
    """Return the application that makes the answers; it sends nothing of its own accord and loads nothing from afar."""
    app = FastAPI(
        title="ICE agreements", version=API_VERSION, description=_ABOUT, servers=[{"url": PREFIX}],
        redirect_slashes=False, openapi_url=None, docs_url=None, redoc_url=None, exception_handlers=HANDLERS,
        generate_unique_id_function=lambda route: route.name,
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )  # fmt: skip
    app.state.memory = memory
    app.include_router(router)

    @app.get("/", include_in_schema=False)
    async def index() -> Response:
        """Where everything is."""
        here = {route: f"{PREFIX}{route}" for route in describe(app)["paths"] if "{" not in route}
        return _json({"description": f"{PREFIX}/openapi.json", "docs": f"{PREFIX}/docs", **here})

    @app.get("/openapi.json", include_in_schema=False)
    async def description() -> Response:
        """The OpenAPI description."""
        return _json(describe(app))

    @app.get("/docs", include_in_schema=False)
    async def reference() -> Response:
        """The description as a page to read."""
        page, policy = make_page(describe(app))
        return Response(page, headers={**COMMON, "Content-Security-Policy": policy}, media_type="text/html")

    return app


def _move(path: str, scope: Scope) -> Response:
    """A redirect without a host: it holds whatever scheme and name the client uses."""
    query = scope["query_string"].decode("latin-1")
    return RedirectResponse(path + (f"?{query}" if query else ""), 308, COMMON)


def _json(value: dict[str, object]) -> Response:
    return Response(to_json(value), headers=COMMON, media_type="application/json")


def _version(app: FastAPI) -> str:
    """The version of the data; "" while there is no database, of which the application then says so."""
    try:
        return str(app.state.memory.version())
    except StoreError:
        return ""
