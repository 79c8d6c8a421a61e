"""The web application: Starlette in front of the site, with rendered pages kept by the version of the data."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import anyio.to_thread
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from db.database import Store
from db.queries.page_data import read_data_version
from monitor.i18n.language import Language, language
from monitor.web.http.cache import CachedApp
from monitor.web.http.headers import SECURITY_HEADERS, content_policy
from monitor.web.http.open_access import OpenAccess
from monitor.web.http.shown_version import ShownVersion
from monitor.web.http.turns import Clients, FewAtOnce, TakingTurns, Turns, asks, refuse_busy
from monitor.web.pages import render_page
from monitor.web.pages.addresses import make_site
from monitor.web.pages.site import Site

#: Answers made at a time for one client, and those that it may have waiting with them; a browser asks for six. Of
#: pages it has one made at a time, so that it takes half of the interpreter, not three quarters, from the next client.
AT_ONCE, MOST_WAITING, PAGES_AT_ONCE = 3, 12, 1
#: Threads that make pages and answers: more would only share two processors, each with a heap of its own.
THREADS = 12
_COSTLY_PATH = re.compile(
    r"sheet\.pdf$|document\.pdf$|\.(?:png|gif)$|^/+data/[\w-]+\.(?:sqlite|parquet|csv|json|geojson|topojson|xlsx)$"
)


def create_app(
    home: Path, *, extra_routes: Sequence[BaseRoute] = (), turns: Turns | None = None, proxies: Collection[str] = (),
    public_url: str = "", limited_below: str | None = None, elsewhere: ASGIApp | None = None,
    searches: Turns | None = None, edited_below: str | None = None,
) -> CachedApp:  # fmt: skip
    """Return the application over the store in `home`, which it only reads.

    `extra_routes` (feeds, forms, API, desk) are tried first, and their answers are never cached; what lies below
    `limited_below` answers addresses that are too long itself. Heavy pages take `turns`, which others may share, and
    searches those of `searches`; `elsewhere`, a `make_renderer` in another process, makes the heavy ones where it is
    given. With `edited_below`, kept pages stay while newer data are read, but for changes made by a POST below that
    address. A client is known by the address that one of `proxies` reports; few of its requests are worked on at a
    time, whatever they ask for but what is mounted.
    """
    store = Store.open(home, read_only=True)
    watched = Store.open(home, read_only=True)  # the event loop waits for no query of a page's
    site = make_site(store, public_url)
    clients = Clients(AT_ONCE, MOST_WAITING, proxies)
    renderer = FewAtOnce(make_renderer(site), Clients(PAGES_AT_ONCE, MOST_WAITING, proxies), refuse_busy)
    searching = TakingTurns(renderer, searches or Turns(), is_search, refuse_busy)
    rendering = TakingTurns(searching, turns or Turns(), is_heavy, refuse_busy, elsewhere=elsewhere)

    async def pages(scope: Scope, receive: Receive, send: Send) -> None:
        await (redirect_to_canonical(site, Request(scope)) or rendering)(scope, receive, send)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> Any:
        anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
        yield
        await run_in_threadpool(shown.close)
        store.close()
        watched.close()

    newest = partial(read_data_version, watched.connection)
    shown = ShownVersion(newest, lambda: site.book_version, site.book, edited_below or "")
    for route in extra_routes:
        if isinstance(route, Route):
            route.app = FewAtOnce(shown.followed_by(route), clients, refuse_busy)
    few = FewAtOnce(pages, clients, refuse_busy)
    routes: list[BaseRoute] = [
        *extra_routes,
        Mount("/static", StaticFiles(directory=render_page.STATIC), name="static"),
        Mount("/data", OpenAccess(few)),
        Route("/map/data.json", OpenAccess(few)),
        Route("/{path:path}", few, methods=["GET", "HEAD"]),
    ]
    app = Starlette(routes=routes, lifespan=lifespan)
    uncached = tuple(prefix for route in extra_routes if (prefix := getattr(route, "path", "").split("{")[0]))
    return CachedApp(app, shown if edited_below else newest, uncached=uncached, limited_below=limited_below)


def make_renderer(site: Site) -> ASGIApp:
    """Return the application that makes the site's pages, in threads."""

    async def render(scope: Scope, receive: Receive, send: Send) -> None:
        response = await run_in_threadpool(answer_page, site, Request(scope, receive))
        await response(scope, receive, send)

    return render


def is_heavy(path: str, query: bytes) -> bool:
    """Return whether a page is one that is typeset, drawn, a whole table, or of the earlier log."""
    return _COSTLY_PATH.search(path) is not None or asks(query, "known_at")


def is_search(path: str, query: bytes) -> bool:
    """Return whether a page is one of what was searched for."""
    return asks(query, "q")


def redirect_to_canonical(site: Site, request: Request) -> Response | None:
    """Return the way to the address without parameters that its page does not read; None when it has none.

    Otherwise each invented parameter would be another page to render and to keep.
    """
    lang, path = split_language(request.url.path.lstrip("/"))
    known = site.parameters(path, lang) | site.parameters(f"{path}/", lang)
    query = {name: value for name, value in request.query_params.items() if name in known}
    if len(query) == len(request.query_params.multi_items()):
        return None
    return RedirectResponse(f"/{quote(request.url.path.lstrip('/'))}" + (f"?{urlencode(query)}" if query else ""), 307)


def answer_page(site: Site, request: Request) -> Response:
    """Return the page at the request's address, a redirect to where it is, or a page that says there is none."""
    lang, path = split_language(request.url.path.lstrip("/"))
    query = dict(request.query_params)
    if lang.prefix and request.url.path == f"/{lang.code}":  # its links count from the directory
        return RedirectResponse(f"/{lang.prefix}" + (f"?{urlencode(query)}" if query else ""), 308)
    page = site.page(path, lang, query)
    if page is None and not path.endswith("/") and site.page(f"{path}/", lang, query) is not None:
        return RedirectResponse(f"/{lang.prefix}{path}/" + (f"?{urlencode(query)}" if query else ""), 308)
    if page is not None and page.moved is not None:
        return RedirectResponse(f"/{lang.prefix}{page.moved}", 303)
    if page is None:
        page = render_page.Page("missing.html", {}, status=404)
    body = render_page.render(page, path, lang, static=False, query=query, public_url=site.public_url)
    return Response(body, page.status, headers_for(page, lang.code))


def headers_for(page: render_page.Page, language_code: str) -> dict[str, str]:
    """Return the headers of a page."""
    kept = "no-store" if page.passing else "public, max-age=60, must-revalidate"
    headers = {**SECURITY_HEADERS, "content-type": page.media, "cache-control": kept}
    if page.media.startswith("text/html"):
        headers["content-language"] = language_code
    if page.framed:
        headers |= {"content-security-policy": content_policy(frame_ancestors="*"),
                    "cross-origin-resource-policy": "cross-origin"}  # fmt: skip
    if page.file is not None:
        headers["content-disposition"] = f'attachment; filename="{page.file}"'
    return headers


def split_language(path: str) -> tuple[Language, str]:
    """Return the language of a whole address and the address below its root."""
    if path == "es" or path.startswith("es/"):
        return language("es"), path[3:]
    return language("en"), path
